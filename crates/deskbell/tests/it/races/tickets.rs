//! One ticket, several writers.

use http::Method;
use serde_json::json;

use super::{crowd, node};
use crate::both_engines;
use crate::laws::Probe;

both_engines! {
    fn of_writers_that_name_the_same_version_just_one_wins(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        let id = desk.ticket(json!({}));
        for version in 1..=10i64 {
            let seen = crowd(8, |n| {
                let key = &keys[n % 2];
                let request = key.request(Method::PUT, &format!("/ticket/{id}"));
                let request = request.header("if-match", format!("\"{version}\""));
                let title = json!({"title": format!("{version}.{n}")});
                key.send(request.header("content-type", "application/json"), title.to_string())
            });
            let (won, lost): (Vec<_>, Vec<_>) = seen.iter().partition(|s| s.status == 200);
            assert_eq!(won.len(), 1, "{seen:?}");
            assert_eq!(won[0].json["version"], version + 1);
            for lost in lost {
                assert_eq!(lost.status, 412, "{}", lost.text);
                assert_eq!(lost.json["currentVersion"], version + 1);
            }
        }
        assert_eq!(desk.item(id)["version"], 11);
        probe.versions_hold();
    }

    fn writers_that_name_no_version_lose_nothing(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        let id = desk.ticket(json!({"title": "start"}));
        let versions = crowd(8, |n| {
            let put = |round: usize| {
                let title = json!({"title": format!("{n}.{round}")});
                let made = keys[n % 2].put(&format!("/ticket/{id}"), title).expect(200);
                made["version"].as_i64().expect("a version")
            };
            (0..15).map(put).collect::<Vec<_>>()
        });
        let mut versions = versions.concat();
        versions.sort_unstable();
        assert_eq!(versions, (2..=121).collect::<Vec<_>>(), "each write has a version of its own, none is left out");
        let events = desk.events(id);
        assert_eq!(events.len(), 121);
        let mut title = "start".to_owned();
        for event in &events[1..] {
            let (before, after) = event.strip_prefix("title: ").and_then(|e| e.split_once(" -> ")).expect("a title");
            assert_eq!(before, title, "each event begins where the one before ended");
            title = after.to_owned();
        }
        assert_eq!(desk.item(id)["title"], title);
        probe.versions_hold();
    }

    fn tags_that_two_callers_add_at_once_are_both_there(desk: TestDesk) {
        let other = node(&desk);
        let keys = [desk.admin(), other.admin()];
        let id = desk.ticket(json!({}));
        crowd(8, |n| {
            for round in 0..5 {
                let action = json!({"actionType": "addTags", "value": [format!("{n}.{round}")]});
                keys[n % 2].post("/ticket/batch", json!({"ticketIDs": [id], "actions": [action]})).expect(200);
            }
        });
        assert_eq!(desk.item(id)["tags"].as_array().expect("tags").len(), 40);
    }

    fn a_ticket_that_is_deleted_while_others_write_is_gone_and_counted_nowhere(desk: TestDesk) {
        let other = node(&desk);
        let (keys, probe) = ([desk.admin(), other.admin()], Probe::new(&desk.place));
        for round in 0..10 {
            let id = desk.ticket(json!({"title": "alpha"}));
            let seen = crowd(6, |n| match n {
                0 => keys[0].delete(&format!("/ticket/{id}?purge={}", round % 2)),
                _ => keys[n % 2].put(&format!("/ticket/{id}"), json!({"title": format!("alpha {n}")})),
            });
            for seen in &seen {
                assert!(matches!(seen.status.as_u16(), 200 | 404), "{}", seen.text);
            }
            assert_eq!(seen[0].status, 200);
            keys[0].get(&format!("/ticket/{id}")).refused(404, "not_found", &[""]);
        }
        assert_eq!(keys[0].get("/ticket?query=alpha").ids(), [0i64; 0]);
        assert_eq!(keys[0].get("/ticket").expect(200)["itemTotal"], 0);
        probe.counters_hold();
    }
}
