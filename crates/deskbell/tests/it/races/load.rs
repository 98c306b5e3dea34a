//! Many callers: slow work beside quick work, and more than the store takes.

use std::sync::atomic::{AtomicBool, Ordering};

use deskbell_app::migrations::MIGRATIONS;
use deskbell_db::{Options, Store};
use serde_json::json;

use super::crowd;
use crate::both_engines;
use crate::harness::{Place, TestDesk};
use crate::laws::Probe;

both_engines! {
    fn creators_beside_slow_searches_all_succeed(desk: TestDesk) {
        let (key, probe) = (desk.admin(), Probe::new(&desk.place));
        let many: Vec<String> = (0..300).map(|n| format!("word{n} work")).collect();
        let old: Vec<i64> = (0..20).map(|_| desk.ticket(json!({"title": "old"}))).collect();
        let note = json!([{"actionType": "addNote", "value": many.join(" ")}]);
        key.post("/ticket/batch", json!({"ticketIDs": old, "actions": note})).expect(200);
        let over = AtomicBool::new(false);
        let ids = std::thread::scope(|scope| {
            let searchers: Vec<_> = (0..4).map(|_| scope.spawn(|| {
                let mut searches = 0;
                while !over.load(Ordering::Relaxed) {
                    let query = "wo*%20word7%20%22word7%20work%22&sort=last_update&itemLimit=500";
                    assert_eq!(key.get(&format!("/ticket?query={query}")).expect(200)["itemTotal"], 20);
                    searches += 1;
                }
                searches
            })).collect();
            let ids = crowd(64, |n| {
                let create = |round| {
                    let fields = json!({"title": format!("fresh {n}.{round}"), "tags": ["vip"]});
                    key.post("/ticket", fields).expect(200)["ticketID"].as_i64().expect("an id")
                };
                (0..5).map(create).collect::<Vec<_>>()
            });
            over.store(true, Ordering::Relaxed);
            for searcher in searchers {
                assert!(searcher.join().expect("a thread") > 0);
            }
            ids
        });
        let mut ids = ids.concat();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 320);
        let mut found = key.get("/ticket?query=fresh&itemLimit=9999").ids();
        found.reverse();
        assert_eq!(found, ids);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn more_than_the_queue_takes_is_refused_whole(full: TestDesk) {
        let place = full.place.clone();
        drop(full);
        let desk = narrow(place);
        let (key, probe) = (desk.admin(), Probe::new(&desk.place));
        let seen = crowd(64, |n| {
            let create = |round| key.post("/ticket", json!({"title": format!("fresh {n}.{round}"), "tags": ["vip"]}));
            (0..4).map(create).collect::<Vec<_>>()
        });
        let seen: Vec<_> = seen.into_iter().flatten().collect();
        let (made, refused): (Vec<_>, Vec<_>) = seen.into_iter().partition(|s| s.status == 200);
        assert!(!made.is_empty() && !refused.is_empty(), "{} made, {} refused", made.len(), refused.len());
        for seen in refused {
            assert!(seen.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0), "{:?}", seen.headers);
            seen.refused(503, "overloaded", &[""]);
        }
        let mut ids: Vec<i64> = made.iter().map(|m| m.json["ticketID"].as_i64().expect("an id")).collect();
        ids.sort_unstable();
        for path in ["/ticket?itemLimit=9999", "/ticket?itemLimit=9999&query=fresh", "/ticket?itemLimit=9999&tag=vip"] {
            let mut listed = key.get(path).ids();
            listed.reverse();
            assert_eq!(listed, ids, "{path}");
        }
        assert_eq!(probe.number("SELECT COUNT(*) FROM journal"), ids.len() as i64);
        probe.counters_hold();
        probe.versions_hold();
    }
}

/// A desk whose store lets next to nobody wait.
fn narrow(place: Place) -> TestDesk {
    let options = Options { queue_limit: 2, pool: 3, ..place.options() };
    let store = Store::open(options, MIGRATIONS).expect("a store");
    TestDesk::over(place, store, deskbell_app::Settings::default())
}
