//! Many at one webhook: what is told, what is given up and what is new, on two nodes at once.

use std::time::Duration;

use serde_json::json;

use super::{hook, tell};
use crate::both_engines;
use crate::laws::Probe;
use crate::races::{crowd, node};

/// Subjects of which something waits, and nothing of it is ever tried.
const STRANDED: &str = "SELECT COUNT(*) FROM webhook_delivery d WHERE d.state = 1 AND d.next_at IS NULL AND NOT EXISTS ( \
     SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = d.webhook_id AND e.subject = d.subject AND e.state = 1 \
     AND e.next_at IS NOT NULL)";
/// Subjects of which two are tried at once.
const DOUBLE: &str = "SELECT COUNT(*) FROM (SELECT subject FROM webhook_delivery WHERE state = 1 AND next_at IS NOT NULL \
     GROUP BY webhook_id, subject HAVING COUNT(*) > 1) AS doubles";

both_engines! {
    fn a_webhook_with_a_long_log_is_deleted_in_steps_while_it_is_told(desk: TestDesk) {
        let id = hook(&desk);
        let key = desk.admin();
        let ids: Vec<i64> = (0..200).map(|_| desk.ticket(json!({}))).collect();
        for round in 0..7 {
            let status = ["open", "pending"][round % 2];
            key.post("/ticket/batch", json!({"ticketIDs": ids, "actions": [{"actionType": "setStatus", "value": status}]})).expect(200);
        }
        let probe = Probe::new(&desk.place);
        let left = || probe.number("SELECT COUNT(*) FROM webhook_delivery");
        tell(&desk);
        assert_eq!(left(), 1_600);
        key.send(key.request(http::Method::DELETE, &format!("/webhook/{id}")).header("If-Match", "\"9\""), "").refused(412, "precondition_failed", &[""]);
        assert_eq!(left(), 1_600, "nothing is half done");
        let other = node(&desk);
        let seen = crowd(3, |n| match n {
            0 => key.delete(&format!("/webhook/{id}")).status.as_u16(),
            1 => {
                tell(&other);
                0
            }
            _ => {
                for id in &ids[..20] {
                    key.put(&format!("/ticket/{id}"), json!({"title": "x"})).expect(200);
                }
                0
            }
        });
        assert_eq!((seen[0], left()), (200, 0));
        key.get(&format!("/webhook/{id}")).refused(404, "not_found", &[""]);
    }

    fn nothing_is_stranded_while_deliveries_are_given_up_and_new_ones_come(desk: TestDesk) {
        hook(&desk);
        desk.endpoints.answer(|_| None);
        let key = desk.admin();
        let ids: Vec<i64> = (0..20).map(|_| desk.ticket(json!({}))).collect();
        tell(&desk);
        let other = node(&desk);
        other.endpoints.answer(|_| None);
        for round in 0..8 {
            for id in &ids {
                key.put(&format!("/ticket/{id}"), json!({"title": format!("{round}")})).expect(200);
            }
            desk.advance(5 * 86_400);
            other.advance(5 * 86_400);
            crowd(3, |n| match n {
                0 => desk.block_on(desk.desk.forget_deliveries()).expect("forgotten"),
                1 => tell(&other),
                _ => {
                    for id in &ids {
                        key.put(&format!("/ticket/{id}"), json!({"title": format!("{round} again")})).expect(200);
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
            });
            let probe = Probe::new(&desk.place);
            assert_eq!((probe.number(STRANDED), probe.number(DOUBLE)), (0, 0), "round {round}");
        }
    }
}
