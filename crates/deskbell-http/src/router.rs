//! A request from its head to its answer, in the order of checks of api.md section 3.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use deskbell_app::idempotency;
use deskbell_core::fault::Detail;
use deskbell_core::{Actor, ActorId, Code, Fault, KeyId, PermissionSet, Scope};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::Instant;

use crate::auth::{Backend, Keys};
use crate::body;
use crate::call::Call;
use crate::condition::{self, Expected};
use crate::decode::{self, Content, Encoding, Limits, Table, values_of_path};
use crate::docs;
use crate::error::{Failure, detail};
use crate::media;
use crate::once;
use crate::operation::{Access, Answering, Conditions, Operation};
use crate::params::Params;
use crate::peer;
use crate::reply::Reply;
use crate::response::{self, Answered};
use crate::routes::Routes;
use crate::settings::{Finished, Settings};

/// Bytes that boundaries and heads of parts may have beside fields and files, where a body says how large it is.
const FRAMES: u64 = 1 << 20;

/// Where the API stands.
pub const BASE: &str = "/api/v2";

struct Edge<S> {
    state: S,
    settings: Settings,
    routes: Routes,
    calls: Vec<Prepared<S>>,
    nobody: Arc<Actor>,
    docs: docs::Pages,
}

struct Prepared<S> {
    operation: Operation<S>,
    /// Its whole path, for logs and metrics.
    route: &'static str,
    table: Table,
}

/// The router of the API, its document and its page at `/docs`. Whatever else is asked for is a 404 in the
/// shape of the API; further routes can be added to the router.
///
/// # Panics
/// If two operations have the same method and path, or one has no handler: faults of the program.
pub fn router<S: Backend>(
    state: S,
    settings: Settings,
    operations: Vec<Operation<S>>,
    document: &serde_json::Value,
) -> Router {
    let routes = Routes::new(&operations);
    let calls = operations
        .into_iter()
        .map(|operation| {
            assert!(operation.handler.is_some(), "{} has no handler", operation.id);
            let fields = Arc::clone(&operation.fields);
            let table = Table { fields, one_of: operation.one_of, bare_array: operation.bare_array };
            // A label of metrics lives as long as the program, as its router does.
            let route = format!("{BASE}{}", operation.path).leak();
            Prepared { operation, route, table }
        })
        .collect();
    let nobody = Arc::new(Actor {
        id: ActorId::Key(KeyId::NONE),
        name: String::new(),
        permissions: PermissionSet::NONE,
        scope: Scope { grants: Vec::new() },
    });
    let docs = docs::Pages::new(document);
    let edge = Arc::new(Edge { state, settings, routes, calls, nobody, docs });
    Router::new().fallback(move |request: Request| answer(Arc::clone(&edge), request))
}

async fn answer<S: Backend>(edge: Arc<Edge<S>>, request: Request) -> Response {
    let started = Instant::now();
    let request_id = response::request_id(request.headers(), &*edge.settings.context);
    let method = response::method_name(request.method());
    let head = request.method() == Method::HEAD;
    let keys = Keys::of(request.headers(), query_of(&request).as_bytes(), edge.settings.key_in_query);
    let mut route = "unmatched";
    let answered = edge.run(request, &keys, &request_id, &mut route).await;
    let response = answered.into_response(&request_id, &keys, head);
    edge.settings.observer.finished(Finished {
        route,
        method,
        status: response.status().as_u16(),
        duration: started.elapsed(),
        request_id: &request_id,
    });
    response
}

fn query_of(request: &Request) -> &str {
    request.uri().query().unwrap_or_default()
}

impl<S: Backend> Edge<S> {
    async fn run(
        &self,
        request: Request,
        keys: &Keys,
        request_id: &Arc<str>,
        route: &mut &'static str,
    ) -> Answered {
        let path = request.uri().path();
        if let Some(page) = self.docs.find(path) {
            *route = page.route();
            return match *request.method() {
                Method::GET | Method::HEAD => Answered::from(page.reply()),
                _ => Answered::method_not_allowed(HeaderValue::from_static("GET, HEAD")),
            };
        }
        let found = path.strip_prefix(BASE).and_then(|below| self.routes.find(below));
        let Some((node, ids)) = found else {
            return Fault::new(Code::NotFound, "There is nothing under this path.").into();
        };
        let Some(at) = node.call(request.method()) else {
            return Answered::method_not_allowed(node.allow());
        };
        let call = &self.calls[at];
        *route = call.route;
        let ids = ids.into_iter().map(Cow::into_owned).collect();
        match self.checked(call, request, ids, keys, request_id).await {
            Ok(answered) => answered,
            Err(failure) => failure.into(),
        }
    }

    async fn checked(
        &self,
        call: &Prepared<S>,
        request: Request,
        ids: Vec<String>,
        keys: &Keys,
        request_id: &Arc<str>,
    ) -> Result<Answered, Failure> {
        let Prepared { operation, table, .. } = call;
        let (parts, content) = request.into_parts();
        let headers = &parts.headers;
        // A body with files is larger by as much as these may have.
        let files = if operation.takes_files() && body::is_multipart(headers) {
            self.settings.upload + FRAMES
        } else {
            0
        };
        body::declared_size(headers, operation.body as u64 + files)?;

        let mut actor = self.caller(operation, keys, &parts).await?;

        if let Some(media_type) = operation.media_type()
            && !media::accepts(texts(headers, ACCEPT.as_str()), media_type)
        {
            let message = format!("The answer is {media_type}, which Accept excludes.");
            return Err(Fault::new(Code::NotAcceptable, message).into());
        }
        let encoding = body::encoding(headers)?;
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let mut gathered = match &encoding {
            Some(Encoding::Multipart(Some(boundary))) if operation.takes_files() => {
                let limits = Limits {
                    fields: operation.body,
                    file: self.settings.file,
                    files: self.settings.upload,
                    time: self.settings.body_time,
                };
                let received = decode::receive(content, boundary, table, limits, || self.state.spool());
                let content = Content::Parts(received.await?);
                // It may have taken long, and rights may have changed meanwhile.
                actor = self.caller(operation, keys, &parts).await?;
                decode::gather_from(table, query, content, encoding.as_ref())?
            }
            _ => {
                let body = body::read(content, operation.body, self.settings.body_time).await?;
                body::needs_encoding(&body, encoding.as_ref())?;
                decode::gather(table, query, &body, encoding.as_ref())?
            }
        };
        if let Some(map) = operation.open
            && gathered.has_unknown()
        {
            let known = self.state.open_names(&actor).await?;
            gathered.adopt(table, map, &known);
        }
        let drafts = gathered.settle(table, refused_headers(headers, operation))?;
        drafts.permit(table, &actor)?;

        let (path, mut wrong) = values_of_path(operation.path_names(), &ids);
        let expected = self.expected(headers, operation, &mut wrong)?;
        let key = if operation.method == Method::GET { None } else { once::key(headers, &mut wrong) };
        let params = drafts.values(table, operation.check, wrong)?;
        if operation.conditions == Conditions::IfMatch && expected.is_none() && self.settings.require_if_match
        {
            let message = "This server asks for If-Match: send the version that the change is meant for.";
            return Err(Fault::new(Code::PreconditionRequired, message).into());
        }

        let key = key.map(|key| (key, meaning(operation, &path, expected.as_ref(), &params)));
        let last_event = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?").to_owned());
        let state = self.state.clone();
        let request_id = Arc::clone(request_id);
        let head = parts.method == Method::HEAD;
        let file_limit = self.settings.file;
        let call =
            Call { state, actor, params, request_id, head, file_limit, path, expected, last_event, key };
        let Some(handler) = &operation.handler else { return Err(Failure::internal("no handler")) };
        let reply = match parts.method {
            Method::GET | Method::HEAD => caught(handler(call)).await?,
            // A write is finished even if the caller has gone meanwhile.
            _ => match tokio::spawn(handler(call)).await {
                Ok(reply) => reply?,
                Err(error) => return Err(Failure::internal(error)),
            },
        };
        Ok(conditional(reply, headers, operation.conditions).into())
    }

    /// Who calls, with the permission of the call.
    async fn caller(
        &self,
        operation: &Operation<S>,
        keys: &Keys,
        parts: &http::request::Parts,
    ) -> Result<Arc<Actor>, Failure> {
        if operation.access == Access::Open {
            return Ok(Arc::clone(&self.nobody));
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
        let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let from = peer::caller(peer, &parts.headers, &self.settings.trusted_proxies);
        let actor = self.state.authenticate(keys.single()?, from).await?;
        if let Access::Needs(permission) = operation.access {
            actor.require(permission)?;
        }
        Ok(actor)
    }

    /// What `If-Match` says. A value that cannot be read goes to the wrong values.
    fn expected(
        &self,
        headers: &HeaderMap,
        operation: &Operation<S>,
        wrong: &mut Vec<Detail>,
    ) -> Result<Option<Expected>, Failure> {
        if operation.conditions != Conditions::IfMatch || !headers.contains_key(IF_MATCH) {
            return Ok(None);
        }
        let expected = Expected::parse(texts(headers, IF_MATCH.as_str()));
        if expected.is_none() {
            let message =
                "If-Match must be a version in quotation marks such as \"7\", several of them, or *.";
            wrong.push(detail("If-Match", Code::InvalidParameter, message));
        }
        Ok(expected)
    }
}

/// A hash of what a request means, the same however it is written.
fn meaning<S>(
    operation: &Operation<S>,
    path: &[(&'static str, i64)],
    expected: Option<&Expected>,
    params: &Params,
) -> [u8; 32] {
    let mut texts = vec![operation.id.to_owned(), format!("{expected:?}")];
    texts.extend(path.iter().map(|(_, id)| id.to_string()));
    texts.extend(params.meaning());
    idempotency::fingerprint(texts.iter().map(String::as_str))
}

/// The values of a header; one that is no ASCII text reads as `?`, which no rule accepts.
fn texts<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> + use<'h> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"))
}

/// Headers of safe writes that the call does not take are refused, never ignored.
fn refused_headers<S>(headers: &HeaderMap, operation: &Operation<S>) -> Vec<Detail> {
    let reads = operation.method == Method::GET;
    let refused = [
        (once::NAME, reads),
        ("If-Match", operation.conditions != Conditions::IfMatch),
        ("If-None-Match", !reads),
    ];
    refused
        .into_iter()
        .filter(|(name, refused)| *refused && headers.contains_key(*name))
        .map(|(name, _)| {
            detail(name, Code::InvalidParameter, format!("This call does not support the header {name}."))
        })
        .collect()
}

/// 304 where the caller has what the reply shows.
fn conditional(reply: Reply, headers: &HeaderMap, conditions: Conditions) -> Reply {
    let etag = reply.headers.get(http::header::ETAG).and_then(|etag| etag.to_str().ok());
    let known = conditions == Conditions::IfNoneMatch
        && reply.status == StatusCode::OK
        && etag.is_some_and(|etag| condition::names_tag(texts(headers, IF_NONE_MATCH.as_str()), etag));
    if !known {
        return reply;
    }
    let mut same = reply;
    same.headers.remove(CONTENT_TYPE);
    same.headers.remove(CONTENT_LENGTH);
    same.body = crate::reply::Content::Stream(Body::empty());
    same.status(StatusCode::NOT_MODIFIED)
}

/// Runs a handler here; a panic in it is a failure like others.
async fn caught(mut answering: Answering) -> Result<Reply, Failure> {
    std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                Poll::Ready(Err(Failure::internal(format!("panic: {}", text.unwrap_or("no text")))))
            }
        }
    })
    .await
}
