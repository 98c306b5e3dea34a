//! SQL of fields of forms.

/// The columns of a field, in the order that they are read.
pub(super) const COLUMNS: &str = "ff.id, ff.form_id, ff.title, ff.input_type, ff.field_order, ff.required, \
     ff.external_code, ff.options, ff.created_at, ff.last_update, ff.version";

/// Fields of forms that meet a condition, which is appended with a closing bracket; conditions on the field may follow.
pub(super) const FROM: &str = "FROM form_field ff WHERE ff.form_id IN (SELECT f.id FROM form f WHERE ";

/// One or more fields; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} {FROM}")
}

/// The fields of a form, in their order.
pub(super) fn of_form() -> String {
    format!(
        "SELECT {COLUMNS} FROM form_field ff WHERE ff.form_id = $1 \
         ORDER BY COALESCE(ff.field_order, 9007199254740991), ff.id"
    )
}

/// How many fields a form has.
pub(super) const COUNT: &str = "SELECT COUNT(*) FROM form_field WHERE form_id = $1";

/// A new field.
pub(super) const INSERT: &str = "INSERT INTO form_field (form_id, title, title_key, input_type, field_order, required, \
     external_code, options, created_at, last_update, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 1) \
     RETURNING id";
/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE form_field SET form_id = $1, title = $2, title_key = $3, input_type = $4, \
     field_order = $5, required = $6, external_code = $7, options = $8, last_update = $9, version = $10 WHERE id = $11";
/// Removes a field.
pub(super) const DELETE: &str = "DELETE FROM form_field WHERE id = $1";
