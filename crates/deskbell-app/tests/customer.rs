//! Customers: addresses and linking, limits, races, on both engines.

mod common;

use std::sync::Arc;

use common::{Bench, admin, key, with};
use deskbell_app::customer::create::{self, NewCustomer};
use deskbell_app::customer::list::{self, Filter};
use deskbell_app::customer::update::{self, Changes};
use deskbell_app::customer::{self, Customer, Sent, Whose, add_channels, delete, find, get, remove_channel};
use deskbell_app::ticket::create::NewTicket;
use deskbell_app::ticket::edit::{Change, Edit};
use deskbell_app::{Error, brand, group, ticket};
use deskbell_core::address::Kind;
use deskbell_core::{
    Actor, BrandId, Code, CustomerId, GroupId, Limit, Permission, PermissionSet, TicketId, Version,
};

/// The first brand, which has no country.
const FIRST: BrandId = BrandId(1);

fn brand(bench: &Bench, name: &str, country: &str) -> BrandId {
    let fields =
        brand::Fields { name: Some(name.into()), country: Some(country.into()), ..brand::Fields::default() };
    bench.write(&admin(), move |work| brand::create(work, &fields)).expect("a brand").0
}

fn group(bench: &Bench, name: &str) -> GroupId {
    let fields = group::Fields { name: Some(name.into()), ..group::Fields::default() };
    bench.write(&admin(), move |work| group::create(work, &fields)).expect("a group").0
}

fn ticket_in(bench: &Bench, brand: BrandId, from: &str, group: Option<GroupId>) -> TicketId {
    let new = NewTicket { brand: Some(brand), from: from.into(), group, ..NewTicket::default() };
    bench.write(&admin(), move |work| ticket::create::create(work, &new)).expect("a ticket").0
}

/// The customer of a ticket and the ticket's version.
fn customer_of(bench: &Bench, id: TicketId) -> (i64, i64) {
    let ticket = bench.read(&admin(), move |tx, actor| ticket::load::one(tx, actor, id)).expect("a ticket");
    (ticket.customer.0, ticket.version.0)
}

fn events(bench: &Bench, id: TicketId) -> Vec<String> {
    let wish = ticket::get::Wish { history: true, limit: 100, as_of: None };
    let item = bench.read(&admin(), move |tx, actor| ticket::get::get(tx, actor, id, wish)).expect("an item");
    let entries = item.timeline.into_iter().filter_map(|entry| match entry {
        ticket::get::Entry::Event(event) => Some(format!(
            "{} {} -> {}",
            event.item_type,
            event.before.unwrap_or_default(),
            event.after.unwrap_or_default()
        )),
        ticket::get::Entry::Message(_) => None,
    });
    entries.collect()
}

fn new(brand: BrandId, external: &str, kind: Kind, address: &str) -> NewCustomer {
    NewCustomer {
        brand: Some(("brand_id", brand)),
        external_id: (!external.is_empty()).then(|| ("primary_id", external.to_owned())),
        address: (!address.is_empty()).then(|| sent(kind, address)),
        ..NewCustomer::default()
    }
}

fn sent(kind: Kind, text: &str) -> Sent {
    Sent { field: "customer_link_channel", kind: Some(kind), text: text.into() }
}

fn made(bench: &Bench, actor: &Arc<Actor>, new: NewCustomer) -> Result<CustomerId, Error> {
    bench.write(actor, move |work| create::create(work, &new)).map(|(id, _)| id)
}

fn item(bench: &Bench, id: CustomerId) -> Customer {
    bench.read(&admin(), move |tx, actor| get::get(tx, actor, id)).expect("a customer")
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, Error>, code: Code) -> String {
    let error = result.expect_err("a refusal");
    let fault = error.fault().unwrap_or_else(|| panic!("a fault, not {error}"));
    assert_eq!(fault.code(), code, "{fault}");
    fault.first.field.clone().unwrap_or_default()
}

fn count(bench: &Bench) -> i64 {
    bench.read(&admin(), |tx, actor| list::list(tx, actor, &Filter::default(), 0, 0)).expect("a list").total
}

both_engines! {
    fn a_number_names_one_customer_however_it_is_written(bench: &Bench) {
        let germany = brand(bench, "Germany", "DE");
        let a = made(bench, &admin(), new(germany, "a", Kind::Telephone, "+49 (0) 30 / 23125-042")).expect("made");
        for from in ["0049 30 23125042", "030/23125042", "+493023125042", "+49 30 23125042 ext. 12"] {
            let id = ticket_in(bench, germany, from, None);
            assert_eq!(customer_of(bench, id), (a.0, 1), "{from}");
        }
        for from in ["110", "anonymous", "+39 06 1234567"] {
            assert_eq!(customer_of(bench, ticket_in(bench, germany, from, None)).0, 0, "{from}");
        }
        let again = made(bench, &admin(), new(germany, "b", Kind::Telephone, "030 23125042"));
        assert_eq!(refused(again, Code::Conflict), "customer_link_channel");
        assert_eq!(count(bench), 1, "nothing half done");
    }

    fn without_a_country_a_national_number_is_kept_and_names_nobody(bench: &Bench) {
        let first = made(bench, &admin(), new(FIRST, "a", Kind::Telephone, "030 23125042")).expect("made");
        let second = made(bench, &admin(), new(FIRST, "b", Kind::Telephone, "030 23125042")).expect("made too");
        assert_ne!(first, second);
        assert_eq!(item(bench, first).addresses[0].address, "030 23125042");
        assert_eq!(customer_of(bench, ticket_in(bench, FIRST, "030 23125042", None)).0, 0);
        let removed = bench.write(&admin(), move |work| {
            remove_channel::remove(work, &Whose::Path(first), Kind::Telephone, " 030 23125042 ", |_| true)
        });
        assert_eq!(removed.expect("removed").1, Version(2));
        assert!(item(bench, first).addresses.is_empty());
        assert_eq!(item(bench, second).addresses.len(), 1);
    }

    fn both_spellings_of_a_brazilian_mobile_are_one_customer(bench: &Bench) {
        let br1 = made(bench, &admin(), new(FIRST, "br-1", Kind::Telephone, "+55 21 99876-1234")).expect("made");
        assert_eq!(customer_of(bench, ticket_in(bench, FIRST, "+552198761234", None)).0, br1.0);
        assert_eq!(customer_of(bench, ticket_in(bench, FIRST, "+552133334444", None)).0, 0);
        refused(made(bench, &admin(), new(FIRST, "br-2", Kind::Telephone, "+552198761234")), Code::Conflict);
    }

    fn creating_links_what_has_the_address_and_no_customer(bench: &Bench) {
        let other = brand(bench, "Other", "");
        let early = ticket_in(bench, FIRST, "ANNA@Shop.Example", None);
        let foreign = ticket_in(bench, other, "anna@shop.example", None);
        let elsewhere = ticket_in(bench, FIRST, "bob@shop.example", None);
        let anna = made(bench, &admin(), new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
        assert_eq!(customer_of(bench, early), (anna.0, 2));
        assert_eq!(events(bench, early).last(), Some(&format!("customer_id 0 -> {anna}")));
        assert_eq!(customer_of(bench, foreign), (0, 1));
        assert_eq!(customer_of(bench, elsewhere), (0, 1));
        // Linked to somebody else, it stays with them.
        let bob = made(bench, &admin(), new(FIRST, "bob", Kind::Email, "")).expect("made");
        let edits = [Edit::new("externalPrimaryID", Change::LinkCustomer("bob".into()))];
        bench
            .write(&admin(), move |work| {
                ticket::update::update(work, Permission::TicketUpdate, early, &edits, |_| true)
            })
            .expect("linked");
        let again = Changes { addresses: vec![sent(Kind::Email, "anna@shop.example")], ..Changes::default() };
        bench.write(&admin(), move |work| update::update(work, &Whose::Path(anna), &again, |_| true)).expect("done");
        assert_eq!(customer_of(bench, early).0, bob.0);
    }

    fn with_no_sync_only_the_named_ticket_is_linked(bench: &Bench) {
        let [named, other] = [1, 2].map(|_| ticket_in(bench, FIRST, "anna@shop.example", None));
        let new = NewCustomer {
            ticket: Some(named),
            no_sync: true,
            brand: None,
            ..new(FIRST, "anna", Kind::Email, "anna@shop.example")
        };
        let anna = made(bench, &admin(), new).expect("made");
        assert_eq!(customer_of(bench, named).0, anna.0);
        assert_eq!(customer_of(bench, other), (0, 1));
        let bob = NewCustomer { ticket: Some(named), ..self::new(FIRST, "bob", Kind::Email, "bob@shop.example") };
        assert_eq!(refused(made(bench, &admin(), bob), Code::Conflict), "ticket_id");
        assert_eq!(count(bench), 1);
    }

    fn tickets_that_the_caller_does_not_see_are_not_linked_and_not_told_of(bench: &Bench) {
        let (support, hr) = (group(bench, "Care"), group(bench, "HR"));
        let seen = ticket_in(bench, FIRST, "anna@shop.example", Some(support));
        let hidden = ticket_in(bench, FIRST, "anna@shop.example", Some(hr));
        let caller = key(Limit::All, Limit::only([support.0]));
        let by_ticket = |id| NewCustomer { ticket: Some(TicketId(id)), ..new(FIRST, "x", Kind::Email, "") };
        let foreign = made(bench, &caller, by_ticket(hidden.0)).expect_err("hidden").to_string();
        let missing = made(bench, &caller, by_ticket(999_999)).expect_err("missing").to_string();
        assert_eq!(foreign.replace(&hidden.to_string(), "N"), missing.replace("999999", "N"));
        let anna = made(bench, &caller, new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
        assert_eq!(customer_of(bench, seen).0, anna.0);
        assert_eq!(customer_of(bench, hidden), (0, 1));
        // Changes of her tickets leave her as she is.
        let before = item(bench, anna);
        let edits = [Edit::new("title", Change::Title("Termination".into()))];
        bench
            .write(&admin(), move |work| {
                ticket::update::update(work, Permission::TicketUpdate, hidden, &edits, |_| true)
            })
            .expect("changed");
        assert_eq!(item(bench, anna), before);
    }

    fn customers_of_other_brands_do_not_exist(bench: &Bench) {
        let other = brand(bench, "Other", "");
        let anna = made(bench, &admin(), new(other, "anna", Kind::Email, "anna@shop.example")).expect("made");
        let caller = key(Limit::only([FIRST.0]), Limit::All);
        refused(bench.read(&caller, move |tx, actor| get::get(tx, actor, anna)), Code::NotFound);
        let empty = || Changes::default();
        refused(
            bench.write(&caller, move |work| update::update(work, &Whose::Path(anna), &empty(), |_| true)),
            Code::NotFound,
        );
        refused(bench.write(&caller, move |work| delete::delete(work, anna, |_| true)), Code::NotFound);
        let in_body = [
            Whose::Id(("customerID", anna)),
            Whose::External { brand: None, id: ("externalPrimaryID", "anna".into()) },
            Whose::External { brand: Some(("brandID", other)), id: ("externalPrimaryID", "anna".into()) },
        ];
        for whose in in_body {
            let add = bench.write(&caller, move |work| {
                add_channels::add(work, &whose, &[sent(Kind::Twitter, "anna")], false)
            });
            refused(add, Code::UnknownReference);
        }
        refused(made(bench, &caller, new(other, "x", Kind::Email, "")), Code::UnknownReference);
        let page = bench.read(&caller, |tx, actor| list::list(tx, actor, &Filter::default(), 0, 15)).expect("a list");
        assert_eq!((page.total, page.customers.len()), (0, 0));
        // The same address and id are free in the caller's own brand.
        made(bench, &caller, new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
    }

    fn an_external_id_is_unique_in_its_brand_and_finds_its_customer(bench: &Bench) {
        let other = brand(bench, "Other", "");
        let one = made(bench, &admin(), new(FIRST, "e-1", Kind::Email, "")).expect("made");
        let two = made(bench, &admin(), new(other, "e-1", Kind::Email, "")).expect("made in the other brand");
        let three = made(bench, &admin(), new(FIRST, "e-3", Kind::Email, "")).expect("made");
        assert_eq!(refused(made(bench, &admin(), new(FIRST, "e-1", Kind::Email, "")), Code::Conflict), "primary_id");
        let rename = Changes { external_id: Some(("primary_id", "e-1".into())), ..Changes::default() };
        let renamed = bench.write(&admin(), move |work| update::update(work, &Whose::Path(three), &rename, |_| true));
        assert_eq!(refused(renamed, Code::Conflict), "primary_id");
        assert_eq!(item(bench, three).version, Version::FIRST);

        let found = |brand| {
            let found = bench.read(&admin(), move |tx, actor| find::by_external_id(tx, actor, brand, "e-1"));
            found.expect("a list").into_iter().map(|c| c.id).collect::<Vec<_>>()
        };
        assert_eq!(found(None), [one, two]);
        assert_eq!(found(Some(("brandID", other))), [two]);
        let ambiguous = Whose::External { brand: None, id: ("externalPrimaryID", "e-1".into()) };
        let changed = bench.write(&admin(), move |work| update::update(work, &ambiguous, &Changes::default(), |_| true));
        assert_eq!(refused(changed, Code::MissingParameter), "brandID");
    }

    fn an_update_changes_what_is_sent_in_one_version(bench: &Bench) {
        let anna = made(bench, &admin(), new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
        let change = |changes: Changes, expected: i64| {
            bench.write(&admin(), move |work| {
                update::update(work, &Whose::Path(anna), &changes, |v| v == Version(expected))
            })
        };
        let fields = vec![("tier".to_owned(), "gold".to_owned()), ("zip".to_owned(), "10115".to_owned())];
        let first = Changes { lastname: Some("Ärger".into()), fields, ..Changes::default() };
        assert_eq!(change(first.clone(), 1).expect("changed").1, Version(2));
        assert_eq!(change(first, 2).expect("the same").1, Version(2));
        refused(change(Changes { firstname: Some("Anna".into()), ..Changes::default() }, 1), Code::PreconditionFailed);
        let fewer = Changes { fields: vec![("zip".into(), String::new())], ..Changes::default() };
        assert_eq!(change(fewer, 2).expect("changed").1, Version(3));
        let seen = item(bench, anna);
        assert_eq!((seen.lastname.as_str(), seen.fields.len(), seen.external_id.as_str()), ("Ärger", 1, "anna"));
        let names = bench.read(&admin(), |tx, _| customer::field_names(tx)).expect("names");
        assert_eq!(names, ["tier", "zip"]);
        let reserved = Changes { fields: vec![("firstname".into(), "x".into())], ..Changes::default() };
        refused(change(reserved, 3), Code::InvalidParameter);
    }

    fn channels_are_added_all_or_none_and_taken_away(bench: &Bench) {
        let bob = made(bench, &admin(), new(FIRST, "bob", Kind::Email, "bob@shop.example")).expect("made");
        let anna = made(bench, &admin(), new(FIRST, "anna", Kind::Email, "")).expect("made");
        let waiting = ticket_in(bench, FIRST, "@Anna_B", None);
        let add = |addresses: Vec<Sent>| {
            bench.write(&admin(), move |work| {
                add_channels::add(work, &Whose::Id(("customerID", anna)), &addresses, false)
            })
        };
        let taken = vec![sent(Kind::Twitter, "anna_b"), sent(Kind::Email, "BOB@shop.example.")];
        refused(add(taken), Code::Conflict);
        assert!(item(bench, anna).addresses.is_empty());
        assert_eq!(customer_of(bench, waiting).0, 0);
        refused(add(vec![sent(Kind::Email, "no address")]), Code::InvalidParameter);
        let good = vec![sent(Kind::Twitter, "anna_b"), sent(Kind::Email, "anna@shop.example")];
        assert_eq!(add(good.clone()).expect("added").1, Version(2));
        assert_eq!(add(good).expect("there already").1, Version(2));
        assert_eq!(customer_of(bench, waiting).0, anna.0);

        let remove = |text: &'static str| {
            bench.write(&admin(), move |work| {
                remove_channel::remove(work, &Whose::Path(anna), Kind::Email, text, |_| true)
            })
        };
        refused(remove("bob@shop.example"), Code::NotFound);
        assert_eq!(remove("Anna@SHOP.example").expect("removed").1, Version(3));
        assert_eq!(customer_of(bench, ticket_in(bench, FIRST, "anna@shop.example", None)).0, 0);
        assert_eq!(item(bench, bob).addresses.len(), 1);
    }

    fn deleting_unlinks_every_ticket_the_hidden_and_the_deleted_too(bench: &Bench) {
        let hr = group(bench, "HR");
        let anna = made(bench, &admin(), new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
        let plain = ticket_in(bench, FIRST, "anna@shop.example", None);
        let hidden = ticket_in(bench, FIRST, "anna@shop.example", Some(hr));
        let trashed = ticket_in(bench, FIRST, "anna@shop.example", None);
        let edits = [Edit::new("purge", Change::Delete { purge: false })];
        bench
            .write(&admin(), move |work| {
                ticket::update::update(work, Permission::TicketDelete, trashed, &edits, |_| true)
            })
            .expect("deleted");
        let caller = key(Limit::All, Limit::only([0]));
        refused(
            bench.write(&caller, move |work| delete::delete(work, anna, |v| v == Version(7))),
            Code::PreconditionFailed,
        );
        bench.write(&caller, move |work| delete::delete(work, anna, |_| true)).expect("gone");
        for id in [plain, hidden] {
            assert_eq!(customer_of(bench, id), (0, 2));
            assert_eq!(events(bench, id).last(), Some(&format!("customer_id {anna} -> 0")));
        }
        let left = bench.read(&admin(), |tx, _| {
            Ok(tx.first("SELECT COUNT(*) FROM ticket WHERE customer_id <> 0", &[], |row| row.int(0))?)
        });
        assert_eq!(left.expect("a count"), Some(0));
        refused(bench.read(&admin(), move |tx, actor| get::get(tx, actor, anna)), Code::NotFound);
        // The address is free again.
        made(bench, &admin(), new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
    }

    fn a_query_finds_parts_of_names_and_numbers_in_any_spelling(bench: &Bench) {
        let germany = brand(bench, "Germany", "DE");
        let anna = NewCustomer {
            firstname: "Änna".into(),
            lastname: "O'Brien_50%".into(),
            ..new(germany, "K-17", Kind::Telephone, "030/23125042")
        };
        let anna = made(bench, &admin(), anna).expect("made");
        let bob = made(bench, &admin(), new(FIRST, "K-18", Kind::Email, "Bob@Shop.Example")).expect("made");
        let found = |query: &str, brands: &[i64]| {
            let filter = Filter { query: query.into(), brands: brands.to_vec() };
            let page = bench.read(&admin(), move |tx, actor| list::list(tx, actor, &filter, 0, 15)).expect("a list");
            assert_eq!(page.total, page.customers.len() as i64);
            page.customers.into_iter().map(|c| c.id).collect::<Vec<_>>()
        };
        assert_eq!(found("", &[]), [anna, bob]);
        assert_eq!(found("ANNA brien", &[]), [anna]);
        assert_eq!(found("k-1", &[]), [anna, bob]);
        assert_eq!(found("0%", &[]), [anna]);
        assert_eq!(found("n_5", &[]), [anna]);
        assert_eq!(found("a_b", &[]), []);
        assert_eq!(found("bob@shop", &[]), [bob]);
        assert_eq!(found("+49 (0)30 23125-042", &[]), [anna]);
        assert_eq!(found("(030) 23 12 50 42", &[germany.0]), [anna]);
        assert_eq!(found("k-1", &[FIRST.0]), [bob]);
        let page = bench.read(&admin(), |tx, actor| list::list(tx, actor, &Filter::default(), 1, 1)).expect("a list");
        assert_eq!((page.total, page.exact, page.customers[0].id), (2, true, bob));
    }

    fn each_call_asks_for_its_permission(bench: &Bench) {
        let anna = made(bench, &admin(), new(FIRST, "anna", Kind::Email, "anna@shop.example")).expect("made");
        let reader = with([Permission::CustomerRead].into_iter().collect::<PermissionSet>(), Limit::All, Limit::All);
        let writer = with([Permission::CustomerCud].into_iter().collect::<PermissionSet>(), Limit::All, Limit::All);
        bench.read(&reader, move |tx, actor| get::get(tx, actor, anna)).expect("read");
        refused(bench.read(&writer, move |tx, actor| get::get(tx, actor, anna)), Code::Forbidden);
        refused(
            bench.read(&writer, |tx, actor| list::list(tx, actor, &Filter::default(), 0, 1)),
            Code::Forbidden,
        );
        refused(
            bench.read(&writer, |tx, actor| find::by_external_id(tx, actor, None, "anna")),
            Code::Forbidden,
        );
        refused(made(bench, &reader, new(FIRST, "x", Kind::Email, "")), Code::Forbidden);
        refused(bench.write(&reader, move |work| delete::delete(work, anna, |_| true)), Code::Forbidden);
        refused(
            bench.write(&reader, move |work| {
                remove_channel::remove(work, &Whose::Path(anna), Kind::Email, "anna@shop.example", |_| true)
            }),
            Code::Forbidden,
        );
        made(bench, &writer, new(FIRST, "x", Kind::Email, "")).expect("made");
    }

    fn of_many_writers_of_one_address_one_wins_and_every_ticket_is_linked(bench: &Bench) {
        for round in 0..6 {
            let address = format!("racer{round}@shop.example");
            let outcomes: Vec<Result<i64, Code>> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..8)
                    .map(|n| {
                        let address = address.clone();
                        scope.spawn(move || match n % 2 {
                            0 => {
                                let external = format!("r{round}-{n}");
                                let made = made(bench, &admin(), new(FIRST, &external, Kind::Email, &address));
                                made.map(|id| id.0).map_err(|e| e.fault().expect("a fault").code())
                            }
                            _ => Ok(-ticket_in(bench, FIRST, &address, None).0),
                        })
                    })
                    .collect();
                writers.into_iter().map(|w| w.join().expect("no panic")).collect()
            });
            let customers: Vec<i64> = outcomes.iter().flatten().copied().filter(|id| *id > 0).collect();
            assert_eq!(customers.len(), 1, "{outcomes:?}");
            assert_eq!(outcomes.iter().filter(|o| **o == Err(Code::Conflict)).count(), 3, "{outcomes:?}");
            for ticket in outcomes.iter().flatten().filter(|id| **id < 0) {
                assert_eq!(customer_of(bench, TicketId(-ticket)).0, customers[0], "{outcomes:?}");
            }
        }
    }

    fn no_ticket_keeps_a_customer_that_is_deleted_meanwhile(bench: &Bench) {
        for round in 0..6 {
            let address = format!("leaver{round}@shop.example");
            let leaver = made(bench, &admin(), new(FIRST, "", Kind::Email, &address)).expect("made");
            let tickets: Vec<TicketId> = std::thread::scope(|scope| {
                let deleter = scope.spawn(move || bench.write(&admin(), move |work| delete::delete(work, leaver, |_| true)));
                let writers: Vec<_> = (0..4)
                    .map(|_| {
                        let address = address.clone();
                        scope.spawn(move || ticket_in(bench, FIRST, &address, None))
                    })
                    .collect();
                deleter.join().expect("no panic").expect("deleted");
                writers.into_iter().map(|w| w.join().expect("no panic")).collect()
            });
            for ticket in tickets {
                assert_eq!(customer_of(bench, ticket).0, 0);
            }
        }
    }
}
