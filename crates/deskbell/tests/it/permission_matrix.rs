//! The permission matrix, made from the router's own table: every operation x every permission, and every operation
//! that names something x own and foreign brand and group. An operation without an example here fails the suite.

use deskbell_app::Desk;
use deskbell_core::{Limit, Permission};
use deskbell_http::{Access, Operation};
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};

/// What an operation is about, and so which limits hide it.
#[derive(Clone, Copy, PartialEq)]
enum About {
    /// A ticket: hidden by brand and by group.
    Ticket,
    /// Something that was made for a brand and a group: hidden by both.
    Limited,
    /// Something of a brand: hidden by brand alone.
    OfBrand,
    /// A group or its members: hidden by group.
    OfGroup,
    /// Nothing that limits hide.
    Nothing,
}

/// A good call of an operation.
struct Example {
    about: About,
    path: String,
    body: Value,
}

/// Two brands and two groups; what examples name is in the first ones.
struct World<'d> {
    desk: &'d TestDesk,
    admin: Client,
    brands: [i64; 2],
    groups: [i64; 2],
    number: std::cell::Cell<u32>,
}

impl World<'_> {
    fn fresh(&self) -> String {
        self.number.set(self.number.get() + 1);
        format!("n{}", self.number.get())
    }

    fn made(&self, path: &str, name: &str, body: Value) -> i64 {
        self.admin.post(path, body).expect(200)[name].as_i64().expect("an id")
    }

    fn ticket(&self) -> i64 {
        self.desk
            .ticket(json!({"brandID": self.brands[0], "assignedGroupID": self.groups[0], "title": "Matrix"}))
    }

    fn customer(&self) -> (i64, String) {
        let external = self.fresh();
        let body = json!({"brand_id": self.brands[0], "primary_id": external, "firstname": "M",
            "channel_id": "email", "customer_link_channel": format!("{external}@mail.example")});
        (self.made("/customer", "customerID", body), external)
    }

    fn user(&self) -> i64 {
        let login = self.fresh();
        let body = json!({"name": login, "firstname": "M", "lastname": "M", "email": format!("{login}@desk.example"),
            "groups": [self.groups[0]]});
        self.made("/user", "userID", body)
    }

    /// A message that waits for its time.
    fn scheduled(&self) -> i64 {
        let body = json!({"ticketID": self.ticket(), "type": 4, "message": "x", "sendAt": "2030-01-01"});
        self.made("/message", "messageID", body)
    }

    fn webhook(&self) -> i64 {
        let body = json!({"url": "https://hook.example", "events": ["ticket.changed"], "brandIDs": [self.brands[0]],
            "groupIDs": [self.groups[0]]});
        self.made("/webhook", "webhookID", body)
    }

    /// A key that may do nothing: whoever lacks a permission does not change one that has it.
    fn key(&self) -> i64 {
        let scope = (Limit::only([self.brands[0]]), Limit::only([self.groups[0]]));
        self.desk.limited_key("", scope.0, scope.1).id.0
    }

    /// A good call of the operation, about things made for it.
    fn example(&self, operation: &str) -> Example {
        use About::{Limited, Nothing, OfBrand, OfGroup, Ticket};
        let none = || json!(null);
        let (about, path, body) = match operation {
            "ticketList" => (Nothing, "/ticket".into(), none()),
            "ticketCreate" => (Nothing, "/ticket".into(), json!({"title": "x"})),
            "ticketGet" => (Ticket, format!("/ticket/{}", self.ticket()), none()),
            "ticketChanges" => (Ticket, format!("/ticket/{}/changes", self.ticket()), none()),
            "ticketUpdate" => (Ticket, format!("/ticket/{}", self.ticket()), json!({"title": "New"})),
            "ticketDelete" => (Ticket, format!("/ticket/{}", self.ticket()), none()),
            "ticketDeleteMulti" => (Ticket, "/ticket/multi".into(), json!([self.ticket()])),
            "ticketSetStatus" => {
                (Ticket, "/ticket/setStatus".into(), json!({"status": "open", "ticketIDs": [self.ticket()]}))
            }
            "ticketSetPriority" => (
                Ticket,
                "/ticket/setPriority".into(),
                json!({"priority": "high", "ticketIDs": [self.ticket()]}),
            ),
            "ticketUnlinkCustomer" => {
                (Ticket, "/ticket/unlinkCustomerFromTicket".into(), json!({"ticketID": self.ticket()}))
            }
            "ticketBatch" => {
                let actions = json!([{"actionType": "setTitle", "value": "New"}]);
                (
                    Ticket,
                    "/ticket/batch".into(),
                    json!({"TicketIDs": self.ticket().to_string(), "actions": actions}),
                )
            }
            "ticketSolveUnfinished" => (Nothing, "/ticket/solveUnfinishedTickets".into(), none()),
            "ticketUndo" => (Nothing, "/ticket/undo".into(), json!({"batchID": "none"})),
            "jobList" => (Nothing, "/job".into(), none()),
            "jobGet" => (Nothing, "/job/999999".into(), none()),
            "jobResults" => (Nothing, "/job/999999/results".into(), none()),
            "jobCancel" => (Nothing, "/job/999999".into(), none()),
            "changesStream" => (Nothing, "/changes/stream".into(), none()),
            "changesList" => (Nothing, "/changes".into(), none()),
            "customerList" => (Nothing, "/customer".into(), none()),
            "customerCreate" => (Nothing, "/customer".into(), json!({"firstname": "M"})),
            "customerGet" => (OfBrand, format!("/customer/{}", self.customer().0), none()),
            "customerUpdate" => {
                (OfBrand, format!("/customer/{}", self.customer().0), json!({"firstname": "N"}))
            }
            "customerDelete" => (OfBrand, format!("/customer/{}", self.customer().0), none()),
            "customerUpdateByExternalID" => {
                let body = json!({"brandID": self.brands[0], "externalPrimaryID": self.customer().1, "firstname": "N"});
                (Nothing, "/customer/updateCustomer".into(), body)
            }
            "customerAddChannel" => {
                let body = json!({"brandID": self.brands[0], "externalPrimaryID": self.customer().1,
                    "extra_email": format!("{}@mail.example", self.fresh())});
                (Nothing, "/customer/addchannelonly".into(), body)
            }
            "customerRemoveChannel" => {
                let (id, external) = self.customer();
                let body = json!({"customerID": id, "channel_id": "email", "address": format!("{external}@mail.example")});
                (OfBrand, "/customer/itemChannel".into(), body)
            }
            "customerSearchByExternalID" => {
                (Nothing, "/customer/searchByPrimaryExternalId".into(), json!({"externalPrimaryID": "none"}))
            }
            "messageCreate" => {
                (Ticket, "/message".into(), json!({"type": "0", "message": "x", "ticketID": self.ticket()}))
            }
            "messageChatbot" => (Nothing, "/message/chatbot".into(), json!({"message": "x"})),
            "messageGet" => (Ticket, format!("/message/{}", self.scheduled()), none()),
            "messageDelete" => (Ticket, format!("/message/{}", self.scheduled()), none()),
            "brandList" => (Nothing, "/brand".into(), none()),
            "brandCreate" => (Nothing, "/brand".into(), json!({"name": self.fresh()})),
            "brandGet" => (OfBrand, format!("/brand/{}", self.brands[0]), none()),
            "brandUpdate" => {
                (OfBrand, format!("/brand/{}", self.brands[0]), json!({"signature": self.fresh()}))
            }
            "brandDelete" => (
                Nothing,
                format!("/brand/{}", self.made("/brand", "brandID", json!({"name": self.fresh()}))),
                none(),
            ),
            "groupList" => (Nothing, "/group".into(), none()),
            "groupCreate" => (Nothing, "/group".into(), json!({"name": self.fresh()})),
            "groupGet" => (OfGroup, format!("/group/{}", self.groups[0]), none()),
            "groupUpdate" => (OfGroup, format!("/group/{}", self.groups[0]), json!({"name": self.fresh()})),
            "groupDelete" => (
                Nothing,
                format!("/group/{}", self.made("/group", "groupID", json!({"name": self.fresh()}))),
                none(),
            ),
            "channelList" => (Nothing, "/channel".into(), none()),
            "channelCreate" => (Nothing, "/channel".into(), json!({"name": self.fresh()})),
            "channelGet" => (Nothing, "/channel/1".into(), none()),
            "channelUpdate" | "channelDelete" => {
                let id = self.made("/channel", "channelID", json!({"name": self.fresh()}));
                let body = if operation == "channelUpdate" { json!({"icon": "star"}) } else { none() };
                (Nothing, format!("/channel/{id}"), body)
            }
            "userList" => (Nothing, "/user".into(), none()),
            "userCreate" => {
                let login = self.fresh();
                let body = json!({"name": login, "firstname": "M", "lastname": "M", "email": format!("{login}@desk.example")});
                (Nothing, "/user".into(), body)
            }
            "userGet" => (OfGroup, format!("/user/{}", self.user()), none()),
            "userUpdate" => (OfGroup, format!("/user/{}", self.user()), json!({"firstname": "N"})),
            "userDelete" => (OfGroup, format!("/user/{}", self.user()), none()),
            "webhookList" => (Nothing, "/webhook".into(), none()),
            "webhookCreate" => {
                let body = json!({"url": "https://hook.example", "events": ["ticket.changed"]});
                (Nothing, "/webhook".into(), body)
            }
            "webhookGet" | "webhookDelete" => (Limited, format!("/webhook/{}", self.webhook()), none()),
            "webhookUpdate" => (Limited, format!("/webhook/{}", self.webhook()), json!({"active": false})),
            "webhookTest" => (Limited, format!("/webhook/{}/test", self.webhook()), none()),
            "webhookRotate" => (Limited, format!("/webhook/{}/rotate", self.webhook()), none()),
            "webhookReplay" => {
                (Limited, format!("/webhook/{}/replay", self.webhook()), json!({"after": "0"}))
            }
            "webhookDeliveries" => (Limited, format!("/webhook/{}/delivery", self.webhook()), none()),
            "keyList" => (Nothing, "/key".into(), none()),
            "keyCreate" => {
                (Nothing, "/key".into(), json!({"name": self.fresh(), "permissions": ["SETTINGS_CRUD"]}))
            }
            "keyGet" | "keyDelete" => (Limited, format!("/key/{}", self.key()), none()),
            "keyUpdate" => (Limited, format!("/key/{}", self.key()), json!({"name": self.fresh()})),
            "keyRotate" => (Limited, format!("/key/{}/rotate", self.key()), none()),
            unknown => panic!("the operation {unknown} has no example in the permission matrix"),
        };
        Example { about, path, body }
    }
}

fn call(client: &Client, operation: &Operation<Desk>, example: &Example) -> Seen {
    match &example.body {
        Value::Null => client.send(client.request(operation.method().clone(), &example.path), ""),
        body => client.json(operation.method().clone(), &example.path, body.clone()),
    }
}

fn world(desk: &TestDesk) -> World<'_> {
    let brands = [desk.brand("Ours"), desk.brand("Theirs")];
    let groups = [desk.group("First"), desk.group("Second")];
    World { desk, admin: desk.admin(), brands, groups, number: std::cell::Cell::new(0) }
}

/// What a good call of the example needs: the permission of the operation, and for the batch that of its action.
fn rights(operation: &Operation<Desk>, needed: Permission) -> String {
    let action = if operation.id() == "ticketBatch" { ",TICKET_UPDATE" } else { "" };
    format!("{needed}{action}")
}

/// The operations that ask for a permission; the others say in their table whom they are for.
fn gated() -> Vec<(Operation<Desk>, Permission)> {
    let all = deskbell_http::v2::operations();
    all.into_iter()
        .filter_map(|o| if let Access::Needs(p) = o.access() { Some((o, p)) } else { None })
        .collect()
}

both_engines! {
    fn every_operation_needs_its_permission_and_no_other(desk: TestDesk) {
        let world = world(&desk);
        let keys: Vec<(Permission, Client)> =
            Permission::ALL.iter().map(|p| (*p, desk.key(p.as_str()))).collect();
        for (operation, needed) in gated() {
            let id = operation.id();
            let good = world.example(id);
            call(&desk.nobody(), &operation, &good).refused(401, "unauthenticated", &[""]);
            for (permission, key) in keys.iter().filter(|(p, _)| *p != needed) {
                let seen = call(key, &operation, &good).refused(403, "forbidden", &[""]);
                let message = seen["message"].as_str().expect("text");
                assert!(message.contains(needed.as_str()), "{id} with {permission}: {message}");
            }
            let seen = call(&desk.key(&rights(&operation, needed)), &operation, &good);
            assert_eq!(seen.status.as_u16(), 200, "{id} with {needed}: {}", seen.text);
        }
    }

    fn every_write_that_is_sent_again_under_its_key_is_answered_as_before(desk: TestDesk) {
        let (world, key) = (world(&desk), desk.admin());
        let mut seen = Vec::new();
        for operation in deskbell_http::v2::operations() {
            let method = operation.method().clone();
            if method == Method::GET {
                continue;
            }
            let example = world.example(operation.id());
            let send = || {
                let request = key.request(method.clone(), &example.path).header("idempotency-key", operation.id());
                match &example.body {
                    Value::Null => key.send(request, ""),
                    body => key.send(request.header("content-type", "application/json"), body.to_string()),
                }
            };
            let (first, second) = (send(), send());
            let replayed = second.headers.contains_key("idempotency-replayed");
            if replayed {
                let mut first = first;
                // Of the secret of a key only a hash is kept: it is told once.
                if let Some(secret) = first.json["key"].as_str() {
                    assert!(matches!(operation.id(), "keyCreate" | "keyRotate"), "{}", operation.id());
                    first.text = first.text.replacen(&format!(",\"key\":\"{secret}\""), "", 1);
                }
                assert_eq!((second.status, second.text), (first.status, first.text), "{}", operation.id());
            } else {
                seen.push((operation.id(), first.status.as_u16()));
            }
        }
        // What was refused is kept for nobody, the search reads, and a test of an endpoint is always a new one.
        assert_eq!(seen, [("ticketUndo", 404), ("customerSearchByExternalID", 200), ("jobCancel", 404), ("webhookTest", 200)]);
    }

    fn what_is_for_any_key_asks_for_a_key_and_for_no_permission(desk: TestDesk) {
        let (world, key) = (world(&desk), desk.key(""));
        let mut seen = Vec::new();
        for operation in deskbell_http::v2::operations() {
            if matches!(operation.access(), Access::AnyKey(_)) {
                let example = world.example(operation.id());
                call(&desk.nobody(), &operation, &example).refused(401, "unauthenticated", &[""]);
                let status = call(&key, &operation, &example).status.as_u16();
                seen.push((operation.id(), status));
            }
        }
        // Neither that batch nor that job is there.
        let expected =
            [("ticketUndo", 404), ("jobList", 200), ("jobGet", 404), ("jobResults", 404), ("jobCancel", 404)];
        assert_eq!(seen, expected);
    }

    fn every_operation_is_blind_outside_the_limits_of_the_key(desk: TestDesk) {
        let world = world(&desk);
        let only = |id: i64| Limit::only([id]);
        let ([our_brand, their_brand], [our_group, their_group]) = (world.brands, world.groups);
        for (operation, needed) in gated() {
            let about = world.example(operation.id()).about;
            let cases = [
                (only(our_brand), Limit::All, true),
                (Limit::All, only(our_group), true),
                (only(our_brand), only(our_group), true),
                (only(their_brand), Limit::All, !matches!(about, About::Ticket | About::Limited | About::OfBrand)),
                (Limit::All, only(their_group), !matches!(about, About::Ticket | About::Limited | About::OfGroup)),
                (only(our_brand), only(their_group), !matches!(about, About::Ticket | About::Limited | About::OfGroup)),
                (only(their_brand), only(our_group), !matches!(about, About::Ticket | About::Limited | About::OfBrand)),
            ];
            for (brands, groups, visible) in cases.into_iter().filter(|_| about != About::Nothing) {
                let example = world.example(operation.id());
                let key = desk.limited_key(&rights(&operation, needed), brands.clone(), groups.clone());
                let seen = call(&key, &operation, &example);
                let place = format!("{} under {brands:?} {groups:?}: {}", operation.id(), seen.text);
                // A customer named in a body is a reference, and not the thing that the path asks for.
                let (status, code) = match (visible, operation.id()) {
                    (true, _) => (200, None),
                    (false, "customerRemoveChannel") => (400, Some("unknown_reference")),
                    (false, _) => (404, Some("not_found")),
                };
                assert_eq!((seen.status.as_u16(), seen.json["code"].as_str()), (status, code), "{place}");
            }
        }
    }

    fn what_is_hidden_is_refused_in_the_words_for_what_is_missing(desk: TestDesk) {
        let world = world(&desk);
        for (operation, needed) in gated() {
            let example = world.example(operation.id());
            if example.about != About::Ticket {
                continue;
            }
            let key = desk.limited_key(&rights(&operation, needed), Limit::only([world.brands[1]]), Limit::All);
            let hidden = call(&key, &operation, &example);
            let id = example.path.rsplit('/').find_map(|id| id.parse::<i64>().ok());
            let id = id.unwrap_or_else(|| {
                let text = example.body.to_string();
                text.split(|c: char| !c.is_ascii_digit()).rfind(|n| !n.is_empty()).expect("an id").parse().expect("an id")
            });
            let text = |id: i64| id.to_string();
            let missing = Example {
                about: example.about,
                path: example.path.replace(&text(id), "999999"),
                body: serde_json::from_str(&example.body.to_string().replace(&text(id), "999999")).expect("JSON"),
            };
            let seen = call(&key, &operation, &missing);
            let plain = |seen: &Seen| {
                let mut json = seen.json.clone();
                for varying in ["requestID", "batchID"] {
                    json.as_object_mut().map(|o| o.remove(varying));
                }
                json.to_string()
            };
            assert_eq!(seen.status, hidden.status, "{}", operation.id());
            assert_eq!(plain(&hidden).replace(&text(id), "999999"), plain(&seen), "{}", operation.id());
        }
    }

    fn fields_and_actions_need_their_own_permission_as_well(desk: TestDesk) {
        let world = world(&desk);
        let mut checked = 0;
        for (operation, needed) in gated() {
            let key = desk.key(needed.as_str());
            for field in operation.own_fields() {
                if let Some(permission) = field.permission() {
                    let mut example = world.example(operation.id());
                    example.body[field.name()] = json!("nonsense");
                    let seen = call(&key, &operation, &example).refused(403, "forbidden", &[field.name()]);
                    assert!(seen["message"].as_str().is_some_and(|m| m.contains(permission.as_str())), "{seen}");
                    checked += 1;
                }
                for action in field.action_types().iter().filter(|a| a.permission != needed) {
                    let mut example = world.example(operation.id());
                    example.body[field.name()] = json!([{"actionType": action.name, "value": "nonsense"}]);
                    let seen = call(&key, &operation, &example).expect(403);
                    assert!(seen["message"].as_str().is_some_and(|m| m.contains(action.permission.as_str())), "{seen}");
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 20, "one status field and nineteen types of action");
    }
}

#[test]
fn every_operation_says_who_may_call_it() {
    for operation in deskbell_http::v2::operations() {
        let open = matches!(operation.access(), Access::AnyKey(rule) if rule.is_empty());
        assert!(!open && operation.access() != Access::Open, "{} names nobody", operation.id());
        assert_ne!(operation.method(), Method::PATCH, "{}", operation.id());
    }
}
