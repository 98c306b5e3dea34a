//! DELETE /ticket/multi.

use http::Method;
use serde_json::json;

use super::setup::{count, counts, fill, of_brand, rows, titled};
use crate::both_engines;

both_engines! {
    fn ids_come_in_query_or_body_in_every_spelling(desk: TestDesk) {
        fill(&desk, 14, |_| titled(""));
        let key = desk.key("TICKET_DELETE");
        let path = "/ticket/multi";
        let sent = [
            key.delete("/ticket/multi?ticketIDs[]=1&ticketIDs[]=2"),
            key.delete("/ticket/multi?ticketIDs=3&ticketIDs=4"),
            key.json(Method::DELETE, path, json!([5, "6"])),
            key.json(Method::DELETE, path, json!({"ticketIDs": [7, 8]})),
            key.form(Method::DELETE, path, "ticketIDs[1]=10&ticketIDs[0]=9"),
            key.multipart(Method::DELETE, path, &[("ticketIDs[]", "11"), ("ticketIDs[]", "12")]),
        ];
        for (n, seen) in sent.into_iter().enumerate() {
            let (one, two) = (2 * n + 1, 2 * n + 2);
            let seen = seen.expect(200);
            assert_eq!(rows(&seen), [format!("{one} changed 2"), format!("{two} changed 2")]);
            assert_eq!(seen["message"], "Deleted 2 of 2 tickets.");
        }
        assert_eq!(desk.admin().get("/ticket").ids(), [14, 13]);
        key.delete("/ticket/multi").refused(400, "missing_parameter", &["ticketIDs"]);
        key.json(Method::DELETE, path, json!([])).expect(400);
        key.json(Method::DELETE, path, json!([13, 0])).expect(400);
        key.json(Method::DELETE, "/ticket/multi?ticketIDs=13", json!({"ticketIDs": [14]})).expect(400);
        assert_eq!(desk.admin().get("/ticket").ids(), [14, 13]);
    }

    fn each_ticket_is_on_its_own_and_a_second_time_is_not_found(desk: TestDesk) {
        let second = desk.brand("Second");
        fill(&desk, 2, |_| titled(""));
        let hidden = desk.ticket(json!({"brandID": second}));
        let key = of_brand(&desk, "TICKET_DELETE", 1);
        let seen = key.json(Method::DELETE, "/ticket/multi", json!([2, hidden, 1, 2, 999])).expect(207);
        assert_eq!(
            rows(&seen),
            [
                "2 changed 2".to_owned(),
                format!("{hidden} failed not_found"),
                "1 changed 2".into(),
                "999 failed not_found".into()
            ]
        );
        assert_eq!(counts(&seen), [2, 0, 2]);
        let seen = key.json(Method::DELETE, "/ticket/multi", json!([1, 2])).expect(404);
        assert_eq!(counts(&seen), [0, 0, 2]);
        assert_eq!(desk.item(hidden)["version"], 1);
        assert_eq!(count(&desk, "journal", "item_type = 'deleted'"), 2);
    }

    fn all_or_none_and_dry_runs_leave_the_tickets_there(desk: TestDesk) {
        fill(&desk, 2, |_| titled(""));
        let key = desk.admin();
        let seen = key
            .json(
                Method::DELETE,
                "/ticket/multi",
                json!({"ticketIDs": [1, 9, 2], "mode": "atomic", "purge": true}),
            )
            .expect(404);
        assert_eq!(rows(&seen), ["1 failed rolled_back", "9 failed not_found", "2 failed rolled_back"]);
        let seen = key.delete("/ticket/multi?ticketIDs=1&ticketIDs=2&dryRun=true").expect(200);
        assert_eq!(
            (rows(&seen), &seen["dryRun"], &seen["message"]),
            (
                vec!["1 changed".into(), "2 changed".into()],
                &json!(true),
                &json!("Would delete 2 of 2 tickets.")
            )
        );
        assert!(seen.get("batchID").is_none());
        assert_eq!(key.get("/ticket?order=asc").ids(), [1, 2]);
        let seen = key
            .json(
                Method::DELETE,
                "/ticket/multi",
                json!({"ticketIDs": [2, 1], "mode": "atomic", "purge": true}),
            )
            .expect(200);
        assert_eq!(counts(&seen), [2, 0, 0]);
        assert_eq!(count(&desk, "ticket", "1 = 1"), 0);
    }

    fn versions_hold_for_each_ticket(desk: TestDesk) {
        fill(&desk, 3, |_| titled(""));
        let key = desk.admin();
        let seen = key
            .delete("/ticket/multi?ticketIDs=1&ticketIDs=2&ticketIDs=3&versions[1]=1&versions[2]=4")
            .expect(207);
        assert_eq!(rows(&seen), ["1 changed 2", "2 failed precondition_failed", "3 changed 2"]);
        assert_eq!(seen["results"][1]["currentVersion"], 1);
        assert_eq!(key.get("/ticket").ids(), [2]);
    }

    fn the_permission_is_ticket_delete_and_no_other(desk: TestDesk) {
        fill(&desk, 1, |_| titled(""));
        let seen = desk
            .key("TICKET_UPDATE,TICKET_BATCH,SET_STATUS")
            .json(Method::DELETE, "/ticket/multi", json!([1]))
            .expect(403);
        assert!(seen["message"].as_str().unwrap().contains("TICKET_DELETE"));
        assert_eq!(desk.item(1)["version"], 1);
    }
}
