//! Brands.

use deskbell_app::brand::{self, Fields};
use deskbell_app::item::Paging;
use deskbell_app::{customer, key as keys};
use deskbell_core::{Limit, PermissionSet};

use super::*;
use crate::both_engines;
use crate::common::{key, with};

both_engines! {
    fn a_brand_is_made_read_and_changed_one_version_a_change(bench: &Bench) {
        let fields = Fields {
            name: Some("Nord".into()),
            country: Some("nl".into()),
            time_zone: Some("europe/amsterdam".into()),
            ..Fields::default()
        };
        let (id, version) = bench.write(&admin(), move |work| brand::create(work, &fields)).expect("a brand");
        assert_eq!(version, Version(1));
        let seen = bench.read(&admin(), move |tx, actor| brand::get(tx, actor, id)).expect("the brand");
        assert_eq!((&*seen.country, &*seen.time_zone, &*seen.language), ("NL", "Europe/Amsterdam", "en"));

        let update = |fields: Fields, expected: i64| {
            bench.write(&admin(), move |work| brand::update(work, id, &fields, |v| v == Version(expected)))
        };
        let renamed = Fields { name: Some("NORD".into()), ..Fields::default() };
        assert_eq!(update(renamed.clone(), 1).expect("a change"), Version(2));
        assert_eq!(update(renamed.clone(), 2).expect("nothing to change"), Version(2));
        refused(update(renamed, 1), Code::PreconditionFailed);
        let tickets = ticket(bench, id, GroupId::NONE, vec![]);
        assert_eq!(stored(bench, tickets).brand_name, "NORD");
    }

    fn names_are_unique_without_case(bench: &Bench) {
        brand(bench, "Süd");
        let other = brand(bench, "West");
        let again = Fields { name: Some("SÜD".into()), ..Fields::default() };
        let create = again.clone();
        refused(bench.write(&admin(), move |work| brand::create(work, &create)), Code::Conflict);
        // The transaction is still good after the refusal of the constraint.
        let kept = bench.write(&admin(), move |work| {
            refused(brand::update(work, other, &again, any), Code::Conflict);
            brand::find_or_create(work, "süd")
        });
        assert_eq!(kept.expect("the brand that is there"), BrandId(2));
        let found = bench.write(&admin(), |work| brand::find_or_create(work, "Ost"));
        assert_eq!(found.expect("a new brand"), BrandId(found_last(bench)));
    }

    fn a_brand_with_tickets_or_customers_stays(bench: &Bench) {
        let delete = |id| bench.write(&admin(), move |work| brand::delete(work, id, any));
        let (with_ticket, with_customer, empty) = (brand(bench, "A"), brand(bench, "B"), brand(bench, "C"));
        let id = ticket(bench, with_ticket, GroupId::NONE, vec![]);
        edit(bench, id, Change::Delete { purge: false });
        assert!(refused(delete(with_ticket), Code::Conflict).contains("trash"));
        let new = customer::create::NewCustomer { brand: Some(("brandID", with_customer)), ..Default::default() };
        bench.write(&admin(), move |work| customer::create::create(work, &new)).expect("a customer");
        assert!(refused(delete(with_customer), Code::Conflict).contains("customers"));
        delete(empty).expect("the brand is gone");
        refused(delete(empty), Code::NotFound);
    }

    fn the_end_of_a_brand_makes_no_limit_wider(bench: &Bench) {
        let (gone, system) = (brand(bench, "Gone"), admin());
        let of_group = group(bench, groups::Fields { brands: Some(vec![gone]), ..named("Its own") });
        let rights = keys::Rights {
            name: "Limited".into(),
            permissions: PermissionSet::all(),
            brands: Limit::only([gone.0]),
            groups: Limit::All,
            networks: keys::Networks::default(),
            expires: None,
        };
        let server = std::sync::Arc::new(deskbell_core::Actor::system());
        bench.write(&server, move |work| keys::create(work, &rights)).expect("a key");
        bench.write(&system, move |work| brand::delete(work, gone, any)).expect("the brand is gone");
        let keys = bench.read(&system, |tx, _| keys::list(tx)).expect("keys");
        assert_eq!(keys.last().map(|k| k.brands.clone()), Some(Limit::only([gone.0])));
        let left = bench.read(&system, move |tx, actor| groups::get(tx, actor, of_group)).expect("the group");
        assert_eq!((left.all_brands, left.brands.len(), left.version), (false, 0, Version(2)));
    }

    fn a_limited_key_sees_its_brands_alone_and_makes_none(bench: &Bench) {
        let (mine, other) = (brand(bench, "Mine"), brand(bench, "Other"));
        let limited = key(Limit::only([mine.0]), Limit::All);
        let list = |actor: &_, paging: Paging| {
            bench.read(actor, move |tx, actor| brand::list(tx, actor, &paging)).expect("a list")
        };
        let page = list(&limited, Paging::default());
        assert_eq!((page.total, page.items.iter().map(|b| b.id).collect::<Vec<_>>()), (1, vec![mine]));
        refused(bench.read(&limited, move |tx, actor| brand::get(tx, actor, other)), Code::NotFound);
        let delete = bench.write(&limited, move |work| brand::delete(work, other, any));
        refused(delete, Code::NotFound);
        let new = Fields { name: Some("New".into()), ..Fields::default() };
        refused(bench.write(&limited, move |work| brand::create(work, &new)), Code::Forbidden);
        let nothing = key(Limit::only([]), Limit::All);
        assert_eq!(list(&nothing, Paging::default()).total, 0);
        let blind = with(PermissionSet::NONE, Limit::All, Limit::All);
        let read = bench.read(&blind, |tx, actor| brand::list(tx, actor, &Paging::default()));
        assert!(refused(read, Code::Forbidden).contains("BRAND_READ"));
    }

    fn a_list_is_searched_without_case_and_paged_with_an_exact_total(bench: &Bench) {
        for name in ["100% Öko", "100 Öko", "Zoo"] {
            brand(bench, name);
        }
        let list = |query: &str, start, limit| {
            let paging = Paging { query: query.into(), start, limit };
            let page = bench.read(&admin(), move |tx, actor| brand::list(tx, actor, &paging)).expect("a list");
            (page.total, page.items.into_iter().map(|b| b.name).collect::<Vec<_>>())
        };
        assert_eq!(list("öKO", 0, 15), (2, vec!["100% Öko".into(), "100 Öko".into()]));
        assert_eq!(list("0%", 0, 15), (1, vec!["100% Öko".into()]));
        assert_eq!(list("_", 0, 15), (0, vec![]));
        assert_eq!(list("", 1, 2), (4, vec!["100% Öko".into(), "100 Öko".into()]));
        assert_eq!(list("", 0, 0), (4, vec![]));
        assert_eq!(list("", 9_007_199_254_740_991, 9_999), (4, vec![]));
    }
}

/// The id of the newest brand.
fn found_last(bench: &Bench) -> i64 {
    let paging = Paging { limit: 9_999, ..Paging::default() };
    let page = bench.read(&admin(), move |tx, actor| brand::list(tx, actor, &paging)).expect("a list");
    page.items.last().map_or(0, |b| b.id.0)
}
