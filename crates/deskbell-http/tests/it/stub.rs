//! A backend of two keys, a few sample calls, and the means to ask them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use deskbell_core::{
    Actor, ActorId, Code, Context, Fault, KeyId, Permission, PermissionSet, Scope, Status, Timestamp, Version,
};
use deskbell_http::{
    ActionType, Backend, Bulk, BulkRow, Call, Failure, Field, Finished, Observer, Operation, Page, Reply,
    RowOutcome, Settings, ValueKind, document, router, unauthenticated,
};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

/// A key with all permissions.
pub(crate) const KEY: &str = "dbk_all_permissions";
/// A key that may read tickets and use batch, and no more.
pub(crate) const READER: &str = "dbk_reader_only";

/// Knows `KEY` and `READER`, the latter from one address only.
#[derive(Clone)]
pub(crate) struct Stub;

impl Backend for Stub {
    async fn authenticate(&self, secret: &str, peer: IpAddr) -> Result<Arc<Actor>, Failure> {
        let permissions = match secret {
            KEY => PermissionSet::all(),
            READER if peer != IpAddr::V4(Ipv4Addr::new(203, 0, 113, 66)) => {
                [Permission::TicketRead, Permission::TicketBatch].into_iter().collect()
            }
            _ => return Err(unauthenticated().into()),
        };
        let (id, scope) = (ActorId::Key(KeyId(1)), Scope::everything());
        Ok(Arc::new(Actor { id, name: "stub".into(), permissions, scope }))
    }

    fn spool(&self) -> deskbell_files::Spool {
        deskbell_files::Spool::in_memory_or_nameless()
    }

    async fn open_names(&self, _: &Actor) -> Result<Vec<String>, Failure> {
        Ok(vec!["colour".into()])
    }
}

struct Still;

impl Context for Still {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
    fn now_millis(&self) -> i64 {
        0
    }
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(0xAB);
    }
}

static ACTIONS: &[ActionType] = &[
    ActionType::new("setStatus", Permission::SetStatus, ValueKind::Word(Status::WORDS)),
    ActionType::new("setTitle", Permission::TicketUpdate, ValueKind::Line { max: 1_000, empty: true }),
    ActionType::new("addTags", Permission::TicketUpdate, ValueKind::Tags { max: 100, empty: false }),
    ActionType::new("assignGroup", Permission::TicketUpdate, ValueKind::IdOrNone),
    ActionType::new("snooze", Permission::TicketUpdate, ValueKind::Moment),
    ActionType::new("delete", Permission::TicketDelete, ValueKind::None),
];

/// The sample calls.
pub(crate) fn operations() -> Vec<Operation<Stub>> {
    vec![
        Operation::get("ticketList", "/ticket")
            .tag("Ticket")
            .summary("Lists tickets.")
            .needs(Permission::TicketRead)
            .fields([
                Field::text("query", 1_000),
                Field::number("itemStart", 0..=1_000_000).default(0),
                Field::number("itemLimit", 0..=9_999).default(15),
                Field::words("status", Status::WORDS),
                Field::several_ids("brandID"),
                Field::several_ids("assignedUserID").or_zero(),
                Field::several_lines("tag", 100),
                Field::time("createdFrom"),
                Field::word("order", &["asc", "desc"]).default("desc"),
                Field::flag("full"),
                Field::id("applyView").not_yet(),
            ])
            .list("Ticket")
            .handler(list),
        Operation::post("ticketCreate", "/ticket")
            .tag("Ticket")
            .summary("Creates a ticket.")
            .needs(Permission::TicketCreate)
            .fields([
                Field::line("title", 1_000).doc("Its title."),
                Field::id("brandID").doc("Its brand."),
                Field::id("groupID").or_zero(),
                Field::tags("tags", 100),
                Field::moment("until"),
                Field::word_list("rights", Permission::NAMES),
                Field::map("custom", is_name, "^[a-z][a-z0-9_]{0,63}$", 200),
            ])
            .open_names("custom")
            .result(&["ticketID"])
            .handler(create),
        Operation::get("ticketGet", "/ticket/{ticketID}")
            .tag("Ticket")
            .summary("One ticket.")
            .needs(Permission::TicketRead)
            .if_none_match()
            .item("Ticket")
            .fails(&[Code::NotFound])
            .handler(get),
        Operation::put("ticketUpdate", "/ticket/{ticketID}")
            .tag("Ticket")
            .summary("Changes a ticket.")
            .needs(Permission::TicketUpdate)
            .fields([
                Field::line("title", 1_000),
                Field::word("status", &["solved", "closed"]).needs(Permission::SetStatus),
            ])
            .if_match()
            .result(&["ticketID"])
            .fails(&[Code::NotFound])
            .handler(update),
        Operation::delete("ticketMulti", "/ticket/multi")
            .tag("Ticket")
            .summary("Deletes tickets.")
            .needs(Permission::TicketDelete)
            .field(Field::ids("ticketIDs", 10_000).required())
            .bare_array("ticketIDs")
            .bulk()
            .fails(&[Code::NotFound])
            .handler(bulk),
        Operation::post("ticketBatch", "/ticket/batch")
            .tag("Ticket")
            .summary("Acts on tickets.")
            .needs(Permission::TicketBatch)
            .fields([
                Field::ids("ticketIDs", 10_000),
                Field::id_text("TicketIDs", 10_000),
                Field::actions("actions", ACTIONS, 10).required(),
            ])
            .one_of(&["ticketIDs", "TicketIDs"])
            .bulk()
            .fails(&[Code::NotFound])
            .handler(bulk),
        Operation::get("panic", "/panic").tag("Faults").summary("Panics.").handler(panics),
        Operation::post("panicWrite", "/panic").tag("Faults").summary("Panics.").handler(panics),
        Operation::get("overloaded", "/overloaded")
            .tag("Faults")
            .summary("Has too much to do.")
            .handler(overloaded),
        Operation::get("open", "/open").tag("Faults").summary("For all.").open_to_all().handler(hello),
    ]
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(plain)
}

/// The schema of the sample item.
pub(crate) fn schemas() -> Vec<(&'static str, Value)> {
    let properties = json!({ "id": { "type": "integer" }, "title": { "type": "string" } });
    vec![("Ticket", json!({ "type": "object", "required": ["id", "title"], "properties": properties }))]
}

async fn list(call: Call<Stub>) -> Result<Reply, Failure> {
    let limit = call.params.need("itemLimit") as u64;
    let page = Page { start: 0, limit, total: 1, exact: true };
    Ok(Reply::list(page, &[json!({ "id": 1, "title": "a" })], None))
}

async fn create(call: Call<Stub>) -> Result<Reply, Failure> {
    let mut reply =
        Reply::result("Ticket created.").named("ticketID", 12).in_version(Version(1)).at("/api/v2/ticket/12");
    for (key, value) in call.params.map("custom") {
        reply.header(http::HeaderName::from_static("x-custom"), &format!("{key}={value}"));
    }
    Ok(reply)
}

async fn get(call: Call<Stub>) -> Result<Reply, Failure> {
    let id = call.id("ticketID");
    if id > 100 {
        return Err(Fault::not_found("Ticket", id).into());
    }
    Ok(Reply::item(&json!({ "id": id, "title": "a" })).tagged(Version(7)))
}

async fn update(call: Call<Stub>) -> Result<Reply, Failure> {
    let id = call.id("ticketID");
    if call.expected().is_some_and(|expected| !expected.admits(Version(7))) {
        let mut fault = Fault::new(Code::PreconditionFailed, format!("Ticket {id} is at version 7."));
        fault.current_version = Some(7);
        return Err(fault.into());
    }
    Ok(Reply::result("Ticket updated.").named("ticketID", id).in_version(Version(8)))
}

async fn bulk(call: Call<Stub>) -> Result<Reply, Failure> {
    let ids = match call.params.given("ticketIDs") {
        true => call.params.ids("ticketIDs"),
        false => call.params.ids("TicketIDs"),
    };
    let outcome = |id: i64| match id {
        id if id > 100 => RowOutcome::Failed {
            code: Code::NotFound,
            message: format!("Ticket {id} does not exist."),
            field: None,
            current_version: None,
        },
        _ => RowOutcome::Changed(Some(Version(2))),
    };
    let rows: Vec<BulkRow> = ids.iter().map(|id| BulkRow { id: *id, outcome: outcome(*id) }).collect();
    let failed = ids.iter().filter(|id| **id > 100).count() as u64;
    let changed = rows.len() as u64 - failed;
    let (message, batch, dry_run) = ("Done.".to_owned(), Some("b1".to_owned()), call.params.flag("dryRun"));
    Ok(Bulk { message, batch, dry_run, changed, unchanged: 0, failed, rows }.into())
}

async fn panics(_: Call<Stub>) -> Result<Reply, Failure> {
    panic!("on purpose")
}

async fn overloaded(_: Call<Stub>) -> Result<Reply, Failure> {
    Err(Failure::Overloaded("the queue is full".into()))
}

async fn hello(call: Call<Stub>) -> Result<Reply, Failure> {
    assert_eq!(call.actor.permissions, PermissionSet::NONE);
    Ok(Reply::result("Hello."))
}

/// What the observer was told.
#[derive(Default)]
pub(crate) struct Watched(pub(crate) Mutex<Vec<String>>);

impl Observer for Watched {
    fn finished(&self, request: Finished<'_>) {
        let line = format!("{} {} {}", request.method, request.route, request.status);
        self.0.lock().expect("lock").push(line);
    }
}

/// The settings of the tests: time stands still.
pub(crate) fn settings() -> Settings {
    Settings::new(Arc::new(Still))
}

/// The router of the sample calls.
pub(crate) fn sample(settings: Settings) -> Router {
    router(Stub, settings, operations(), &document(&operations(), schemas()))
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {:?}", self.body))
    }

    /// Status and code, and the fields of the failures.
    pub(crate) fn fault(&self) -> String {
        let json = self.json();
        let code = json["code"].as_str().unwrap_or("-");
        let rows = json["errors"].as_array().cloned().unwrap_or_default();
        let fields: Vec<&str> = rows.iter().filter_map(|row| row["field"].as_str()).collect();
        format!("{} {code} {}", self.status.as_u16(), fields.join(" ")).trim_end().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("-", |value| value.to_str().expect("text"))
    }
}

/// Asks the router.
pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
    let body = String::from_utf8(body.to_vec()).expect("text");
    Answer { status: parts.status, headers: parts.headers, body }
}

/// A request: the line `METHOD target`, headers and a body.
pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request<Body> {
    let (method, target) = line.split_once(' ').expect("METHOD target");
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(body.into()).expect("a request");
    let peer = SocketAddr::from(([203, 0, 113, 9], 4_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Asks with the key of all permissions.
pub(crate) async fn call(line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("apiKey", KEY)];
    all.extend_from_slice(headers);
    ask(&sample(settings()), request(line, &all, body.to_owned())).await
}
