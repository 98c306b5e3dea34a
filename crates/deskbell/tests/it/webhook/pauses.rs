//! Webhooks that are switched off and on: what happened while they were on is told, however late, and nothing else.

use serde_json::json;

use super::{hook, item, made, tell};
use crate::both_engines;
use crate::harness::TestDesk;

fn switch(desk: &TestDesk, id: i64, active: bool) {
    desk.admin().put(&format!("/webhook/{id}"), json!({"active": active})).expect(200);
}

fn tickets(desk: &TestDesk, count: usize) {
    for _ in 0..count {
        desk.ticket(json!({}));
    }
}

/// The tickets that were told of, in order.
fn told(desk: &TestDesk) -> Vec<i64> {
    let ticket = |event: String| event.split(' ').next().and_then(|id| id.parse().ok()).expect("a ticket");
    let mut told: Vec<i64> = desk.endpoints.take_events().into_iter().map(ticket).collect();
    told.sort_unstable();
    told
}

both_engines! {
    fn what_happened_before_a_pause_is_told_after_it(desk: TestDesk) {
        let id = hook(&desk);
        // On, and nobody has written anything down yet: 1 and 2. Off: 3. On: 4. Off: 5. On: 6.
        tickets(&desk, 2);
        switch(&desk, id, false);
        tickets(&desk, 1);
        tell(&desk);
        assert!(told(&desk).is_empty());
        switch(&desk, id, true);
        tickets(&desk, 1);
        switch(&desk, id, false);
        tickets(&desk, 1);
        switch(&desk, id, true);
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(told(&desk), [1, 2, 4, 6]);
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(told(&desk), [7]);
        // Switched off and on with nothing between: nothing is lost.
        for active in [false, true, false, true] {
            switch(&desk, id, active);
        }
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(told(&desk), [8]);
        let cursor = item(&desk, id)["cursor"].clone();
        desk.admin().post(&format!("/webhook/{id}/replay"), json!({"after": 0})).expect(200);
        tell(&desk);
        assert_eq!(told(&desk), [1, 2, 3, 4, 5, 6, 7, 8], "the pauses too; the cursor was {cursor}");
    }

    fn what_happened_while_an_endpoint_rested_is_told_after_a_pause(desk: TestDesk) {
        let id = hook(&desk);
        desk.endpoints.answer(|_| None);
        tickets(&desk, 6);
        tell(&desk);
        assert_eq!(item(&desk, id)["state"], "resting");
        tickets(&desk, 2);
        tell(&desk);
        switch(&desk, id, false);
        tickets(&desk, 1);
        switch(&desk, id, true);
        tickets(&desk, 1);
        desk.endpoints.answer(|_| Some(200));
        desk.endpoints.take();
        desk.advance(20);
        tell(&desk);
        assert_eq!(told(&desk), [1, 2, 3, 4, 5, 6, 7, 8, 10]);
    }

    fn one_that_was_gone_goes_on_where_it_ended(desk: TestDesk) {
        let id = hook(&desk);
        desk.endpoints.answer(|letter| Some(if letter.body.contains("\"ticket_id\":1,") { 410 } else { 200 }));
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(item(&desk, id)["active"], false);
        tickets(&desk, 1);
        switch(&desk, id, true);
        tickets(&desk, 1);
        desk.endpoints.take();
        desk.endpoints.answer(|_| Some(200));
        desk.advance(5);
        tell(&desk);
        assert_eq!(told(&desk), [1, 3]);
    }

    fn a_replay_right_after_a_pause_brings_the_pause(desk: TestDesk) {
        let id = hook(&desk);
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(told(&desk), [1]);
        let first = item(&desk, id)["cursor"].clone();
        switch(&desk, id, false);
        tickets(&desk, 1);
        let middle = desk.admin().get("/changes").expect(200)["nextCursor"].clone();
        tickets(&desk, 1);
        switch(&desk, id, true);
        tickets(&desk, 1);
        // Before anything is written down: what came after the cursor, the pause included, and each once.
        desk.admin().post(&format!("/webhook/{id}/replay"), json!({"after": middle})).expect(200);
        tell(&desk);
        assert_eq!(told(&desk), [3, 4]);
        desk.admin().post(&format!("/webhook/{id}/replay"), json!({"after": first})).expect(200);
        tell(&desk);
        assert_eq!(told(&desk), [2, 3, 4]);
    }

    fn one_that_is_made_inactive_is_told_from_when_it_is_active(desk: TestDesk) {
        let id = made(&desk.admin(), json!({"url": "https://hook.example", "events": "ticket.created", "active": false}));
        tickets(&desk, 2);
        switch(&desk, id, true);
        tickets(&desk, 1);
        tell(&desk);
        assert_eq!(told(&desk), [3]);
    }
}
