//! DELETE /ticket/{ticketID}: gone from every answer at once, and from the tables once its time in the trash is over.

use deskbell_app::Settings;
use http::Method;
use serde_json::{Value, json};

use super::setup::{count, customer, fill, of_brand, rows, titled, total};
use crate::both_engines;
use crate::harness::{Place, TestDesk};

/// A ticket with something in every table.
fn rich(desk: &TestDesk) -> i64 {
    let id = desk.ticket(
        json!({"title": "Kingfisher", "from": "ann@x.example", "tags": ["a", "b"], "priority": "high"}),
    );
    let actions = json!([{"actionType": "addNote", "value": "a note on heron"}, {"actionType": "setStatus", "value": "open"}]);
    desk.admin().post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions})).expect(200);
    id
}

/// How many segments of the search index have a word.
fn indexed(desk: &TestDesk, word: &str) -> i64 {
    match desk.place.file() {
        Some(_) => count(desk, "search_fts", &format!("search_fts MATCH '{word}'")),
        None => count(desk, "search_segment", &format!("words @@ CAST('{word}' AS tsquery)")),
    }
}

/// The rows that a ticket has in the tables: ticket, tags, messages, words of title and note, journal, payloads.
fn traces(desk: &TestDesk, id: i64) -> [i64; 7] {
    [
        count(desk, "ticket", &format!("id = {id}")),
        count(desk, "ticket_tag", &format!("ticket_id = {id}")),
        count(desk, "message", &format!("ticket_id = {id}")),
        indexed(desk, "kingfisher"),
        indexed(desk, "heron"),
        count(desk, "journal", &format!("ticket_id = {id}")),
        // Without the salt nobody can try payloads against the hash; a deletion has none.
        count(
            desk,
            "journal",
            &format!(
                "ticket_id = {id} AND item_type <> 'deleted' AND (before IS NOT NULL OR after IS NOT NULL OR salt IS NOT NULL)"
            ),
        ),
    ]
}

const WHOLE: [i64; 7] = [1, 2, 1, 1, 1, 3, 3];
const GONE: [i64; 7] = [0, 0, 0, 0, 0, 4, 0];

fn check_gone(desk: &TestDesk, id: i64) {
    let key = desk.admin();
    let path = format!("/ticket/{id}");
    key.get(&path).expect(404);
    key.put(&path, json!({"title": "x"})).expect(404);
    key.delete(&path).expect(404);
    key.delete(&format!("{path}?purge=true")).expect(404);
    key.post("/ticket/unlinkCustomerFromTicket", json!({"ticketID": id})).expect(404);
    for filter in [
        "",
        "&searchArchived=yes",
        "&status=open",
        "&priority=high",
        "&tag=a",
        "&query=kingfisher",
        "&query=heron",
        "&query=kingfisher&sort=created_at",
        "&direction=inbound",
        "&createdFrom=2026-01-01",
        "&brandID=1&channelID=4&assignedUserID=0",
        "&assignedGroupID=0",
    ] {
        assert_eq!(total(&key, filter), 0, "{filter}");
        assert_eq!(key.get(&format!("/ticket?itemLimit=5{filter}")).ids(), [] as [i64; 0], "{filter}");
    }
    for (path, more) in [("setStatus", ("status", "closed")), ("setPriority", ("priority", "low"))] {
        let seen =
            key.post(&format!("/ticket/{path}"), json!({more.0: more.1, "ticketIDs": [id]})).expect(404);
        assert_eq!(rows(&seen), [format!("{id} failed not_found")]);
    }
    key.json(Method::DELETE, "/ticket/multi", json!([id])).expect(404);
    key.post(
        "/ticket/batch",
        json!({"TicketIDs": id.to_string(), "actions": [{"actionType": "setTitle", "value": "x"}]}),
    )
    .expect(404);
    assert_eq!(key.put("/ticket/solveUnfinishedTickets", json!({})).expect(200)["changed"], 0);
}

both_engines! {
    fn a_deleted_ticket_is_gone_from_every_answer_at_once_and_from_the_tables_after_its_time(desk: TestDesk) {
        customer(&desk, 1, "ann", "ann@x.example");
        let id = rich(&desk);
        assert_eq!(traces(&desk, id), WHOLE);
        let seen = desk.key("TICKET_DELETE").delete(&format!("/ticket/{id}"));
        let etag = seen.header("etag").to_owned();
        let json = seen.expect(200);
        let batch = &json["batchID"];
        assert_eq!(
            json.to_string(),
            format!(
                r#"{{"type":"result","message":"Ticket deleted.","ticketID":{id},"version":3,"batchID":{batch}}}"#
            )
        );
        assert_eq!(etag, "\"3\"");
        check_gone(&desk, id);
        // In the trash it is whole, until an hour has passed.
        desk.advance(60 * 60 - 1);
        assert_eq!(desk.block_on(desk.desk.empty_trash()).unwrap(), 0);
        assert_eq!(traces(&desk, id), [1, 2, 1, 1, 1, 4, 3]);
        assert_eq!(count(&desk, "journal", "item_type = 'deleted'"), 1);
        desk.advance(1);
        assert_eq!(desk.block_on(desk.desk.empty_trash()).unwrap(), 1);
        assert_eq!(traces(&desk, id), GONE);
        check_gone(&desk, id);
        assert_eq!(desk.block_on(desk.desk.empty_trash()).unwrap(), 0);
    }

    fn purge_removes_at_once_and_keeps_that_it_was(desk: TestDesk) {
        customer(&desk, 1, "ann", "ann@x.example");
        let id = rich(&desk);
        desk.admin().delete(&format!("/ticket/{id}?purge=true")).expect(200);
        assert_eq!(traces(&desk, id), GONE);
        assert_eq!(count(&desk, "journal", "payload_hash IS NULL"), 0);
        assert_eq!(count(&desk, "journal", "item_type = 'deleted'"), 1);
        check_gone(&desk, id);
        for (n, purge) in (2..).zip(["body", "multi", "batch"]) {
            let id = rich(&desk);
            let key = desk.admin();
            let path = format!("/ticket/{id}");
            match purge {
                "body" => drop(key.json(Method::DELETE, &path, json!({"purge": "yes"})).expect(200)),
                "multi" => drop(
                    key.json(Method::DELETE, "/ticket/multi", json!({"ticketIDs": [id], "purge": true}))
                        .expect(200),
                ),
                _ => drop(
                    key.post(
                        "/ticket/batch",
                        json!({"ticketIDs": [id], "purge": true, "actions": [{"actionType": "delete"}]}),
                    )
                    .expect(200),
                ),
            }
            assert_eq!(traces(&desk, id), GONE, "{purge}");
            assert_eq!(count(&desk, "journal", "item_type = 'deleted'"), n, "{purge}");
        }
        for keep in ["false", "0", "no"] {
            let id = rich(&desk);
            desk.admin().delete(&format!("/ticket/{id}?purge={keep}")).expect(200);
            assert_eq!(count(&desk, "ticket", &format!("id = {id}")), 1, "{keep}");
        }
    }

    fn ids_are_never_used_again(desk: TestDesk) {
        let ids = fill(&desk, 3, |_| titled(""));
        let key = desk.admin();
        key.delete(&format!("/ticket/{}?purge=true", ids[2])).expect(200);
        key.delete(&format!("/ticket/{}?purge=true", ids[1])).expect(200);
        assert!(desk.ticket(json!({})) > ids[2]);
    }

    fn a_purge_empties_the_payload_of_its_own_ticket_alone(desk: TestDesk) {
        let ids = fill(&desk, 2, |_| titled("Kingfisher"));
        let key = desk.admin();
        key.post("/ticket/setPriority", json!({"priority": "low", "ticketIDs": ids})).expect(200);
        key.delete("/ticket/1?purge=1").expect(200);
        assert_eq!(count(&desk, "journal", "ticket_id = 1 AND after IS NOT NULL"), 0);
        assert_eq!(count(&desk, "journal", "ticket_id = 1 AND item_type = 'priority'"), 1);
        assert_eq!(desk.events(2), ["created:  -> ", "priority: medium -> low"]);
        assert_eq!(key.get("/ticket?query=kingfisher").ids(), [2]);
    }

    fn if_match_guards_a_delete(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let key = desk.admin();
        let delete =
            |tag: &str| key.send(key.request(Method::DELETE, "/ticket/1").header("if-match", tag), "");
        let json = delete("\"2\"").refused(412, "precondition_failed", &[""]);
        assert_eq!(json["currentVersion"], 1);
        key.get("/ticket/1").expect(200);
        let etag = key.get("/ticket/1").header("etag").to_owned();
        delete(&etag).expect(200);
        delete("*").expect(404);
    }

    fn what_is_not_visible_cannot_be_deleted(desk: TestDesk) {
        let second = desk.brand("Second");
        let id = desk.ticket(json!({"brandID": second}));
        let key = of_brand(&desk, "TICKET_DELETE", 1);
        for id in [id, 999] {
            let json = key.delete(&format!("/ticket/{id}?purge=true")).refused(404, "not_found", &[""]);
            assert_eq!(json["message"], format!("Ticket {id} does not exist."));
        }
        let json = desk.key("TICKET_UPDATE,TICKET_BATCH").delete(&format!("/ticket/{id}")).expect(403);
        assert!(json["message"].as_str().unwrap().contains("TICKET_DELETE"));
        assert_eq!(desk.item(id)["version"], 1);
    }
}

fn no_time_in_the_trash(place: Place) {
    let desk = TestDesk::at(place, Settings { undo_minutes: 0, ..Settings::default() });
    let key = desk.admin();
    for delete in [
        |key: &crate::harness::Client, id: i64| key.delete(&format!("/ticket/{id}")),
        |key: &crate::harness::Client, id: i64| key.delete(&format!("/ticket/multi?ticketIDs={id}")),
        |key: &crate::harness::Client, id: i64| {
            key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": [{"actionType": "delete"}]}))
        },
    ] {
        let id = rich(&desk);
        assert_ne!(delete(&key, id).expect(200)["batchID"], Value::Null);
        assert_eq!(traces(&desk, id), GONE);
    }
    check_gone(&desk, 1);
}

#[test]
fn without_a_time_in_the_trash_deletion_is_final_on_sqlite() {
    no_time_in_the_trash(Place::sqlite());
}

#[test]
fn without_a_time_in_the_trash_deletion_is_final_on_postgres() {
    no_time_in_the_trash(Place::postgres());
}
