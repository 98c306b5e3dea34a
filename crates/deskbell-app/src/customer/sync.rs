//! Taking over who was found where a brand keeps its customers: the first is who is in contact.

use deskbell_core::{BrandId, CustomerId, TicketId};

use super::create::{NewCustomer, create};
use super::update::{Changes, update};
use super::{Sent, Whose, sql};
use crate::crm::Found;
use crate::error::{Error, Result};
use crate::ticket::load;
use crate::work::Work;

/// The name by which a fault would name what was found.
const FIELD: &str = "crm_sync_url";

/// Makes or changes the customers that were found for a ticket, by their external id. The first one, who is in contact, is
/// else the ticket's customer or a new one; it gets the ticket and its address. What is somebody else's is left with them.
///
/// Each one stands for itself: one that `create` or `update` refuses is left out and said in the log, the others are kept.
/// Errors: those of the store.
pub(crate) fn sync(work: &mut Work<'_, '_>, brand: BrandId, ticket: TicketId, found: &[Found]) -> Result<()> {
    for (n, found) in found.iter().enumerate() {
        let first = n == 0;
        if !first && found.external_id.is_empty() {
            continue;
        }
        match work.attempt(|work| take_over(work, brand, first.then_some(ticket), found)) {
            Err(Error::Fault(fault)) => {
                let code = fault.code().as_str();
                tracing::warn!(
                    ticket = ticket.0,
                    place = n + 1,
                    code,
                    "one who was looked up is not taken over"
                );
            }
            other => other?,
        }
    }
    Ok(())
}

fn take_over(work: &mut Work<'_, '_>, brand: BrandId, ticket: Option<TicketId>, found: &Found) -> Result<()> {
    let ticket = match ticket {
        Some(id) => Some(load::one(work.tx, work.actor, id)?),
        None => None,
    };
    let mut known = by_external(work, brand, &found.external_id)?;
    let owner = ticket.as_ref().map_or(CustomerId::NONE, |ticket| ticket.customer);
    if known.is_none() && !owner.is_none() && !has_external(work, owner)? {
        known = Some(owner);
    }
    let free = ticket.as_ref().filter(|ticket| ticket.customer.is_none());
    let contact = free.map(|ticket| Sent { field: FIELD, kind: None, text: ticket.contact.clone() });
    let external_id = Some(found.external_id.clone()).filter(|id| !id.is_empty()).map(|id| (FIELD, id));
    let further = found.addresses.iter().map(|(kind, text)| Sent {
        field: FIELD,
        kind: Some(*kind),
        text: text.clone(),
    });
    let id = match known {
        Some(id) => id,
        None => {
            let new = NewCustomer {
                brand: Some((FIELD, brand)),
                external_id: external_id.clone(),
                firstname: found.firstname.clone().unwrap_or_default(),
                lastname: found.lastname.clone().unwrap_or_default(),
                address: contact.clone(),
                fields: found.fields.clone(),
                ticket: free.map(|ticket| ticket.id),
                no_sync: false,
            };
            create(work, &new)?.0
        }
    };
    let whose = Whose::Id((FIELD, id));
    if known.is_some() {
        let changes = Changes {
            external_id,
            firstname: found.firstname.clone(),
            lastname: found.lastname.clone(),
            addresses: contact.into_iter().collect(),
            fields: found.fields.clone(),
            ticket: free.map(|ticket| ticket.id),
            no_sync: false,
        };
        update(work, &whose, &changes, |_| true)?;
    }
    for address in further {
        let changes = Changes { addresses: vec![address], ..Changes::default() };
        // One that is somebody else's, or none at all, is left out; nothing was written then.
        if let Err(Error::Store(error)) = update(work, &whose, &changes, |_| true) {
            return Err(error.into());
        }
    }
    Ok(())
}

fn by_external(work: &mut Work<'_, '_>, brand: BrandId, external: &str) -> Result<Option<CustomerId>> {
    if external.is_empty() {
        return Ok(None);
    }
    let params = [brand.0.into(), external.into()];
    Ok(work.tx.first(sql::BY_EXTERNAL, &params, |row| row.int(0))?.map(CustomerId))
}

fn has_external(work: &mut Work<'_, '_>, customer: CustomerId) -> Result<bool> {
    let found = work.tx.first(sql::EXTERNAL_OF, &[customer.0.into()], |row| Ok(row.opt_str(0)?.is_some()))?;
    Ok(found.unwrap_or(false))
}
