//! SQL of notifications.

use std::fmt::Write;

use deskbell_db::Engine;

/// Those of the users who are active; the condition on their ids is appended.
pub(super) const ACTIVE: &str = "SELECT id FROM desk_user WHERE active = 1 AND id <> 0 AND ";

/// How many parameters of a row are its own.
const OWN: usize = 4;

/// Inserts `rows` notifications. $1 … $3 are what they share, then `OWN` parameters a row.
pub(super) fn insert(rows: usize) -> String {
    let mut text = String::from(
        "INSERT INTO notification (initiated_by, batch_id, created_at, user_id, ticket_id, kind, message_id) VALUES ",
    );
    for row in 0..rows {
        text.push_str(if row == 0 { "($1, $2, $3" } else { ", ($1, $2, $3" });
        for own in 0..OWN {
            let _ = write!(text, ", ${}", 4 + row * OWN + own);
        }
        text.push(')');
    }
    text
}

/// Those of a ticket that a batch made.
pub(super) const TAKE_BACK: &str = "DELETE FROM notification WHERE ticket_id = $1 AND batch_id = $2";

/// Notifications with the titles of their tickets; conditions are appended.
pub(super) const SELECT: &str = "SELECT n.id, n.user_id, n.kind, n.ticket_id, t.title, n.message_id, n.initiated_by, \
     n.created_at, n.read_at FROM notification n JOIN ticket t ON t.id = n.ticket_id WHERE ";

/// Ids of those of a user, who is appended; all of them, or those that are not read. SQLite is told the index.
pub(super) fn of_user(engine: Engine, unread: bool) -> &'static str {
    match (engine, unread) {
        (Engine::Sqlite, false) => {
            "SELECT n.id FROM notification n INDEXED BY notification_by_user WHERE n.user_id = "
        }
        (Engine::Sqlite, true) => {
            "SELECT n.id FROM notification n INDEXED BY notification_unread WHERE n.read_at IS NULL AND n.user_id = "
        }
        (Engine::Postgres, false) => "SELECT n.id FROM notification n WHERE n.user_id = ",
        (Engine::Postgres, true) => {
            "SELECT n.id FROM notification n WHERE n.read_at IS NULL AND n.user_id = "
        }
    }
}
/// Only those whose ticket meets conditions, which are appended with a closing bracket.
pub(super) const OF_TICKET: &str = " AND EXISTS (SELECT 1 FROM ticket t WHERE t.id = n.ticket_id AND ";
/// The ticket and its title, of notifications whose ids and conditions on the ticket are appended.
pub(super) const TITLES: &str =
    "SELECT n.id, t.id, t.title FROM notification n JOIN ticket t ON t.id = n.ticket_id WHERE ";
/// Newest first.
pub(super) const NEWEST_FIRST: &str = " ORDER BY n.id DESC";
/// Counts what a statement finds.
pub(super) fn count_of(statement: &str) -> String {
    format!("SELECT COUNT(*) FROM ({statement}) AS found")
}

/// Marks those of a user as read that are not; the condition on their ids is appended.
pub(super) const MARK: &str =
    "UPDATE notification SET read_at = $1 WHERE read_at IS NULL AND user_id = $2 AND ";

/// When the oldest was made: ids are given in the order of time.
pub(super) const OLDEST: &str = "SELECT created_at FROM notification ORDER BY id LIMIT 1";
/// Takes some of the oldest away that were made before a time.
pub(super) const FORGET: &str = "DELETE FROM notification WHERE created_at < $1 \
     AND id IN (SELECT id FROM notification ORDER BY id LIMIT 500)";
/// Removes those of a ticket.
pub(super) const ERASE: &str = "DELETE FROM notification WHERE ticket_id = $1";
