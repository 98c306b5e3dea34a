//! Webhooks that what happens does not concern: no write is made for them, and they miss nothing.

use serde_json::json;

use super::{item, made, tell};
use crate::both_engines;
use crate::harness::TestDesk;
use crate::laws::Probe;

fn place(probe: &Probe, id: i64) -> i64 {
    probe.number(&format!("SELECT position FROM webhook WHERE id = {id}"))
}

fn titles(desk: &TestDesk, count: usize) {
    let key = desk.admin();
    let ids: Vec<i64> = (1..=200).collect();
    for round in 0..count {
        let status = ["open", "pending"][round % 2];
        key.post(
            "/ticket/batch",
            json!({"ticketIDs": ids, "actions": [{"actionType": "setStatus", "value": status}]}),
        )
        .expect(200);
    }
}

both_engines! {
    fn a_webhook_that_is_not_concerned_is_not_written_to(desk: TestDesk) {
        let brand = desk.brand("Second");
        let probe = Probe::new(&desk.place);
        let id = made(&desk.admin(), json!({"url": "https://hook.example", "events": "ticket.created,note.created", "brandIDs": [brand]}));
        let other = made(&desk.admin(), json!({"url": "https://other.example", "events": "ticket.deleted"}));
        let before = place(&probe, id);
        for _ in 0..200 {
            desk.ticket(json!({}));
        }
        tell(&desk);
        assert_eq!((place(&probe, id), place(&probe, other)), (before, before));
        // From time to time its place moves on, far behind what happens.
        titles(&desk, 5);
        tell(&desk);
        let moved = place(&probe, id);
        assert!(moved > before + 1_000, "{moved}");
        assert_eq!(place(&probe, other), moved);
        // And what does concern it is told, once.
        let ticket = desk.ticket(json!({"brandID": brand}));
        titles(&desk, 1);
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), [format!("{ticket} ticket.created")]);
        tell(&desk);
        assert_eq!(desk.endpoints.take(), []);
        // Farther behind than one look goes it looks for itself.
        titles(&desk, 27);
        let ticket = desk.ticket(json!({"brandID": brand}));
        for _ in 0..5 {
            tell(&desk);
        }
        assert_eq!(desk.endpoints.take_events(), [format!("{ticket} ticket.created")]);
        assert_eq!(item(&desk, id)["state"], "good");
    }

    fn what_does_not_concern_a_webhook_yet_does_when_it_is_changed(desk: TestDesk) {
        let id = made(&desk.admin(), json!({"url": "https://hook.example", "events": "ticket.deleted"}));
        desk.ticket(json!({}));
        tell(&desk);
        desk.admin().put(&format!("/webhook/{id}"), json!({"events": "ticket.created"})).expect(200);
        let ticket = desk.ticket(json!({}));
        tell(&desk);
        assert_eq!(desk.endpoints.take_events(), [format!("{ticket} ticket.created")], "and what was before is not");
    }
}
