//! Giving addresses to customers: one address, one customer of a brand.
//!
//! A telephone text that is no number (a national one in a brand without a country, a short code) is kept as it was
//! sent. It names nobody: it links no ticket, and several customers may have it.

use deskbell_core::address::{self, Kind};
use deskbell_core::{BrandId, Code, CustomerId, Fault};
use deskbell_db::Tx;

use super::row::{Address, Customer};
use super::{MOST_ADDRESSES, lock_address, sql};
use crate::error::Result;

/// An address as a call sent it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// The field that sent it.
    pub field: &'static str,
    /// Its kind; `None` = to be told from the text.
    pub kind: Option<Kind>,
    /// The text.
    pub text: String,
}

/// An address that was read in a brand's country.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) field: &'static str,
    pub(super) kind: Kind,
    /// `None` for a text that names nobody.
    pub(super) canonical: Option<String>,
    text: String,
}

impl Claim {
    /// Errors: `invalid_parameter` if the text is no address of its kind.
    pub(super) fn read(sent: &Sent, country: &str) -> Result<Self> {
        let (kind, canonical) = match sent.kind {
            Some(kind) => (kind, address::canonical_of(kind, &sent.text, country)),
            None => match address::canonical(&sent.text, country) {
                Some((kind, form)) => (kind, Some(form)),
                None => (Kind::Telephone, None),
            },
        };
        let kept = kind == Kind::Telephone && sent.kind.is_some() && !sent.text.trim().is_empty();
        if canonical.is_none() && !kept {
            let what = match sent.kind {
                Some(Kind::Email) => "an e-mail address, such as name@shop.example",
                Some(Kind::Facebook | Kind::Twitter) => "a name without blanks",
                Some(Kind::Telephone) => "a telephone number",
                None => "an e-mail address or a telephone number; channel_id says which kind another text is",
            };
            let message = format!("{} must be {what}.", sent.field);
            return Err(Fault::of(sent.field, Code::InvalidParameter, message).into());
        }
        Ok(Self { field: sent.field, kind, canonical, text: sent.text.trim().to_owned() })
    }

    /// As the row of a customer keeps it.
    pub(super) fn address_of(&self, customer: CustomerId) -> Address {
        match &self.canonical {
            Some(form) => Address { kind: self.kind, address: self.text.clone(), canonical: form.clone() },
            None => unread(self.kind, &self.text, customer),
        }
    }
}

/// A text that names nobody, as an address of a customer.
pub(super) fn unread(kind: Kind, text: &str, customer: CustomerId) -> Address {
    let canonical = format!("?{customer}:{}", text.trim().to_lowercase());
    Address { kind, canonical, address: text.trim().to_owned() }
}

/// Locks the addresses of a brand in one order, so that two writers cannot wait for each other.
pub(super) fn lock<'f>(tx: &mut Tx<'_>, brand: BrandId, forms: impl Iterator<Item = &'f str>) -> Result<()> {
    let mut forms: Vec<&str> = forms.filter(|form| !form.starts_with('?')).collect();
    forms.sort_unstable();
    forms.dedup();
    forms.into_iter().try_for_each(|form| lock_address(tx, brand, form))
}

/// Gives the address to the customer, if nobody has it. Whether it is new to the customer.
///
/// Errors: `conflict` if another customer has it, or there are too many.
pub(super) fn give(tx: &mut Tx<'_>, customer: &mut Customer, claim: &Claim) -> Result<bool> {
    let address = claim.address_of(customer.id);
    if customer.addresses.iter().any(|a| (a.kind, &a.canonical) == (address.kind, &address.canonical)) {
        return Ok(false);
    }
    if customer.addresses.len() as i64 >= MOST_ADDRESSES {
        let message = format!("A customer has at most {MOST_ADDRESSES} addresses.");
        return Err(Fault::of(claim.field, Code::Conflict, message).into());
    }
    if let Some(owner) = insert(tx, customer, &address)? {
        let message = format!("{} belongs to customer {owner} of the brand.", address.address);
        return Err(Fault::of(claim.field, Code::Conflict, message).into());
    }
    customer.addresses.push(address);
    customer.addresses.sort_by(|a, b| (a.kind, &a.canonical).cmp(&(b.kind, &b.canonical)));
    Ok(true)
}

/// Writes the address, or says whose it is.
pub(super) fn insert(tx: &mut Tx<'_>, customer: &Customer, address: &Address) -> Result<Option<CustomerId>> {
    let (brand, kind, form) = (customer.brand.0, address.kind.rank(), address.canonical.as_str());
    let params =
        [brand.into(), kind.into(), form.into(), customer.id.0.into(), address.address.as_str().into()];
    if tx.exec(sql::INSERT_ADDRESS, &params)? > 0 {
        return Ok(None);
    }
    let owner = tx.first(sql::ADDRESS_OWNER, &params[..3], |row| row.int(0))?;
    Ok(Some(CustomerId(owner.unwrap_or_default())))
}
