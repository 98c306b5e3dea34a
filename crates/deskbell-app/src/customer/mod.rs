//! Customers: people of one brand, with their addresses and custom fields. One file a verb.
//!
//! A customer exists for whoever may see its brand; limits to groups hide tickets, not customers. Nothing about a
//! customer changes because of its tickets, so it cannot tell of tickets that are hidden.

pub mod add_channels;
mod address;
pub mod create;
pub mod delete;
mod field;
pub mod find;
pub mod get;
pub(crate) mod import;
mod link;
pub mod list;
mod load;
pub mod merge;
pub mod purge;
pub mod remove_channel;
mod row;
mod sql;
pub mod sync;
pub mod timeline;
pub mod update;
mod write;

use deskbell_core::{BrandId, CustomerId};
use deskbell_db::{Engine, Tx};
use sha2::{Digest, Sha256};

use crate::error::Result;

pub use address::Sent;
pub use field::{MOST_FIELDS, VALUE, is_field_name, names as field_names};
pub use row::{Address, Customer};

/// How many addresses a customer has at the most.
pub const MOST_ADDRESSES: i64 = 100;

/// A value and the field that sent it, by which a fault names it.
pub type Named<T> = (&'static str, T);

/// Which customer a call means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whose {
    /// By its id in the path: `not_found` if there is none.
    Path(CustomerId),
    /// By its id in the body: `unknown_reference` if there is none.
    Id(Named<CustomerId>),
    /// By the id that its owner gave it, in a brand; without a brand it must be the only one of that id.
    External {
        /// The brand.
        brand: Option<Named<BrandId>>,
        /// The external primary id.
        id: Named<String>,
    },
}

/// Makes writes that look for, or add, one address of one brand wait for each other, until the transaction ends: a
/// ticket and a customer made at the same moment find each other. On SQLite there is one writer anyway.
///
/// Several are locked in ascending order, before any row.
pub(crate) fn lock_address(tx: &mut Tx<'_>, brand: BrandId, canonical: &str) -> Result<()> {
    if tx.engine() == Engine::Sqlite {
        return Ok(());
    }
    let hash = Sha256::new().chain_update(brand.0.to_be_bytes()).chain_update(canonical).finalize();
    let mut key = [0u8; 8];
    key.copy_from_slice(&hash[..8]);
    tx.first(sql::LOCK_ADDRESS, &[i64::from_be_bytes(key).into()], |_| Ok(()))?;
    Ok(())
}
