//! The change feed: every committed change once, in one order, for whoever may see it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use deskbell_app::{Settings, key};
use deskbell_core::{Limit, Permission};
use deskbell_db::Engine;
use http::Method;
use serde_json::{Value, json};

use crate::both_engines;
use crate::harness::{Client, TestDesk};
use crate::laws::{Probe, do_as_system};
use crate::races::{crowd, node};

/// Reads on from a cursor to the end; the changes, and where the end is.
fn read(key: &Client, mut after: String, limit: usize) -> (Vec<Value>, String) {
    let mut all = Vec::new();
    loop {
        let json = key.get(&format!("/changes?after={after}&limit={limit}")).expect(200);
        let items = json["items"].as_array().expect("items").clone();
        assert!(items.len() <= limit);
        json["nextCursor"].as_str().expect("a cursor").clone_into(&mut after);
        if items.is_empty() {
            return (all, after);
        }
        all.extend(items);
    }
}

fn said(changes: &[Value]) -> Vec<(i64, String, String, String)> {
    let text = |change: &Value, key: &str| change[key].as_str().expect("a text").to_owned();
    let one = |c: &Value| {
        (
            c["ticket_id"].as_i64().expect("an id"),
            text(c, "item_type"),
            text(c, "item_type_old"),
            text(c, "item_type_id"),
        )
    };
    changes.iter().map(one).collect()
}

both_engines! {
    fn changes_are_told_in_their_order_with_before_and_after(desk: TestDesk) {
        let key = desk.admin();
        let made = key.post("/ticket", json!({"title": "one"})).expect(200);
        let changed = key.put("/ticket/1", json!({"title": "two", "tags": "a", "status": "solved"})).expect(200);
        let note = json!([{"actionType": "addNote", "value": "hello"}]);
        let noted = key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": note})).expect(200);
        key.post("/ticket/undo", json!({"batchID": noted["batchID"]})).expect(200);
        key.delete("/ticket/1").expect(200);
        let (changes, end) = read(&key, String::new(), 3);
        let line = |kind: &str, old: &str, new: &str| (1, kind.to_owned(), old.to_owned(), new.to_owned());
        let expected = [
            line("created", "", ""), line("status", "new", "solved"), line("title", "one", "two"), line("tags", "", "a"),
            line("note", "", "1"), line("note", "1", ""), line("deleted", "", ""),
        ];
        assert_eq!(said(&changes), expected);
        assert_eq!((&changes[0]["batchID"], &changes[1]["batchID"]), (&made["batchID"], &changed["batchID"]));
        assert_eq!((&changes[0]["initiated_by"], &changes[0]["created_at"]), (&json!("api: Tests"), &json!("2026-11-25 12:00:00")));
        assert!(read(&key, end, 3).0.is_empty(), "the end for now");
        let from = changes[4]["cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(read(&key, from, 100).0, changes[5..]);
        let some = key.get("/changes?types=title,tags").expect(200)["items"].clone();
        assert_eq!(said(some.as_array().expect("items")), expected[2..4]);
        // What was in a purged ticket is gone, that it changed stays.
        key.post("/ticket", json!({"title": "three"})).expect(200);
        key.put("/ticket/2", json!({"title": "four"})).expect(200);
        key.delete("/ticket/2?purge=true").expect(200);
        let (changes, _) = read(&key, String::new(), 100);
        assert_eq!(said(&changes)[8], (2, "title".into(), String::new(), String::new()));
    }

    fn a_key_is_told_of_what_it_may_see(desk: TestDesk) {
        let key = desk.admin();
        let brand = key.post("/brand", json!({"name": "Other"})).expect(200)["brandID"].clone();
        key.post("/ticket", json!({"title": "here"})).expect(200);
        key.post("/ticket", json!({"title": "there", "brandID": brand})).expect(200);
        key.post("/ticket", json!({"title": "leaves"})).expect(200);
        key.put("/ticket/3", json!({"brandID": brand})).expect(200);
        key.post("/ticket", json!({"title": "goes"})).expect(200);
        key.delete("/ticket/4?purge=true").expect(200);
        let limited = desk.limited_key("RAW_READ", Limit::only([1]), Limit::All);
        let seen = |key: &Client| said(&read(key, String::new(), 2).0).into_iter().map(|c| (c.0, c.1)).collect::<Vec<_>>();
        let line = |id: i64, kind: &str| (id, kind.to_owned());
        assert_eq!(seen(&limited), [line(1, "created"), line(3, "brand_id"), line(4, "created"), line(4, "deleted")]);
        let nothing = desk.limited_key("RAW_READ", Limit::only([]), Limit::All);
        assert_eq!(seen(&nothing), []);
        desk.key("TICKET_READ").get("/changes").refused(403, "forbidden", &[""]);
    }

    fn a_cursor_that_is_none_or_too_old_is_refused(desk: TestDesk) {
        let key = desk.admin();
        for wrong in ["x", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(key.get(&format!("/changes?after={wrong}")).status, 400, "{wrong}");
        }
        key.post("/ticket", json!({})).expect(200);
        key.get("/changes?after=2").refused(400, "invalid_parameter", &["after"]);
        for limit in ["0", "1001"] {
            key.get(&format!("/changes?limit={limit}")).refused(400, "invalid_parameter", &["limit"]);
        }
        let short = TestDesk::at(desk.place.clone(), Settings { changes_days: 2, ..Settings::default() });
        let key = short.with(&key);
        short.advance(86_400);
        key.post("/ticket", json!({})).expect(200);
        assert_eq!(read(&key, String::new(), 10).0.len(), 2);
        short.advance(86_400 + 1);
        let gone = key.get("/changes?after=0").refused(410, "gone", &["after"]);
        assert_eq!(gone["oldestCursor"], "1");
        let (kept, _) = read(&key, gone["oldestCursor"].as_str().expect("a cursor").to_owned(), 10);
        assert_eq!(said(&kept), [(2, "created".into(), String::new(), String::new())]);
        assert_eq!(read(&key, String::new(), 10).0, kept);
    }

    fn no_change_is_missed_or_told_twice_while_many_write_on_two_nodes(desk: TestDesk) {
        let key = desk.admin();
        let other = node(&desk);
        let keys = [key.clone(), other.with(&key)];
        for n in 0..6 {
            key.post("/ticket", json!({"title": format!("{n}")})).expect(200);
        }
        let writers = AtomicUsize::new(6);
        let ids: Vec<i64> = (1..=6).collect();
        // Six write, quickly and slowly; three read at every moment, in pages of their own size.
        let read_by = crowd(9, |n| {
            if n < 6 {
                for round in 0..40 {
                    let (key, status) = (&keys[n % 2], ["open", "pending"][round % 2]);
                    let seen = match n {
                        0 => key.post("/ticket/setStatus", json!({"ticketIDs": ids, "status": status})),
                        1 => key.post("/ticket/batch", json!({"ticketIDs": ids, "mode": "atomic", "actions": [{"actionType": "addNote", "value": "x"}]})),
                        _ => key.put(&format!("/ticket/{}", 1 + (n * 7 + round) % 6), json!({"title": format!("{n} {round}")})),
                    };
                    assert!(seen.status.is_success(), "{}", seen.text);
                }
                writers.fetch_sub(1, Ordering::SeqCst);
                return Vec::new();
            }
            let (mut all, mut after) = (Vec::new(), String::new());
            loop {
                let over = writers.load(Ordering::SeqCst) == 0;
                let (some, end) = read(&keys[n % 2], after, [1, 7, 1_000][n - 6]);
                all.extend(some);
                after = end;
                if over {
                    return all;
                }
            }
        });
        let probe = Probe::new(&desk.place);
        let journal = probe.number("SELECT CAST(COUNT(*) AS BIGINT) FROM journal");
        for changes in &read_by[6..] {
            assert_eq!(changes.len() as i64, journal);
            assert_eq!(changes, &read_by[8], "the same order for all");
        }
        // Of one ticket, each change begins where the one before it ended.
        let mut titles: BTreeMap<i64, String> = BTreeMap::new();
        for (ticket, kind, old, new) in said(&read_by[8]) {
            if kind == "title" {
                let before = titles.insert(ticket, new);
                assert!(before.is_none_or(|before| before == old), "{ticket} {old}");
            }
        }
    }

    fn a_stream_tells_what_is_there_and_what_comes_and_goes_on_from_an_id(desk: TestDesk) {
        let (key, other) = (desk.admin(), node(&desk));
        key.post("/ticket", json!({"title": "one"})).expect(200);
        let mut events = key.listen("/changes/stream", None);
        let (first, data) = events.next().expect("an event");
        assert_eq!((data["cursor"].as_str(), data["item_type"].as_str()), (Some(first.as_str()), Some("created")));
        // From this node and from another one.
        key.put("/ticket/1", json!({"title": "two"})).expect(200);
        let (second, data) = events.next().expect("an event");
        assert_eq!(data["item_type_id"], "two");
        other.with(&key).put("/ticket/1", json!({"title": "three"})).expect(200);
        let (_, third) = events.next().expect("an event");
        assert_eq!(third["item_type_id"], "three");
        drop(events);
        let mut events = key.listen("/changes/stream?after=0", Some(&second));
        assert_eq!(events.next().expect("an event").1, third, "the header wins");
        let mut events = key.listen(&format!("/changes/stream?after={first}&types=title"), None);
        assert_eq!(events.next().expect("an event").0, second);
        let all = key.get("/changes").expect(200)["items"].as_array().expect("items").clone();
        let told: Vec<Value> = key.listen("/changes/stream", None).take(3).map(|(_, data)| data).collect();
        assert_eq!(told, all);
    }

    fn a_stream_follows_the_rights_of_its_key(desk: TestDesk) {
        let admin = desk.admin();
        let brand = admin.post("/brand", json!({"name": "Other"})).expect(200)["brandID"].as_i64().expect("an id");
        let key = desk.limited_key("RAW_READ", Limit::only([1]), Limit::All);
        let mut events = key.listen("/changes/stream", None);
        admin.post("/ticket", json!({"brandID": brand})).expect(200);
        admin.post("/ticket", json!({})).expect(200);
        assert_eq!(events.next().expect("an event").1["ticket_id"], 2);
        let id = key.id;
        do_as_system(&desk, move |work| key::update(work, id, |_| true, |rights| rights.brands = Limit::only([brand])));
        admin.post("/ticket", json!({})).expect(200);
        admin.post("/ticket", json!({"brandID": brand})).expect(200);
        assert_eq!(events.next().expect("an event").1["ticket_id"], 4);
        do_as_system(&desk, move |work| key::revoke(work, id, |_| true));
        admin.post("/ticket", json!({"brandID": brand})).expect(200);
        assert!(events.next().is_none(), "a key that is revoked hears nothing more");
        let key = desk.key("RAW_READ,TICKET_READ");
        let mut events = key.listen("/changes/stream?types=title", None);
        let id = key.id;
        do_as_system(&desk, move |work| key::update(work, id, |_| true, |rights| rights.permissions = [Permission::TicketRead].into_iter().collect()));
        assert!(events.next().is_none(), "so does one that may not read the feed any more");
    }

    fn what_is_wrong_is_said_before_a_stream_begins_and_the_end_ends_it(desk: TestDesk) {
        let key = desk.admin();
        let ask = |last: &str| key.send(key.request(Method::GET, "/changes/stream").header("last-event-id", last), String::new());
        ask("x").refused(400, "invalid_parameter", &["Last-Event-ID"]);
        ask("1").refused(400, "invalid_parameter", &["after"]);
        key.get("/changes/stream?after=x").refused(400, "invalid_parameter", &["after"]);
        desk.key("TICKET_READ").get("/changes/stream").refused(403, "forbidden", &[""]);
        let json = key.request(Method::GET, "/changes/stream").header("accept", "application/json");
        key.send(json, String::new()).refused(406, "not_acceptable", &[""]);
        let mut events = key.listen("/changes/stream", None);
        desk.desk.end_listening();
        assert!(events.next().is_none());
    }

    fn what_one_call_did_to_a_ticket_gets_its_places_together(desk: TestDesk) {
        // As many events as one step gives places to, less one: the next call's would be cut in two.
        let ids: Vec<i64> = (0..333).map(|_| desk.ticket(json!({}))).collect();
        let key = desk.admin();
        key.get("/changes").expect(200);
        for status in ["open", "pending", "open"] {
            key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "setStatus", "value": status}]})).expect(200);
        }
        let rest = [json!({"title": "a", "priority": "high", "tags": "x,y"}), json!({"title": "b", "priority": "low", "tags": "z"})];
        for fields in rest {
            key.put("/ticket/1", fields).expect(200);
        }
        if desk.desk.engine() == Engine::Postgres {
            desk.block_on(desk.desk.seal_some()).expect("sealed");
            let probe = Probe::new(&desk.place);
            let cut = "SELECT COUNT(*) FROM (SELECT ticket_id FROM journal GROUP BY ticket_id, batch_id \
                 HAVING COUNT(position) > 0 AND COUNT(position) < COUNT(*)) AS cut";
            assert_eq!(probe.number(cut), 0);
            assert_eq!(probe.number("SELECT COUNT(*) FROM journal WHERE position IS NULL"), 3, "the second call waits");
        }
        let (changes, _) = read(&key, String::new(), 1_000);
        assert_eq!(changes.len(), 333 + 999 + 6);
    }
}
