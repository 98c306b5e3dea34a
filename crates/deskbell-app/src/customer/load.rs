//! The one gate to customers: how they are read for an actor.

use std::collections::HashMap;

use deskbell_core::address::Kind;
use deskbell_core::{Actor, BrandId, Code, CustomerId, Fault, Scope, Version};
use deskbell_db::{Engine, Tx};

use super::row::{Address, Customer};
use super::{Whose, sql};
use crate::error::{Error, Result};
use crate::statement::Statement;
use crate::ticket::edit::{require_brand, unknown};

/// Appends the condition that a customer `c` exists for the scope's owner.
pub(super) fn visible(scope: &Scope, statement: &mut Statement) {
    within_brands(scope, "c.brand_id", statement);
}

fn within_brands(scope: &Scope, column: &str, statement: &mut Statement) {
    statement.push("(1 = 0");
    for grant in &scope.grants {
        statement.push(" OR ").limited(column, &grant.brands);
    }
    statement.push(")");
}

/// The customer, if it exists for the actor.
///
/// Errors: `not_found`.
pub(super) fn one(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId) -> Result<Customer> {
    select(tx, actor, id, false)?.ok_or_else(|| missing(id))
}

/// The same for a write: on PostgreSQL nobody else changes or deletes it until the transaction ends.
///
/// Errors: `not_found`.
pub(super) fn one_for_update(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId) -> Result<Customer> {
    select(tx, actor, id, true)?.ok_or_else(|| missing(id))
}

/// The customer that a body names; `lock` keeps it until the transaction ends.
///
/// Errors: `unknown_reference`.
pub(super) fn named(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (field, id): super::Named<CustomerId>,
    lock: bool,
) -> Result<Customer> {
    select(tx, actor, id, lock)?.ok_or_else(|| unknown(field, "Customer", id))
}

fn select(tx: &mut Tx<'_>, actor: &Actor, id: CustomerId, lock: bool) -> Result<Option<Customer>> {
    let mut statement = Statement::new(&sql::select_customers());
    visible(&actor.scope, &mut statement);
    statement.push(" AND c.id = ").bind(id.0);
    if lock && tx.engine() == Engine::Postgres {
        statement.push(sql::FOR_UPDATE);
    }
    let mut found: Vec<Customer> =
        tx.first(&statement.text, &statement.params, Customer::read)?.into_iter().collect();
    addresses(tx, &mut found)?;
    Ok(found.pop())
}

/// Those of the customers that exist for the actor, in the order of the ids.
pub(super) fn many(tx: &mut Tx<'_>, actor: &Actor, ids: &[i64]) -> Result<Vec<Customer>> {
    let mut by_id = HashMap::with_capacity(ids.len());
    for some in ids.chunks(500) {
        let mut statement = Statement::new(&sql::select_customers());
        visible(&actor.scope, &mut statement);
        statement.push(" AND ").within("c.id", some);
        let mut found = tx.all(&statement.text, &statement.params, Customer::read)?;
        addresses(tx, &mut found)?;
        by_id.extend(found.into_iter().map(|c| (c.id.0, c)));
    }
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// Fills in the addresses.
fn addresses(tx: &mut Tx<'_>, customers: &mut [Customer]) -> Result<()> {
    let ids: Vec<i64> = customers.iter().map(|c| c.id.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut statement = Statement::new(sql::ADDRESSES);
    statement.within("a.customer_id", &ids).push(sql::ADDRESS_ORDER);
    let mut by_customer: HashMap<i64, Vec<Address>> = HashMap::new();
    let rows = tx.all(&statement.text, &statement.params, |row| {
        // Ranks are written by this program alone.
        let kind = Kind::from_rank(row.int(1)?).unwrap_or(Kind::Email);
        let (canonical, address) = (row.str(2)?.to_owned(), row.str(3)?.to_owned());
        Ok((row.int(0)?, Address { kind, address, canonical }))
    })?;
    for (customer, address) in rows {
        by_customer.entry(customer).or_default().push(address);
    }
    for customer in customers {
        customer.addresses = by_customer.remove(&customer.id.0).unwrap_or_default();
        // Engines order texts differently; answers do not.
        customer.addresses.sort_by(|a, b| (a.kind, &a.canonical).cmp(&(b.kind, &b.canonical)));
    }
    Ok(())
}

/// The ids of the customers with this external primary id, within a brand or all of the actor's.
///
/// Errors: `unknown_reference` for a brand that does not exist for the actor.
pub(super) fn ids_by_external(
    tx: &mut Tx<'_>,
    actor: &Actor,
    brand: Option<super::Named<BrandId>>,
    external: &str,
) -> Result<Vec<i64>> {
    let mut statement = Statement::new(sql::SELECT_IDS);
    visible(&actor.scope, &mut statement);
    match brand {
        Some((field, brand)) => {
            require_brand(tx, actor, field, brand)?;
            statement.push(" AND c.brand_id = ").bind(brand.0);
        }
        // So that the index over brand and external id is of use.
        None => {
            statement.push(" AND c.brand_id IN (").push(sql::ALL_BRANDS).push(")");
        }
    }
    statement.push(" AND c.external_primary_id = ").bind(external.to_owned()).push(" ORDER BY c.id");
    Ok(tx.all(&statement.text, &statement.params, |row| row.int(0))?)
}

/// The id and the brand of the customer that a call means; nothing is locked.
///
/// Errors: `not_found` for one of a path; `unknown_reference` for one of a body; `missing_parameter` if a brand
/// must be named.
pub(super) fn find(tx: &mut Tx<'_>, actor: &Actor, whose: &Whose) -> Result<(CustomerId, BrandId)> {
    let (id, absent) = match whose {
        Whose::Path(id) => (*id, missing(*id)),
        Whose::Id((field, id)) => (*id, unknown(field, "Customer", id)),
        Whose::External { brand, id: (field, external) } => {
            let absent = unknown_external(field, external);
            match ids_by_external(tx, actor, *brand, external)?[..] {
                [] => return Err(absent),
                [id] => (CustomerId(id), absent),
                _ => {
                    let message =
                        format!("Several brands have a customer {external}: brandID must say which one.");
                    return Err(Fault::of("brandID", Code::MissingParameter, message).into());
                }
            }
        }
    };
    match select(tx, actor, id, false)? {
        Some(customer) => Ok((customer.id, customer.brand)),
        None => Err(absent),
    }
}

fn unknown_external(field: &str, external: &str) -> Error {
    let message = format!("There is no customer with the external primary id {external}.");
    Fault::of(field, Code::UnknownReference, message).into()
}

/// The brand that a new customer belongs to where the call names none, if there is one.
pub(super) fn lowest_brand(tx: &mut Tx<'_>, actor: &Actor) -> Result<BrandId> {
    let mut statement = Statement::new(sql::LOWEST_BRAND);
    within_brands(&actor.scope, "id", &mut statement);
    let lowest = tx.first(&statement.text, &statement.params, |row| row.opt_int(0))?.flatten();
    Ok(BrandId(lowest.unwrap_or_default()))
}

/// What is said of a customer that is missing, or hidden: the two cannot be told apart.
pub(super) fn missing(id: CustomerId) -> Error {
    Fault::not_found("Customer", id).into()
}

/// The fault for a version that is not the present one.
pub(super) fn stale(id: CustomerId, present: Version) -> Error {
    let message =
        format!("Customer {id} has version {present} by now, which is not the one that the call names.");
    Fault { current_version: Some(present.0), ..Fault::new(Code::PreconditionFailed, message) }.into()
}
