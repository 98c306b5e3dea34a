//! The list: any filter, words, sort, order and page give on both engines what a naive filter in memory gives, for any
//! limits of the caller.

use std::sync::Arc;

use deskbell_app::ticket::list::{self, Filter, Paging, Sort};
use deskbell_app::ticket::{Ticket, get};
use deskbell_core::search::Expr;
use deskbell_core::{Actor, Direction, Grant, Limit, Priority, Scope, Status, TicketId, Timestamp, search};
use deskbell_db::Lane;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::ground::{BRANDS, GROUPS, Ground, USERS, both};
use crate::harness::START;

const TICKETS: usize = 150;
const TAGS: [&str; 4] = ["vip", "Late", "a, b", "größe"];
const SENDERS: [&str; 4] = ["", "nora@werft.example", "Anna@werft.example", "x@nora.example"];
const TITLES: [&str; 5] = ["alpha", "alpha beta", "beta gamma", "Gamma", ""];

/// How a ticket is made.
#[derive(Clone, Debug)]
struct Seed {
    fields: Value,
    status: Status,
    archived: bool,
    deleted: bool,
    touched: bool,
    snoozed: bool,
    wait: i64,
}

fn seed() -> impl Strategy<Value = Seed> {
    let place = (1..=BRANDS, 0..=GROUPS, 0..USERS, select(vec![1i64, 2, 4]));
    let words = (
        select(Priority::WORDS),
        select(Direction::WORDS),
        (select(TITLES.to_vec()), select(SENDERS.to_vec())),
        subsequence(TAGS.to_vec(), 0..3),
    );
    let fate = (
        select(Status::ALL),
        any::<bool>(),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.3),
        0..40_000i64,
    );
    (place, words, fate).prop_map(|(place, words, (status, archived, deleted, touched, snoozed, wait))| {
        let group = if place.1 == 3 && place.0 != 2 { 0 } else { place.1 };
        let fields = json!({
            "brandID": place.0, "assignedGroupID": group, "assignedUserID": place.2, "channelID": place.3,
            "priority": words.0, "direction": words.1, "title": words.2.0, "from": words.2.1, "tags": words.3,
        });
        Seed {
            fields,
            status,
            archived,
            deleted,
            touched,
            snoozed,
            wait: if wait < 20_000 { 0 } else { wait },
        }
    })
}

/// Makes the tickets; answers those that are left, as one by one they are shown.
fn settle(ground: &Ground, seeds: &[Seed]) -> Vec<Ticket> {
    for seed in seeds {
        ground.desk.advance(seed.wait);
        let made = ground.admin.post("/ticket", seed.fields.clone()).expect(200);
        if seed.snoozed {
            let path = format!("/ticket/{}", made["ticketID"]);
            ground.admin.put(&path, json!({"snoozeTime": "2026-12-08 00:00:00"})).expect(200);
        }
        let mut actions = vec![json!({"actionType": "setStatus", "value": seed.status.as_str()})];
        if seed.archived && seed.status == Status::Closed {
            actions.push(json!({"actionType": "archive"}));
        }
        if seed.deleted {
            actions.push(json!({"actionType": "delete"}));
        }
        let batch = json!({"ticketIDs": [made["ticketID"]], "actions": actions});
        ground.admin.post("/ticket/batch", batch).expect(200);
    }
    // Some change later, so that the orders of creation and of the last update differ.
    for (n, _) in seeds.iter().enumerate().rev().filter(|(_, s)| s.touched && !s.deleted) {
        ground.desk.advance(7);
        let note =
            json!({"ticketIDs": [n + 1], "actions": [{"actionType": "addNote", "value": "delta alpha"}]});
        ground.admin.post("/ticket/batch", note).expect(200);
    }
    let system = Arc::new(Actor::system());
    let shown = seeds.iter().enumerate().filter_map(|(n, seed)| {
        let id = TicketId(n as i64 + 1);
        let item = ground.desk.desk.read_blocking(Lane::Point, &system, move |tx, actor| {
            get::get(tx, actor, id, get::Wish { history: false, limit: 500, as_of: None })
        });
        assert_eq!(item.is_err(), seed.deleted, "a deleted ticket is gone, another one is there: {id}");
        item.ok().map(|item| item.ticket)
    });
    shown.collect()
}

/// What is asked of the list.
#[derive(Clone, Debug)]
struct Wish {
    filter: Filter,
    words: Option<String>,
    sort: Sort,
    descending: bool,
    step: i64,
    start: i64,
    scope: Scope,
}

fn few<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![3 => Just(Vec::new()), 2 => vec(select(values), 1..4)]
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    let start = Timestamp::parse_span(START).expect("a time").first.0;
    prop_oneof![4 => Just(None), 1 => (-10..3_000_000i64).prop_map(move |n| Some(Timestamp(start + n)))]
}

fn limit(most: i64) -> impl Strategy<Value = Limit> {
    prop_oneof![2 => Just(Limit::All), 3 => vec(0..=most + 1, 0..3).prop_map(Limit::only)]
}

pub(super) fn scope() -> impl Strategy<Value = Scope> {
    let grant = (limit(BRANDS), limit(GROUPS)).prop_map(|(brands, groups)| Grant { brands, groups });
    prop_oneof![1 => Just(Scope::everything()), 2 => vec(grant, 0..4).prop_map(|grants| Scope { grants })]
}

fn wish() -> impl Strategy<Value = Wish> {
    let places =
        (few(vec![1, 2, 3, 99]), few(vec![0, 1, 2, 3, 77]), few(vec![0, 1, 2, 3]), few(vec![1, 2, 4, 50]));
    let words = (
        few(Status::ALL.to_vec()),
        few(Priority::ALL.to_vec()),
        few(Direction::ALL.to_vec()),
        few(vec!["VIP".to_owned(), "late".into(), "a, b".into(), "GRÖSSE".into(), "none".into()]),
        few(vec![0, 1, 2]),
        few(vec![0, 5]),
    );
    let times = (moment(), moment(), moment(), moment(), any::<bool>());
    let queries = vec!["alpha", "beta alpha", "\"alpha beta\"", "ga*", "DELTA", "omega", "7"];
    let query = prop_oneof![
        2 => Just(None),
        1 => select(queries).prop_map(|query| Some(query.to_owned())),
        4 => super::search::language().prop_map(Some),
    ];
    let pages = (
        select(vec![Sort::Id, Sort::CreatedAt, Sort::LastUpdate, Sort::Priority]),
        any::<bool>(),
        1..60i64,
        0..40i64,
    );
    (places, words, times, query, pages, scope()).prop_map(|(places, words, times, query, pages, scope)| {
        Wish {
            filter: Filter {
                brands: places.0,
                groups: places.1,
                users: places.2,
                channels: places.3,
                statuses: words.0,
                priorities: words.1,
                directions: words.2,
                tags: words.3,
                customers: words.4,
                forms: words.5,
                created_from: times.0,
                created_to: times.1,
                updated_from: times.2,
                updated_to: times.3,
                archived_too: times.4,
                ..Filter::default()
            },
            words: query,
            sort: pages.0,
            descending: pages.1,
            step: pages.2,
            start: pages.3,
            scope,
        }
    })
}

impl Wish {
    /// The same at a moment, from which the ages in its query are counted.
    fn at(mut self, now: Timestamp) -> Self {
        self.filter.query = self.words.as_deref().map(|query| search::parse(query, now).expect(query));
        self
    }

    /// Whether archived tickets are meant as well.
    fn archived_too(&self) -> bool {
        let mut asked = self.filter.archived_too;
        if let Some(root) = self.filter.query.as_ref().and_then(|query| query.root.as_ref()) {
            root.leaves(&mut |leaf, wanted| asked |= wanted && *leaf == Expr::Field(search::Test::Archived));
        }
        asked
    }
}

/// Whether the ticket is in the list: what the API's documents say, one line a filter.
fn admits(wish: &Wish, ticket: &Ticket, notes: &[String]) -> bool {
    fn of<T: PartialEq>(values: &[T], value: T) -> bool {
        values.is_empty() || values.contains(&value)
    }
    let f = &wish.filter;
    let tags: Vec<String> = ticket.tags.iter().map(|t| t.to_lowercase()).collect();
    wish.scope.grants.iter().any(|g| g.brands.admits(ticket.brand.0) && g.groups.admits(ticket.group.0))
        && of(&f.statuses, ticket.status)
        && of(&f.priorities, ticket.priority)
        && of(&f.brands, ticket.brand.0)
        && of(&f.channels, ticket.channel.0)
        && of(&f.groups, ticket.group.0)
        && of(&f.users, ticket.user.0)
        && of(&f.customers, ticket.customer.0)
        && of(&f.forms, ticket.form.map_or(0, |form| form.0))
        && of(&f.directions, ticket.direction)
        && (f.tags.is_empty() || f.tags.iter().any(|t| tags.contains(&t.to_lowercase())))
        && f.created_from.is_none_or(|t| ticket.created_at >= t)
        && f.created_to.is_none_or(|t| ticket.created_at <= t)
        && f.updated_from.is_none_or(|t| ticket.last_update >= t)
        && f.updated_to.is_none_or(|t| ticket.last_update <= t)
        && (wish.archived_too() || !ticket.archived)
        && f.query.as_ref().is_none_or(|q| super::search::finds(q, ticket, notes))
}

/// The ids of the whole list, in order.
fn naive(wish: &Wish, tickets: &[Ticket]) -> Vec<i64> {
    let note = ["delta alpha".to_owned()];
    let notes = |t: &Ticket| if t.messages > 0 { &note[..] } else { &[] };
    let mut found: Vec<&Ticket> = tickets.iter().filter(|t| admits(wish, t, notes(t))).collect();
    found.sort_by_key(|t| {
        let value = match wish.sort {
            Sort::Id => 0,
            Sort::CreatedAt => t.created_at.0,
            Sort::LastUpdate => t.last_update.0,
            Sort::Priority => t.priority.rank(),
        };
        (value, t.id.0)
    });
    if wish.descending {
        found.reverse();
    }
    found.iter().map(|t| t.id.0).collect()
}

/// Walks the list by cursor, and looks at one page by number and at the total alone.
fn check(ground: &Ground, wish: &Wish, expected: &[i64]) -> Result<(), TestCaseError> {
    let actor = Arc::new(Actor { scope: wish.scope.clone(), ..Actor::system() });
    let page = |start, limit, after| {
        let paging = Paging { sort: wish.sort, descending: wish.descending, start, limit, after };
        let (desk, filter) = (&ground.desk.desk, wish.filter.clone());
        let (frequent, now) = (desk.frequent(), desk.now());
        let asked = list::Wish { filter, view: None, now, public_url: String::new() };
        let read = desk.read_blocking(Lane::List, &actor, move |tx, actor| {
            list::list(tx, actor, &asked, &paging, true, &frequent)
        });
        read.expect("a page")
    };
    let total = (expected.len() as i64, true);
    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let page = page(0, wish.step, after);
        prop_assert_eq!((page.total, page.exact), total);
        walked.extend(page.tickets.iter().map(|t| t.id.0));
        after = page.next;
        if after.is_none() || walked.len() > expected.len() {
            break;
        }
        prop_assert_eq!(page.tickets.len() as i64, wish.step, "a page before the last is full");
    }
    prop_assert_eq!(&walked, expected);
    let one = page(wish.start, wish.step, None);
    let ids: Vec<i64> = one.tickets.iter().map(|t| t.id.0).collect();
    let due: Vec<i64> = expected.iter().copied().skip(wish.start as usize).take(wish.step as usize).collect();
    prop_assert_eq!(&ids, &due);
    prop_assert_eq!(one.next.is_some(), wish.start + wish.step < total.0 && !due.is_empty());
    let none = page(0, 0, None);
    prop_assert_eq!((none.total, none.exact, none.tickets.len()), (total.0, true, 0));
    Ok(())
}

pub(super) fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

/// The tickets as both engines show them, the same on both but for the random half of the external id.
pub(super) fn tickets(grounds: &[Ground; 2]) -> Vec<Ticket> {
    let seeds = vec(seed(), TICKETS).new_tree(&mut TestRunner::deterministic()).expect("seeds").current();
    let shown = std::thread::scope(|scope| {
        let other = scope.spawn(|| settle(&grounds[1], &seeds));
        [settle(&grounds[0], &seeds), other.join().expect("tickets")]
    });
    let plain = |tickets: &[Ticket]| -> Vec<Ticket> {
        tickets.iter().map(|t| Ticket { external_key: String::new(), ..t.clone() }).collect()
    };
    assert_eq!(plain(&shown[0]), plain(&shown[1]));
    shown[0].clone()
}

#[test]
fn any_list_is_on_both_engines_what_a_naive_filter_finds() {
    let grounds = both();
    let tickets = tickets(&grounds);
    let now = grounds[0].desk.desk.context().now();
    let law = runner(400).run(&wish(), |wish| {
        let wish = wish.at(now);
        let expected = naive(&wish, &tickets);
        grounds.iter().try_for_each(|ground| check(ground, &wish, &expected))
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
    grounds.iter().for_each(|ground| ground.probe.counters_hold());
}

#[test]
fn the_query_string_of_a_list_means_the_same_filter() {
    let grounds = both();
    let tickets = tickets(&grounds);
    let now = grounds[0].desk.desk.context().now();
    let law = runner(200).run(&wish(), |wish| {
        let wish = Wish { scope: Scope::everything(), ..wish.at(now) };
        let expected = naive(&wish, &tickets);
        let page: Vec<i64> =
            expected.iter().copied().skip(wish.start as usize).take(wish.step as usize).collect();
        for ground in &grounds {
            let json = ground.admin.get(&format!("/ticket?{}", query_string(&wish))).expect(200);
            let ids: Vec<i64> =
                json["items"].as_array().expect("items").iter().filter_map(|i| i["id"].as_i64()).collect();
            prop_assert_eq!(&ids, &page);
            prop_assert_eq!(&json["itemTotal"], &json!(expected.len()));
            prop_assert_eq!(&json["itemTotalExact"], &json!(true));
        }
        Ok(())
    });
    law.unwrap_or_else(|broken| panic!("{broken}"));
}

fn query_string(wish: &Wish) -> String {
    let f = &wish.filter;
    let mut pairs: Vec<(&str, String)> = Vec::new();
    let ids = [
        ("brandID", &f.brands),
        ("channelID", &f.channels),
        ("assignedGroupID", &f.groups),
        ("assignedUserID", &f.users),
        ("customerID", &f.customers),
        ("formID", &f.forms),
    ];
    for (name, ids) in ids.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        pairs.push((name, ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")));
    }
    pairs.extend(f.statuses.iter().map(|s| ("status[]", s.to_string())));
    pairs.extend(f.priorities.iter().map(|p| ("priority", p.to_string())));
    pairs.extend(f.directions.iter().map(|d| ("direction[]", d.to_string())));
    pairs.extend(f.tags.iter().map(|t| ("tag", format!("\"{t}\""))));
    let times = [
        ("createdFrom", f.created_from),
        ("createdTo", f.created_to),
        ("updatedFrom", f.updated_from),
        ("updatedTo", f.updated_to),
    ];
    pairs.extend(times.into_iter().filter_map(|(name, time)| Some((name, time?.to_string()))));
    pairs.extend(wish.words.clone().map(|q| ("query", q)));
    let sort = match wish.sort {
        Sort::Id => "id",
        Sort::CreatedAt => "created_at",
        Sort::LastUpdate => "last_update",
        Sort::Priority => "priority",
    };
    let order = if wish.descending { "desc" } else { "asc" };
    let archived = if f.archived_too { "yes" } else { "no" };
    for (name, value) in [("sort", sort), ("order", order), ("searchArchived", archived)] {
        pairs.push((name, value.to_owned()));
    }
    pairs.push(("itemStart", wish.start.to_string()));
    pairs.push(("itemLimit", wish.step.to_string()));
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", super::escaped(value))).collect();
    pairs.join("&")
}
