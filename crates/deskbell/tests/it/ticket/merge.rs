//! The action `merge` of POST /ticket/batch: what moves, what stays, who is told of it, and how it is taken apart.

use deskbell_core::Limit;
use serde_json::{Value, json};

use super::setup::{action, count, customer, fill, fill_messages, of_brand, rows, titled};
use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};
use crate::laws::Probe;

const BATCH: &str = "/ticket/batch";

pub(super) fn merge(key: &Client, ids: &[i64], into: i64) -> Seen {
    key.post(BATCH, json!({"ticketIDs": ids, "actions": [action("merge", into)]}))
}

pub(super) fn undo(key: &Client, of: &Value) -> Seen {
    key.post("/ticket/undo", json!({"batchID": of["batchID"]}))
}

pub(super) fn note(desk: &TestDesk, id: i64, text: &str) -> Value {
    let body = json!({"ticketIDs": [id], "actions": [action("addNote", text)]});
    desk.admin().post(BATCH, body).expect(200)
}

/// A ticket with these tags, and a note that says what its title does.
pub(super) fn ticket(desk: &TestDesk, title: &str, tags: &[&str]) -> i64 {
    let id = desk.ticket(json!({"title": title, "tags": tags}));
    note(desk, id, &format!("{title} says"));
    id
}

/// What messages and notes of an item say, oldest first.
pub(super) fn said(item: &Value) -> Vec<String> {
    let entries = item["timeline"].as_array().unwrap().iter();
    entries.filter_map(|e| e["content"].as_str()).map(str::to_owned).collect()
}

fn of(desk: &TestDesk, id: i64) -> Vec<String> {
    said(&desk.item(id))
}

/// The item without what every write moves.
fn plain(desk: &TestDesk, id: i64) -> Value {
    let mut item = desk.admin().get(&format!("/ticket/{id}")).expect(200)["item"].clone();
    for key in ["version", "last_update"] {
        item[key] = Value::Null;
    }
    item
}

/// What is stored of tickets.
fn written(desk: &TestDesk) -> Vec<Vec<String>> {
    let mut dump = Probe::new(&desk.place).dump();
    ["ticket", "message", "journal", "ticket_merge", "message_move", "ticket_tag", "search_removed"]
        .map(|table| dump.remove(table).unwrap())
        .to_vec()
}

#[track_caller]
pub(super) fn sound(desk: &TestDesk) {
    let report = deskbell_app::verify::run(&desk.desk, &mut |_, _, _| {}).unwrap();
    assert!(report.good, "{:?}", report.problems);
    let probe = Probe::new(&desk.place);
    probe.counters_hold();
    probe.versions_hold();
}

both_engines! {
    fn what_was_said_and_the_tags_move_and_the_merged_ticket_is_closed_and_names_the_other(desk: TestDesk) {
        let (key, a, b) = (desk.key("TICKET_BATCH,TICKET_UPDATE,TICKET_READ,MESSAGE_CREATE"), ticket(&desk, "heron", &["x", "Y"]), ticket(&desk, "ibis", &["y", "z"]));
        let message = desk.admin().post("/message", json!({"ticketID": a, "type": 1, "toAddress": "anna@x.example", "message": "kingfisher"})).expect(200)["messageID"].clone();
        desk.advance(60);
        let done = merge(&key, &[a], b).expect(200);
        assert_eq!((rows(&done), &done["message"]), (vec![format!("{a} changed 4")], &json!("Actions done on 1 of 1 tickets.")));
        let (shell, target) = (desk.item(a), desk.item(b));
        assert_eq!(json!([shell["status"], shell["closed_at"], shell["merged_into"], shell["tags"], shell["title"], shell["version"]]),
            json!(["closed", "2026-11-25 12:01:00", b, [], "heron", 4]));
        assert_eq!((said(&shell), said(&target)), (vec![], vec!["heron says".into(), "ibis says".into(), "kingfisher".into()]));
        assert_eq!(json!([target["status"], target["tags"], target["merged_into"], target["version"]]), json!(["new", ["y", "z", "x"], 0, 3]));
        assert_eq!(desk.events(a)[1..], ["status: new -> closed", "tags: x,Y -> ", &format!("merged_into: 0 -> {b}")]);
        assert_eq!(desk.events(b)[1..], ["tags: y,z -> y,z,x", &format!("merged_from:  -> {a}")]);
        let words = |item: &Value| item["timeline"].as_array().unwrap().iter().filter_map(|e| e["description"].as_str()).next_back().unwrap().to_owned();
        assert_eq!((words(&shell), words(&target)), (format!("This ticket was merged into ticket {b}."), format!("Ticket {a} was merged into this one.")));
        let whole = key.get(&format!("/message/{message}")).expect(200)["item"].clone();
        assert_eq!(whole["ticket_id"], b);
        // Words, tags and totals are the other ticket's by now.
        for (query, ids) in [("query=kingfisher", vec![b]), ("query=heron+says", vec![b]), ("tag=x", vec![b]), ("query=heron", vec![b, a])] {
            assert_eq!(key.get(&format!("/ticket?{query}")).ids(), ids, "{query}");
        }
        assert_eq!(key.get("/ticket").expect(200)["items"][1]["merged_into"], b);
        sound(&desk);
    }

    fn a_merged_ticket_refuses_every_further_write(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), ticket(&desk, "a", &[]), ticket(&desk, "b", &[]));
        merge(&key, &[a], b).expect(200);
        let (before, path) = (desk.item(a), format!("/ticket/{a}"));
        let form = key.post("/form", json!({"title": "F"})).expect(200)["formID"].clone();
        let calls = [
            key.put(&path, json!({"title": "x"})),
            key.put(&path, json!({"status": "solved"})),
            key.delete(&path),
            key.post("/ticket/setStatus", json!({"ticketIDs": [a], "status": "open"})),
            key.post("/ticket/setPriority", json!({"ticketIDs": [a], "priority": "high"})),
            key.post("/message", json!({"ticketID": a, "type": 0, "message": "x"})),
            key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": a})),
            key.put("/form/saveFormFields", json!({"ticketID": a, "fields": {"1": "x"}})),
            merge(&key, &[a], b),
            key.json(http::Method::DELETE, "/ticket/multi", json!({"ticketIDs": [a]})),
            key.post(BATCH, json!({"ticketIDs": [a], "actions": [action("setForm", form)]})),
        ];
        for seen in calls {
            seen.refused(409, "conflict", &[""]);
        }
        assert_eq!(desk.item(a), before);
    }

    fn a_target_that_cannot_take_it_in_refuses_the_whole_call(desk: TestDesk) {
        let (key, second) = (desk.admin(), desk.brand("Second"));
        let ids: Vec<i64> = (0..5).map(|n| ticket(&desk, &format!("t{n}"), &[])).collect();
        let hidden = desk.ticket(json!({"brandID": second}));
        key.delete(&format!("/ticket/{}", ids[3])).expect(200);
        merge(&key, &[ids[4]], ids[1]).expect(200);
        let limited = of_brand(&desk, "*", 1);
        let before = written(&desk);
        let text = |seen: Seen| seen.refused(400, "unknown_reference", &["actions[0][value]"])["message"].as_str().unwrap().to_owned();
        for (of, into) in [(&ids[..1], 9_999), (&ids[..1], ids[3]), (&ids[..1], ids[4]), (&ids[..2], ids[0]), (&ids[..1], ids[0])] {
            text(merge(&key, of, into));
            text(key.post(BATCH, json!({"ticketIDs": of, "actions": [action("merge", into)], "dryRun": true})));
            text(key.post(BATCH, json!({"ticketIDs": of, "actions": [action("merge", into)], "mode": "atomic"})));
        }
        assert_eq!(text(merge(&limited, &ids[..1], hidden)).replace(&hidden.to_string(), "7"), text(merge(&limited, &ids[..1], 7)));
        for wrong in [json!(0), json!("x"), json!([1])] {
            key.post(BATCH, json!({"ticketIDs": ids[..1], "actions": [action("merge", wrong)]})).refused(400, "invalid_parameter", &["actions[0][value]"]);
        }
        merge(&desk.key("TICKET_BATCH"), &ids[..1], ids[1]).refused(403, "forbidden", &["actions[0][actionType]"]);
        assert_eq!(written(&desk), before, "nothing was written");
    }

    fn other_actions_come_before_and_none_after(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), ticket(&desk, "a", &[]), ticket(&desk, "b", &[]));
        let both = |list: Value| key.post(BATCH, json!({"ticketIDs": [a], "actions": list}));
        both(json!([action("merge", b), action("setTitle", "x")])).refused(409, "conflict", &[""]);
        both(json!([action("merge", b), action("merge", b)])).refused(409, "conflict", &[""]);
        both(json!([action("delete", Value::Null), action("merge", b)])).refused(404, "not_found", &[""]);
        assert_eq!((desk.item(a)["version"].clone(), desk.item(b)["version"].clone()), (json!(2), json!(2)));
        let done = both(json!([action("addNote", "last word"), action("addTags", "late"), action("setTitle", "x"), action("merge", b)])).expect(200);
        assert_eq!(of(&desk, b), ["a says", "b says", "last word"]);
        assert_eq!((&desk.item(b)["tags"], &desk.item(a)["title"]), (&json!(["late"]), &json!("x")));
        sound(&desk);
        undo(&key, &done).expect(200);
        assert_eq!((of(&desk, a), of(&desk, b)), (vec!["a says".into()], vec!["b says".into()]));
        assert_eq!((&desk.item(a)["tags"], &desk.item(a)["title"]), (&json!([]), &json!("a")));
        sound(&desk);
    }

    fn it_is_taken_apart_and_merged_again(desk: TestDesk) {
        let key = desk.admin();
        let ids: Vec<i64> = ["a", "b", "c", "t"].iter().map(|t| ticket(&desk, t, &[t, "all"])).collect();
        key.put(&format!("/ticket/{}", ids[1]), json!({"status": "solved"})).expect(200);
        customer(&desk, 1, "c1", "c1@x.example");
        key.put(&format!("/ticket/{}", ids[1]), json!({"externalPrimaryID": "c1"})).expect(200);
        desk.advance(60);
        let before: Vec<Value> = ids.iter().map(|id| plain(&desk, *id)).collect();
        let limited = desk.key("TICKET_UPDATE,TICKET_BATCH");
        let done = merge(&limited, &ids[..3], ids[3]).expect(200);
        assert_eq!(desk.item(ids[3])["version"], 3, "one step for all of them");
        assert_eq!(desk.item(ids[3])["tags"], json!(["t", "all", "a", "b", "c"]));
        assert_ne!(desk.item(ids[3])["customer_id"], 0);
        let after: Vec<Value> = ids.iter().map(|id| plain(&desk, *id)).collect();
        sound(&desk);
        desk.advance(60);
        let dry = limited.post("/ticket/undo", json!({"batchID": done["batchID"], "dryRun": true})).expect(200);
        assert_eq!(dry["changed"], 3);
        let undone = undo(&limited, &done).expect(200);
        assert_eq!(rows(&undone), [format!("{} changed 4", ids[2]), format!("{} changed 6", ids[1]), format!("{} changed 4", ids[0])]);
        assert_eq!(ids.iter().map(|id| plain(&desk, *id)).collect::<Vec<_>>(), before);
        assert_eq!(desk.events(ids[0]).last().unwrap(), &format!("merged_into: {} -> 0", ids[3]));
        assert_eq!(desk.events(ids[3]).last().unwrap(), &format!("merged_from: {} -> ", ids[0]));
        sound(&desk);
        desk.advance(60);
        let redone = key.post("/ticket/undo", json!({"batchID": undone["batchID"], "mode": "atomic"})).expect(200);
        assert_eq!(ids.iter().map(|id| plain(&desk, *id)).collect::<Vec<_>>(), after);
        sound(&desk);
        undo(&key, &redone).expect(200);
        assert_eq!(ids.iter().map(|id| plain(&desk, *id)).collect::<Vec<_>>(), before);
        sound(&desk);
    }

    fn merges_of_merged_tickets_are_taken_apart_one_after_the_other(desk: TestDesk) {
        let (key, a, b, c) = (desk.admin(), ticket(&desk, "a", &["a"]), ticket(&desk, "b", &["b"]), ticket(&desk, "c", &[]));
        let before: Vec<Value> = [a, b, c].map(|id| plain(&desk, id)).to_vec();
        let first = merge(&key, &[b], a).expect(200);
        desk.advance(60);
        let second = merge(&key, &[a], c).expect(200);
        assert_eq!((of(&desk, c), of(&desk, a), of(&desk, b)), (vec!["a says".into(), "b says".into(), "c says".into()], vec![], vec![]));
        assert_eq!((&desk.item(b)["merged_into"], &desk.item(a)["merged_into"]), (&json!(a), &json!(c)));
        assert_eq!(desk.item(c)["tags"], json!(["a", "b"]));
        sound(&desk);
        let early = undo(&key, &first);
        assert_eq!(rows(&early.expect(412)), [format!("{b} failed precondition_failed")]);
        desk.advance(60);
        undo(&key, &second).expect(200);
        assert_eq!((of(&desk, c), of(&desk, a), of(&desk, b)), (vec!["c says".into()], vec!["a says".into(), "b says".into()], vec![]));
        undo(&key, &first).expect(200);
        assert_eq!([a, b, c].map(|id| plain(&desk, id)).to_vec(), before);
        sound(&desk);
    }

    fn neither_half_is_taken_back_once_the_other_was_changed(desk: TestDesk) {
        let (key, second) = (desk.admin(), desk.brand("Second"));
        let ids: Vec<i64> = ["a", "b", "t", "u", "v", "w"].iter().map(|t| ticket(&desk, t, &[])).collect();
        let done = merge(&key, &ids[..2], ids[2]).expect(200);
        note(&desk, ids[2], "later");
        let failed = undo(&key, &done);
        assert_eq!(failed.json["results"][0]["currentVersion"], 3, "{}", failed.text);
        assert_eq!(rows(&failed.expect(412)), [format!("{} failed precondition_failed", ids[1]), format!("{} failed precondition_failed", ids[0])]);
        assert_eq!((of(&desk, ids[2]).len(), &desk.item(ids[0])["merged_into"]), (4, &json!(ids[2])));
        // The target goes, or is beyond the limits of who takes back.
        let gone = merge(&key, &ids[3..4], ids[4]).expect(200);
        key.delete(&format!("/ticket/{}", ids[4])).expect(200);
        undo(&key, &gone).refused(412, "precondition_failed", &[""]);
        let (x, y) = (ticket(&desk, "x", &[]), desk.ticket(json!({"brandID": second})));
        let apart = merge(&key, &[x], y).expect(200);
        let limited = of_brand(&desk, "*", 1);
        let told = undo(&limited, &apart).refused(412, "precondition_failed", &[""]).to_string();
        assert!(!told.contains(&format!("icket {y}")), "{told}");
        // A version that the call names goes for the merged ticket; what was merged after it stays as well.
        let (p, q, r) = (ticket(&desk, "p", &[]), ticket(&desk, "q", &["q"]), ticket(&desk, "r", &[]));
        let done = merge(&key, &[p, q], r).expect(200);
        let seen = key.post("/ticket/undo", json!({"batchID": done["batchID"], "versions": {p.to_string(): 1}})).expect(207);
        assert_eq!(rows(&seen), [format!("{q} changed 4"), format!("{p} failed precondition_failed")]);
        assert_eq!((of(&desk, r), &desk.item(r)["tags"]), (vec!["p says".into(), "r says".into()], &json!([])));
        let (s, t) = (ticket(&desk, "s", &[]), ticket(&desk, "t", &[]));
        let done = merge(&key, &[s, t], r).expect(200);
        let seen = key.post("/ticket/undo", json!({"batchID": done["batchID"], "versions": {t.to_string(): 1}})).expect(412);
        assert_eq!(seen["failed"], 2, "{seen}");
        sound(&desk);
    }

    fn the_customer_of_the_target_stays_and_one_without_gets_that_of_the_source(desk: TestDesk) {
        let (key, second) = (desk.admin(), desk.brand("Second"));
        let (one, other) = (customer(&desk, 1, "c1", "c1@x.example"), customer(&desk, 1, "c2", "c2@x.example"));
        let of = |from: &str, brand: i64| desk.ticket(json!({"from": from, "brandID": brand}));
        let shown = |id: i64| desk.item(id)["customer_id"].clone();
        let (a, b, c, d) = (of("c1@x.example", 1), of("c2@x.example", 1), of("", 1), of("", second));
        merge(&key, &[a], b).expect(200);
        assert_eq!((shown(a), shown(b)), (json!(one), json!(other)));
        let moved = merge(&key, &[b], c).expect(200);
        assert_eq!(shown(c), json!(other));
        assert!(desk.events(c).contains(&format!("customer_id: 0 -> {other}")));
        undo(&key, &moved).expect(200);
        assert_eq!((shown(b), shown(c)), (json!(other), json!(0)));
        merge(&key, &[b], d).expect(200);
        assert_eq!(shown(d), json!(0));
        sound(&desk);
        // Who goes leaves merged tickets too, and who is merged takes them along.
        key.post("/customer/merge", json!({"customerID": other, "duplicateID": one})).expect(200);
        assert_eq!((shown(a), desk.item(a)["version"].clone()), (json!(other), json!(2)));
        key.delete(&format!("/customer/{other}")).expect(200);
        assert_eq!((shown(a), shown(b)), (json!(0), json!(0)));
        sound(&desk);
    }

    fn the_later_times_of_both_are_those_of_the_target_until_it_is_taken_apart(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), desk.ticket(json!({})), ticket(&desk, "b", &[]));
        desk.advance(60);
        note(&desk, a, "later");
        let done = merge(&key, &[a], b).expect(200);
        assert_eq!(desk.item(b)["last_update_agent"], "2026-11-25 12:01:00");
        undo(&key, &done).expect(200);
        assert_eq!(desk.item(b)["last_update_agent"], "2026-11-25 12:00:00");
        assert_eq!(desk.item(a)["last_update_agent"], "2026-11-25 12:01:00");
    }

    fn what_waits_for_its_time_is_sent_from_the_target_without_its_status(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), ticket(&desk, "a", &[]), ticket(&desk, "b", &[]));
        let later = json!({"ticketID": a, "type": 1, "toAddress": "x@x.example", "message": "later", "sendAt": "2026-11-25 13:00:00", "submitStatus": "solved"});
        key.post("/message", later).expect(200);
        merge(&key, &[a], b).expect(200);
        desk.advance(3_600);
        assert_eq!(desk.block_on(desk.desk.send_due()).unwrap(), 1);
        assert_eq!((&desk.item(b)["status"], desk.events(b).last().unwrap().as_str()), (&json!("new"), "message_due:  -> 3"));
        assert_eq!(desk.item(a)["status"], "closed");
        sound(&desk);
    }

    fn a_form_does_not_keep_a_ticket_from_being_merged_and_what_it_says_stays(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), ticket(&desk, "a", &[]), ticket(&desk, "b", &[]));
        let form = key.post("/form", json!({"title": "Return"})).expect(200)["formID"].clone();
        let field = json!({"form_id": form, "title": "Reason", "input_type": "text", "required_statuses": ["closed"]});
        let asks = key.post("/formfield", field);
        if asks.status == 200 {
            let more = json!({"form_id": form, "title": "Size", "input_type": "text"});
            let size = key.post("/formfield", more).expect(200)["formfieldID"].clone();
            key.put(&format!("/ticket/{a}"), json!({"formID": form})).expect(200);
            key.put("/form/saveFormFields", json!({"ticketID": a, "fields": {size.to_string(): "large"}})).expect(200);
        }
        merge(&key, &[a], b).expect(200);
        assert_eq!((count(&desk, "form_value", &format!("ticket_id = {b}")), &desk.item(b)["form_id"]), (0, &Value::Null));
        sound(&desk);
    }

    fn many_go_into_one_in_steps_and_come_out_again(desk: TestDesk) {
        let key = desk.admin();
        let into = ticket(&desk, "t", &[]);
        let ids = fill(&desk, 600, |n| titled(format!("t{n}")));
        key.post(BATCH, json!({"ticketIDs": ids, "actions": [action("addNote", "n"), action("addTags", "bulk")]})).expect(200);
        let filter = |dry: bool| key.post(BATCH, json!({"tag": "bulk", "expectTotal": 600, "dryRun": dry, "actions": [action("merge", into)]}));
        assert_eq!(filter(true).expect(200)["changed"], 600);
        let second = desk.now();
        let done = filter(false).expect(200);
        assert_eq!(done["changed"], 600);
        let item = key.get(&format!("/ticket/{into}?timelineLimit=0")).expect(200)["item"].clone();
        assert_eq!(json!([item["timeline_total"], item["tags"], item["version"]]), json!([601, ["bulk"], 5]));
        desk.advance(60);
        let undone = undo(&key, &done).expect(200);
        assert_eq!(undone["changed"], 600);
        let again = key.get(&format!("/ticket/{into}?timelineLimit=0")).expect(200)["item"].clone();
        assert_eq!(json!([again["timeline_total"], again["tags"]]), json!([1, []]));
        for at in [0, -1] {
            let time = deskbell_core::Timestamp(second + at).to_string().replace(' ', "%20");
            let seen = key.get(&format!("/ticket/{into}?timelineLimit=0&asOf={time}"));
            if at == 0 {
                assert_eq!(seen.expect(200)["item"], item, "as of the second in which it was merged");
            } else {
                seen.expect(404);
            }
        }
        assert_eq!(undo(&key, &undone).expect(200)["changed"], 600);
        assert_eq!(key.get("/ticket?query=n&itemLimit=0").expect(200)["itemTotal"], 1);
        let report = deskbell_app::verify::run(&desk.desk, &mut |_, _, _| {}).unwrap();
        assert!(report.good, "{:?}", report.problems);
    }

    fn of_tickets_by_filter_the_target_itself_stays(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), ticket(&desk, "a", &["x"]), ticket(&desk, "b", &["x"]));
        let seen = key.post(BATCH, json!({"tag": "x", "actions": [action("merge", b)]})).expect(207);
        assert_eq!(rows(&seen), [format!("{a} changed 3"), format!("{b} failed unknown_reference")]);
        assert_eq!(of(&desk, b), ["a says", "b says"]);
        sound(&desk);
    }

    fn a_walk_goes_on_past_a_merged_ticket(desk: TestDesk) {
        let (key, ids) = (desk.admin(), fill(&desk, 6, |n| titled(format!("t{n}"))));
        let page = key.get("/ticket?order=asc&itemLimit=2").expect(200);
        merge(&key, &ids[1..3], ids[5]).expect(200);
        let next = page["nextCursor"].as_str().unwrap();
        let rest = key.get(&format!("/ticket?order=asc&itemLimit=9&cursor={next}"));
        assert_eq!(rest.ids(), ids[2..]);
    }

    fn ten_thousand_messages_move_and_come_back(desk: TestDesk) {
        let (key, a, b) = (desk.admin(), desk.ticket(json!({})), desk.ticket(json!({})));
        fill_messages(&desk, a, 10_000);
        let done = merge(&key, &[a], b).expect(200);
        assert_eq!(desk.item(b)["timeline_total"], 10_002, "with created and merged_from");
        assert_eq!(key.get("/ticket?query=9999").ids(), [b]);
        undo(&key, &done).expect(200);
        assert_eq!(key.get("/ticket?query=9999").ids(), [a]);
        assert_eq!(key.get(&format!("/ticket/{b}")).expect(200)["item"]["timeline_total"], 0);
    }

    fn a_limited_key_merges_what_it_sees_alone(desk: TestDesk) {
        let group = desk.group("Second line");
        let (a, b) = (ticket(&desk, "a", &[]), desk.ticket(json!({"assignedGroupID": group})));
        let key = desk.limited_key("*", Limit::All, Limit::only([group]));
        assert_eq!(rows(&merge(&key, &[a], b).expect(404)), [format!("{a} failed not_found")]);
        merge(&key, &[b], a).refused(400, "unknown_reference", &["actions[0][value]"]);
    }

    fn a_purge_of_the_last_ticket_leaves_the_merges_before_it_as_they_are(desk: TestDesk) {
        let (key, ids) = (desk.admin(), [desk.ticket(json!({})), desk.ticket(json!({})), desk.ticket(json!({}))]);
        key.post("/message", json!({"ticketID": ids[0], "type": 0, "message": "heron"})).expect(200);
        for pair in ids.windows(2) {
            let action = json!([{"actionType": "merge", "value": pair[1]}]);
            key.post("/ticket/batch", json!({"ticketIDs": [pair[0]], "actions": action})).expect(200);
        }
        key.delete(&format!("/ticket/{}?purge=true", ids[2])).expect(200);
        assert_eq!(json!([desk.item(ids[0])["merged_into"], desk.item(ids[1])["merged_into"]]), json!([ids[1], 0]));
        let report = deskbell_app::verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
        assert!(report.good, "{:?}", report.problems);
    }

    fn a_customer_whom_the_merge_left_alone_is_left_alone_by_its_undo(desk: TestDesk) {
        let key = desk.admin();
        let customer = |name: &str| {
            let body = json!({"brandID": 1, "externalPrimaryID": name});
            key.post("/customer", body).expect(200)["customerID"].clone()
        };
        let (first, second) = (customer("first"), customer("second"));
        customer("third");
        let ids = [desk.ticket(json!({})), desk.ticket(json!({"externalPrimaryID": "first"})), desk.ticket(json!({"externalPrimaryID": "third"}))];
        let merge = |from: i64, into: i64| {
            let action = json!([{"actionType": "merge", "value": into}]);
            key.post("/ticket/batch", json!({"ticketIDs": [from], "actions": action})).expect(200)["batchID"].clone()
        };
        let batches = [merge(ids[0], ids[1]), merge(ids[1], ids[2])];
        key.post("/customer/merge", json!({"customerID": second, "duplicateID": first})).expect(200);
        for batch in batches.iter().rev() {
            key.post("/ticket/undo", json!({"batchID": batch})).expect(200);
        }
        assert_eq!(desk.item(ids[1])["customer_id"], second);
        let report = deskbell_app::verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
        assert!(report.good, "{:?}", report.problems);
    }

    fn what_somebody_changed_between_two_steps_of_a_merge_is_not_overwritten_by_its_undo(desk: TestDesk) {
        let (key, into) = (desk.admin(), desk.ticket(json!({})));
        let ids: Vec<i64> = (0..4).map(|_| desk.ticket(json!({}))).collect();
        let first = merge(&key, &ids[..2], into).expect(200);
        key.put(&format!("/ticket/{into}"), json!({"tags": "vip"})).expect(200);
        let second = merge(&key, &ids[2..], into).expect(200);
        // As if both had been steps of one batch.
        let (first, batch) = (first["batchID"].as_str().expect("text"), second["batchID"].as_str().expect("text"));
        let probe = Probe::new(&desk.place);
        probe.exec(&format!("UPDATE ticket_merge SET batch_id = '{batch}' WHERE batch_id = '{first}'"));
        probe.exec(&format!("UPDATE journal SET batch_id = '{batch}' WHERE batch_id = '{first}'"));
        let undone = undo(&key, &second);
        assert_eq!(json!([undone.json["changed"], undone.json["failed"]]), json!([2, 2]), "{}", undone.text);
        assert_eq!(desk.item(into)["tags"], json!(["vip"]));
        assert_eq!(json!([desk.item(ids[0])["merged_into"], desk.item(ids[2])["merged_into"]]), json!([into, 0]));
    }
}
