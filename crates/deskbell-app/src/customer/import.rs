//! Customers of imported tickets: found by external id or address, or made. Cheap for many: one look-up for somebody
//! who is known.

use deskbell_core::address::{self, Kind};
use deskbell_core::{BrandId, CustomerId};

use super::row::{Address, Customer};
use super::{create, field, lock_address, sql, write};
use crate::error::Result;
use crate::ticket::create::customer_by_address;
use crate::work::Work;

/// Somebody in a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person<'r> {
    /// The id in the source; empty = none.
    pub(crate) external_id: &'r str,
    /// First name.
    pub(crate) firstname: &'r str,
    /// Last name.
    pub(crate) lastname: &'r str,
    /// Addresses as they stand there. A telephone text that cannot be read is kept, as `address` says; another that is
    /// no address of its kind, or is somebody else's, is left out.
    pub(crate) addresses: &'r [(Kind, String)],
    /// Custom fields, with names that `is_field_name` admits.
    pub(crate) fields: &'r [(String, String)],
}

/// The customer of the brand with this external id, or without one with the first address that is known; else a new
/// one. Somebody who is there stays as they are. No ticket is linked: the import says whose its tickets are.
///
/// `country` is the brand's. The caller may see the brand. `NONE` for somebody of whom nothing is said.
pub(crate) fn find_or_create(
    work: &mut Work<'_, '_>,
    brand: BrandId,
    country: &str,
    person: &Person<'_>,
) -> Result<CustomerId> {
    if !person.external_id.is_empty()
        && let Some(known) = by_external(work, brand, person.external_id)?
    {
        return Ok(known);
    }
    let mut forms: Vec<(Kind, String, &str)> = person
        .addresses
        .iter()
        .filter_map(|(kind, text)| Some((*kind, address::canonical_of(*kind, text, country)?, text.as_str())))
        .collect();
    forms.sort_by(|a, b| a.1.cmp(&b.1));
    forms.dedup_by(|a, b| a.1 == b.1);
    for (_, form, _) in &forms {
        lock_address(work.tx, brand, form)?;
    }
    if person.external_id.is_empty() {
        for (_, form, _) in &forms {
            let known = customer_by_address(work.tx, brand, form)?;
            if !known.is_none() {
                return Ok(known);
            }
        }
        let called =
            person.addresses.iter().any(|(kind, text)| *kind == Kind::Telephone && !text.trim().is_empty());
        let said = called || !forms.is_empty() || !person.firstname.is_empty() || !person.lastname.is_empty();
        if !said {
            return Ok(CustomerId::NONE);
        }
    }
    make(work, brand, country, person, forms)
}

fn by_external(work: &mut Work<'_, '_>, brand: BrandId, external: &str) -> Result<Option<CustomerId>> {
    let found = work.tx.first(sql::BY_EXTERNAL, &[brand.0.into(), external.into()], |row| row.int(0))?;
    Ok(found.map(CustomerId))
}

fn make(
    work: &mut Work<'_, '_>,
    brand: BrandId,
    country: &str,
    person: &Person<'_>,
    forms: Vec<(Kind, String, &str)>,
) -> Result<CustomerId> {
    let mut customer: Customer = create::blank(brand, work.now);
    customer.external_id = person.external_id.to_owned();
    customer.firstname = person.firstname.to_owned();
    customer.lastname = person.lastname.to_owned();
    field::set(work.tx, &mut customer, person.fields)?;
    customer.addresses = forms
        .into_iter()
        .map(|(kind, canonical, text)| Address { kind, canonical, address: text.trim().to_owned() })
        .collect();
    if write::insert(work.tx, &mut customer)?.is_none() {
        // Another writer has made them since we looked.
        return Ok(by_external(work, brand, person.external_id)?.unwrap_or_default());
    }
    let mut all = std::mem::take(&mut customer.addresses);
    let before = all.clone();
    let unread = person.addresses.iter().filter(|(kind, text)| {
        *kind == Kind::Telephone && address::canonical_of(*kind, text, country).is_none()
    });
    all.extend(unread.map(|(kind, text)| super::address::unread(*kind, text, customer.id)));
    for address in all {
        if super::address::insert(work.tx, &customer, &address)?.is_none() {
            customer.addresses.push(address);
        }
    }
    // The row holds what the addresses are found by.
    if customer.addresses != before {
        write::row(work.tx, &customer)?;
    }
    Ok(customer.id)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use deskbell_core::{Actor, Context, Timestamp};
    use deskbell_db::{Lane, Options, Store, Urgency};

    use super::*;
    use crate::customer::get;
    use crate::{Desk, Settings};

    struct Still;

    impl Context for Still {
        fn now(&self) -> Timestamp {
            Timestamp(1_795_608_000)
        }

        fn now_millis(&self) -> i64 {
            1_795_608_000_000
        }

        fn random(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn found(desk: &Desk, external: &str, firstname: &str, addresses: &[(Kind, &str)]) -> i64 {
        let (external, firstname) = (external.to_owned(), firstname.to_owned());
        let addresses: Vec<(Kind, String)> = addresses.iter().map(|(k, a)| (*k, (*a).to_owned())).collect();
        let job = move |work: &mut Work<'_, '_>| {
            let fields = [("tier".to_owned(), "gold".to_owned())];
            let person = Person {
                external_id: &external,
                firstname: &firstname,
                lastname: "",
                addresses: &addresses,
                fields: &fields,
            };
            find_or_create(work, BrandId(1), "DE", &person)
        };
        let system = Arc::new(Actor::system());
        desk.write_blocking(Urgency::Interactive, &system, "test", job).expect("a customer").0
    }

    #[test]
    fn somebody_known_by_id_or_address_is_found_and_others_are_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::sqlite(folder.path().join("desk.db"));
        let store = Store::open(options, crate::migrations::MIGRATIONS).expect("a store");
        let desk = Desk::open(store, Arc::new(Still), Settings::default()).expect("a desk");
        let phone = (Kind::Telephone, "030 23125042");
        let anna = found(&desk, "a-1", "Anna", &[phone, (Kind::Email, "no address")]);
        assert_eq!(found(&desk, "a-1", "Other", &[]), anna);
        assert_eq!(found(&desk, "", "", &[(Kind::Telephone, "+49 30 23125042")]), anna);
        // Another id is another person; the address stays where it is.
        let bob = found(&desk, "b-1", "Bob", &[phone, (Kind::Email, "bob@shop.example")]);
        assert_ne!(bob, anna);
        assert_eq!(found(&desk, "", "", &[(Kind::Email, "x")]), 0, "nobody");
        let caller = found(&desk, "", "", &[(Kind::Telephone, "110")]);
        assert_ne!(
            found(&desk, "", "", &[(Kind::Telephone, "110")]),
            caller,
            "a text that is no number names nobody"
        );
        let carl = found(&desk, "", "Carl", &[]);
        assert_ne!(found(&desk, "", "Carl", &[]), carl, "a name alone names nobody");
        let system = Arc::new(Actor::system());
        let item = |id| {
            let read = desk
                .read_blocking(Lane::Point, &system, move |tx, actor| get::get(tx, actor, CustomerId(id)));
            read.expect("a customer")
        };
        assert_eq!((item(anna).firstname.as_str(), item(anna).addresses.len()), ("Anna", 1));
        assert_eq!(item(bob).addresses.len(), 1);
        assert_eq!(item(caller).addresses[0].address, "110");
        assert_eq!(item(bob).fields["tier"], "gold");
        desk.close();
    }
}
