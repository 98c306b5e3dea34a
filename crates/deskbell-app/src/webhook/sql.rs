//! SQL of webhooks and their deliveries.

use deskbell_db::Engine;

use crate::journal::position;
use crate::journal::sight::COLUMNS as PLACE;

/// The columns of a webhook, in the order that they are read.
const COLUMNS: &str = "id, url, events, brands, groups, active, secret, old_secret, old_secret_until, position, replay_after, \
     replay_until, failures, rests, retry_at, taken_at, problem, created_at, last_update, version";

/// Webhooks; conditions are appended.
pub(super) fn select() -> String {
    format!("SELECT {COLUMNS} FROM webhook")
}

/// By id.
pub(super) const ALL: &str = " ORDER BY id";
/// One of them.
pub(super) const BY_ID: &str = " WHERE id = ";

/// A new webhook.
pub(super) const INSERT: &str = "INSERT INTO webhook (url, events, brands, groups, active, secret, position, failures, rests, retry_at, taken_at, problem, \
     lease_owner, lease_until, created_at, last_update, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, '', '', 0, $8, $8, 1) RETURNING id";
/// All that can be changed. What failed under an old address says nothing of a new one.
pub(super) const UPDATE: &str = "UPDATE webhook SET url = $2, events = $3, brands = $4, groups = $5, active = $6, failures = $7, \
     rests = $8, retry_at = $9, taken_at = $10, problem = $11, last_update = $12, version = $13 WHERE id = $1";
/// One more version.
pub(super) const STEP: &str = "UPDATE webhook SET version = version + 1, last_update = $2 WHERE id = $1";
/// Another secret.
pub(super) const ROTATE: &str = "UPDATE webhook SET secret = $2, old_secret = $3, old_secret_until = $4, last_update = $5, \
     version = $6 WHERE id = $1";
/// Events after a position are to be told again.
pub(super) const REPLAY: &str = "UPDATE webhook SET replay_after = $2, replay_until = position WHERE id = $1";
/// Removes some of its deliveries.
pub(super) const DELETE_SOME: &str = "DELETE FROM webhook_delivery WHERE id IN ( \
     SELECT id FROM webhook_delivery WHERE webhook_id = $1 LIMIT 500)";
/// It is told nothing more.
pub(super) const SILENCE: &str = "UPDATE webhook SET active = 0 WHERE id = $1 AND active = 1";
/// Removes it and its deliveries.
pub(super) const DELETE: &str = "DELETE FROM webhook WHERE id = $1";
/// How many there are.
pub(super) const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM webhook";

/// Whether anybody is to be told.
pub(super) const ANY_ACTIVE: &str = "SELECT 1 FROM webhook WHERE active = 1 LIMIT 1";
/// How many columns a webhook has.
pub(super) const WIDTH: usize = 20;
/// Active webhooks that this node may tell now, and whether there is something to do whatever is new. $1: now; $2: this node.
pub(super) fn ready() -> String {
    format!(
        "SELECT {COLUMNS}, CASE WHEN replay_after IS NOT NULL OR EXISTS (SELECT 1 FROM webhook_delivery d \
         WHERE d.webhook_id = w.id AND d.next_at <= $1) THEN 1 ELSE 0 END FROM webhook w \
         WHERE active = 1 AND retry_at <= $1 AND (lease_until < $1 OR lease_owner = $2) ORDER BY id"
    )
}
/// Rows of the journal after a position, as far as they say whom they concern; a limit is appended.
pub(super) fn news(engine: Engine) -> String {
    let position = position(engine);
    format!(
        "SELECT {position}, j.item_type, CASE WHEN j.after IS NULL AND j.before IS NOT NULL THEN 1 ELSE 0 END, {PLACE}, \
         t.brand_id, t.group_id FROM journal j LEFT JOIN ticket t ON t.id = j.ticket_id \
         WHERE j.call <> 'import' AND {position} > "
    )
}
/// Moves one on past what is none of its business, if it is where it was and as it was. $2 and $3: to and from where; $4: the version.
pub(super) const ADVANCE: &str =
    "UPDATE webhook SET position = $2 WHERE id = $1 AND position = $3 AND version = $4 AND active = 1";
/// Nothing that comes after a position has a place.
pub(super) const OPEN_GAP: &str = "INSERT INTO webhook_gap (webhook_id, after, until) VALUES ($1, $2, NULL) \
     ON CONFLICT (webhook_id, after) DO UPDATE SET until = NULL";
/// What comes after a position has its place again.
pub(super) const CLOSE_GAP: &str =
    "UPDATE webhook_gap SET until = $2 WHERE webhook_id = $1 AND until IS NULL";
/// The first stretch without a place that is over.
pub(super) const NEXT_GAP: &str =
    "SELECT after, until FROM webhook_gap WHERE webhook_id = $1 AND until IS NOT NULL ORDER BY after LIMIT 1";
/// What came after a position has its place after all, for as much as is behind it.
pub(super) const FILL_GAPS: &str =
    "DELETE FROM webhook_gap WHERE webhook_id = $1 AND until IS NOT NULL AND after >= $2";
/// The same for the stretch that the position lies in.
pub(super) const FILL_GAP: &str = "UPDATE webhook_gap SET until = $2 WHERE webhook_id = $1 AND until IS NOT NULL AND after < $2 AND until > $2";
/// It is behind.
pub(super) const PASS_GAP: &str = "DELETE FROM webhook_gap WHERE webhook_id = $1 AND after = $2";
/// The ids of all.
pub(super) const IDS: &str = "SELECT id FROM webhook ORDER BY id";
/// Takes one for a while.
pub(super) const CLAIM: &str = "UPDATE webhook SET lease_owner = $2, lease_until = $3 \
     WHERE id = $1 AND active = 1 AND retry_at <= $4 AND (lease_until < $4 OR lease_owner = $2)";
/// Gives it back.
pub(super) const RELEASE: &str = "UPDATE webhook SET lease_until = 0 WHERE id = $1 AND lease_owner = $2";
/// Ends the leases of other nodes.
pub(super) const FREE: &str = "UPDATE webhook SET lease_until = 0 WHERE lease_owner <> $1";
/// How far events are written down.
pub(super) const WRITTEN_DOWN: &str = "UPDATE webhook SET position = $2 WHERE id = $1";
/// How far they are written down once more; nulls at the end.
pub(super) const REPLAYED: &str = "UPDATE webhook SET replay_after = $2, replay_until = $3 WHERE id = $1";
/// What came of the last tries.
pub(super) const HEALTH: &str = "UPDATE webhook SET failures = $2, rests = $3, retry_at = $4, taken_at = $5, problem = $6, active = $7 WHERE id = $1";

/// Whether a row is of what a batch did to the ticket into which it merged others, in as many steps as it had. What changes there
/// with it stands right before.
const ALONE: &str = "CASE WHEN j.item_type = 'merged_from' THEN 1 WHEN j.item_type IN ('tags', 'customer_id') \
     AND j.call IN ('ticketBatch', 'ticketUndo') AND EXISTS (SELECT 1 FROM (SELECT n.item_type, n.batch_id FROM journal n \
     WHERE n.ticket_id = j.ticket_id AND n.id > j.id ORDER BY n.id LIMIT 2) AS next \
     WHERE next.item_type = 'merged_from' AND next.batch_id = j.batch_id) THEN 1 ELSE 0 END";

/// Rows of the journal after a position that are told of; conditions, order and limit are appended.
pub(super) fn rows(engine: Engine) -> String {
    let position = position(engine);
    format!(
        "SELECT {position}, j.ticket_id, j.item_type, CASE WHEN j.after IS NULL AND j.before IS NOT NULL THEN 1 ELSE 0 END, \
         j.batch_id, j.after, j.call, {ALONE} FROM journal j LEFT JOIN ticket t ON t.id = j.ticket_id \
         WHERE j.call <> 'import' AND {position} > "
    )
}

/// The write of an event, to compare with. A write may have changed very many tickets, a ticket was hardly ever changed so often:
/// PostgreSQL is kept from the index over writes, which it takes to be good.
pub(super) fn batch(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "j.batch_id",
        Engine::Postgres => "j.batch_id || ''",
    }
}

/// The same for SQLite, which has no statistics.
fn by_ticket(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => " INDEXED BY journal_by_ticket",
        Engine::Postgres => "",
    }
}

/// Where the rows of writes to tickets begin, by ticket, write and type; a condition on tickets and one on writes are
/// appended, and `ROWS_BY`.
pub(super) fn firsts(engine: Engine) -> String {
    let position = position(engine);
    let by_ticket = by_ticket(engine);
    format!("SELECT j.ticket_id, j.batch_id, j.item_type, MIN({position}) FROM journal j{by_ticket} WHERE ")
}
/// The end of `firsts`.
pub(super) const FIRSTS_BY: &str = " GROUP BY j.ticket_id, j.batch_id, j.item_type";

/// The rows of one write to a ticket, from a position on.
pub(super) fn told(engine: Engine) -> String {
    let (position, by_ticket, batch) = (position(engine), by_ticket(engine), batch(engine));
    format!(
        "SELECT j.item_type, j.before, j.after, j.initiated_by, j.created_at, {PLACE}, j.call, {ALONE} FROM journal j{by_ticket} \
         WHERE j.ticket_id = $1 AND {batch} = $2 AND {position} >= $3 ORDER BY {position}"
    )
}
/// One row.
pub(super) fn told_alone(engine: Engine) -> String {
    let position = position(engine);
    format!(
        "SELECT j.item_type, j.before, j.after, j.initiated_by, j.created_at, {PLACE}, j.call, {ALONE} FROM journal j \
         WHERE {position} = $1"
    )
}

/// The columns of a delivery, in the order that they are read.
const DELIVERY: &str =
    "id, position, subject, event, batch_id, since, state, attempts, replayed, next_at, ended_at";

/// Deliveries; conditions are appended.
pub(super) fn deliveries() -> String {
    format!("SELECT {DELIVERY} FROM webhook_delivery")
}
/// Of a webhook.
pub(super) const OF_WEBHOOK: &str = " WHERE webhook_id = ";
/// How many there are of those that a condition means, up to a number.
pub(super) fn count_some(condition: &str, most: i64) -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM webhook_delivery{condition} LIMIT {most}) AS some_of_them"
    )
}
/// What is to be tried now.
pub(super) fn due() -> String {
    format!(
        "SELECT {DELIVERY} FROM webhook_delivery WHERE webhook_id = $1 AND next_at <= $2 ORDER BY next_at, position"
    )
}
/// The one of them that has been tried the least.
pub(super) fn probe() -> String {
    format!(
        "SELECT {DELIVERY} FROM ({} LIMIT 200) AS due ORDER BY attempts, next_at, position LIMIT 1",
        due()
    )
}
/// Subjects that have something waiting; a condition on `subject` is appended.
pub(super) const BUSY: &str =
    "SELECT DISTINCT subject FROM webhook_delivery WHERE state = 1 AND webhook_id = ";

/// New deliveries. $1 and $2: webhook and now; then six parameters a row.
pub(super) fn insert_deliveries(rows: usize) -> String {
    let values: Vec<String> = (0..rows)
        .map(|row| {
            let p = 3 + row * 6;
            let [a, b, c, d, e, f] = [p, p + 1, p + 2, p + 3, p + 4, p + 5];
            format!("($1, ${a}, ${b}, ${c}, ${d}, $2, 1, 0, ${e}, ${f})")
        })
        .collect();
    format!(
        "INSERT INTO webhook_delivery (webhook_id, position, subject, event, batch_id, since, state, attempts, replayed, next_at) \
         VALUES {} ON CONFLICT (webhook_id, position) DO NOTHING",
        values.join(", ")
    )
}
/// One that ended is told again; nothing if it waits already.
pub(super) const REVIVE: &str = "UPDATE webhook_delivery SET state = 1, since = $3, attempts = 0, replayed = 1, next_at = NULL, ended_at = NULL \
     WHERE webhook_id = $1 AND position = $2 AND state <> 1";
/// One that was tried in vain is tried later, after what waits before it by now. $4: how often it had been tried before; $5 and
/// $6: its subject and position.
pub(super) const LATER: &str = "UPDATE webhook_delivery SET attempts = attempts + 1, next_at = CASE WHEN EXISTS ( \
     SELECT 1 FROM webhook_delivery e WHERE e.webhook_id = $2 AND e.subject = $5 AND e.state = 1 AND e.position < $6) \
     THEN NULL ELSE CAST($3 AS BIGINT) END WHERE id = $1 AND webhook_id = $2 AND state = 1 AND attempts = $4";
/// One ends in vain.
pub(super) const END: &str = "UPDATE webhook_delivery SET attempts = attempts + 1, next_at = NULL, state = $3, ended_at = $4 \
     WHERE id = $1 AND webhook_id = $2 AND state = 1 AND attempts = $5";
/// One was taken: also if it was given up meanwhile.
pub(super) const END_GOOD: &str = "UPDATE webhook_delivery SET attempts = attempts + 1, next_at = NULL, state = $3, ended_at = $4 \
     WHERE id = $1 AND webhook_id = $2 AND state <> 2 AND attempts = $5";
/// One is not to be told.
pub(super) const DROP: &str = "DELETE FROM webhook_delivery WHERE id = $1 AND webhook_id = $2 AND state = 1";
/// One is given up without a try.
pub(super) const GIVE_UP: &str =
    "UPDATE webhook_delivery SET next_at = NULL, state = 3, ended_at = $2 WHERE id = $1 AND state = 1";
/// Of what waits for one subject only the first is tried: the others step back.
pub(super) const STEP_BACK: &str = "UPDATE webhook_delivery SET next_at = NULL \
     WHERE webhook_id = $1 AND subject = $2 AND state = 1 AND next_at IS NOT NULL";
/// And the first one comes forward, if it does not stand there.
pub(super) const FORWARD: &str = "UPDATE webhook_delivery SET next_at = $3 WHERE next_at IS NULL AND id = ( \
     SELECT id FROM webhook_delivery WHERE webhook_id = $1 AND subject = $2 AND state = 1 ORDER BY position LIMIT 1)";
/// Waiting longer than that, some of them.
pub(super) const STALE: &str = "SELECT id, subject FROM webhook_delivery \
     WHERE webhook_id = $1 AND state = 1 AND since <= $2 ORDER BY since, id LIMIT 500";

/// A try.
pub(super) const INSERT_TRY: &str = "INSERT INTO webhook_try (delivery_id, n, tried_at, took_ms, status, answer, problem) \
     SELECT $1, CAST(COUNT(*) AS BIGINT), $2, $3, $4, $5, $6 FROM webhook_try WHERE delivery_id = $1";
/// Forgets what endpoints answered when they were told of a subject.
pub(super) const ERASE: &str = "UPDATE webhook_try SET answer = '' WHERE answer <> '' \
     AND delivery_id IN (SELECT id FROM webhook_delivery WHERE subject = $1)";
/// Whether the content of an event, whose position is appended, was erased.
pub(super) const ERASED: &str = "SELECT CASE WHEN j.salt IS NULL THEN 1 ELSE 0 END FROM journal j WHERE ";
/// A customer.
pub(super) const CUSTOMER: &str = "SELECT 0 FROM customer WHERE id = ";
/// Nobody erases it until the transaction ends (PostgreSQL).
pub(super) const KEEP: &str = " FOR SHARE";
/// Tries; a condition on the delivery is appended.
pub(super) const TRIES: &str =
    "SELECT delivery_id, tried_at, took_ms, status, answer, problem FROM webhook_try WHERE ";

/// When the last one ended before the newest of a state; $3 is how many these are.
pub(super) const NEWEST: &str = "SELECT ended_at, id FROM webhook_delivery WHERE webhook_id = $1 AND state = $2 \
     AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC LIMIT 1 OFFSET $3";
/// Forgets some that ended then or before, in the order of ids within a second.
pub(super) const FORGET: &str = "DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery \
     WHERE webhook_id = $1 AND state = $2 AND ended_at IS NOT NULL AND (ended_at, id) <= ($3, $4) ORDER BY ended_at, id LIMIT 500)";
