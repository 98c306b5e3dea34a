//! The breaker: how long an endpoint is left alone, what it is asked then, and what does not count against it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use deskbell_app::webhook::{Figures, figures};
use deskbell_core::{Actor, Timestamp};
use deskbell_db::Lane;
use serde_json::json;

use super::{hook, item, log, made, tell};
use crate::both_engines;
use crate::harness::TestDesk;

/// For how many seconds from now the endpoint rests.
fn rest(desk: &TestDesk, id: i64) -> i64 {
    let until = item(desk, id)["retry_at"].as_str().map(str::to_owned).expect("a time");
    Timestamp::parse_span(&until).expect("a time").first.0 - desk.now()
}

both_engines! {
    fn one_outage_under_load_is_one_step_of_the_rest(desk: TestDesk) {
        let id = hook(&desk);
        let other = made(&desk.admin(), json!({"url": "https://other.example", "events": "ticket.deleted"}));
        desk.admin().put(&format!("/webhook/{other}"), json!({"active": false})).expect(200);
        desk.endpoints.answer(|_| Some(503));
        for _ in 0..40 {
            desk.ticket(json!({}));
        }
        let mut rests = Vec::new();
        for _ in 0..9 {
            tell(&desk);
            let tried = desk.endpoints.take().len();
            assert!(if rests.is_empty() { (5..=13).contains(&tried) } else { tried == 1 }, "{tried} after {rests:?}");
            rests.push(rest(&desk, id));
            desk.advance(rests[rests.len() - 1]);
        }
        assert_eq!(rests, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
        desk.ticket(json!({}));
        desk.admin().get("/changes").expect(200);
        let now = Timestamp(desk.now() - 1);
        let read = desk.desk.read_blocking(Lane::Point, &Arc::new(Actor::system()), move |tx, _| figures(tx, now));
        assert_eq!(read.expect("figures"), Figures { webhooks: [0, 0, 1, 1], waiting: 40, dead: 0, behind: 1 });
        desk.endpoints.answer(|_| Some(200));
        tell(&desk);
        assert_eq!(item(&desk, id)["state"], "good");
        desk.endpoints.take();
        // The next outage begins anew.
        desk.endpoints.answer(|_| None);
        for _ in 0..8 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        assert_eq!(rest(&desk, id), 10);
    }

    fn what_an_endpoint_has_against_a_delivery_is_no_failure_of_the_endpoint(desk: TestDesk) {
        let id = hook(&desk);
        for status in [400, 409, 413, 422] {
            desk.endpoints.answer(move |_| Some(status));
            for _ in 0..12 {
                desk.ticket(json!({}));
            }
            tell(&desk);
            let now = item(&desk, id);
            assert_eq!((&now["state"], &now["failures"]), (&json!("good"), &json!(0)), "{status}");
            assert_eq!(now["problem"], format!("The endpoint answered {status}."));
        }
        // Who may not come in, or finds nobody there, comes in vain whatever is told.
        for status in [401, 403, 404, 429] {
            desk.endpoints.answer(move |_| Some(status));
            for _ in 0..12 {
                desk.ticket(json!({}));
            }
            tell(&desk);
            assert_eq!(item(&desk, id)["state"], "resting", "{status}");
            desk.admin().put(&format!("/webhook/{id}"), json!({"url": format!("https://hook.example/{status}")})).expect(200);
        }
    }

    fn deliveries_that_an_endpoint_fails_at_do_not_keep_the_others_waiting(desk: TestDesk) {
        let id = hook(&desk);
        // The first three are poison for it; then it is down for all, and comes up again.
        let down = Arc::new(AtomicI64::new(0));
        let is_down = Arc::clone(&down);
        let poison = |letter: &deskbell_app::Letter| ["1,", "2,", "3,"].iter().any(|n| letter.body.contains(&format!("\"ticket_id\":{n}")));
        desk.endpoints.answer(move |letter| Some(if is_down.load(Ordering::SeqCst) == 1 || poison(letter) { 500 } else { 200 }));
        for _ in 0..3 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        down.store(1, Ordering::SeqCst);
        for _ in 0..9 {
            desk.ticket(json!({}));
        }
        desk.advance(2);
        tell(&desk);
        assert_eq!(item(&desk, id)["state"], "resting");
        down.store(0, Ordering::SeqCst);
        desk.endpoints.take();
        // The poison has been tried more often, so the first look after the rest is at another one.
        desk.advance(60);
        tell(&desk);
        assert_eq!((item(&desk, id)["state"].clone(), log(&desk, id, "state=delivered").len()), (json!("good"), 9));
    }

    fn a_single_delivery_in_vain_does_not_stop_what_comes_after_it(desk: TestDesk) {
        let id = hook(&desk);
        desk.endpoints.answer(|letter| Some(if letter.body.contains("\"ticket_id\":1,") { 500 } else { 200 }));
        desk.ticket(json!({}));
        for _ in 0..60 {
            tell(&desk);
            desk.advance(1);
        }
        assert_eq!(log(&desk, id, "state=waiting")[0]["attempts"], 6);
        desk.endpoints.take();
        desk.ticket(json!({}));
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["2 ticket.created"]);
    }

    fn an_endpoint_that_is_up_does_not_lose_what_waits_behind_a_delivery_that_it_refuses(desk: TestDesk) {
        let id = hook(&desk);
        let key = desk.admin();
        desk.endpoints.answer(|letter| Some(if letter.body.contains("\"ticket.created\"") && letter.body.contains("\"ticket_id\":1,") { 500 } else { 200 }));
        let ticket = desk.ticket(json!({}));
        key.put(&format!("/ticket/{ticket}"), json!({"title": "x"})).expect(200);
        for _ in 0..100 {
            desk.advance(3_600);
            desk.ticket(json!({}));
            tell(&desk);
            desk.block_on(desk.desk.forget_deliveries()).expect("forgotten");
        }
        // More than four days have passed; the refused one is dead after all its tries, and the other was told.
        let dead = log(&desk, id, "state=dead");
        assert_eq!((dead.len(), &dead[0]["event"], &dead[0]["attempts"]), (1, &json!("ticket.created"), &json!(14)));
        assert!(desk.endpoints.take_events().contains(&"1 ticket.changed".to_owned()));
    }
}
