//! Brands, groups, channels and users that go while tickets are made in them.

use std::sync::Arc;

use deskbell_app::{Error, Work, brand, channel, group, user};
use deskbell_core::{Actor, BrandId, ChannelId, Code, GroupId, UserId};
use serde_json::{Value, json};

use super::{crowd, node};
use crate::both_engines;
use crate::harness::{Seen, TestDesk};
use crate::laws::{Probe, do_as_system};

/// Makes tickets with these fields on two nodes while `end` runs; what was answered to whom.
fn race<T: Send>(nodes: [&TestDesk; 2], fields: &Value, end: impl Fn() -> T + Sync) -> (T, Vec<Seen>) {
    let keys = [nodes[0].admin(), nodes[1].admin()];
    let mut all =
        crowd(6, |n| if n == 0 { Err(end()) } else { Ok(keys[n % 2].post("/ticket", fields.clone())) });
    let Err(ended) = all.remove(0) else { unreachable!("the first one ends") };
    (ended, all.into_iter().filter_map(Result::ok).collect())
}

/// That it was either done or refused as a conflict.
fn went<T>(ended: Result<T, Error>) -> bool {
    match ended {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.fault().map(deskbell_core::Fault::code), Some(Code::Conflict), "{error}");
            false
        }
    }
}

/// That tickets were made, or were told that their place does not exist; whether any was made.
fn any_made(seen: &[Seen], field: &str) -> bool {
    for seen in seen.iter().filter(|s| s.status != 200) {
        assert_eq!(seen.status, 400, "{}", seen.text);
        assert_eq!(
            (&seen.json["code"], &seen.json["errors"][0]["field"]),
            (&json!("unknown_reference"), &json!(field))
        );
    }
    seen.iter().any(|s| s.status == 200)
}

both_engines! {
    fn a_brand_goes_or_gets_the_ticket_never_both(desk: TestDesk) {
        let (other, probe) = (node(&desk), Probe::new(&desk.place));
        let system = Arc::new(Actor::system());
        for round in 0..12 {
            let id = do_as_system(&desk, move |work| brand::find_or_create(work, &format!("Brand {round}")));
            let (gone, seen) = race([&desk, &other], &json!({"brandID": id.0}), || {
                let delete = desk.desk.write(&system, "test", move |work| brand::delete(work, BrandId(id.0), |_| true));
                went(desk.block_on(delete))
            });
            assert_ne!(gone, any_made(&seen, "brandID"), "round {round}");
        }
        probe.counters_hold();
    }

    fn a_group_that_goes_takes_no_ticket_with_it(desk: TestDesk) {
        let (other, probe) = (node(&desk), Probe::new(&desk.place));
        let system = Arc::new(Actor::system());
        for round in 0..12 {
            let id = do_as_system(&desk, move |work| group::find_or_create(work, &format!("Group {round}")));
            let (gone, seen) = race([&desk, &other], &json!({"assignedGroupID": id.0}), || {
                let to = Some(GroupId(1));
                went(desk.block_on(group::delete(&desk.desk, &system, "test", GroupId(id.0), to, |_| true, None)))
            });
            assert!(gone, "with a group to move to nothing is in the way");
            any_made(&seen, "assignedGroupID");
        }
        assert_eq!(probe.numbers::<1>("SELECT DISTINCT group_id FROM ticket WHERE group_id <> 1"), [[0i64; 1]; 0]);
        probe.counters_hold();
        probe.versions_hold();
    }

    fn a_channel_goes_or_gets_the_ticket_never_both(desk: TestDesk) {
        let (other, probe) = (node(&desk), Probe::new(&desk.place));
        let system = Arc::new(Actor::system());
        for round in 0..12 {
            let id = do_as_system(&desk, move |work| {
                let fields = channel::Fields { name: Some(format!("Channel {round}")), ..channel::Fields::default() };
                channel::create(work, &fields).map(|(id, _)| id)
            });
            let (gone, seen) = race([&desk, &other], &json!({"channelID": id.0}), || {
                let delete = move |work: &mut Work<'_, '_>| channel::delete(work, ChannelId(id.0), |_| true);
                went(desk.block_on(desk.desk.write(&system, "test", delete)))
            });
            assert_ne!(gone, any_made(&seen, "channelID"), "round {round}");
        }
        probe.counters_hold();
    }

    fn a_user_who_goes_keeps_no_unfinished_ticket(desk: TestDesk) {
        let (other, probe) = (node(&desk), Probe::new(&desk.place));
        let system = Arc::new(Actor::system());
        for round in 0..12 {
            let id = do_as_system(&desk, move |work| {
                let fields = user::Fields {
                    name: Some(format!("user-{round}")),
                    email: Some("u@desk.example".into()),
                    ..user::Fields::default()
                };
                user::create(work, &fields, &user::Account::default()).map(|(id, _)| id)
            });
            let (_, seen) = race([&desk, &other], &json!({"assignedUserID": id.0}), || {
                went(desk.block_on(user::deactivate(&desk.desk, &system, "test", UserId(id.0), |_| true, None)))
            });
            for seen in seen {
                assert!(seen.status == 200 || seen.json["code"] == "conflict", "{}", seen.text);
            }
        }
        assert_eq!(probe.numbers::<1>("SELECT DISTINCT user_id FROM ticket WHERE user_id <> 0"), [[0i64; 1]; 0]);
        probe.counters_hold();
        probe.versions_hold();
    }
}
