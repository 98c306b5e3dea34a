//! POST /ticket/setStatus: any status from any other, and the bulk result.

use http::Method;
use serde_json::{Value, json};

use super::setup::{counts, fill, of_brand, refused_for, rows, titled};
use crate::both_engines;

const WORDS: [&str; 6] = ["new", "open", "pending", "holding", "solved", "closed"];

both_engines! {
    fn any_status_follows_any_other_and_the_same_is_unchanged(desk: TestDesk) {
        let ids = fill(&desk, 6, |_| titled(""));
        let key = desk.key("SET_STATUS");
        let set = |id: i64, status: &str| {
            key.post("/ticket/setStatus", json!({"status": status, "ticketIDs": [id]})).expect(200)
        };
        for (from, id) in WORDS.iter().zip(&ids) {
            set(*id, from);
            for to in WORDS {
                let before = desk.item(*id);
                let seen = set(*id, to);
                let after = desk.item(*id);
                let changed = before["status"] != to;
                assert_eq!(counts(&seen), [changed.into(), (!changed).into(), 0], "{from} -> {to}");
                assert_eq!(after["status"], to);
                assert_eq!(after["closed_at"] == Value::Null, to != "closed");
                let step = i64::from(changed);
                assert_eq!(
                    after["version"].as_i64(),
                    before["version"].as_i64().map(|v| v + step),
                    "{from} -> {to}"
                );
                assert_eq!(
                    after["timeline_total"].as_i64(),
                    before["timeline_total"].as_i64().map(|v| v + step)
                );
                set(*id, from);
            }
        }
    }

    fn the_result_has_a_row_for_each_distinct_id_in_the_order_sent(desk: TestDesk) {
        fill(&desk, 3, |_| titled(""));
        let key = desk.admin();
        key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [2]})).expect(200);
        let seen = key
            .post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [3, 2, 3, 999, 1, 2]}))
            .expect(207);
        let batch = &seen["batchID"];
        let expected = [
            r#"{"type":"result","message":"Status set on 3 of 4 tickets.","batchID":BATCH,"changed":2,"unchanged":1,"failed":1,"#,
            r#""results":[{"ticketID":3,"outcome":"changed","version":2},{"ticketID":2,"outcome":"unchanged","version":2},"#,
            r#"{"ticketID":999,"outcome":"failed","code":"not_found","message":"Ticket 999 does not exist."},"#,
            r#"{"ticketID":1,"outcome":"changed","version":2}]}"#,
        ];
        assert_eq!(seen.to_string(), expected.concat().replace("BATCH", &batch.to_string()));
        assert_eq!(desk.events(2), ["created:  -> ", "status: new -> open"]);
    }

    fn when_no_ticket_succeeds_the_answer_is_a_bulk_result_and_an_error(desk: TestDesk) {
        let second = desk.brand("Second");
        let hidden = desk.ticket(json!({"brandID": second}));
        let key = of_brand(&desk, "SET_STATUS", 1);
        let seen =
            key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [hidden, 999]})).expect(404);
        assert_eq!(seen["type"], "result");
        assert_eq!(
            (&seen["status"], &seen["code"], &seen["message"]),
            (&json!("error"), &json!("not_found"), &json!(format!("Ticket {hidden} does not exist.")))
        );
        assert_eq!((counts(&seen), seen["errors"].as_array().unwrap().len()), ([0, 0, 2], 1));
        assert_eq!(seen["errors"][0]["code"], "not_found");
        assert!(seen["requestID"].as_str().is_some_and(|id| !id.is_empty()));
        assert_eq!(rows(&seen), [format!("{hidden} failed not_found"), "999 failed not_found".into()]);
        assert_eq!(desk.item(hidden)["status"], "new");
    }

    fn status_and_ids_are_needed_and_checked_before_anything_is_written(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let key = desk.admin();
        assert_eq!(
            refused_for(key.post("/ticket/setStatus", json!({})), 400, "missing_parameter"),
            ["status", "ticketIDs"]
        );
        for none in [json!([]), json!(""), Value::Null, json!([""])] {
            let seen = key
                .post("/ticket/setStatus", json!({"status": "open", "ticketIDs": none.clone()}))
                .expect(400);
            assert_eq!(seen["code"], "missing_parameter", "{none}");
        }
        key.post("/ticket/setStatus", json!({"status": "OPEN", "ticketIDs": [1]})).refused(
            400,
            "invalid_parameter",
            &["status"],
        );
        for wrong in [
            json!([1, "x"]),
            json!([1, 0]),
            json!([1, -1]),
            json!([1, 1.5]),
            json!([1, null]),
            json!({"a": 1}),
        ] {
            key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": wrong.clone()})).expect(400);
        }
        assert_eq!(desk.item(1)["version"], 1);
    }

    fn every_spelling_of_the_ids_means_the_same(desk: TestDesk) {
        let ids = fill(&desk, 3, |_| titled(""));
        assert_eq!(ids, [1, 2, 3]);
        let key = desk.admin();
        let path = "/ticket/setStatus";
        let expect = |status: &str, seen: crate::harness::Seen| {
            let seen = seen.expect(200);
            let shown: Vec<String> =
                seen["results"].as_array().unwrap().iter().map(|r| r["ticketID"].to_string()).collect();
            assert_eq!(shown, ["3", "1", "2"], "{status}");
            assert_eq!(counts(&seen), [3, 0, 0], "{status}");
        };
        expect("json", key.post(path, json!({"status": "open", "ticketIDs": [3, "1", 2]})));
        expect(
            "form []",
            key.form(Method::POST, path, "status=pending&ticketIDs[]=3&ticketIDs[]=1&ticketIDs[]=2"),
        );
        expect(
            "form [n]",
            key.form(Method::POST, path, "status=holding&ticketIDs[7]=2&ticketIDs[1]=1&ticketIDs[0]=3"),
        );
        expect(
            "form bare",
            key.form(Method::POST, path, "status=solved&ticketIDs=3&ticketIDs=1&ticketIDs=2"),
        );
        expect(
            "encoded",
            key.form(
                Method::POST,
                path,
                "status=closed&ticketIDs%5B%5D=3&ticketIDs%5B%5D=1&ticketIDs%5B%5D=2",
            ),
        );
        expect(
            "multipart",
            key.multipart(
                Method::POST,
                path,
                &[("status", "open"), ("ticketIDs[]", "3"), ("ticketIDs[]", "1"), ("ticketIDs[]", "2")],
            ),
        );
        expect(
            "query",
            key.send(
                key.request(Method::POST, "/ticket/setStatus?status=new&ticketIDs=3&ticketIDs=1&ticketIDs=2"),
                "",
            ),
        );
        let seen = key.form(Method::POST, path, "status=open&ticketIDs=2").expect(200);
        assert_eq!(rows(&seen), ["2 changed 9"]);
        key.form(Method::POST, path, "status=open&ticketIDs[0]=1&ticketIDs[0]=2").expect(400);
        key.form(Method::POST, path, "status=open&ticketIDs[=1").expect(400);
    }

    fn leaving_closed_clears_closed_at_and_takes_out_of_the_archive(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let key = desk.admin();
        key.post("/ticket/setStatus", json!({"status": "closed", "ticketIDs": [1]})).expect(200);
        key.post("/ticket/batch", json!({"ticketIDs": [1], "actions": [{"actionType": "archive"}]}))
            .expect(200);
        desk.advance(30);
        assert_eq!(desk.item(1)["closed_at"], "2026-11-25 12:00:00");
        assert_eq!(key.get("/ticket?searchArchived=yes").ids(), [1]);
        assert_eq!(key.get("/ticket").ids(), [] as [i64; 0]);
        key.post("/ticket/setStatus", json!({"status": "open", "ticketIDs": [1]})).expect(200);
        assert_eq!(key.get("/ticket").ids(), [1]);
        assert_eq!(desk.item(1)["closed_at"], Value::Null);
        assert_eq!(desk.events(1)[3..], ["status: closed -> open", "archived: 1 -> 0"]);
        assert_eq!(desk.item(1)["version"], 4);
    }

    fn the_permission_is_set_status_and_no_other(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let body = json!({"status": "open", "ticketIDs": [1]});
        let seen = desk
            .key("TICKET_UPDATE,TICKET_BATCH,MESSAGE_CREATE,TICKET_READ")
            .post("/ticket/setStatus", body.clone())
            .expect(403);
        assert!(seen["message"].as_str().unwrap().contains("SET_STATUS"));
        assert_eq!(desk.item(1)["version"], 1);
        desk.key("SET_STATUS").post("/ticket/setStatus", body).expect(200);
    }
}
