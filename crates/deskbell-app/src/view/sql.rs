//! SQL of views.

/// The columns of a view, in the order that they are read.
const COLUMNS: &str = "v.id, v.title, v.primary_sorting, v.primary_descending, v.secondary_sorting, v.secondary_descending, \
     v.category_id, c.title, v.order_id, v.conditions, v.columns, v.created_at, v.last_update, v.version";

/// Views; conditions are appended, each with a leading AND.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} FROM view v, view_category c WHERE c.id = v.category_id")
}

/// In the order in which they are shown.
pub(super) const IN_ORDER: &str = " ORDER BY v.category_id, v.order_id, v.id";

/// How many there are.
pub(super) const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM view";
/// The view of a name.
pub(super) const BY_TITLE: &str = "SELECT id FROM view WHERE title_key = $1";
/// A new view; no row if the name is taken.
pub(super) const INSERT: &str = "INSERT INTO view (title, title_key, primary_sorting, primary_descending, secondary_sorting, \
     secondary_descending, category_id, order_id, conditions, columns, created_at, last_update, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1) ON CONFLICT (title_key) DO NOTHING RETURNING id";
/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE view SET title = $1, title_key = $2, primary_sorting = $3, primary_descending = $4, \
     secondary_sorting = $5, secondary_descending = $6, category_id = $7, order_id = $8, conditions = $9, columns = $10, \
     last_update = $11, version = $12 WHERE id = $13";
/// Removes one.
pub(super) const DELETE: &str = "DELETE FROM view WHERE id = $1";

/// All categories.
pub(super) const CATEGORIES: &str = "SELECT id, title FROM view_category ORDER BY id";
/// Whether a category is there.
pub(super) const CATEGORY: &str = "SELECT id FROM view_category WHERE id = $1";
/// The category of a name.
pub(super) const CATEGORY_BY_TITLE: &str = "SELECT id FROM view_category WHERE title_key = $1";
/// A new category; no row if the name is taken.
pub(super) const INSERT_CATEGORY: &str = "INSERT INTO view_category (title, title_key) VALUES ($1, $2) \
     ON CONFLICT (title_key) DO NOTHING RETURNING id";

/// The groups of a user.
pub(super) const GROUPS_OF: &str = "SELECT group_id FROM group_member WHERE user_id = $1 ORDER BY group_id";
