//! Customers: people of one brand, with their addresses.

mod sql;

use deskbell_core::BrandId;
use deskbell_db::{Engine, Tx};
use sha2::{Digest, Sha256};

use crate::error::Result;

/// Makes writes that look for, or add, one address of one brand wait for each other, until the transaction ends: a
/// ticket and a customer made at the same moment find each other. On SQLite there is one writer anyway.
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
