//! Brands, groups, channels and users: rules, limits and races, on both engines.

#[path = "../common/mod.rs"]
mod common;

mod brand;
mod channel;
mod group;
mod race;
mod user;

use std::fmt::Debug;

use common::{Bench, admin};
use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::ticket::{self, Ticket, load};
use deskbell_app::{Error, Result};
use deskbell_app::{brand as brands, group as groups, user as users};
use deskbell_core::{BrandId, Code, GroupId, Permission, TicketId, UserId, Version};

/// The brand and the group that every desk begins with.
const FIRST_BRAND: BrandId = BrandId(1);
const FIRST_GROUP: GroupId = GroupId(1);

/// Any version will do.
fn any(_: Version) -> bool {
    true
}

/// That it is refused with this code; answers the sentence.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, code: Code) -> String {
    match result {
        Err(Error::Fault(fault)) if fault.code() == code => fault.first.message,
        other => panic!("{code:?} was expected, and it was {other:?}"),
    }
}

/// Runs async code of a test.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

fn brand(bench: &Bench, name: &str) -> BrandId {
    let fields = brands::Fields { name: Some(name.into()), ..brands::Fields::default() };
    bench.write(&admin(), move |work| brands::create(work, &fields)).expect("a brand").0
}

fn group(bench: &Bench, fields: groups::Fields) -> GroupId {
    bench.write(&admin(), move |work| groups::create(work, &fields)).expect("a group").0
}

/// The fields of a group of this name.
fn named(name: &str) -> groups::Fields {
    groups::Fields { name: Some(name.into()), ..groups::Fields::default() }
}

fn user(bench: &Bench, login: &str, groups: &[GroupId]) -> UserId {
    let fields = person(login, groups);
    bench
        .write(&admin(), move |work| users::create(work, &fields, &users::Account::default()))
        .expect("a user")
        .0
}

/// The fields of a user with this login.
fn person(login: &str, groups: &[GroupId]) -> users::Fields {
    users::Fields {
        name: Some(login.into()),
        email: Some(format!("{login}@desk.example")),
        groups: Some(groups.to_vec()),
        ..users::Fields::default()
    }
}

fn ticket(bench: &Bench, brand: BrandId, group: GroupId, edits: Vec<Edit>) -> TicketId {
    let new = NewTicket { brand: Some(brand), group: Some(group), edits, ..NewTicket::default() };
    bench.write(&admin(), move |work| ticket::create::create(work, &new)).expect("a ticket").0
}

fn edit(bench: &Bench, id: TicketId, change: Change) {
    let (permission, edits) = (change.permission(), [Edit::new("test", change)]);
    bench
        .write(&admin(), move |work| ticket::update::update(work, permission, id, &edits, any))
        .expect("a change");
}

fn stored(bench: &Bench, id: TicketId) -> Ticket {
    bench.read(&admin(), move |tx, actor| load::one(tx, actor, id)).expect("a ticket")
}

/// That the kept counters are what counting gives.
fn assert_counters(bench: &Bench) {
    let differences = bench.read(&admin(), |tx, _| ticket::counters::verify(tx)).expect("counted");
    assert_eq!(differences, []);
}

/// The only permission of a set.
fn only(permission: Permission) -> deskbell_core::PermissionSet {
    [permission].into_iter().collect()
}
