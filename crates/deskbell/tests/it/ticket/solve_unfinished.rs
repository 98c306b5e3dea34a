//! PUT /ticket/solveUnfinishedTickets: the fixed set, its filters, rows and counts.

use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_core::{Limit, Status};
use http::Method;
use serde_json::{Value, json};

use super::setup::{count, counts, fill, rows, titled, total};
use crate::both_engines;

const PATH: &str = "/ticket/solveUnfinishedTickets";

fn in_status(status: Status) -> NewTicket {
    NewTicket { edits: vec![Edit::new("status", Change::Status(status))], ..titled("t") }
}

both_engines! {
    fn what_is_not_finished_becomes_solved_and_the_rest_stays(desk: TestDesk) {
        let ids = fill(&desk, 6, |n| in_status(Status::ALL[n as usize]));
        let gone = desk.ticket(json!({}));
        let key = desk.key("SET_STATUS");
        desk.admin().delete(&format!("/ticket/{gone}")).expect(200);
        desk.advance(5);
        let seen = key.send(key.request(Method::PUT, PATH), "").expect(200);
        assert_eq!(rows(&seen), ids[..4].iter().map(|id| format!("{id} changed 2")).collect::<Vec<_>>());
        assert_eq!((counts(&seen), &seen["message"]), ([4, 0, 0], &json!("Solved 4 of 4 tickets.")));
        let states: Vec<Value> = ids.iter().map(|id| desk.item(*id)["status"].clone()).collect();
        assert_eq!(states, ["solved", "solved", "solved", "solved", "solved", "closed"]);
        assert_eq!((desk.item(6)["version"].clone(), desk.item(5)["version"].clone()), (json!(1), json!(1)));
        assert_eq!(desk.events(4), ["created:  -> ", "status: holding -> solved"]);
        let batch = seen["batchID"].as_str().unwrap();
        assert_eq!(count(&desk, "journal", &format!("batch_id = '{batch}'")), 4);
        // Nothing left is no error.
        let seen = key.put(PATH, json!({})).expect(200);
        assert_eq!((counts(&seen), &seen["results"]), ([0, 0, 0], &json!([])));
    }

    fn filters_combine_and_an_empty_one_is_refused(desk: TestDesk) {
        let (second, group, user) = (desk.brand("Second"), desk.group("Helpers"), desk.user("nora"));
        let key = desk.admin();
        let make = |fields: Value| desk.ticket(fields);
        let plain = make(json!({}));
        let branded = make(json!({"brandID": second}));
        let channeled = make(json!({"channelID": 2}));
        let grouped = make(json!({"assignedGroupID": group}));
        let owned = make(json!({"assignedUserID": user, "assignedGroupID": group}));
        desk.advance(60);
        let late = make(json!({"brandID": second, "channelID": 2}));
        let found = |filter: Value| {
            let mut body = filter;
            body["dryRun"] = json!(true);
            let seen = key.put(PATH, body).expect(200);
            seen["results"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| r["ticketID"].as_i64().unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(found(json!({})), [plain, branded, channeled, grouped, owned, late]);
        assert_eq!(found(json!({"brandID": second})), [branded, late]);
        assert_eq!(found(json!({"brandID": [1, second]})), [plain, branded, channeled, grouped, owned, late]);
        assert_eq!(found(json!({"channelID": "2"})), [channeled, late]);
        assert_eq!(found(json!({"assignedGroupID": group})), [grouped, owned]);
        assert_eq!(found(json!({"assignedUserID": user})), [owned]);
        assert_eq!(found(json!({"assignedUserID": 0, "assignedGroupID": [group]})), [grouped]);
        assert_eq!(found(json!({"assignedGroupID": 0, "brandID": second, "channelID": 2})), [late]);
        assert_eq!(found(json!({"brandID": 99})), [] as [i64; 0]);
        assert_eq!(
            found(json!({"updatedBefore": "2026-11-25 12:01:00"})),
            [plain, branded, channeled, grouped, owned]
        );
        assert_eq!(found(json!({"updatedBefore": "2026-11-25 12:00:00"})), [] as [i64; 0]);
        assert_eq!(found(json!({"updatedBefore": "2026-11-25 12:01:01"})).len(), 6);
        assert_eq!(found(json!({"updatedBefore": "2026-11-25"})), [] as [i64; 0]);
        assert_eq!(found(json!({"updatedBefore": "2026-11-26"})).len(), 6);
        for field in ["brandID", "channelID", "assignedGroupID", "assignedUserID", "updatedBefore"] {
            for empty in [json!(""), json!([]), json!([""])] {
                if field == "updatedBefore" && empty.is_array() {
                    continue;
                }
                key.put(PATH, json!({field: empty.clone()})).refused(400, "invalid_parameter", &[field]);
            }
            key.form(Method::PUT, PATH, &format!("{field}=")).refused(400, "invalid_parameter", &[field]);
            key.put(&format!("{PATH}?{field}="), json!({})).refused(400, "invalid_parameter", &[field]);
            key.put(PATH, json!({field: "x"})).expect(400);
        }
        for unknown in ["status", "query", "ticketIDs", "mode"] {
            key.put(PATH, json!({unknown: "atomic"})).refused(400, "unknown_parameter", &[unknown]);
        }
        assert_eq!(count(&desk, "journal", "item_type = 'status'"), 0);
        let seen =
            key.put(PATH, json!({"brandID": second, "updatedBefore": "2026-11-25 12:01:00"})).expect(200);
        assert_eq!(rows(&seen), [format!("{branded} changed 2")]);
    }

    fn a_dry_run_writes_nothing_and_says_so(desk: TestDesk) {
        fill(&desk, 3, |_| titled("t"));
        let key = desk.admin();
        let seen = key.put(PATH, json!({"dryRun": true})).expect(200);
        assert_eq!(
            (rows(&seen), &seen["dryRun"], seen.get("batchID")),
            (vec!["1 changed".into(), "2 changed".into(), "3 changed".into()], &json!(true), None)
        );
        assert_eq!((total(&key, "&status=new"), count(&desk, "journal", "1 = 1")), (3, 3));
    }

    fn only_what_the_key_may_see_is_solved(desk: TestDesk) {
        let (second, mine) = (desk.brand("Second"), desk.group("Mine"));
        let hidden = [desk.ticket(json!({"brandID": second})), desk.ticket(json!({}))];
        let seen_by_key = desk.ticket(json!({"assignedGroupID": mine}));
        let key = desk.limited_key("SET_STATUS", Limit::only([1]), Limit::only([mine]));
        let seen = key.put(PATH, json!({})).expect(200);
        assert_eq!(rows(&seen), [format!("{seen_by_key} changed 2")]);
        let seen = key.put(PATH, json!({"brandID": second})).expect(200);
        assert_eq!(counts(&seen), [0, 0, 0]);
        for id in hidden {
            assert_eq!(desk.item(id)["status"], "new");
        }
        let seen = desk.key("TICKET_UPDATE,TICKET_BATCH").put(PATH, json!({})).expect(403);
        assert!(seen["message"].as_str().unwrap().contains("SET_STATUS"));
    }

    fn a_thousand_rows_are_listed_by_id_and_the_counts_are_complete(desk: TestDesk) {
        let ids = fill(&desk, 1_100, |_| titled(""));
        let key = desk.admin();
        let tried = key.put(PATH, json!({"dryRun": true})).expect(200);
        assert_eq!((counts(&tried), tried["results"].as_array().unwrap().len()), ([1_100, 0, 0], 1_000));
        let seen = key.put(PATH, json!({})).expect(200);
        assert_eq!(
            (counts(&seen), &seen["message"]),
            ([1_100, 0, 0], &json!("Solved 1100 of 1100 tickets."))
        );
        let shown: Vec<i64> =
            seen["results"].as_array().unwrap().iter().map(|r| r["ticketID"].as_i64().unwrap()).collect();
        assert_eq!(shown, ids[..1_000]);
        assert_eq!(total(&key, "&status=solved"), 1_100);
    }
}
