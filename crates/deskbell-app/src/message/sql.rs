//! SQL of messages and notes.

/// A new message or note.
pub(super) const INSERT: &str = "INSERT INTO message (ticket_id, kind, channel_id, direction, from_address, from_name, \
     to_address, to_name, user_id, user_name, content, meta_data, external_id, pinned, first_segment, segments, created_at, \
     cc, bcc, format, shown, plain, status_new, in_queue, send_at, responds_to, files) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', $12, 0, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24, $25) RETURNING id";

/// What is shown of messages `m` with their channels `c`; the parameter of this place is the number of the present rules for HTML.
fn shown(rules: usize) -> String {
    format!(
        "SELECT m.id, m.kind, m.channel_id, m.direction, m.from_address, m.from_name, m.to_address, m.to_name, m.user_id, \
         m.user_name, CASE WHEN m.format = ${rules} THEN m.shown ELSE m.content END, m.meta_data, m.external_id, m.status_new, \
         m.pinned, m.in_queue, m.created_at, c.name, c.icon, m.format, m.files"
    )
}

/// The newest of a ticket.
pub(super) fn newest() -> String {
    format!(
        "{} FROM message m LEFT JOIN channel c ON c.id = m.channel_id \
         WHERE m.ticket_id = $1 ORDER BY m.created_at DESC, m.id DESC LIMIT $2",
        shown(3)
    )
}

/// One, whichever ticket it stands in; $2 is its id again.
pub(super) fn one() -> String {
    format!("{} FROM message m LEFT JOIN channel c ON c.id = m.channel_id WHERE m.id = $1", shown(2))
}

/// One of a ticket, with the rest of it.
pub(super) fn whole() -> String {
    format!(
        "{}, m.cc, m.bcc, m.responds_to, COALESCE(m.plain, m.content), m.send_at \
         FROM message m LEFT JOIN channel c ON c.id = m.channel_id WHERE m.ticket_id = $1 AND m.id = $2",
        shown(3)
    )
}

/// Several, with their tickets, for the rules of $1; the condition on their ids is appended.
pub(super) fn some() -> String {
    format!("{} FROM message m LEFT JOIN channel c ON c.id = m.channel_id WHERE ", shown(1))
}

/// The places of the newest of a ticket, whose id is appended, then conditions, `NEWEST_FIRST`, a limit and a closing bracket.
pub(super) const PLACES: &str = "SELECT created_at, id, ticket_id FROM (SELECT m.created_at, m.id, m.ticket_id FROM message m WHERE m.ticket_id = ";
/// The order of a timeline, backwards.
pub(super) const NEWEST_FIRST: &str = " ORDER BY m.created_at DESC, m.id DESC";
/// The time of the newest of a ticket `t`; conditions, `NEWEST_FIRST`, a limit and a closing bracket are appended.
pub(super) const NEWEST_AT: &str = "(SELECT m.created_at FROM message m WHERE m.ticket_id = t.id";
/// Messages without notes.
pub(super) const NO_NOTES: &str = " AND m.kind = 1";
/// Messages of tickets, which are appended, without notes; counted up to a limit.
pub(super) const MESSAGES_OF: &str = "SELECT 1 FROM message m WHERE m.kind = 1 AND ";
/// Counts what a statement finds.
pub(super) fn count_of(statement: &str) -> String {
    format!("SELECT COUNT(*) FROM ({statement}) AS found")
}

/// The ticket of a message.
pub(super) const TICKET_OF: &str = "SELECT ticket_id FROM message WHERE id = $1";
/// Whether a ticket has a message.
pub(super) const IN_TICKET: &str = "SELECT 1 FROM message WHERE id = $1 AND ticket_id = $2";
/// The names of a user.
pub(super) const USER_NAME: &str = "SELECT firstname, lastname, name FROM desk_user WHERE id = $1";
/// The addresses of a customer of a kind, and the customer's names.
pub(super) const CUSTOMER_ADDRESSES: &str = "SELECT a.canonical, a.address, c.firstname, c.lastname \
     FROM customer_address a JOIN customer c ON c.id = a.customer_id \
     WHERE a.customer_id = $1 AND a.kind = $2 ORDER BY a.canonical";
/// Name and icon of a channel.
pub(super) const CHANNEL_NAME: &str = "SELECT name, icon FROM channel WHERE id = $1";

/// Whether the time of any message has come.
pub(super) const ANY_DUE: &str = "SELECT 1 FROM message WHERE send_at <= $1 LIMIT 1";
/// Messages whose time has come and whose ticket is not in the trash, the earliest first.
pub(super) const DUE: &str = "SELECT m.id, m.ticket_id FROM message m JOIN ticket t ON t.id = m.ticket_id \
     WHERE m.send_at <= $1 AND t.deleted_at IS NULL ORDER BY m.send_at, m.id LIMIT $2";
/// Whether a message of a ticket waits for its time.
pub(super) const WAITING: &str =
    "SELECT 1 FROM message WHERE id = $1 AND ticket_id = $2 AND send_at IS NOT NULL";
/// What is to be set with a message whose time has come.
pub(super) const DUE_STATUS: &str =
    "SELECT status_new FROM message WHERE id = $1 AND ticket_id = $2 AND send_at <= $3";
/// Its time has come; the status that was set with it.
pub(super) const SENT: &str = "UPDATE message SET send_at = NULL, status_new = $2 WHERE id = $1";

/// The searched texts of a ticket, some at a time.
pub(super) const TEXTS: &str = "SELECT id, first_segment, COALESCE(plain, content) FROM message \
     WHERE ticket_id = $1 AND id > $2 ORDER BY id LIMIT 100";

/// What a ticket is to lose, in the order of its index.
pub(super) const ERASED: &str = "SELECT id, first_segment, COALESCE(plain, content), files FROM message \
     WHERE ticket_id = $1 ORDER BY created_at, id LIMIT 200";
/// Those of them that came from another ticket.
pub(super) const ERASED_FROM: &str = "SELECT id, first_segment, COALESCE(plain, content), files FROM message \
     WHERE ticket_id = $1 AND id IN (SELECT v.message_id FROM message_move v JOIN ticket_merge g ON g.id = v.merge_id \
     WHERE g.source_ticket = $2) ORDER BY created_at, id LIMIT 200";

/// A note of a ticket, or a message that waits for its time.
pub(super) const STORED: &str = "SELECT id, kind, channel_id, direction, from_address, from_name, to_address, to_name, cc, bcc, \
     user_id, user_name, content, format, plain, external_id, status_new, in_queue, send_at, responds_to, first_segment, \
     created_at FROM message WHERE id = $1 AND ticket_id = $2 AND (kind = 2 OR send_at IS NOT NULL)";
/// Takes a row out.
pub(super) const DELETE: &str = "DELETE FROM message WHERE id = $1";
/// One under the id that it had.
pub(super) const PUT_BACK: &str = "INSERT INTO message (id, ticket_id, kind, channel_id, direction, from_address, from_name, \
     to_address, to_name, cc, bcc, user_id, user_name, content, format, shown, plain, external_id, status_new, in_queue, \
     send_at, responds_to, first_segment, segments, created_at, files, meta_data, pinned) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
     $25, $26, '{}', 0)";
/// One that left, as an event holds it.
pub(super) const GONE: &str = "SELECT before FROM journal WHERE id = $1 AND before IS NOT NULL";

/// The searched texts of what a merge moves out of a ticket, some at a time.
pub(super) const CARRIED: &str = "SELECT m.id, m.first_segment, COALESCE(m.plain, m.content) FROM message_move v \
     JOIN message m ON m.id = v.message_id WHERE v.merge_id = $1 AND v.message_id > $2 AND +m.ticket_id = $3 \
     ORDER BY v.message_id LIMIT 100";
/// Moves it, with the places of its words. By the ids: the ticket may have very many others.
pub(super) const CARRY: &str = "UPDATE message SET ticket_id = $3, first_segment = first_segment + $4 \
     WHERE id IN (SELECT message_id FROM message_move WHERE merge_id = $1) AND +ticket_id = $2";
/// When some messages came, by id; a condition on them is appended.
pub(super) const TIMES: &str = "SELECT m.id, m.created_at FROM message m WHERE ";
