//! SQL of customers, their addresses and the names of their fields.

use deskbell_db::Engine;

use super::row::Customer;

/// PostgreSQL: one writer at a time for an address.
pub(super) const LOCK_ADDRESS: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock($1)) AS locked";

/// Customers with the names of their brands; conditions are appended.
pub(super) fn select_customers() -> String {
    format!("SELECT {} FROM customer c JOIN brand b ON b.id = c.brand_id WHERE ", Customer::COLUMNS)
}

/// PostgreSQL: nobody else changes the row, or deletes it, until the transaction ends.
pub(super) const FOR_UPDATE: &str = " FOR UPDATE OF c";

/// Ids of customers; conditions are appended.
pub(super) const SELECT_IDS: &str = "SELECT c.id FROM customer c WHERE ";

/// Counts what a statement finds, up to its limit.
pub(super) fn count_of(statement: &str) -> String {
    format!("SELECT COUNT(*) FROM ({statement}) AS found")
}

/// Customers with an address; brands, then kind and canonical form, are appended.
pub(super) const WITH_ADDRESS: &str = "c.id IN (SELECT a.customer_id FROM customer_address a WHERE a.brand_id IN (SELECT id FROM brand) AND a.kind = ";

/// The addresses of customers, in order of kind; a condition over `customer_id` is appended.
pub(super) const ADDRESSES: &str =
    "SELECT a.customer_id, a.kind, a.canonical, a.address FROM customer_address a WHERE ";
/// Their order.
pub(super) const ADDRESS_ORDER: &str = " ORDER BY a.customer_id, a.kind, a.canonical";

/// The ids of all brands.
pub(super) const ALL_BRANDS: &str = "SELECT id FROM brand";

/// The lowest brand that a condition over `id` admits.
pub(super) const LOWEST_BRAND: &str = "SELECT MIN(id) FROM brand WHERE ";

/// A new customer; no row if its external id is taken.
pub(super) const INSERT: &str = "INSERT INTO customer (brand_id, external_primary_id, firstname, lastname, \
     custom_fields, search_key, created_at, last_update, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1) \
     ON CONFLICT (brand_id, external_primary_id) DO NOTHING RETURNING id";

/// All that can change of a customer.
pub(super) const UPDATE: &str = "UPDATE customer SET external_primary_id = $2, firstname = $3, lastname = $4, \
     custom_fields = $5, search_key = $6, last_update = $7, version = $8 WHERE id = $1";

/// Takes a customer away; its addresses go with it.
pub(super) const DELETE: &str = "DELETE FROM customer WHERE id = $1";

/// Gives an address to a customer, unless somebody of the brand has it.
pub(super) const INSERT_ADDRESS: &str = "INSERT INTO customer_address (brand_id, kind, canonical, customer_id, \
     address) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (brand_id, kind, canonical) DO NOTHING";
/// Who has it.
pub(super) const ADDRESS_OWNER: &str =
    "SELECT customer_id FROM customer_address WHERE brand_id = $1 AND kind = $2 AND canonical = $3";
/// Takes it from a customer.
pub(super) const DELETE_ADDRESS: &str = "DELETE FROM customer_address WHERE brand_id = $1 AND kind = $2 \
     AND canonical = $3 AND customer_id = $4";

/// The names that custom fields have had.
pub(super) const FIELD_NAMES: &str = "SELECT name FROM customer_field ORDER BY name";
/// How many there are.
pub(super) const COUNT_FIELDS: &str = "SELECT COUNT(*) FROM customer_field";
/// One more; no row changes if it is known.
pub(super) const INSERT_FIELD: &str =
    "INSERT INTO customer_field (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
/// Whether it is known.
pub(super) const FIELD: &str = "SELECT 1 FROM customer_field WHERE name = $1";

/// A customer of a brand by the id that its owner gave it.
pub(super) const BY_EXTERNAL: &str =
    "SELECT id FROM customer WHERE brand_id = $1 AND external_primary_id = $2";

/// The external id of a customer.
pub(super) const EXTERNAL_OF: &str = "SELECT external_primary_id FROM customer WHERE id = $1";

/// Tickets of a brand by contact address that have no customer and take changes, above an id; a condition over what
/// the caller may see is appended. The partial index is usable only where its condition is stated.
pub(super) const UNLINKED: &str = "SELECT t.id FROM ticket t WHERE t.contact = $1 AND t.contact <> '' \
     AND t.brand_id = $2 AND t.customer_id = 0 AND t.merged_into = 0 AND t.id > $3 AND ";
/// How far.
pub(super) const UNLINKED_LIMIT: &str = " ORDER BY t.id LIMIT ";

/// Tickets of a customer that take changes, above an id.
pub(super) const LINKED: &str = "SELECT t.id FROM ticket t WHERE t.customer_id = $1 AND t.customer_id <> 0 \
     AND t.id > $2 AND t.deleted_at IS NULL AND t.merged_into = 0 ORDER BY t.id LIMIT $3";

/// The tickets of a customer that take no changes, being merged or in the trash: unlinked without a trace, since
/// nothing may point at who is gone.
pub(super) const UNLINK_SILENTLY: &str = "UPDATE ticket SET customer_id = 0 WHERE customer_id = $1 \
     AND customer_id <> 0 AND (deleted_at IS NOT NULL OR merged_into <> 0)";

/// The same tickets go to another customer.
pub(super) const MOVE_SILENTLY: &str = "UPDATE ticket SET customer_id = $2 WHERE customer_id = $1 \
     AND customer_id <> 0 AND (deleted_at IS NOT NULL OR merged_into <> 0)";

/// All tickets of a customer, in whatever state, some at a time.
pub(super) const TICKETS_OF: &str =
    "SELECT t.id FROM ticket t WHERE t.customer_id = $1 AND t.customer_id <> 0 ORDER BY t.id LIMIT $2";
/// All tickets of a brand by contact address that have no customer, in whatever state.
pub(super) const TICKETS_FROM: &str = "SELECT t.id FROM ticket t WHERE t.contact = $1 AND t.contact <> '' \
     AND t.brand_id = $2 AND t.customer_id = 0 ORDER BY t.id LIMIT $3";

/// How many entries each ticket of a customer has, and the time of the newest: what that is, is appended.
pub(super) const TIMELINES: &str = "SELECT t.id, t.messages, ";
/// Goes on with the customer, for which the id and conditions are appended. SQLite is told the index.
pub(super) fn of_customer(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            " FROM ticket t INDEXED BY ticket_by_customer WHERE t.messages > 0 AND t.customer_id <> 0 AND t.customer_id = "
        }
        Engine::Postgres => " FROM ticket t WHERE t.messages > 0 AND t.customer_id <> 0 AND t.customer_id = ",
    }
}
/// Newest ticket first.
pub(super) const NEWEST_TICKET: &str = " ORDER BY t.id DESC";
