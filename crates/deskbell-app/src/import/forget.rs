//! What stays known of a record whose ticket was erased: that it was in, under a hash of its id, so that the same file brings
//! nothing back.

use deskbell_db::Tx;
use sha2::{Digest, Sha256};

use super::sql;
use crate::error::Result;

/// Forgets the id of the record that became a ticket, and which ticket that was; nothing if it was not imported.
pub(crate) fn forget(tx: &mut Tx<'_>, source: &str, record: &str) -> Result<()> {
    if !record.is_empty() {
        tx.exec(sql::FORGET, &[source.into(), record.into(), mark(source, record).into()])?;
    }
    Ok(())
}

/// Under what such a record stands.
pub(super) fn mark(source: &str, record: &str) -> String {
    let mut hash = Sha256::new();
    for part in ["import record", source, record] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut mark = String::from("erased:");
    hash.finalize().iter().for_each(|byte| mark.push_str(&format!("{byte:02x}")));
    mark
}
