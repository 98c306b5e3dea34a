//! SQL of forms and of what tickets have in their fields.

/// The columns of a form, in the order that they are read.
pub(super) const COLUMNS: &str = "f.id, f.title, f.all_brands, f.created_at, f.last_update, f.version";

/// Forms; conditions are appended.
pub(super) const FROM: &str = "FROM form f WHERE ";

/// One or more forms; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} {FROM}")
}

/// Ids of forms; conditions are appended.
pub(super) const IDS: &str = "SELECT f.id FROM form f WHERE ";

/// A form for every brand, or for a brand that meets a condition, which is appended with two closing brackets.
pub(super) const FOR_ALL: &str =
    "(f.all_brands = 1 OR EXISTS (SELECT 1 FROM form_brand fb WHERE fb.form_id = f.id AND ";

/// The brands of forms; the condition on the form is appended.
pub(super) const BRANDS: &str = "SELECT form_id, brand_id FROM form_brand WHERE ";

/// A new form.
pub(super) const INSERT: &str = "INSERT INTO form (title, title_key, all_brands, created_at, last_update, version) \
     VALUES ($1, $2, $3, $4, $5, 1) RETURNING id";
/// All that the form's own row holds.
pub(super) const UPDATE: &str = "UPDATE form SET title = $2, title_key = $3, all_brands = $4, last_update = $5, \
     version = $6 WHERE id = $1";
/// Is for a brand from now on.
pub(super) const ADD_BRAND: &str =
    "INSERT INTO form_brand (form_id, brand_id) VALUES ($1, $2) ON CONFLICT (form_id, brand_id) DO NOTHING";
/// Is for it no more.
pub(super) const REMOVE_BRAND: &str = "DELETE FROM form_brand WHERE form_id = $1 AND brand_id = $2";
/// Removes a form with its fields and its list of brands.
pub(super) const DELETE: &str = "DELETE FROM form WHERE id = $1";

/// Some of the tickets that have a form, those in the trash included.
pub(super) const TICKETS: &str = "SELECT id FROM ticket WHERE form_id = $1 AND form_id <> 0 LIMIT $2";
/// Takes the form off tickets that no journal speaks of any more; the condition on their ids is appended.
pub(super) const TAKE_OFF_QUIETLY: &str = "UPDATE ticket SET form_id = NULL WHERE form_id = $1 AND ";
/// … of them only those in the trash.
pub(super) const AND_IN_TRASH: &str = " AND deleted_at IS NOT NULL";

/// Whom forms are for.
pub(super) const PLACE: &str = "SELECT f.all_brands FROM form f WHERE f.id = $1";
/// PostgreSQL: keeps the form from being changed or deleted while a ticket gets it.
pub(super) const KEEP: &str = " FOR SHARE";

/// What forms ask for: fields that are needed for some status; the condition on the form is appended.
pub(super) const RULES: &str = "SELECT form_id, id, title, required FROM form_field WHERE required <> 0 AND ";
/// The order of a form's fields.
pub(super) const RULES_ORDER: &str = " ORDER BY form_id, COALESCE(field_order, 9007199254740991), id";
/// Which of the fields that are needed for some statuses ($1: their bits) tickets have something in; the condition on the ticket
/// is appended. The values come first in a join that SQLite does not turn around.
pub(super) const FILLED: &str = "SELECT v.ticket_id, v.field_id FROM form_value v CROSS JOIN form_field ff \
     WHERE ff.id = v.field_id AND (ff.required & $1) <> 0 AND ";

/// What a ticket has in some fields; the condition on the field is appended.
pub(super) const VALUES: &str = "SELECT field_id, value FROM form_value WHERE ticket_id = ";
/// Puts a value in.
pub(super) const PUT: &str = "INSERT INTO form_value (ticket_id, field_id, value) VALUES ($1, $2, $3) \
     ON CONFLICT (ticket_id, field_id) DO UPDATE SET value = excluded.value";
/// Takes a value out.
pub(super) const TAKE: &str = "DELETE FROM form_value WHERE ticket_id = $1 AND field_id = $2";
/// Which of some fields are there; the condition on the id is appended.
pub(super) const FIELDS_THERE: &str = "SELECT id FROM form_field WHERE ";
/// Takes all of a ticket.
pub(super) const FORGET_VALUES: &str = "DELETE FROM form_value WHERE ticket_id = $1";
