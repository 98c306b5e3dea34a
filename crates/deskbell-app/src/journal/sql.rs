//! SQL of the journal.

use std::fmt::Write;

use deskbell_db::Engine;

/// How many parameters of a row are its own.
const OWN: usize = 14;

/// Inserts `rows` events. $1 … $5 are what they share, then `OWN` parameters a row.
pub(super) fn insert(rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO journal (batch_id, initiated_by, actor, call, created_at, \
         ticket_id, brand_id, group_id, from_brand_id, from_group_id, item_type, before, after, salt, payload_hash, \
         last_update, closed_at, last_update_agent, last_update_customer) VALUES ",
    );
    for row in 0..rows {
        text.push_str(if row == 0 { "($1, $2, $3, $4, $5" } else { ", ($1, $2, $3, $4, $5" });
        for own in 0..OWN {
            let _ = write!(text, ", ${}", 6 + row * OWN + own);
        }
        text.push(')');
    }
    text
}

/// The column that says where an event `j` stands in the one order of all.
pub(crate) fn position(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "j.id",
        Engine::Postgres => "j.position",
    }
}

/// The newest events of a ticket up to an id that a timeline shows. Entries (notes, messages) stand there themselves.
pub(super) const NEWEST: &str = "SELECT id, item_type, before, after, initiated_by, created_at FROM journal \
     WHERE ticket_id = $1 AND id <= $2 AND item_type NOT IN ('note', 'message') ORDER BY id DESC LIMIT $3";

/// Takes the payload out of a ticket's events. That something left stays known: it has a value before, which is empty, and none after.
pub(super) const PURGE: &str = "UPDATE journal SET before = CASE WHEN after IS NULL AND before IS NOT NULL THEN '' END, \
     after = NULL, salt = NULL WHERE ticket_id = $1 AND salt IS NOT NULL";

/// The same of one event.
pub(super) const PURGE_ONE: &str = "UPDATE journal SET before = CASE WHEN after IS NULL AND before IS NOT NULL THEN '' END, \
     after = NULL, salt = NULL WHERE id = $1 AND salt IS NOT NULL";

/// The same for so many of them.
pub(super) fn purge_some(most: u64) -> String {
    format!(
        "{PURGE} AND id IN (SELECT id FROM journal WHERE ticket_id = $1 AND salt IS NOT NULL ORDER BY id LIMIT {most})"
    )
}

/// The last block of the chain.
pub(super) const LAST_BLOCK: &str =
    "SELECT id, last, events, hash, created_at FROM journal_seal ORDER BY id DESC LIMIT 1";
/// Blocks after one.
pub(super) const BLOCKS: &str =
    "SELECT id, last, events, hash, created_at FROM journal_seal WHERE id > $1 ORDER BY id LIMIT $2";
/// Adds a block, unless another one has its number.
pub(super) const ADD_BLOCK: &str = "INSERT INTO journal_seal (id, last, events, hash, created_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";

/// What is sealed of events, above a position up to another one, in their order. How many is a number in the text, for the
/// reason that `Statement::limit` gives.
pub(super) fn sealed(engine: Engine, limit: i64) -> String {
    let position = position(engine);
    format!(
        "SELECT {position}, j.id, j.ticket_id, j.brand_id, j.group_id, j.item_type, j.batch_id, j.initiated_by, j.actor, \
         j.call, j.created_at, j.last_update, j.closed_at, j.last_update_agent, j.last_update_customer, \
         j.from_brand_id, j.from_group_id, j.payload_hash \
         FROM journal j WHERE {position} > $1 AND {position} <= $2 ORDER BY {position} LIMIT {limit}"
    )
}
