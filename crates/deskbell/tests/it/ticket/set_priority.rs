//! POST /ticket/setPriority.

use serde_json::json;

use super::setup::{counts, fill, refused_for, rows, titled};
use crate::both_engines;

both_engines! {
    fn each_word_is_set_once_and_then_unchanged(desk: TestDesk) {
        fill(&desk, 2, |_| titled(""));
        let key = desk.key("TICKET_UPDATE");
        for (n, priority) in (1..).zip(["low", "urgent", "medium", "high"]) {
            desk.advance(1);
            let body = json!({"priority": priority, "ticketIDs": [2, 1]});
            let seen = key.post("/ticket/setPriority", body.clone()).expect(200);
            assert_eq!(seen["message"], "Priority set on 2 of 2 tickets.");
            assert_eq!(rows(&seen), [format!("2 changed {}", n + 1), format!("1 changed {}", n + 1)]);
            let item = desk.item(1);
            assert_eq!(
                (&item["priority"], &item["last_update"]),
                (&json!(priority), &json!(format!("2026-11-25 12:00:{n:02}")))
            );
            desk.advance(0);
            assert_eq!(counts(&key.post("/ticket/setPriority", body).expect(200)), [0, 2, 0]);
        }
        assert_eq!(
            desk.events(1)[1..],
            [
                "priority: medium -> low",
                "priority: low -> urgent",
                "priority: urgent -> medium",
                "priority: medium -> high"
            ]
        );
    }

    fn priority_and_ids_are_needed(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let key = desk.admin();
        assert_eq!(
            refused_for(key.post("/ticket/setPriority", json!({})), 400, "missing_parameter"),
            ["priority", "ticketIDs"]
        );
        key.post("/ticket/setPriority", json!({"priority": "asap", "ticketIDs": [1]})).refused(
            400,
            "invalid_parameter",
            &["priority"],
        );
        key.post("/ticket/setPriority", json!({"priority": 3, "ticketIDs": [1]})).refused(
            400,
            "invalid_parameter",
            &["priority"],
        );
        key.post("/ticket/setPriority", json!({"priority": "low", "status": "open", "ticketIDs": [1]}))
            .refused(400, "unknown_parameter", &["status"]);
        assert_eq!(desk.item(1)["version"], 1);
    }

    fn the_permission_is_ticket_update_and_no_other(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let seen = desk
            .key("SET_STATUS,TICKET_BATCH,TICKET_READ")
            .post("/ticket/setPriority", json!({"priority": "low", "ticketIDs": [1]}))
            .expect(403);
        assert!(seen["message"].as_str().unwrap().contains("TICKET_UPDATE"));
        assert_eq!(desk.item(1)["version"], 1);
    }
}
