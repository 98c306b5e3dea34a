//! Endpoints that fail: the documented quick retries, then slow ones for three days, the breaker, and the dead letters.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::{hook, item, keys, log, made, tell};
use crate::both_engines;
use crate::harness::TestDesk;
use crate::laws::Probe;

/// Moves the clock second by second, and notes at which one something was sent.
fn sent_at(desk: &TestDesk, seconds: i64) -> Vec<i64> {
    let mut found = Vec::new();
    for second in 0..=seconds {
        tell(desk);
        if !desk.endpoints.take().is_empty() {
            found.push(second);
        }
        desk.advance(1);
    }
    found
}

both_engines! {
    fn a_delivery_in_vain_is_tried_again_quickly_and_then_for_three_days_until_it_is_dead(desk: TestDesk) {
        let id = hook(&desk);
        desk.endpoints.answer(|_| Some(503));
        desk.ticket(json!({}));
        // Times are whole seconds: after 1, 2, 4, 8 and 16, and one more so that as many have passed.
        assert_eq!(sent_at(&desk, 40), [0, 2, 5, 10, 19, 36]);
        let now = item(&desk, id);
        assert_eq!((&now["failures"], &now["problem"], &now["waiting"]), (&json!(1), &json!("The endpoint answered 503."), &json!(1)));
        let mut ids = Vec::new();
        let mut hours = 0;
        while item(&desk, id)["dead"] == 0 {
            desk.advance(300);
            hours += 1;
            tell(&desk);
            ids.extend(desk.endpoints.take().into_iter().map(|letter| letter.id));
            assert!(hours < 12 * 24 * 5, "it is never given up");
        }
        assert_eq!(ids.len(), 8);
        ids.dedup();
        assert_eq!(ids.len(), 1, "its id stays");
        let days = f64::from(hours) * 300.0 / 86_400.0;
        assert!((2.9..=3.7).contains(&days), "{days}");
        let row = log(&desk, id, "state=dead")[0].clone();
        assert_eq!((&row["attempts"], row["tries"].as_array().map(Vec::len), &row["next_at"]), (&json!(14), Some(14), &Value::Null));
        assert!(log(&desk, id, "state=waiting").is_empty());
    }

    fn later_events_of_a_ticket_wait_for_the_one_before_and_others_do_not(desk: TestDesk) {
        let id = hook(&desk);
        let key = desk.admin();
        desk.endpoints.answer(|letter| if letter.body.contains("\"ticket_id\":1,") { Some(500) } else { Some(200) });
        let (first, second) = (desk.ticket(json!({})), desk.ticket(json!({})));
        for title in ["a", "b"] {
            for ticket in [first, second] {
                key.put(&format!("/ticket/{ticket}"), json!({"title": title})).expect(200);
            }
        }
        tell(&desk);
        let seen = desk.endpoints.take_events();
        assert_eq!(seen.iter().filter(|e| e.starts_with("1 ")).collect::<Vec<_>>(), ["1 ticket.created"]);
        assert_eq!(seen.iter().filter(|e| e.starts_with("2 ")).collect::<Vec<_>>(), ["2 ticket.created", "2 ticket.changed", "2 ticket.changed"]);
        assert_eq!(keys(&log(&desk, id, "state=waiting"), &["ticket_id", "attempts"]), [json!([1, 0]), json!([1, 0]), json!([1, 1])]);
        desk.endpoints.answer(|_| Some(202));
        desk.advance(2);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), ["1 ticket.created", "1 ticket.changed", "1 ticket.changed"]);
        assert_eq!(item(&desk, id)["waiting"], 0);
    }

    fn an_endpoint_that_fails_again_and_again_is_left_alone_and_then_asked_once(desk: TestDesk) {
        let id = hook(&desk);
        let other = made(&desk.admin(), json!({"url": "https://other.example", "events": "ticket.created"}));
        desk.endpoints.answer(|letter| if letter.url.contains("hook") { None } else { Some(200) });
        for _ in 0..100 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        let letters = desk.endpoints.take();
        let to = |host: &str| letters.iter().filter(|l| l.url.contains(host)).count();
        assert_eq!(to("other"), 100, "the others are told all the same");
        assert!((5..=13).contains(&to("hook")), "{}", to("hook"));
        let now = item(&desk, id);
        assert_eq!((&now["state"], &now["problem"]), (&json!("resting"), &json!("The endpoint did not answer within 1 s.")));
        assert_eq!(item(&desk, other)["state"], "good");
        tell(&desk);
        assert_eq!(desk.endpoints.take(), []);
        // It rests for longer each time, up to a quarter of an hour; then one is sent to see.
        let probes = sent_at(&desk, 4_000);
        let gaps: Vec<i64> = probes.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(gaps.windows(2).all(|two| two[0] <= two[1]) && gaps.last() == Some(&900), "{gaps:?}");
        desk.endpoints.answer(|_| Some(200));
        desk.advance(900);
        tell(&desk);
        let mut ids: Vec<String> = desk.endpoints.take().into_iter().map(|letter| letter.id).collect();
        ids.sort();
        ids.dedup();
        desk.advance(100_000);
        tell(&desk);
        ids.extend(desk.endpoints.take().into_iter().map(|letter| letter.id));
        assert_eq!((ids.len(), item(&desk, id)["state"].clone(), item(&desk, id)["waiting"].clone()), (100, json!("good"), json!(0)));
    }

    fn an_endpoint_that_says_it_is_gone_is_told_nothing_more(desk: TestDesk) {
        let id = hook(&desk);
        let tag = desk.admin().get(&format!("/webhook/{id}")).header("etag").to_owned();
        desk.endpoints.answer(|_| Some(410));
        desk.ticket(json!({}));
        tell(&desk);
        desk.advance(60);
        tell(&desk);
        assert_eq!(desk.endpoints.take().len(), 1);
        let now = item(&desk, id);
        assert_eq!((&now["state"], &now["active"]), (&json!("inactive"), &json!(false)));
        assert!(now["problem"].as_str().is_some_and(|problem| problem.contains("410")), "{now}");
        // Who has not seen that does not switch it on again.
        let key = desk.admin();
        let put = key.request(http::Method::PUT, &format!("/webhook/{id}")).header("If-Match", &tag);
        let put = put.header("content-type", "application/json");
        key.send(put, json!({"active": true}).to_string()).refused(412, "precondition_failed", &[""]);
    }

    fn a_new_address_is_tried_at_once(desk: TestDesk) {
        let id = hook(&desk);
        desk.endpoints.answer(|letter| (letter.url.contains("new")).then_some(200));
        for _ in 0..9 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        desk.endpoints.take();
        assert_eq!(item(&desk, id)["state"], "resting");
        desk.admin().put(&format!("/webhook/{id}"), json!({"url": "https://new.example"})).expect(200);
        desk.advance(2);
        tell(&desk);
        assert_eq!((desk.endpoints.take().len(), item(&desk, id)["state"].clone()), (9, json!("good")));
    }

    fn what_waits_too_long_is_dead_and_the_log_forgets(desk: TestDesk) {
        let id = hook(&desk);
        let forget = || desk.block_on(desk.desk.forget_deliveries()).expect("forgotten");
        let taken = Arc::new(AtomicI64::new(0));
        let count = Arc::clone(&taken);
        desk.endpoints.answer(move |_| (count.fetch_add(1, Ordering::SeqCst) < 2).then_some(200));
        for _ in 0..9 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        assert_eq!((log(&desk, id, "state=delivered").len(), log(&desk, id, "state=waiting").len()), (2, 7));
        desk.advance(4 * 86_400 - 1);
        forget();
        assert_eq!(log(&desk, id, "state=waiting").len(), 7);
        desk.advance(1);
        forget();
        assert_eq!((log(&desk, id, "state=dead").len(), item(&desk, id)["dead"].clone()), (7, json!(7)));
        desk.advance(3 * 86_400);
        forget();
        assert_eq!((log(&desk, id, "state=delivered").len(), log(&desk, id, "state=dead").len()), (0, 7));
        desk.advance(27 * 86_400);
        forget();
        assert_eq!(log(&desk, id, "").len(), 0);
        assert_eq!(Probe::new(&desk.place).number("SELECT COUNT(*) FROM webhook_try"), 0);
    }
}
