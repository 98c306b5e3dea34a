//! SQL of the journal.

use std::fmt::Write;

/// Inserts `rows` events. $1 … $5 are what they share, then eight parameters a row.
pub(super) fn insert(rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO journal (batch_id, initiated_by, actor, call, created_at, \
         ticket_id, brand_id, group_id, item_type, before, after, salt, payload_hash) VALUES ",
    );
    for row in 0..rows {
        let p = 6 + row * 8;
        let comma = if row == 0 { "" } else { ", " };
        let _ = write!(
            text,
            "{comma}($1, $2, $3, $4, $5, ${}, ${}, ${}, ${}, ${}, ${}, ${}, ${})",
            p,
            p + 1,
            p + 2,
            p + 3,
            p + 4,
            p + 5,
            p + 6,
            p + 7
        );
    }
    text
}

/// The newest events of a ticket that a timeline shows. Entries (notes, messages) stand there themselves.
pub(super) const NEWEST: &str = "SELECT id, item_type, before, after, initiated_by, created_at FROM journal \
     WHERE ticket_id = $1 AND item_type NOT IN ('note', 'message') ORDER BY id DESC LIMIT $2";

/// Takes the payload out of a ticket's events.
pub(super) const PURGE: &str =
    "UPDATE journal SET before = NULL, after = NULL, salt = NULL WHERE ticket_id = $1 AND salt IS NOT NULL";
