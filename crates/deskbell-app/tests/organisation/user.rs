//! Users.

use deskbell_app::user::{self, Account, Fields, Filter};
use deskbell_core::{Limit, Status};

use super::*;
use crate::both_engines;
use crate::common::{key, with};

fn get(bench: &Bench, id: UserId) -> user::User {
    bench.read(&admin(), move |tx, actor| user::get(tx, actor, id)).expect("a user")
}

fn update(bench: &Bench, id: UserId, fields: Fields) -> Result<Version> {
    bench.write(&admin(), move |work| user::update(work, id, &fields, any))
}

fn deactivate(bench: &Bench, actor: &std::sync::Arc<deskbell_core::Actor>, id: UserId) -> Result<Version> {
    block_on(user::deactivate(&bench.desk, actor, "userDelete", id, any, None))
        .map(|told| told.done().expect("no key").0)
}

both_engines! {
    fn a_user_is_made_read_and_changed(bench: &Bench) {
        let fields = Fields { telephone: Some("+31 20 794 0800".into()), ..person("Ann.Lee", &[FIRST_GROUP]) };
        let made = bench.write(&admin(), move |work| user::create(work, &fields, &Account::default()));
        let (id, version) = made.expect("a user");
        let seen = get(bench, id);
        assert_eq!((&*seen.name, &*seen.telephone, &*seen.language, &*seen.date_format),
            ("Ann.Lee", "+31207940800", "en", "iso"));
        assert_eq!((seen.active, seen.admin, seen.groups, version), (true, false, vec![FIRST_GROUP], Version(1)));
        let change = Fields { lastname: Some("Lee".into()), groups: Some(vec![]), ..Fields::default() };
        assert_eq!(update(bench, id, change.clone()).expect("a change"), Version(2));
        assert_eq!(update(bench, id, change).expect("nothing to change"), Version(2));
        let group = bench.read(&admin(), |tx, actor| groups::get(tx, actor, FIRST_GROUP)).expect("the group");
        assert_eq!((group.members, group.version), (vec![], Version(3)));
    }

    fn logins_are_unique_without_case_and_nobody_is_no_user(bench: &Bench) {
        let (ann, bob) = (user(bench, "ann", &[]), user(bench, "bob", &[]));
        let again = person("ANN", &[]);
        let create = bench.write(&admin(), move |work| user::create(work, &again, &Account::default()));
        refused(create, Code::Conflict);
        refused(update(bench, bob, Fields { name: Some("Ann".into()), ..Fields::default() }), Code::Conflict);
        refused(update(bench, UserId::NONE, Fields { name: Some("zero".into()), ..Fields::default() }), Code::NotFound);
        let page = bench.read(&admin(), |tx, actor| user::list(tx, actor, &Filter::default())).expect("a list");
        assert_eq!((page.total, page.items.iter().map(|u| u.id).collect::<Vec<_>>()), (2, vec![ann, bob]));
    }

    fn a_new_user_needs_login_and_address(bench: &Bench) {
        match bench.write(&admin(), |work| user::create(work, &Fields::default(), &Account::default())) {
            Err(Error::Fault(fault)) => {
                let fields: Vec<_> = fault.details().map(|d| (d.field.as_deref(), d.code)).collect();
                let missing = |field| (Some(field), Code::MissingParameter);
                assert_eq!(fields, [missing("name"), missing("email")]);
            }
            other => panic!("{other:?}"),
        }
    }

    fn deactivating_takes_unfinished_tickets_off_and_the_user_comes_back(bench: &Bench) {
        let ann = user(bench, "ann", &[FIRST_GROUP]);
        let mine = |status| {
            let edits = vec![Edit::new("u", Change::User(ann)), Edit::new("s", Change::Status(status))];
            ticket(bench, FIRST_BRAND, FIRST_GROUP, edits)
        };
        let (open, trash, solved) = (mine(Status::Open), mine(Status::New), mine(Status::Solved));
        edit(bench, trash, Change::Delete { purge: false });
        assert_eq!(deactivate(bench, &admin(), ann).expect("deactivated"), Version(2));
        assert_eq!(deactivate(bench, &admin(), ann).expect("still deactivated"), Version(2));
        let (left, kept) = (stored(bench, open), stored(bench, solved));
        assert_eq!((left.user, left.group, left.version, left.events), (UserId::NONE, FIRST_GROUP, Version(2), 2));
        assert_eq!((kept.user, kept.version), (ann, Version(1)));
        assert_counters(bench);

        let assign = [Edit::new("assignedUserID", Change::User(ann))];
        let assigned = bench.write(&admin(), move |work| {
            ticket::update::update(work, Permission::TicketUpdate, open, &assign, any)
        });
        refused(assigned, Code::Conflict);
        let active = Filter { active_only: true, ..Filter::default() };
        let list = bench.read(&admin(), move |tx, actor| user::list(tx, actor, &active)).expect("a list");
        assert_eq!(list.total, 0);
        let back = update(bench, ann, Fields { active: Some(true), ..Fields::default() });
        assert_eq!(back.expect("back again"), Version(3));
        edit(bench, open, Change::User(ann));
    }

    fn a_limited_key_sees_and_changes_the_users_of_its_groups_alone(bench: &Bench) {
        let (team, other) = (group(bench, named("Team")), group(bench, named("Other")));
        let (mine, shared, foreign) =
            (user(bench, "mine", &[team]), user(bench, "shared", &[team, other]), user(bench, "foreign", &[]));
        let limited = key(Limit::All, Limit::only([team.0]));
        let list = bench.read(&limited, |tx, actor| user::list(tx, actor, &Filter::default())).expect("a list");
        assert_eq!((list.total, list.items.iter().map(|u| u.id).collect::<Vec<_>>()), (2, vec![mine, shared]));
        assert_eq!(list.items[1].groups, [team]);
        refused(bench.read(&limited, move |tx, actor| user::get(tx, actor, foreign)), Code::NotFound);
        let change = |id, fields: Fields| bench.write(&limited, move |work| user::update(work, id, &fields, any));
        let lastname = Fields { lastname: Some("New".into()), ..Fields::default() };
        change(mine, lastname.clone()).expect("a user of its group");
        refused(change(shared, lastname.clone()), Code::Forbidden);
        refused(change(foreign, lastname), Code::NotFound);
        refused(change(mine, Fields { groups: Some(vec![]), ..Fields::default() }), Code::MissingParameter);
        let further = Fields { groups: Some(vec![team, other]), ..Fields::default() };
        refused(change(mine, further), Code::UnknownReference);
        refused(deactivate(bench, &limited, shared), Code::Forbidden);
        let create = |fields: Fields| {
            bench.write(&limited, move |work| user::create(work, &fields, &Account::default()))
        };
        refused(create(person("new", &[])), Code::MissingParameter);
        create(person("new", &[team])).expect("a user in its group");
    }

    fn nobody_grants_what_it_does_not_have(bench: &Bench) {
        let strong = groups::Fields { permissions: Some(only(Permission::TicketDelete)), ..named("Strong") };
        let strong = group(bench, strong);
        let weak = with(only(Permission::UserCud), Limit::All, Limit::All);
        let create = |fields: Fields| {
            bench.write(&weak, move |work| user::create(work, &fields, &Account::default()))
        };
        assert!(refused(create(person("ann", &[strong])), Code::Forbidden).contains("TICKET_DELETE"));
        let (ann, _) = create(person("ann", &[FIRST_GROUP])).expect("a group that has nothing");
        let join = Fields { groups: Some(vec![strong]), ..Fields::default() };
        refused(bench.write(&weak, move |work| user::update(work, ann, &join, any)), Code::Forbidden);

        let account = Account { admin: true, password_hash: None };
        let root = bench.write(&admin(), move |work| user::create(work, &person("root", &[]), &account));
        let (root, _) = root.expect("an administrator");
        let mail = Fields { email: Some("mine@evil.example".into()), ..Fields::default() };
        refused(bench.write(&weak, move |work| user::update(work, root, &mail, any)), Code::Forbidden);
        refused(deactivate(bench, &weak, root), Code::Forbidden);
    }

    fn a_new_password_is_a_change_by_those_who_may_make_it(bench: &Bench) {
        let (team, ann) = (group(bench, named("Team")), user(bench, "ann", &[FIRST_GROUP]));
        let reset = |actor: &std::sync::Arc<deskbell_core::Actor>, id| {
            bench.write(actor, move |work| user::reset_password(work, id, "a hash"))
        };
        assert_eq!(reset(&admin(), ann).expect("a new password"), Version(2));
        assert_eq!(get(bench, ann).version, Version(2));
        refused(reset(&admin(), UserId::NONE), Code::NotFound);
        refused(reset(&with(only(Permission::UserRead), Limit::All, Limit::All), ann), Code::Forbidden);
        refused(reset(&key(Limit::All, Limit::only([team.0])), ann), Code::NotFound);
        let account = Account { admin: true, password_hash: None };
        let root = bench.write(&admin(), move |work| user::create(work, &person("root", &[]), &account));
        let (root, _) = root.expect("an administrator");
        refused(reset(&with(only(Permission::UserCud), Limit::All, Limit::All), root), Code::Forbidden);
        assert_eq!(get(bench, root).version, Version(1));
        deactivate(bench, &admin(), ann).expect("deactivated");
        assert_eq!(reset(&admin(), ann).expect("before the user comes back"), Version(4));
        let found = bench.read(&admin(), |tx, actor| user::named(tx, actor, "ANN")).expect("by login");
        assert_eq!((found.id, found.active), (ann, false));
    }

    fn a_query_looks_into_login_names_and_address(bench: &Bench) {
        let fields = Fields {
            firstname: Some("Zoë".into()),
            lastname: Some("van Dam".into()),
            ..person("zvd", &[])
        };
        bench.write(&admin(), move |work| user::create(work, &fields, &Account::default())).expect("a user");
        user(bench, "ann", &[]);
        let found = |query: &str| {
            let mut filter = Filter::default();
            filter.paging.query = query.into();
            bench.read(&admin(), move |tx, actor| user::list(tx, actor, &filter)).expect("a list").total
        };
        let counts: Vec<i64> = ["ZOË VAN", "zvd@", "desk.example", "nobody"].map(found).into();
        assert_eq!(counts, [1, 1, 2, 0]);
    }

    fn groups_are_named_on_the_command_line(bench: &Bench) {
        let names = ["support".to_owned(), "Nowhere".to_owned()];
        let known = names[..1].to_vec();
        let found = bench.read(&admin(), move |tx, _| user::groups_named(tx, &known)).expect("the group");
        assert_eq!(found, [FIRST_GROUP]);
        let unknown = bench.read(&admin(), move |tx, _| user::groups_named(tx, &names));
        assert!(refused(unknown, Code::UnknownReference).contains("Nowhere"));
    }
}
