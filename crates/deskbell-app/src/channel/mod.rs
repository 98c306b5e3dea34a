//! Channels: the ways by which tickets and messages come and go.

mod sql;

use deskbell_core::Timestamp;
use deskbell_db::Tx;

use crate::error::Result;

/// The built-in channels: number, name, icon.
pub const BUILT_IN: [(i64, &str, &str); 8] = [
    (1, "e-mail", "mail"),
    (2, "telephone", "phone"),
    (3, "web form", "form"),
    (4, "API", "code"),
    (5, "postal mail", "letter"),
    (6, "fax", "fax"),
    (7, "referral", "share"),
    (8, "live chat", "chat"),
];

/// Makes the built-in channels, on the first start.
pub(crate) fn insert_built_in(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    for (id, name, icon) in BUILT_IN {
        tx.exec(sql::INSERT_BUILT_IN, &[id.into(), name.into(), icon.into(), now.0.into(), now.0.into()])?;
    }
    Ok(())
}
