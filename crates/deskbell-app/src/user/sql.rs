//! SQL of users.

/// The columns of a user, in the order that they are read.
pub(super) const COLUMNS: &str = "id, name, firstname, lastname, email, telephone, language, date_format, admin, active, \
     created_at, last_update, version";

/// Users; 0 is "nobody" and no item. Conditions are appended.
pub(super) const FROM: &str = "FROM desk_user WHERE id <> 0 AND ";

/// One or more users; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} {FROM}")
}

/// Ids of users; conditions are appended.
pub(super) const IDS: &str = "SELECT id FROM desk_user WHERE id <> 0 AND ";

/// Only members of groups; the condition on the group and a closing bracket are appended.
pub(super) const MEMBER_OF: &str = "id IN (SELECT user_id FROM group_member WHERE ";

/// The one of a login; the login is appended.
pub(super) const AND_LOGIN: &str = " AND login = ";

/// Only those who have not been deactivated.
pub(super) const AND_ACTIVE: &str = " AND active = 1";

/// The groups of users; the condition on the user is appended.
pub(super) const GROUPS: &str = "SELECT user_id, group_id FROM group_member WHERE ";

/// A new user; no row if the login is taken.
pub(super) const INSERT: &str = "INSERT INTO desk_user (name, login, search_key, firstname, lastname, email, telephone, \
     language, date_format, admin, active, password_hash, created_at, last_update, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, 1) ON CONFLICT (login) DO NOTHING RETURNING id";

/// All that can be changed.
pub(super) const UPDATE: &str = "UPDATE desk_user SET name = $2, login = $3, search_key = $4, firstname = $5, \
     lastname = $6, email = $7, telephone = $8, language = $9, date_format = $10, active = $11, last_update = $12, \
     version = $13 WHERE id = $1";

/// A new password.
pub(super) const SET_PASSWORD: &str =
    "UPDATE desk_user SET password_hash = $2, last_update = $3, version = $4 WHERE id = $1";

/// Some unfinished tickets of a user, those in the trash included. Statuses 1 to 4 are the unfinished ones.
pub(super) const UNFINISHED: &str = "SELECT id FROM ticket WHERE user_id = $1 AND user_id <> 0 \
     AND status IN (1, 2, 3, 4) AND merged_into = 0 ORDER BY id LIMIT $2";
/// Takes a user off tickets in the trash; the condition on their ids is appended.
pub(super) const UNASSIGN_IN_TRASH: &str =
    "UPDATE ticket SET user_id = 0 WHERE deleted_at IS NOT NULL AND user_id = $1 AND ";
