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
    /// Addresses as they stand there. One that is no address of its kind, or is somebody else's, is left out.
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
        let said = !forms.is_empty() || !person.firstname.is_empty() || !person.lastname.is_empty();
        if !said {
            return Ok(CustomerId::NONE);
        }
    }
    make(work, brand, person, forms)
}

fn by_external(work: &mut Work<'_, '_>, brand: BrandId, external: &str) -> Result<Option<CustomerId>> {
    let found = work.tx.first(sql::BY_EXTERNAL, &[brand.0.into(), external.into()], |row| row.int(0))?;
    Ok(found.map(CustomerId))
}

fn make(
    work: &mut Work<'_, '_>,
    brand: BrandId,
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
    let all = std::mem::take(&mut customer.addresses);
    let count = all.len();
    for address in all {
        if super::address::insert(work.tx, &customer, &address)?.is_none() {
            customer.addresses.push(address);
        }
    }
    if customer.addresses.len() < count {
        write::row(work.tx, &customer)?;
    }
    Ok(customer.id)
}
