//! SQL of tickets and of the counters over them.

use deskbell_core::TicketId;
use deskbell_db::{Engine, Value};

use super::row::Ticket;
use crate::statement::Statement;

/// Tickets with the names of their brand and channel; conditions are appended.
pub(super) fn select_tickets() -> String {
    format!(
        "SELECT {} FROM ticket t JOIN brand b ON b.id = t.brand_id JOIN channel c ON c.id = t.channel_id WHERE ",
        Ticket::COLUMNS
    )
}

/// Tickets above an id up to another, whatever their state.
pub(super) fn select_stored() -> String {
    format!("{}t.id > $1 AND t.id <= $2 ORDER BY t.id LIMIT $3", select_tickets())
}

/// A new ticket. What is not named here starts empty.
pub(super) const INSERT: &str = "INSERT INTO ticket (version, brand_id, channel_id, group_id, user_id, customer_id, \
     form_id, status, priority, direction, archived, title, from_address, from_name, to_address, to_name, contact, \
     tags, created_at, last_update, last_update_agent, last_update_customer, closed_at, snooze_time, sla_policy_id, \
     sla_next_breach_current_status, merged_into, external_key, source, source_id, messages, events, next_segment, files) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, 0, '', 0, $24, $25, $26, $27, $28, $29, $30) RETURNING id";

/// One more ticket of a kind, or one less: the columns of each table's key, slot and difference.
pub(super) const COUNT_SMALL: &str = "INSERT INTO ticket_count_small (status, brand_id, group_id, archived, slot, n) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (status, brand_id, group_id, archived, slot) DO UPDATE SET n = ticket_count_small.n + excluded.n";

/// The same in the table over status, priority and channel.
pub(super) const COUNT_KIND: &str = "INSERT INTO ticket_count_kind (status, priority, channel_id, archived, slot, n) \
     VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (status, priority, channel_id, archived, slot) DO UPDATE SET n = ticket_count_kind.n + excluded.n";

/// The same in the table over all of these.
pub(super) const COUNT_MIDDLE: &str = "INSERT INTO ticket_count_middle (status, priority, channel_id, brand_id, group_id, archived, slot, n) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT (status, priority, channel_id, brand_id, group_id, archived, slot) \
     DO UPDATE SET n = ticket_count_middle.n + excluded.n";

/// The same in the table over everything.
pub(super) const COUNT: &str = "INSERT INTO ticket_count (user_id, brand_id, group_id, status, priority, channel_id, \
     archived, slot, n) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (user_id, brand_id, group_id, status, priority, channel_id, archived, slot) \
     DO UPDATE SET n = ticket_count.n + excluded.n";

/// Sums; a condition over the columns is appended.
pub(super) const SUM_SMALL: &str =
    "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_count_small WHERE ";
/// Sums over status, priority and channel.
pub(super) const SUM_KIND: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_count_kind WHERE ";
/// Sums over all of these.
pub(super) const SUM_MIDDLE: &str =
    "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_count_middle WHERE ";
/// Sums over everything.
pub(super) const SUM: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM ticket_count WHERE ";

/// Where the small counters differ from the tickets.
pub(super) const VERIFY_SMALL: &str = "SELECT brand_id, group_id, status, CAST(SUM(kept) AS BIGINT), CAST(SUM(counted) AS BIGINT) FROM \
     (SELECT brand_id, group_id, status, archived, n AS kept, 0 AS counted FROM ticket_count_small \
      UNION ALL SELECT brand_id, group_id, status, archived, 0, 1 FROM ticket WHERE deleted_at IS NULL) AS both_sides \
     GROUP BY brand_id, group_id, status, archived HAVING SUM(kept) <> SUM(counted) \
     ORDER BY brand_id, group_id, status LIMIT 100";

/// One more ticket with a tag, or one less: tag, brand, group, archived, slot and difference.
pub(super) const COUNT_TAG: &str = "INSERT INTO tag_count (tag, brand_id, group_id, archived, slot, n) VALUES ($1, $2, $3, $4, $5, $6) \
     ON CONFLICT (tag, brand_id, group_id, archived, slot) DO UPDATE SET n = tag_count.n + excluded.n";
/// Removes such a number if it is none.
pub(super) const FORGET_TAG: &str = "DELETE FROM tag_count \
     WHERE tag = $1 AND brand_id = $2 AND group_id = $3 AND archived = $4 AND slot = $5 AND n = 0";

/// Some tags that nobody has any more, and of which rows are left: one that gave and one that took.
pub(super) const SPENT_TAGS: &str = "SELECT tag, brand_id, group_id, archived FROM tag_count \
     GROUP BY tag, brand_id, group_id, archived HAVING SUM(n) = 0 ORDER BY tag, brand_id, group_id, archived LIMIT $1";
/// The rows of one, which nobody else changes until the transaction ends (PostgreSQL).
pub(super) const TAG_SLOTS: &str = "SELECT slot, n FROM tag_count WHERE tag = $1 AND brand_id = $2 AND group_id = $3 \
     AND archived = $4 ORDER BY slot FOR UPDATE";
/// Removes one of these.
pub(super) const FORGET_SLOT: &str = "DELETE FROM tag_count \
     WHERE tag = $1 AND brand_id = $2 AND group_id = $3 AND archived = $4 AND slot = $5";

/// Where those by tag do.
pub(super) const VERIFY_TAGS: &str = "SELECT brand_id, group_id, CAST(0 AS BIGINT), CAST(SUM(kept) AS BIGINT), CAST(SUM(counted) AS BIGINT) FROM \
     (SELECT tag, brand_id, group_id, archived, n AS kept, 0 AS counted FROM tag_count \
      UNION ALL SELECT tt.tag, t.brand_id, t.group_id, t.archived, 0, 1 FROM ticket_tag tt JOIN ticket t ON t.id = tt.ticket_id \
      WHERE t.deleted_at IS NULL) AS both_sides \
     GROUP BY tag, brand_id, group_id, archived HAVING SUM(kept) <> SUM(counted) \
     ORDER BY brand_id, group_id LIMIT 100";

/// Where those by priority and channel do.
pub(super) const VERIFY_KIND: &str = "SELECT CAST(0 AS BIGINT), CAST(0 AS BIGINT), status, CAST(SUM(kept) AS BIGINT), CAST(SUM(counted) AS BIGINT) FROM \
     (SELECT status, priority, channel_id, archived, n AS kept, 0 AS counted FROM ticket_count_kind \
      UNION ALL SELECT status, priority, channel_id, archived, 0, 1 FROM ticket WHERE deleted_at IS NULL) AS both_sides \
     GROUP BY status, priority, channel_id, archived HAVING SUM(kept) <> SUM(counted) ORDER BY status LIMIT 100";

/// Where the middle ones do.
pub(super) const VERIFY_MIDDLE: &str = "SELECT brand_id, group_id, status, CAST(SUM(kept) AS BIGINT), CAST(SUM(counted) AS BIGINT) FROM \
     (SELECT brand_id, group_id, status, priority, channel_id, archived, n AS kept, 0 AS counted FROM ticket_count_middle \
      UNION ALL SELECT brand_id, group_id, status, priority, channel_id, archived, 0, 1 FROM ticket \
      WHERE deleted_at IS NULL) AS both_sides \
     GROUP BY brand_id, group_id, status, priority, channel_id, archived HAVING SUM(kept) <> SUM(counted) \
     ORDER BY brand_id, group_id, status LIMIT 100";

/// Where the large ones do.
pub(super) const VERIFY_LARGE: &str = "SELECT brand_id, group_id, status, CAST(SUM(kept) AS BIGINT), CAST(SUM(counted) AS BIGINT) FROM \
     (SELECT user_id, brand_id, group_id, status, priority, channel_id, archived, n AS kept, 0 AS counted FROM ticket_count \
      UNION ALL SELECT user_id, brand_id, group_id, status, priority, channel_id, archived, 0, 1 FROM ticket \
      WHERE deleted_at IS NULL) AS both_sides \
     GROUP BY user_id, brand_id, group_id, status, priority, channel_id, archived HAVING SUM(kept) <> SUM(counted) \
     ORDER BY brand_id, group_id, status LIMIT 100";

/// Files a ticket under a tag.
pub(super) const TAG: &str =
    "INSERT INTO ticket_tag (tag, ticket_id) VALUES ($1, $2) ON CONFLICT (tag, ticket_id) DO NOTHING";
/// Takes it out again.
pub(super) const UNTAG: &str = "DELETE FROM ticket_tag WHERE tag = $1 AND ticket_id = $2";

/// A brand, its country, and whether the channel whose id is appended exists.
pub(super) const PLACE: &str =
    "SELECT b.id, b.country, b.crm_sync_url, (SELECT 1 FROM channel c WHERE c.id = ";
/// Goes on with the brand, for which conditions are appended.
pub(super) const PLACE_BRAND: &str = ") FROM brand b WHERE ";
/// The lowest group, "none" (0) included.
pub(super) const LOWEST_GROUP: &str = "SELECT MIN(id) FROM desk_group WHERE ";

/// The groups that serve a brand, whose id is appended.
pub(super) const GROUPS_OF_BRAND: &str = "SELECT g.id FROM desk_group g LEFT JOIN group_brand gb ON gb.group_id = g.id \
     WHERE g.all_brands = 1 OR gb.brand_id = ";

/// A brand's country, for reading phone numbers.
pub(super) const BRAND_COUNTRY: &str = "SELECT country FROM brand WHERE id = $1";
/// Whether a channel exists.
pub(super) const CHANNEL: &str = "SELECT 1 FROM channel WHERE id = $1";
/// Whether a group serves all brands; no row if there is no such group.
pub(super) const GROUP: &str = "SELECT all_brands FROM desk_group WHERE id = $1 AND id <> 0";
/// Whether a group serves a brand.
pub(super) const GROUP_SERVES: &str = "SELECT 1 FROM desk_group g WHERE g.id = $1 AND (g.all_brands = 1 \
     OR EXISTS (SELECT 1 FROM group_brand gb WHERE gb.group_id = g.id AND gb.brand_id = $2))";
/// Whether a user is active.
pub(super) const USER: &str = "SELECT active FROM desk_user WHERE id = $1 AND id <> 0";
/// The groups of a user.
pub(super) const USER_GROUPS: &str = "SELECT group_id FROM group_member WHERE user_id = $1";
/// A customer of a brand by the id its owner gave it.
pub(super) const CUSTOMER_BY_EXTERNAL: &str =
    "SELECT id FROM customer WHERE brand_id = $1 AND external_primary_id = $2";
/// The customers of a brand that have this address, of any kind.
pub(super) const CUSTOMERS_BY_ADDRESS: &str =
    "SELECT DISTINCT customer_id FROM customer_address WHERE brand_id = $1 AND canonical = $2 LIMIT 2";

/// What keeps a row from being deleted while a write refers to it.
pub(super) const KEEP: &str = " FOR SHARE";

/// Tickets whose time in the trash is over.
pub(super) const PURGE_DUE: &str = "SELECT id FROM ticket WHERE deleted_at IS NOT NULL AND deleted_at <= $1 ORDER BY deleted_at, id LIMIT $2";
/// A ticket in the trash, locked against a purge by another node.
pub(super) fn select_for_purge(engine: Engine) -> String {
    let lock = if engine == Engine::Postgres { " FOR UPDATE OF t" } else { "" };
    format!("{}t.id = $1 AND t.deleted_at IS NOT NULL{lock}", select_tickets())
}
/// Removes the row; tags and messages go with it.
pub(super) const PURGE: &str = "DELETE FROM ticket WHERE id = $1";

/// A ticket keeps nothing that tells of its customer: version, time, number of events, and the random half of its external id.
pub(super) const EMPTY: &str = "UPDATE ticket SET version = $2, last_update = $3, events = $4, external_key = $5, customer_id = 0, \
     messages = 0, files = 0, title = '', from_address = '', from_name = '', to_address = '', to_name = '', contact = '', tags = '', \
     source = '', source_id = '' WHERE id = $1";
/// Some of a ticket's messages and notes are gone.
pub(super) const FEWER_MESSAGES: &str =
    "UPDATE ticket SET messages = messages - $2, files = files - $3 WHERE id = $1";
/// The same of one that stays as it is in the rest: a version step, an event, and the time.
pub(super) const HOLDS_LESS: &str = "UPDATE ticket SET messages = messages - $2, files = files - $3, version = version + 1, \
     events = events + 1, last_update = $4 WHERE id = $1";
/// The tickets in which messages stand that a ticket gave away by merges.
pub(super) const HOLDERS: &str = "SELECT DISTINCT m.ticket_id FROM ticket_merge g JOIN message_move v ON v.merge_id = g.id \
     JOIN message m ON m.id = v.message_id WHERE g.source_ticket = $1 AND m.ticket_id <> $1 ORDER BY m.ticket_id LIMIT 50";
/// The tickets into which what a ticket had said was ever carried.
pub(super) const CARRIED_INTO: &str = "SELECT DISTINCT h.target_ticket FROM ticket_merge g JOIN message_move v ON v.merge_id = g.id \
     JOIN message_move w ON w.message_id = v.message_id JOIN ticket_merge h ON h.id = w.merge_id \
     WHERE g.source_ticket = $1 AND h.target_ticket <> $1 ORDER BY h.target_ticket";
/// Whether a message was carried away from a ticket.
pub(super) const CARRIED_FROM: &str = "SELECT 1 FROM message_move v JOIN ticket_merge g ON g.id = v.merge_id \
     WHERE v.message_id = $1 AND g.source_ticket = $2 LIMIT 1";
/// Merges tell no more what tickets were by them.
pub(super) const BLANK_MERGES: &str = "UPDATE ticket_merge SET target_before = '', target_after = '' \
     WHERE source_ticket = $1 OR target_ticket = $1";
/// Takes a ticket out of all tags.
pub(super) const UNTAG_ALL: &str = "DELETE FROM ticket_tag WHERE ticket_id = $1";
/// How many tickets a batch has erased.
pub(super) const ERASED_BY: &str = "SELECT CAST(COUNT(DISTINCT ticket_id) AS BIGINT) FROM journal WHERE batch_id = $1 AND item_type = 'purged' AND after IS NULL";

/// The columns of an update, as they come together.
#[derive(Default)]
pub(super) struct Set(Statement);

impl Set {
    /// Sets a column.
    pub(super) fn put(&mut self, column: &'static str, value: impl Into<Value<'static>>) {
        let start = if self.0.params.is_empty() { "UPDATE ticket SET " } else { ", " };
        self.0.push(start).push(column).push(" = ").bind(value);
    }

    /// The statement that updates one ticket.
    pub(super) fn update_ticket(mut self, id: TicketId) -> (String, Vec<Value<'static>>) {
        self.0.push(" WHERE id = ").bind(id.0);
        (self.0.text, self.0.params)
    }
}

/// Ids of tickets; conditions are appended.
pub(super) const SELECT_IDS: &str = "SELECT t.id FROM ticket t WHERE ";

/// Ids of tickets, and the value they are sorted by.
pub(super) fn select_ids_and(column: &str) -> String {
    format!("SELECT t.id, {column} FROM ticket t WHERE ")
}

/// Ids of tickets by way of one index; conditions are appended. SQLite is told which: it would guess without statistics.
pub(super) fn select_by(engine: Engine, columns: &str, index: Option<&str>) -> String {
    match (engine, index) {
        (Engine::Postgres, _) => format!("SELECT {columns} FROM ticket t WHERE "),
        (Engine::Sqlite, None) => format!("SELECT {columns} FROM ticket t NOT INDEXED WHERE "),
        (Engine::Sqlite, Some(index)) => format!("SELECT {columns} FROM ticket t INDEXED BY {index} WHERE "),
    }
}

/// The same by way of a tag; conditions are appended, beginning with that on the tag.
pub(super) fn select_tagged(columns: &str) -> String {
    format!("SELECT {columns} FROM ticket_tag tt JOIN ticket t ON t.id = tt.ticket_id WHERE ")
}

/// Columns: the id, what is sorted by, and whether a condition holds.
pub(super) fn flagged(id: &str, sorted: &str, condition: &str) -> String {
    format!("{id} AS id, {sorted} AS sorted, ({condition}) AS fits")
}

/// Of what a statement with these columns finds, that for which the condition holds.
pub(super) fn fitting(statement: &str) -> String {
    format!("SELECT id, sorted FROM ({statement}) AS walked WHERE fits")
}

/// Counts what a statement finds, up to its limit.
pub(super) fn count_of(statement: &str) -> String {
    format!("SELECT COUNT(*) FROM ({statement}) AS found")
}

/// Only tickets with one of the tags, which are appended with two closing brackets.
pub(super) const AND_TAGGED: &str = " AND t.id IN (SELECT tt.ticket_id FROM ticket_tag tt WHERE ";

/// The ticket has a tag; a condition on it and a closing bracket are appended.
pub(super) const HAS_TAG: &str = "EXISTS (SELECT 1 FROM ticket_tag vt WHERE vt.ticket_id = t.id";

/// Where in a text another one stands, 0 for nowhere; text, comma, part and a closing bracket are appended.
pub(super) fn finds(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "INSTR(",
        Engine::Postgres => "STRPOS(",
    }
}

/// The ticket's id is in a list, which is one text of JSON between these.
pub(super) fn among_numbers(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Sqlite => ("t.id IN (SELECT value FROM json_each(", "))"),
        Engine::Postgres => (
            "t.id IN (SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(CAST(",
            " AS TEXT) AS json)))",
        ),
    }
}

/// How many rows a statement finds, and how many of them fit.
pub(super) fn count_fitting(statement: &str) -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(CASE WHEN fits THEN 1 END) AS BIGINT) FROM ({statement}) AS walked"
    )
}

/// The ticket that `t` was merged into, as `o`; a condition on it and the end are appended.
pub(super) const TARGET: &str =
    "COALESCE((SELECT o.id FROM ticket o WHERE o.id = t.merged_into AND o.deleted_at IS NULL AND ";

/// The newest ticket.
pub(super) const NEWEST: &str = "SELECT MAX(id) FROM ticket";

/// Snoozed tickets whose time has come, the longest ago first.
pub(super) const ASLEEP: &str = "SELECT id FROM ticket WHERE snooze_time IS NOT NULL AND snooze_time <= $1 \
     AND deleted_at IS NULL AND merged_into = 0 ORDER BY snooze_time, id LIMIT $2";
/// Tickets that were closed before a time and are not in the archive, the longest ago first.
pub(super) const TO_ARCHIVE: &str = "SELECT id FROM ticket WHERE closed_at IS NOT NULL AND archived = 0 AND closed_at < $1 \
     AND deleted_at IS NULL AND merged_into = 0 ORDER BY closed_at, id LIMIT $2";

/// Some of the tickets in the trash.
pub(super) const IN_TRASH: &str = "SELECT id FROM ticket WHERE deleted_at IS NOT NULL LIMIT $1";
/// Some of the tickets in the archive.
pub(super) const IN_ARCHIVE: &str = "SELECT id FROM ticket WHERE archived = 1 LIMIT $1";

/// The tickets of a batch, with what was done to them and when: those that are there, within limits that are appended, and
/// those that are not, by where they were.
pub(super) const UNDO_BATCH: &str = "SELECT j.ticket_id, j.item_type, j.created_at, MAX(j.id) FROM journal j LEFT JOIN ticket t ON t.id = j.ticket_id \
     WHERE j.ticket_id <> 0 AND j.batch_id = ";
/// Tickets that are there.
pub(super) const UNDO_THERE: &str = " AND ((t.id IS NOT NULL AND ";
/// Tickets that are not.
pub(super) const UNDO_GONE: &str = ") OR (t.id IS NULL AND ";
/// The end.
pub(super) const UNDO_END: &str = ")) GROUP BY j.ticket_id, j.item_type, j.created_at ORDER BY j.ticket_id";
/// What taking an event back reads of it: with whether its payload was erased.
const UNDO_COLUMNS: &str = "id, item_type, before, after, CASE WHEN salt IS NULL THEN 1 ELSE 0 END, batch_id, created_at, \
     last_update, closed_at, last_update_agent, last_update_customer, call";
/// The events of a batch for a ticket, in order.
pub(super) fn undo_events() -> String {
    format!("SELECT {UNDO_COLUMNS} FROM journal WHERE batch_id = $1 AND ticket_id = $2 ORDER BY id")
}
/// Some of a ticket's events below an id, newest first.
pub(super) fn events_before(limit: i64) -> String {
    format!(
        "SELECT {UNDO_COLUMNS} FROM journal WHERE ticket_id = $1 AND id < $2 ORDER BY id DESC LIMIT {limit}"
    )
}
/// Whether a customer is one of a brand.
pub(super) const CUSTOMER_IN_BRAND: &str = "SELECT id FROM customer WHERE id = $1 AND brand_id = $2";

/// The name of a brand.
pub(super) const BRAND_NAME: &str = "SELECT name FROM brand WHERE id = $1";
/// Name and icon of a channel.
pub(super) const CHANNEL_NAME: &str = "SELECT name, icon FROM channel WHERE id = $1";

/// Brands of a name, which is appended.
pub(super) const BRANDS_NAMED: &str = "SELECT id FROM brand WHERE ";
/// Groups.
pub(super) const GROUPS_NAMED: &str = "SELECT id FROM desk_group WHERE id <> 0 AND ";
/// Channels.
pub(super) const CHANNELS_NAMED: &str = "SELECT id FROM channel WHERE ";
/// Users.
pub(super) const USERS_NAMED: &str = "SELECT id FROM desk_user WHERE id <> 0 AND ";
/// Brands and their countries; conditions are appended.
pub(super) const COUNTRIES: &str = "SELECT id, country FROM brand WHERE ";
/// Customers by the id that their owner gave; conditions on brand and id are appended.
pub(super) const CUSTOMERS_NAMED: &str = "SELECT id FROM customer WHERE ";
/// Customers by an address of any kind; conditions on brand and address are appended.
pub(super) const CUSTOMERS_WITH: &str =
    "SELECT DISTINCT customer_id FROM customer_address WHERE kind IN (1, 2, 3, 4) AND ";

/// The tickets into which some were merged; conditions on them, and on the batch that did it, are appended. (By way of the tickets: a
/// batch may have changed very many others.)
pub(super) const MERGED_WITH: &str = "SELECT target_ticket FROM ticket_merge WHERE ";
/// By a batch.
pub(super) const MERGED_BY: &str = " AND (batch_id = ";
/// Or taken apart by it; a closing bracket is appended.
pub(super) const OR_UNDONE_BY: &str = " OR undone_by = ";
/// Keeps a merge.
pub(super) const INSERT_MERGE: &str = "INSERT INTO ticket_merge (source_ticket, target_ticket, batch_id, version, first_segment, \
     target_before, target_after) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
/// And all messages and notes of its source.
pub(super) const NOTE_MESSAGES: &str =
    "INSERT INTO message_move (merge_id, message_id) SELECT $1, id FROM message WHERE ticket_id = $2";
/// It was taken apart.
pub(super) const MERGE_UNDONE: &str =
    "UPDATE ticket_merge SET undone_by = $2, undone_version = $3 WHERE id = $1";
/// The merges of a batch into a ticket, newest first.
pub(super) const MERGES_DONE: &str = "SELECT id, source_ticket, first_segment, target_before, target_after, version FROM ticket_merge \
     WHERE target_ticket = $1 AND batch_id = $2 AND undone_by IS NULL ORDER BY id DESC LIMIT $3";
/// Those that a batch took apart, and that were not done again, oldest first.
pub(super) const MERGES_UNDONE: &str = "SELECT m.id, m.source_ticket, m.first_segment, m.target_before, m.target_after, m.undone_version FROM ticket_merge m \
     WHERE m.target_ticket = $1 AND m.undone_by = $2 AND NOT EXISTS (SELECT 1 FROM ticket_merge n \
     WHERE n.source_ticket = m.source_ticket AND n.id > m.id) ORDER BY m.id LIMIT $3";
/// The target's version by the last merge of a batch that another batch has taken apart so far.
pub(super) const UNDONE_DOWN_TO: &str =
    "SELECT MIN(version) FROM ticket_merge WHERE target_ticket = $1 AND batch_id = $2 AND undone_by = $3";
/// The same where they are done again.
pub(super) const DONE_UP_TO: &str = "SELECT MIN(m.undone_version) FROM ticket_merge m JOIN ticket_merge n \
     ON n.source_ticket = m.source_ticket AND n.id > m.id AND n.batch_id = $3 WHERE m.target_ticket = $1 AND m.undone_by = $2";
/// The merge of a ticket that a batch did, or took apart, and the version of the target by that.
pub(super) const MERGE_OF: &str = "SELECT id, CASE WHEN batch_id = $2 THEN version ELSE undone_version END FROM ticket_merge \
     WHERE source_ticket = $1 AND (batch_id = $2 OR undone_by = $2) ORDER BY id DESC LIMIT 1";
/// What moved by a merge.
pub(super) const MESSAGES_MOVED: &str = "SELECT message_id FROM message_move WHERE merge_id = $1";
/// The tickets in which a message has stood.
pub(super) const STOOD_IN: &str = "SELECT m.target_ticket FROM message_move v JOIN ticket_merge m ON m.id = v.merge_id \
     WHERE v.message_id = $1 UNION SELECT m.source_ticket FROM message_move v JOIN ticket_merge m ON m.id = v.merge_id \
     WHERE v.message_id = $1";
/// Whether a message has come by a merge that holds.
pub(super) const HAS_MOVED: &str = "SELECT 1 FROM message_move v JOIN ticket_merge m ON m.id = v.merge_id \
     WHERE v.message_id = $1 AND m.undone_by IS NULL LIMIT 1";
/// The merges by which messages that stand in a ticket have moved tell no more than who was merged into whom.
pub(super) const FORGET_MERGES: &str = "UPDATE ticket_merge SET version = 0, target_before = '', target_after = '', \
     undone_version = CASE WHEN undone_by IS NULL THEN undone_version ELSE 0 END WHERE id IN (SELECT v.merge_id FROM message x \
     JOIN message_move v ON v.message_id = x.id WHERE x.ticket_id = $1)";
/// Events of a ticket by which messages and notes left it, newest first.
pub(super) const LEFT: &str = "SELECT id, before FROM journal WHERE ticket_id = $1 AND item_type IN ('note', 'message') \
     AND after IS NULL AND before IS NOT NULL ORDER BY id DESC";
/// Those tickets of a list that exist; conditions are appended.
pub(super) const THERE: &str = "SELECT t.id FROM ticket t WHERE ";
