//! SQL of groups.

use deskbell_db::Engine;

/// The group that a new desk begins with: it serves all brands.
pub(super) const INSERT_FIRST: &str = "INSERT INTO desk_group (name, name_key, permissions, all_brands, created_at, \
     last_update, version) VALUES ('Support', 'support', '', 1, $1, $2, 1)";

/// The columns of a group, in the order that they are read.
pub(super) const COLUMNS: &str = "id, name, permissions, all_brands, created_at, last_update, version";

/// Groups; 0 is "no group" and no item. Conditions are appended.
pub(super) const FROM: &str = "FROM desk_group WHERE id <> 0 AND ";

/// One or more groups; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} {FROM}")
}

/// The brands of groups; the condition on the group is appended.
pub(super) const BRANDS: &str = "SELECT group_id, brand_id FROM group_brand WHERE ";
/// The members of groups; the condition on the group is appended.
pub(super) const MEMBERS: &str = "SELECT group_id, user_id FROM group_member WHERE ";

/// A new group; no row if the name is taken.
pub(super) const INSERT: &str = "INSERT INTO desk_group (name, name_key, permissions, all_brands, created_at, \
     last_update, version) VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (name_key) DO NOTHING RETURNING id";

/// The group of this name.
pub(super) const BY_NAME: &str = "SELECT id FROM desk_group WHERE name_key = $1 AND id <> 0";

/// All that the group's own row holds.
pub(super) const UPDATE: &str = "UPDATE desk_group SET name = $2, name_key = $3, permissions = $4, all_brands = $5, \
     last_update = $6, version = $7 WHERE id = $1";

/// One more change of a group, made from the other side.
pub(super) const STEP: &str = "UPDATE desk_group SET version = version + 1, last_update = $2 WHERE id = $1";
/// One more change of a user, made from this side.
pub(super) const STEP_USER: &str =
    "UPDATE desk_user SET version = version + 1, last_update = $2 WHERE id = $1";

/// Serves a brand from now on.
pub(super) const ADD_BRAND: &str = "INSERT INTO group_brand (group_id, brand_id) VALUES ($1, $2) ON CONFLICT (group_id, brand_id) DO NOTHING";
/// Serves it no more.
pub(super) const REMOVE_BRAND: &str = "DELETE FROM group_brand WHERE group_id = $1 AND brand_id = $2";
/// Has a member from now on.
pub(super) const ADD_MEMBER: &str =
    "INSERT INTO group_member (group_id, user_id) VALUES ($1, $2) ON CONFLICT (group_id, user_id) DO NOTHING";
/// Has it no more.
pub(super) const REMOVE_MEMBER: &str = "DELETE FROM group_member WHERE group_id = $1 AND user_id = $2";

/// How many tickets outside the trash a group has in each brand, from the kept counters.
pub(super) const TICKETS_BY_BRAND: &str = "SELECT brand_id, CAST(SUM(n) AS BIGINT) FROM ticket_count_small \
     WHERE group_id = $1 GROUP BY brand_id HAVING SUM(n) > 0";
/// The same in the trash, which is small.
pub(super) fn trash_by_brand(engine: Engine) -> String {
    let by = if engine == Engine::Sqlite { "INDEXED BY ticket_in_trash" } else { "" };
    format!(
        "SELECT brand_id, COUNT(*) FROM ticket {by} WHERE deleted_at IS NOT NULL AND group_id = $1 GROUP BY brand_id"
    )
}

/// Some of a group's tickets, those in the trash included.
pub(super) const TICKETS: &str = "SELECT id FROM ticket WHERE group_id = $1 LIMIT $2";
/// Moves tickets that no journal speaks of any more; the condition on their ids is appended.
pub(super) const MOVE_QUIETLY: &str = "UPDATE ticket SET group_id = $1 WHERE group_id = $2 AND ";
/// … of them only those in the trash.
pub(super) const AND_IN_TRASH: &str = " AND deleted_at IS NOT NULL";

/// The members of a group are changed by its end.
pub(super) const STEP_MEMBERS: &str = "UPDATE desk_user SET version = version + 1, last_update = $2 \
     WHERE id IN (SELECT user_id FROM group_member WHERE group_id = $1)";
/// Removes a group; its lists of brands and members go with it.
pub(super) const DELETE: &str = "DELETE FROM desk_group WHERE id = $1 AND id <> 0";
