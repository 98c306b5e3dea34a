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
