//! Keys that end while they are used.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use deskbell_app::key;
use deskbell_core::{KeyId, PermissionSet};
use serde_json::json;

use super::{crowd, node};
use crate::both_engines;
use crate::harness::TestDesk;
use crate::laws::do_as_system;

/// How long a change of a key may take to be known everywhere.
const WITHIN: Duration = Duration::from_secs(1);

/// Uses the key on two nodes all the time while `change` happens; from `WITHIN` after that every answer has this status,
/// and no caller sees the one before again.
fn hammer(desk: &TestDesk, after: u16, change: impl Fn(KeyId) + Sync) {
    let other = node(desk);
    let background =
        desk.block_on(async { [desk.desk.start_background().await, other.desk.start_background().await] });
    let key = desk.key("TICKET_READ");
    let nobodies = [desk.nobody(), other.nobody()];
    let done: OnceLock<Instant> = OnceLock::new();
    let begin = Instant::now();
    let changed_on = crowd(9, |n| {
        if n == 8 {
            std::thread::sleep(Duration::from_millis(400));
            change(key.id);
            let _ = done.set(Instant::now());
            return true;
        }
        let mut changed = false;
        while begin.elapsed() < Duration::from_secs(10) && done.get().is_none_or(|d| d.elapsed() < WITHIN * 2)
        {
            let late = done.get().is_some_and(|d| d.elapsed() > WITHIN);
            let nobody = &nobodies[n % 2];
            let request =
                nobody.request(http::Method::GET, "/ticket?itemLimit=1").header("apikey", key.secret());
            let status = nobody.send(request, "").status.as_u16();
            assert!(
                status == after || (status == 200 && !late && !changed),
                "{status}, late: {late}, changed: {changed}"
            );
            changed |= status == after;
        }
        changed
    });
    assert!(changed_on.iter().all(|c| *c), "{changed_on:?}");
    drop(background);
}

both_engines! {
    fn what_a_key_has_lost_does_not_live_on_in_a_key_that_it_makes(desk: TestDesk) {
        let other = node(&desk);
        let _background = desk.block_on(other.desk.start_background());
        let admin = desk.admin();
        let nobody = other.nobody();
        for n in 0..8 {
            let caller = desk.key("SETTINGS_CRUD,TICKET_READ");
            let target = desk.key("SETTINGS_CRUD");
            let call = |method: http::Method, path: &str, body: &str| {
                let request = nobody.request(method, path).header("apikey", caller.secret());
                nobody.send(request.header("content-type", "application/json"), body.to_owned())
            };
            // The other node knows the key by now, and learns a moment late that it has ended or has less.
            call(http::Method::GET, "/key", "").expect(200);
            let own = format!("/key/{}", caller.id);
            let seen = if n % 2 == 0 {
                admin.delete(&own).expect(200);
                vec![401]
            } else {
                admin.put(&own, json!({"permissions": "SETTINGS_CRUD"})).expect(200);
                vec![403, 409]
            };
            let path = format!("/key/{}", target.id);
            let grant = r#"{"name": "heir", "permissions": "TICKET_READ"}"#;
            let answers = [
                call(http::Method::POST, "/key", grant),
                call(http::Method::PUT, &path, grant),
            ];
            for answer in answers {
                assert!(seen.contains(&answer.status.as_u16()), "{n}: {}", answer.status);
            }
        }
        assert_eq!(admin.get("/key?query=heir").ids(), [0_i64; 0]);
    }

    fn two_keys_that_revoke_each_other_are_not_both_gone(desk: TestDesk) {
        let other = node(&desk);
        for _ in 0..10 {
            let keys = [desk.key("SETTINGS_CRUD"), desk.key("SETTINGS_CRUD")];
            let statuses = crowd(2, |n| {
                let nobody = [&desk, &other][n].nobody();
                let path = format!("/key/{}", keys[1 - n].id);
                let request = nobody.request(http::Method::DELETE, &path).header("apikey", keys[n].secret());
                nobody.send(request, "").status.as_u16()
            });
            let mut sorted = statuses.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [200, 401]);
        }
    }

    fn a_revoked_key_ends_within_a_second_on_every_node_and_does_not_come_back(desk: TestDesk) {
        hammer(&desk, 401, |id| assert!(do_as_system(&desk, move |work| key::revoke(work, id, |_| true)).0));
    }

    fn a_key_that_loses_its_permission_loses_it_within_a_second_on_every_node(desk: TestDesk) {
        hammer(&desk, 403, |id| {
            let change = move |rights: &mut key::Rights| rights.permissions = PermissionSet::NONE;
            do_as_system(&desk, move |work| key::update(work, id, |_| true, change).map(|_| ()));
        });
    }

    fn a_node_that_cannot_poll_asks_the_store_each_time(desk: TestDesk) {
        // No background work here: nothing that was looked up may count without a poll.
        let key = desk.key("TICKET_READ");
        key.get("/ticket").expect(200);
        let id = key.id;
        do_as_system(&desk, move |work| key::revoke(work, id, |_| true));
        key.get("/ticket").refused(401, "unauthenticated", &[""]);
    }
}
