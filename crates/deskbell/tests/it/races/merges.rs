//! Tickets that are merged while others write to them.

use http::Method;
use serde_json::{Value, json};

use super::{crowd, node};
use crate::both_engines;
use crate::harness::{Client, Seen, TestDesk};
use crate::laws::Probe;

fn merge(key: &Client, id: i64, into: i64) -> Seen {
    let actions = json!([{"actionType": "merge", "value": into}]);
    key.post("/ticket/batch", json!({"ticketIDs": [id], "actions": actions}))
}

/// The keys of two nodes.
fn keys(desk: &TestDesk) -> (TestDesk, [Client; 2]) {
    let other = node(desk);
    let keys = [desk.admin(), other.admin()];
    (other, keys)
}

/// A ticket with a note.
fn ticket(desk: &TestDesk) -> i64 {
    let id = desk.ticket(json!({"tags": ["a", "b"]}));
    note(&desk.admin(), id).expect(200);
    id
}

fn note(key: &Client, id: i64) -> Seen {
    key.post("/message", json!({"ticketID": id, "type": 0, "message": "said"}))
}

fn total(desk: &TestDesk, id: i64) -> i64 {
    desk.admin().get(&format!("/ticket/{id}?timelineLimit=0")).expect(200)["item"]["timeline_total"]
        .as_i64()
        .expect("a number")
}

#[track_caller]
fn sound(desk: &TestDesk) {
    let report = deskbell_app::verify::run(&desk.desk, &mut |_, _, _| {}).expect("a report");
    assert!(report.good, "{:?}", report.problems);
    let probe = Probe::new(&desk.place);
    probe.counters_hold();
    probe.versions_hold();
}

/// Whether a merge that lost was told why: in its row, or, if it came when the other one was done, for the whole call.
#[track_caller]
fn lost(seen: &Seen) {
    let code = (seen.status.as_u16(), seen.json["code"].as_str().unwrap_or_default());
    assert!(matches!(code, (409, "conflict") | (400, "unknown_reference")), "{}", seen.text);
}

both_engines! {
    fn of_two_that_are_merged_crosswise_one_goes_into_the_other(desk: TestDesk) {
        let (_other, keys) = keys(&desk);
        for _ in 0..12 {
            let (a, b) = (ticket(&desk), ticket(&desk));
            let seen = crowd(2, |n| if n == 0 { merge(&keys[0], a, b) } else { merge(&keys[1], b, a) });
            let (won, beaten): (Vec<&Seen>, Vec<&Seen>) = seen.iter().partition(|seen| seen.status == 200);
            assert_eq!((won.len(), beaten.len()), (1, 1), "{seen:?}");
            lost(beaten[0]);
            let (shell, target) = if seen[0].status == 200 { (a, b) } else { (b, a) };
            assert_eq!((total(&desk, shell), total(&desk, target)), (0, 2));
            assert_eq!((&desk.item(shell)["merged_into"], &desk.item(target)["merged_into"]), (&json!(target), &json!(0)));
        }
        sound(&desk);
    }

    fn many_that_go_into_one_at_once_are_all_in_it(desk: TestDesk) {
        let (_other, keys) = keys(&desk);
        let into = ticket(&desk);
        let ids: Vec<i64> = (0..8).map(|_| ticket(&desk)).collect();
        for seen in crowd(8, |n| merge(&keys[n % 2], ids[n], into)) {
            seen.expect(200);
        }
        assert_eq!((total(&desk, into), desk.item(into)["version"].clone()), (9, json!(10)));
        sound(&desk);
    }

    fn nothing_that_is_said_while_a_ticket_is_merged_is_lost(desk: TestDesk) {
        let (_other, keys) = keys(&desk);
        for _ in 0..6 {
            let (a, b) = (ticket(&desk), ticket(&desk));
            let seen = crowd(6, |n| match n {
                0 => merge(&keys[0], a, b),
                1 | 2 => note(&keys[n % 2], a),
                3 => note(&keys[1], b),
                n => {
                    let both = if n == 4 { [a, b] } else { [b, a] };
                    keys[n % 2].post("/ticket/setStatus", json!({"ticketIDs": both, "status": "open"}))
                }
            });
            assert_eq!((seen[0].status.as_u16(), seen[3].status.as_u16()), (200, 200), "{} {}", seen[0].text, seen[3].text);
            let mut notes = 3;
            for seen in &seen[1..3] {
                assert!(matches!(seen.status.as_u16(), 200 | 409), "{}", seen.text);
                notes += i64::from(seen.status == 200);
            }
            for seen in &seen[4..] {
                assert!(matches!(seen.status.as_u16(), 200 | 207), "{}", seen.text);
            }
            assert_eq!((total(&desk, a), total(&desk, b)), (0, notes));
        }
        sound(&desk);
    }

    fn a_target_that_goes_or_is_merged_itself_meanwhile_takes_in_all_or_nothing(desk: TestDesk) {
        let (_other, keys) = keys(&desk);
        for round in 0..8 {
            let (a, b, c) = (ticket(&desk), ticket(&desk), ticket(&desk));
            let seen = crowd(2, |n| match (n, round % 2) {
                (0, _) => merge(&keys[0], a, b),
                (_, 0) => merge(&keys[1], b, c),
                _ => keys[1].send(keys[1].request(Method::DELETE, &format!("/ticket/{b}")), ""),
            });
            assert_eq!(seen[1].status, 200, "{}", seen[1].text);
            let merged = seen[0].status == 200;
            if !merged {
                lost(&seen[0]);
            }
            let left = i64::from(!merged);
            assert_eq!(total(&desk, a), left);
            if round % 2 == 0 {
                assert_eq!((total(&desk, b), total(&desk, c)), (0, 3 - left));
                assert_eq!(desk.item(a)["merged_into"], if merged { json!(b) } else { json!(0) });
            }
        }
        sound(&desk);
    }

    fn of_two_that_take_a_merge_apart_at_once_one_does(desk: TestDesk) {
        let (_other, keys) = keys(&desk);
        for _ in 0..4 {
            let (a, b) = (ticket(&desk), ticket(&desk));
            let done = merge(&keys[0], a, b).expect(200);
            let seen = crowd(4, |n| keys[n % 2].post("/ticket/undo", json!({"batchID": done["batchID"]})));
            let changed: i64 = seen.iter().filter_map(|seen| seen.json["changed"].as_i64()).sum();
            assert_eq!((changed, total(&desk, a), total(&desk, b)), (1, 1, 1), "{seen:?}");
            assert_eq!(desk.item(a)["merged_into"], Value::from(0));
        }
        sound(&desk);
    }
}
