//! Groups.

use deskbell_app::group::{self, Fields};
use deskbell_app::item::Paging;
use deskbell_core::{Limit, PermissionSet};

use super::*;
use crate::both_engines;
use crate::common::{key, with};

fn get(bench: &Bench, id: GroupId) -> group::Group {
    bench.read(&admin(), move |tx, actor| group::get(tx, actor, id)).expect("a group")
}

fn update(bench: &Bench, id: GroupId, fields: Fields) -> Result<Version> {
    bench.write(&admin(), move |work| group::update(work, id, &fields, any))
}

fn delete(bench: &Bench, id: GroupId, move_to: Option<GroupId>) -> Result<Version> {
    let deleted = block_on(group::delete(&bench.desk, &admin(), "groupDelete", id, move_to, any, None));
    deleted.map(|told| told.done().expect("no key").0)
}

both_engines! {
    fn sets_are_replaced_and_a_change_that_changes_nothing_keeps_the_version(bench: &Bench) {
        let (one, two) = (brand(bench, "One"), brand(bench, "Two"));
        let (ann, bob) = (user(bench, "ann", &[]), user(bench, "bob", &[]));
        let fields = Fields { brands: Some(vec![two, one, two]), members: Some(vec![ann]), ..named("Team") };
        let id = group(bench, fields.clone());
        let made = get(bench, id);
        assert_eq!((made.all_brands, made.brands, made.members), (false, vec![one, two], vec![ann]));
        assert_eq!(update(bench, id, fields).expect("nothing to change"), Version(1));
        let change = Fields {
            all_brands: Some(true),
            members: Some(vec![bob]),
            permissions: Some(only(Permission::TicketRead)),
            ..Fields::default()
        };
        assert_eq!(update(bench, id, change).expect("a change"), Version(2));
        let changed = get(bench, id);
        assert_eq!((changed.all_brands, changed.brands, changed.members), (true, vec![], vec![bob]));
        assert_eq!(changed.permissions, only(Permission::TicketRead));
        let version = |id| bench.read(&admin(), move |tx, actor| users::get(tx, actor, id)).expect("a user").version;
        assert_eq!((version(ann), version(bob)), (Version(3), Version(2)));
    }

    fn unknown_brands_and_members_are_refused_all_at_once(bench: &Bench) {
        let fields = Fields { brands: Some(vec![FIRST_BRAND, BrandId(77), BrandId(78)]), ..named("Team") };
        match bench.write(&admin(), move |work| group::create(work, &fields)) {
            Err(Error::Fault(fault)) => {
                assert_eq!(fault.code(), Code::UnknownReference);
                assert_eq!(fault.details().count(), 2);
            }
            other => panic!("{other:?}"),
        }
        let nobody = Fields { members: Some(vec![UserId::NONE]), ..named("Team") };
        refused(bench.write(&admin(), move |work| group::create(work, &nobody)), Code::UnknownReference);
    }

    fn nobody_grants_what_it_does_not_have(bench: &Bench) {
        let weak: PermissionSet = [Permission::GroupCud, Permission::TicketRead].into_iter().collect();
        let weak = with(weak, Limit::All, Limit::All);
        let strong = group(bench, Fields { permissions: Some(only(Permission::TicketDelete)), ..named("Strong") });
        let ann = user(bench, "ann", &[]);
        let create = |fields: Fields| bench.write(&weak, move |work| group::create(work, &fields));
        let update = |fields: Fields| bench.write(&weak, move |work| group::update(work, strong, &fields, any));
        let with_permission = |p| Fields { permissions: Some(only(p)), ..named("New") };
        assert!(refused(create(with_permission(Permission::TicketDelete)), Code::Forbidden).contains("TICKET_DELETE"));
        create(with_permission(Permission::TicketRead)).expect("a permission that it has");
        let members = Fields { members: Some(vec![ann]), ..Fields::default() };
        assert!(refused(update(members), Code::Forbidden).contains("TICKET_DELETE"));
        // What is there already may stay, and may be taken away.
        let renamed = Fields { permissions: Some(only(Permission::TicketDelete)), ..named("Stronger") };
        update(renamed).expect("a new name");
        update(Fields { permissions: Some(PermissionSet::NONE), ..Fields::default() }).expect("less than before");
    }

    fn a_limited_key_neither_sees_nor_widens_what_lies_beyond(bench: &Bench) {
        let (mine, other) = (brand(bench, "Mine"), brand(bench, "Other"));
        let team = group(bench, Fields { brands: Some(vec![mine]), ..named("Team") });
        let both = group(bench, Fields { brands: Some(vec![mine, other]), ..named("Both") });
        let by_brand = key(Limit::only([mine.0]), Limit::All);
        let by_group = key(Limit::All, Limit::only([0, team.0]));
        let page = bench.read(&by_group, |tx, actor| group::list(tx, actor, &Paging::default())).expect("a list");
        assert_eq!((page.total, page.items[0].id), (1, team));
        refused(bench.read(&by_group, move |tx, actor| group::get(tx, actor, both)), Code::NotFound);
        refused(bench.read(&by_group, |tx, actor| group::get(tx, actor, GroupId::NONE)), Code::NotFound);
        let seen = bench.read(&by_brand, move |tx, actor| group::get(tx, actor, both)).expect("a group");
        assert_eq!(seen.brands, [mine]);

        let new = named("Everywhere");
        refused(bench.write(&by_brand, move |work| group::create(work, &new)), Code::Forbidden);
        let new = named("New");
        refused(bench.write(&by_group, move |work| group::create(work, &new)), Code::Forbidden);
        let foreign = Fields { brands: Some(vec![other]), ..named("New") };
        refused(bench.write(&by_brand, move |work| group::create(work, &foreign)), Code::UnknownReference);
        let own = Fields { brands: Some(vec![mine]), ..named("New") };
        bench.write(&by_brand, move |work| group::create(work, &own)).expect("a group within the limits");
        // The other brand is hidden from the key, so naming one brand does not take the other away.
        let one = Fields { brands: Some(vec![mine]), ..Fields::default() };
        let same = bench.write(&by_brand, move |work| group::update(work, both, &one, any));
        assert_eq!(same.expect("nothing to change"), Version(1));
        assert_eq!(get(bench, both).brands, [mine, other]);
        let gone = block_on(group::delete(&bench.desk, &by_brand, "groupDelete", both, Some(team), any, None));
        refused(gone, Code::Forbidden);
    }

    fn names_are_unique_without_case(bench: &Bench) {
        let id = group(bench, named("Team"));
        refused(bench.write(&admin(), |work| group::create(work, &named("sUPPORT"))), Code::Conflict);
        refused(update(bench, id, named("SUPPORT")), Code::Conflict);
        assert_eq!(update(bench, id, named("TEAM")).expect("its own name"), Version(2));
        let found = bench.write(&admin(), |work| group::find_or_create(work, "team")).expect("the group");
        assert_eq!(found, id);
    }

    fn a_brand_in_which_the_group_has_tickets_cannot_be_taken_from_it(bench: &Bench) {
        let (one, two) = (brand(bench, "One"), brand(bench, "Two"));
        let id = group(bench, named("Team"));
        let (kept, trash) = (ticket(bench, one, id, vec![]), ticket(bench, two, id, vec![]));
        edit(bench, trash, Change::Delete { purge: false });
        let serve = |brands: &[BrandId]| {
            update(bench, id, Fields { brands: Some(brands.to_vec()), ..Fields::default() })
        };
        assert!(refused(serve(&[two]), Code::Conflict).contains("1 ticket of"));
        assert!(refused(serve(&[one]), Code::Conflict).contains("trash"));
        serve(&[one, two]).expect("both are served");
        edit(bench, kept, Change::Group(GroupId::NONE));
        serve(&[two]).expect("no ticket is in the other any more");
    }

    fn deleting_a_group_moves_its_tickets_with_event_and_version(bench: &Bench) {
        let id = group(bench, named("Old"));
        let ann = user(bench, "ann", &[id]);
        let mut tickets = Vec::new();
        for _ in 0..3 {
            tickets.push(ticket(bench, FIRST_BRAND, id, vec![]));
        }
        edit(bench, tickets[2], Change::Delete { purge: false });
        assert!(refused(delete(bench, id, None), Code::Conflict).contains("moveTo"));
        refused(delete(bench, id, Some(id)), Code::Conflict);
        refused(delete(bench, id, Some(GroupId(77))), Code::UnknownReference);
        let elsewhere = group(bench, Fields { brands: Some(vec![brand(bench, "Far")]), ..named("Far") });
        assert!(refused(delete(bench, id, Some(elsewhere)), Code::Conflict).contains("3 tickets"));
        delete(bench, id, Some(FIRST_GROUP)).expect("the group is gone");
        for id in &tickets[..2] {
            let ticket = stored(bench, *id);
            assert_eq!((ticket.group, ticket.version, ticket.events), (FIRST_GROUP, Version(2), 2));
        }
        refused(bench.read(&admin(), move |tx, actor| group::get(tx, actor, id)), Code::NotFound);
        let left = bench.read(&admin(), move |tx, actor| users::get(tx, actor, ann)).expect("a user");
        assert_eq!((left.groups, left.version), (vec![], Version(2)));
        assert_counters(bench);
    }

    fn many_tickets_are_moved_under_one_batch(bench: &Bench) {
        let id = group(bench, named("Large"));
        let new = ticket::create::NewTicket { group: Some(id), ..Default::default() };
        bench.write(&admin(), move |work| {
            (0..520).try_for_each(|_| ticket::create::create(work, &new).map(|_| ()))
        }).expect("tickets");
        delete(bench, id, Some(FIRST_GROUP)).expect("the group is gone");
        let versions: Vec<Version> = (1..=520).map(|n| stored(bench, TicketId(n)).version).collect();
        assert!(versions.iter().all(|v| *v == Version(2)));
        assert_counters(bench);
    }
}
