//! Channels.

use deskbell_app::channel::{self, BUILT_IN, Fields};
use deskbell_app::item::Paging;
use deskbell_app::ticket::create::NewTicket;
use deskbell_core::ChannelId;

use super::*;
use crate::both_engines;

fn made(bench: &Bench, fields: Fields) -> ChannelId {
    bench.write(&admin(), move |work| channel::create(work, &fields)).expect("a channel").0
}

both_engines! {
    fn built_in_channels_are_renamed_and_never_deleted(bench: &Bench) {
        let page = bench.read(&admin(), |tx, actor| channel::list(tx, actor, &Paging::default())).expect("a list");
        let names: Vec<(i64, &str)> = page.items.iter().map(|c| (c.id.0, &*c.name)).collect();
        assert_eq!(names, BUILT_IN.map(|(id, name, _)| (id, name)));
        let id = ChannelId(8);
        let fields = Fields { name: Some("Chat".into()), ..Fields::default() };
        let renamed = bench.write(&admin(), move |work| channel::update(work, id, &fields, any));
        assert_eq!(renamed.expect("a change"), Version(2));
        let delete = bench.write(&admin(), move |work| channel::delete(work, id, any));
        assert!(refused(delete, Code::Conflict).contains("built in"));
    }

    fn a_channel_that_was_made_begins_at_100_and_goes_while_nothing_came_by(bench: &Bench) {
        let id = made(bench, Fields { name: Some("Messenger".into()), ..Fields::default() });
        assert_eq!(id, ChannelId(100));
        let seen = bench.read(&admin(), move |tx, actor| channel::get(tx, actor, id)).expect("a channel");
        assert_eq!((&*seen.icon, seen.include_signature), ("chat", false));
        let delete = move |work: &mut deskbell_app::Work<'_, '_>| channel::delete(work, id, any);
        let new = NewTicket { channel: Some(id), ..NewTicket::default() };
        let ticket = bench.write(&admin(), move |work| ticket::create::create(work, &new)).expect("a ticket").0;
        assert!(refused(bench.write(&admin(), delete), Code::Conflict).contains("tickets"));
        edit(bench, ticket, Change::Delete { purge: true });
        bench.write(&admin(), delete).expect("the channel is gone");
        refused(bench.read(&admin(), move |tx, actor| channel::get(tx, actor, id)), Code::NotFound);
    }

    fn names_are_unique_without_case(bench: &Bench) {
        let taken = Fields { name: Some("E-MAIL".into()), ..Fields::default() };
        let (create, update) = (taken.clone(), taken);
        refused(bench.write(&admin(), move |work| channel::create(work, &create)), Code::Conflict);
        let update = bench.write(&admin(), move |work| channel::update(work, ChannelId(2), &update, any));
        refused(update, Code::Conflict);
    }

    fn a_secret_is_changed_and_never_told(bench: &Bench) {
        let id = made(bench, Fields { name: Some("Hook".into()), secret: Some("s3cr3t".into()), ..Fields::default() });
        let update = |secret: &str| {
            let fields = Fields { secret: Some(secret.into()), ..Fields::default() };
            bench.write(&admin(), move |work| channel::update(work, id, &fields, any)).expect("a change")
        };
        assert_eq!((update("s3cr3t"), update("other")), (Version(1), Version(2)));
        let seen = bench.read(&admin(), move |tx, actor| channel::get(tx, actor, id)).expect("a channel");
        assert!(!format!("{seen:?}").contains("other"));
    }
}
