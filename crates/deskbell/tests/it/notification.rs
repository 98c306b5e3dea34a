//! What users are told of tickets: why, once, and only of what the caller may see.

use std::sync::Arc;

use deskbell_app::message::{self, Content, Incoming};
use deskbell_app::notification::{self, Wish};
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::{Lane, Settings, Work, demo, ticket};
use deskbell_core::{Actor, ActorId, ChannelId, Limit, Permission, TicketId, UserId};
use deskbell_db::Urgency;
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::do_as_system;
use crate::races::{crowd, node};

/// The customer writes in a ticket; the ticket where that stands.
fn receive(desk: &TestDesk, ticket: i64) -> i64 {
    let new = Incoming {
        ticket: TicketId(ticket),
        channel: ChannelId(1),
        from: ("anna@x.example".into(), "Anna".into()),
        to: ("help@desk.example".into(), String::new()),
        cc: String::new(),
        content: Content::new(desk.desk.engine(), "Hello?".into(), ""),
        external_id: String::new(),
    };
    do_as_system(desk, move |work| message::receive(work, &new)).ticket.0
}

/// A user as the caller of use cases.
fn person(user: i64) -> Arc<Actor> {
    Arc::new(Actor { id: ActorId::User(UserId(user)), name: "ann".into(), ..Actor::system() })
}

/// A user changes a ticket.
fn change_as(desk: &TestDesk, user: i64, ticket: i64, change: &Change) {
    let edits = [Edit::new("test", change.clone())];
    let job = move |work: &mut Work<'_, '_>| {
        ticket::update::update(work, Permission::TicketUpdate, TicketId(ticket), &edits, |_| true)
    };
    desk.desk.write_blocking(Urgency::Interactive, &person(user), "test", job).expect("changed");
}

fn assign(key: &Client, ticket: i64, user: i64) -> Value {
    key.put(&format!("/ticket/{ticket}"), json!({"assignedUserID": user})).expect(200)
}

fn batch(key: &Client, ids: &[i64], kind: &str, value: Value) -> Value {
    key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": kind, "value": value}]}))
        .expect(200)
}

/// A page of what a user is told, without marking it.
fn look(key: &Client, user: i64, more: &str) -> Value {
    key.get(&format!("/notification?userID={user}&markRead=false&itemLimit=9999{more}")).expect(200)
}

/// What a user is told: why and of which ticket, newest first.
fn told(key: &Client, user: i64) -> Vec<(String, i64)> {
    let answer = look(key, user, "");
    let items = answer["items"].as_array().expect("items");
    assert_eq!(answer["itemTotal"], items.len(), "{answer}");
    items
        .iter()
        .map(|n| (n["type"].as_str().expect("text").to_owned(), n["ticket_id"].as_i64().expect("an id")))
        .collect()
}

fn owned(all: &[(&str, i64)]) -> Vec<(String, i64)> {
    all.iter().map(|(kind, id)| ((*kind).to_owned(), *id)).collect()
}

fn unread(key: &Client, user: i64) -> i64 {
    look(key, user, "&unread=true")["itemTotal"].as_i64().expect("a number")
}

both_engines! {
    fn a_user_is_told_of_a_ticket_that_somebody_else_gives_it(desk: TestDesk) {
        let (key, ann, bob) = (desk.admin(), desk.user("ann"), desk.user("bob"));
        let made = desk.ticket(json!({"title": "Made", "assignedUserID": ann}));
        let put = desk.ticket(json!({"title": "Put"}));
        assign(&key, put, ann);
        assign(&key, put, ann);
        let many = [desk.ticket(json!({})), desk.ticket(json!({}))];
        batch(&key, &many, "assignUser", json!(ann));
        assert_eq!(told(&key, ann), owned(&[("assigned", many[1]), ("assigned", many[0]), ("assigned", put), ("assigned", made)]));
        let first = look(&key, ann, "&itemStart=3")["items"][0].clone();
        assert_eq!(first, json!({"id": first["id"], "user_id": ann, "type": "assigned", "ticket_id": made, "title": "Made", "message_id": 0,
            "initiated_by": "api: Tests", "is_read": false, "read_at": null, "created_at": "2026-11-25 12:00:00", "last_update": "2026-11-25 12:00:00", "version": 1}));
        // The title is that of now. Taking it away is no news; neither is another change.
        key.put(&format!("/ticket/{made}"), json!({"title": "Made up", "priority": "high"})).expect(200);
        assign(&key, put, 0);
        assert_eq!(look(&key, ann, "&itemStart=3")["items"][0]["title"], "Made up");
        assert_eq!(told(&key, ann).len(), 4);
        // What it does itself it knows; what it gives to somebody else is news there.
        change_as(&desk, ann, put, &Change::User(UserId(ann)));
        assert_eq!(told(&key, ann).len(), 4);
        change_as(&desk, ann, put, &Change::User(UserId(bob)));
        assert_eq!(told(&key, bob), owned(&[("assigned", put)]));
        assert_eq!(look(&key, bob, "")["items"][0]["initiated_by"], "user: ann");
    }

    fn a_user_is_told_of_customers_of_waking_and_of_what_follows_up(desk: TestDesk) {
        let (key, ann) = (desk.admin(), desk.user("ann"));
        let id = desk.ticket(json!({"from": "anna@x.example"}));
        receive(&desk, id);
        assert_eq!(told(&key, ann), []);
        change_as(&desk, ann, id, &Change::User(UserId(ann)));
        receive(&desk, id);
        assert_eq!(told(&key, ann), owned(&[("message", id)]));
        let message = look(&key, ann, "")["items"][0]["message_id"].to_string();
        assert_eq!(key.get(&format!("/message/{message}")).expect(200)["item"]["ticket_id"], id);
        // What the desk says is no news, and a note is none.
        for kind in ["0", "4"] {
            key.post("/message", json!({"ticketID": id, "type": kind, "message": "x"})).expect(200);
        }
        // Time wakes it, or somebody else, or the customer, whose message is what is told.
        let snooze = |time: &str| batch(&key, &[id], "snooze", json!(time));
        snooze("2026-11-25 12:01:00");
        snooze("2026-11-25 12:02:00");
        desk.advance(120);
        desk.block_on(desk.desk.wake_snoozed()).expect("woken");
        assert_eq!(told(&key, ann)[..1], owned(&[("woken", id)]));
        snooze("2026-12-01");
        change_as(&desk, ann, id, &Change::Snooze(None));
        assert_eq!(told(&key, ann).len(), 2, "by herself");
        snooze("2026-12-01");
        snooze("");
        assert_eq!(told(&key, ann).len(), 3);
        snooze("2026-12-01");
        receive(&desk, id);
        assert_eq!(told(&key, ann), owned(&[("message", id), ("woken", id), ("woken", id), ("message", id)]));
        // Closed, the customer's next message stands in another ticket, which is nobody's yet.
        key.put(&format!("/ticket/{id}"), json!({"status": "closed"})).expect(200);
        let next = receive(&desk, id);
        assert_ne!(next, id);
        assert_eq!(told(&key, ann)[..1], owned(&[("follow_up", next)]));
        assert_eq!(desk.item(next)["assigned_user_id"], 0);
        // Who has left is told nothing.
        key.delete(&format!("/user/{ann}")).expect(200);
        receive(&desk, id);
        key.put(&format!("/user/{ann}"), json!({"active": true})).expect(200);
        assert_eq!(told(&key, ann).len(), 5);
    }

    fn reading_the_list_marks_what_it_shows(desk: TestDesk) {
        let (key, ann, bob) = (desk.admin(), desk.user("ann"), desk.user("bob"));
        let ids: Vec<i64> = (0..5).map(|n| desk.ticket(json!({"title": format!("Lämp {n}"), "assignedUserID": ann}))).collect();
        desk.ticket(json!({"assignedUserID": bob}));
        assert_eq!(unread(&key, ann), 5, "looking at the total marks nothing");
        key.get(&format!("/notification?userID={ann}&itemLimit=0")).expect(200);
        assert_eq!(unread(&key, ann), 5);
        let head = key.send(key.request(Method::HEAD, &format!("/notification?userID={ann}")), "");
        assert_eq!((head.status.as_u16(), unread(&key, ann)), (200, 5), "who sees nothing marks nothing");
        desk.advance(60);
        let shown = key.get(&format!("/notification?userID={ann}&itemLimit=2")).expect(200);
        let flags: Vec<&Value> = shown["items"].as_array().expect("items").iter().map(|n| &n["is_read"]).collect();
        assert_eq!((flags, &shown["itemTotal"]), (vec![&json!(false); 2], &json!(5)), "as they were");
        assert_eq!((unread(&key, ann), unread(&key, bob)), (3, 1));
        let read = look(&key, ann, "")["items"][0].clone();
        assert_eq!(json!([read["is_read"], read["read_at"], read["last_update"], read["created_at"], read["version"]]),
            json!([true, "2026-11-25 12:01:00", "2026-11-25 12:01:00", "2026-11-25 12:00:00", 2]));
        // Page by page, while what is seen leaves the list of what was not, and something new comes.
        let mut seen = Vec::new();
        let mut more = String::new();
        loop {
            let page = key.get(&format!("/notification?userID={ann}&unread=true&itemLimit=1{more}")).expect(200);
            seen.push(page["items"][0]["ticket_id"].as_i64().expect("an id"));
            if seen.len() == 1 {
                desk.ticket(json!({"assignedUserID": ann}));
            }
            let Some(cursor) = page["nextCursor"].as_str() else { break };
            more = format!("&cursor={cursor}");
        }
        assert_eq!(seen, [ids[2], ids[1], ids[0]]);
        assert_eq!(unread(&key, ann), 1);
        // By words of the title, or the number of the ticket.
        let found = |query: &str| look(&key, ann, &format!("&query={query}"))["items"].as_array().expect("items").iter().map(|n| n["ticket_id"].as_i64().expect("an id")).collect::<Vec<_>>();
        assert_eq!(found("LAMP%203"), [ids[3]]);
        // 2 stands in the title of the third.
        assert_eq!((ids[1], found("2")), (2, vec![ids[2], ids[1]]));
        assert_eq!(found("lamp").len(), 5);
        assert_eq!(look(&key, ann, "&query=lamp&itemStart=4")["items"][0]["ticket_id"], ids[0]);
        assert_eq!(json!([look(&key, ann, "&query=nothing")["itemTotal"], look(&key, ann, "&query=nothing")["items"]]), json!([0, []]));
        let paged = key.get(&format!("/notification?userID={ann}&markRead=false&query=lamp&itemLimit=3")).expect(200);
        let cursor = paged["nextCursor"].as_str().expect("a cursor");
        let rest = key.get(&format!("/notification?userID={ann}&markRead=false&query=lamp&itemLimit=3&cursor={cursor}")).expect(200);
        assert_eq!((&paged["itemTotal"], rest["items"].as_array().map(Vec::len), &rest["nextCursor"]), (&json!(5), Some(2), &Value::Null));
        // A cursor is of its own list.
        key.get(&format!("/notification?userID={bob}&query=lamp&cursor={cursor}")).refused(400, "invalid_parameter", &["cursor"]);
        key.get(&format!("/notification?userID={ann}&query=lamp&itemStart=1&cursor={cursor}")).refused(400, "invalid_parameter", &["itemStart"]);
        key.get(&format!("/notification?userID={ann}&cursor=abc")).refused(400, "invalid_parameter", &["cursor"]);
    }

    fn one_notification_is_read_and_marked(desk: TestDesk) {
        let (key, ann) = (desk.key("SETTINGS_CRUD"), desk.user("ann"));
        desk.ticket(json!({"title": "T", "assignedUserID": ann}));
        let item = look(&key, ann, "")["items"][0].clone();
        let path = format!("/notification/{}", item["id"]);
        let answer = key.get(&path);
        assert_eq!(answer.json["item"], item);
        assert_eq!(unread(&key, ann), 1, "looking at one marks nothing");
        let again = key.send(key.request(Method::GET, &path).header("if-none-match", answer.header("etag")), "");
        assert_eq!(again.status, 304);
        let set = || {
            let request = key.request(Method::PUT, "/notification/setIsRead").header("idempotency-key", "read-1");
            key.send(request.header("content-type", "application/json"), json!({"id": item["id"]}).to_string())
        };
        let first = set();
        assert_eq!((first.status.as_u16(), &first.json["message"], &first.json["notificationID"]), (200, &json!("Notification marked as read."), &item["id"]));
        let replayed = set();
        assert_eq!((replayed.header("idempotency-replayed"), &replayed.text), ("true", &first.text));
        let read = key.get(&path).expect(200)["item"].clone();
        desk.advance(60);
        key.put("/notification/setIsRead", json!({"id": item["id"]})).expect(200);
        key.get(&format!("/notification?userID={ann}")).expect(200);
        assert_eq!(key.get(&path).expect(200)["item"], read, "once");
        assert_eq!((&read["version"], &read["is_read"]), (&json!(2), &json!(true)));
        for wrong in [0, 999] {
            let status = if wrong == 0 { (400, "invalid_parameter", "id") } else { (404, "not_found", "") };
            key.put("/notification/setIsRead", json!({"id": wrong})).refused(status.0, status.1, &[status.2]);
        }
        key.get("/notification/999").refused(404, "not_found", &[""]);
        key.put("/notification/setIsRead", json!({})).refused(400, "missing_parameter", &["id"]);
        key.get("/notification").refused(400, "missing_parameter", &["userID"]);
        key.get("/notification?userID=99").refused(400, "unknown_reference", &["userID"]);
        key.get("/notification/setIsRead").expect(405);
        // A user needs no name, and sees its own alone.
        let bob = desk.user("bob");
        desk.ticket(json!({"assignedUserID": bob}));
        let list = |me: i64, of: Option<i64>| {
            let wish = Wish { user: of.map(UserId), unread: false, paging: deskbell_app::item::Paging::default(), after: None };
            desk.desk.read_blocking(Lane::List, &person(me), move |tx, actor| notification::list(tx, actor, &wish)).map(|page| page.items)
        };
        let his = list(bob, None).expect("a list");
        assert_eq!((his.len(), his[0].user), (1, UserId(bob)));
        assert_eq!(list(ann, Some(bob)).expect_err("refused").fault().map(|f| f.code().as_str()), Some("unknown_reference"));
        let one = his[0].id;
        let hidden = desk.desk.read_blocking(Lane::Point, &person(ann), move |tx, actor| notification::get(tx, actor, one));
        assert_eq!(hidden.expect_err("refused").fault().map(|f| f.code().as_str()), Some("not_found"));
    }

    fn hidden_and_gone_tickets_leave_no_trace(desk: TestDesk) {
        let (key, front, people) = (desk.admin(), desk.group("Front"), desk.group("People"));
        let fields = json!({"name": "ann", "firstname": "A", "lastname": "L", "email": "ann@desk.example", "groups": [front, people]});
        let ann = key.post("/user", fields).expect(200)["userID"].as_i64().expect("an id");
        let open = desk.ticket(json!({"title": "Lamp", "assignedGroupID": front, "assignedUserID": ann}));
        let hidden = desk.ticket(json!({"title": "Termination of Ms Example", "assignedGroupID": people, "assignedUserID": ann}));
        let limited = desk.limited_key("SETTINGS_CRUD", Limit::All, Limit::only([front]));
        assert_eq!(told(&limited, ann), owned(&[("assigned", open)]));
        assert_eq!(unread(&limited, ann), 1);
        assert_eq!(look(&limited, ann, "&query=termination")["itemTotal"], 0);
        let id = look(&key, ann, "")["items"][0]["id"].clone();
        let words = |text: String, id: &str| text.replace(id, "");
        let refused = |id: &str| {
            let get = limited.get(&format!("/notification/{id}")).refused(404, "not_found", &[""])["message"].to_string();
            let put = limited.put("/notification/setIsRead", json!({"id": id})).refused(404, "not_found", &[""])["message"].to_string();
            (words(get, id), words(put, id))
        };
        assert_eq!(refused(&id.to_string()), refused("999"));
        // Reading what it sees marks nothing of what it does not see.
        limited.get(&format!("/notification?userID={ann}")).expect(200);
        assert_eq!(unread(&key, ann), 1);
        // Who does not see the user sees none of its notifications.
        let elsewhere = desk.group("Elsewhere");
        let stranger = desk.limited_key("SETTINGS_CRUD", Limit::All, Limit::only([0, elsewhere]));
        stranger.get(&format!("/notification?userID={ann}")).refused(400, "unknown_reference", &["userID"]);
        // In the trash, back, and purged.
        let gone = key.delete(&format!("/ticket/{hidden}")).expect(200);
        assert_eq!(told(&key, ann), owned(&[("assigned", open)]));
        key.get(&format!("/notification/{id}")).refused(404, "not_found", &[""]);
        key.post("/ticket/undo", json!({"batchID": gone["batchID"]})).expect(200);
        assert_eq!(told(&key, ann).len(), 2);
        key.delete(&format!("/ticket/{hidden}?purge=true")).expect(200);
        assert_eq!(told(&key, ann), owned(&[("assigned", open)]));
        let probe = crate::laws::Probe::new(&desk.place);
        assert_eq!(probe.texts("SELECT CAST(ticket_id AS TEXT) FROM notification"), [open.to_string()]);
    }

    fn what_is_taken_back_was_never_told_and_done_again_it_is_told_again(desk: TestDesk) {
        let (key, ann, bob) = (desk.admin(), desk.user("ann"), desk.user("bob"));
        let id = desk.ticket(json!({"assignedUserID": ann}));
        let undo = |done: &Value| key.post("/ticket/undo", json!({"batchID": done["batchID"]})).expect(200);
        let given = assign(&key, id, bob);
        assert_eq!((told(&key, ann).len(), told(&key, bob).len()), (1, 1));
        // Ann has it again, and is told so.
        let back = undo(&given);
        assert_eq!((told(&key, ann).len(), told(&key, bob).len()), (2, 0));
        undo(&back);
        assert_eq!((told(&key, ann).len(), told(&key, bob).len()), (1, 1));
        // A ticket that is taken back whole, and comes again.
        let made = key.post("/ticket", json!({"assignedUserID": bob})).expect(200);
        assert_eq!(told(&key, bob).len(), 2);
        let gone = undo(&made);
        assert_eq!(told(&key, bob).len(), 1);
        undo(&gone);
        assert_eq!(told(&key, bob).len(), 2);
    }

    fn nobody_is_told_twice_nor_of_what_did_not_happen(desk: TestDesk) {
        let (key, ann) = (desk.admin(), desk.user("ann"));
        let ids: Vec<i64> = (0..260).map(|_| key.post("/ticket", json!({})).expect(200)["ticketID"].as_i64().expect("an id")).collect();
        let body = json!({"ticketIDs": ids, "actions": [{"actionType": "assignUser", "value": ann}]});
        let with = |more: Value| {
            let mut body = body.clone();
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            body
        };
        key.post("/ticket/batch", with(json!({"dryRun": true}))).expect(200);
        let mut broken = ids.clone();
        broken.push(99_999);
        key.post("/ticket/batch", with(json!({"mode": "atomic", "ticketIDs": broken}))).expect(404);
        assert_eq!(told(&key, ann), []);
        let send = || {
            let request = key.request(Method::POST, "/ticket/batch").header("idempotency-key", "b-1");
            key.send(request.header("content-type", "application/json"), body.to_string()).expect(200)
        };
        assert_eq!(send()["changed"], 260);
        send();
        let mut seen: Vec<i64> = told(&key, ann).into_iter().map(|(_, id)| id).collect();
        seen.sort_unstable();
        assert_eq!(seen, ids, "one for each ticket");
        // Two nodes that look at the same time wake a ticket once.
        batch(&key, &ids[..20], "snooze", json!("2026-11-25 12:00:10"));
        let other = node(&desk);
        desk.advance(10);
        other.advance(10);
        crowd(4, |n| {
            let desk = if n % 2 == 0 { &desk } else { &other };
            desk.block_on(desk.desk.wake_snoozed()).expect("woken")
        });
        let woken = told(&key, ann).into_iter().filter(|(kind, _)| kind == "woken").count();
        assert_eq!(woken, 20);
    }

    fn made_up_data_tells_nobody_anything(desk: TestDesk) {
        demo::run(&desk.desk, 300, 7, &mut |_| {}).expect("made");
        let key = desk.admin();
        for user in key.get("/user?itemLimit=9999").ids() {
            assert_eq!(told(&key, user), []);
        }
        assert!(key.get("/ticket?assignedUserID=1&itemLimit=0").expect(200)["itemTotal"].as_i64() > Some(0));
    }

    fn notifications_are_kept_for_some_time(desk: TestDesk) {
        let (key, ann) = (desk.admin(), desk.user("ann"));
        let first = desk.ticket(json!({"assignedUserID": ann}));
        desk.advance(1);
        let second = desk.ticket(json!({"assignedUserID": ann}));
        let forget = |desk: &TestDesk| desk.block_on(desk.desk.forget_notifications()).expect("forgotten");
        desk.advance(90 * 86_400 - 1);
        forget(&desk);
        assert_eq!(told(&key, ann), owned(&[("assigned", second), ("assigned", first)]));
        desk.advance(1);
        forget(&desk);
        assert_eq!(told(&key, ann), owned(&[("assigned", second)]));
        let for_ever = TestDesk::at(desk.place.clone(), Settings { notification_days: 0, ..Settings::default() });
        for_ever.advance(900 * 86_400);
        forget(&for_ever);
        assert_eq!(told(&key, ann).len(), 1);
    }
}
