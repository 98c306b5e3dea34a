//! SQL of the search index: the statements that differ between the engines.

/// SQLite: adds a segment.
pub(super) const SQLITE_ADD: &str = "INSERT INTO search_fts (rowid, words)";
/// SQLite: takes one out; the index keeps no content, so it is told the words again.
pub(super) const SQLITE_REMOVE: &str = "INSERT INTO search_fts (search_fts, rowid, words)";
/// What stands in the first column then.
pub(super) const SQLITE_DELETE: &str = "delete";
/// SQLite: the places below a bound that match, newest first.
pub(super) const SQLITE_FIND: &str =
    "SELECT rowid FROM search_fts WHERE search_fts MATCH $1 AND rowid BETWEEN $2 AND $3 ORDER BY rowid DESC";

/// PostgreSQL: adds a segment.
pub(super) const POSTGRES_ADD: &str =
    "INSERT INTO search_segment (id, ticket_id, words) VALUES ($1, $2, CAST(CAST($3 AS TEXT) AS tsvector))";
/// PostgreSQL: takes one out.
pub(super) const POSTGRES_REMOVE: &str = "DELETE FROM search_segment WHERE id = $1";
/// PostgreSQL: moves some, $1 places up, to another ticket.
pub(super) const POSTGRES_MOVE: &str =
    "UPDATE search_segment SET id = id + $1, ticket_id = $2 WHERE id >= $3 AND id < $4";
/// PostgreSQL: tickets with a segment that matches; further conditions are appended.
pub(super) const POSTGRES_FIND: &str = "SELECT DISTINCT ticket_id FROM search_segment WHERE ticket_id <= ";
/// PostgreSQL: a segment matches.
pub(super) const POSTGRES_MATCH: &str = " AND words @@ CAST(CAST(";
/// PostgreSQL: another segment of the same ticket matches.
pub(super) const POSTGRES_ALSO: &str =
    " AND ticket_id IN (SELECT ticket_id FROM search_segment WHERE words @@ CAST(CAST(";
/// PostgreSQL: the end of either.
pub(super) const POSTGRES_QUERY: &str = " AS TEXT) AS tsquery)";

/// Counts an entry that is taken out.
pub(super) const COUNT_REMOVED: &str = "INSERT INTO search_removed (slot, removed) VALUES ($1, $2) \
     ON CONFLICT (slot) DO UPDATE SET removed = search_removed.removed + excluded.removed";
/// How many entries were ever taken out.
pub(super) const REMOVED: &str = "SELECT CAST(COALESCE(SUM(removed), 0) AS BIGINT) FROM search_removed";

/// The newest ticket.
pub(super) const NEWEST: &str = "SELECT MAX(id) FROM ticket";

/// SQLite: whether a place matches.
pub(super) const SQLITE_HOLDS: &str = "SELECT rowid FROM search_fts WHERE search_fts MATCH $1 AND rowid = $2";
/// SQLite: the index word by word, in the order of the words.
pub(super) const SQLITE_WORDS: &str = "SELECT term, doc, offset FROM search_fts_words WHERE term >= $1";
/// PostgreSQL: the places within bounds and their number of different words.
pub(super) const POSTGRES_PLACES: &str =
    "SELECT id, CAST(length(words) AS BIGINT) FROM search_segment WHERE id BETWEEN $1 AND $2";

/// SQLite: an entry of the ticket matches.
pub(super) const SQLITE_HAS: &str = "EXISTS (SELECT 1 FROM search_fts WHERE search_fts MATCH ";
/// The end of it.
pub(super) const SQLITE_HAS_HERE: &str = " AND rowid BETWEEN t.id * 1048576 AND t.id * 1048576 + 1048575)";
/// SQLite: the ticket is among those of which an entry matches.
pub(super) const SQLITE_AMONG: &str =
    "t.id IN (SELECT rowid / 1048576 FROM search_fts WHERE search_fts MATCH ";
/// From one place to another.
pub(super) const SQLITE_AMONG_FROM: &str = " AND rowid BETWEEN ";
/// PostgreSQL: an entry of the ticket matches.
pub(super) const POSTGRES_HAS: &str = "EXISTS (SELECT 1 FROM search_segment s WHERE s.id BETWEEN t.id * 1048576 \
     AND t.id * 1048576 + 1048575 AND s.words @@ CAST(CAST(";
/// PostgreSQL: the ticket is among those of which an entry matches.
pub(super) const POSTGRES_AMONG: &str =
    "t.id IN (SELECT s.ticket_id FROM search_segment s WHERE s.words @@ CAST(CAST(";
/// From one ticket to another.
pub(super) const POSTGRES_AMONG_FROM: &str = " AND s.ticket_id BETWEEN ";

/// SQLite: the highest place within bounds that matches.
pub(super) const SQLITE_NEWEST_PLACE: &str = "SELECT rowid FROM search_fts WHERE search_fts MATCH $1 AND rowid BETWEEN $2 AND $3 ORDER BY rowid DESC LIMIT 1";
/// PostgreSQL: the same.
pub(super) const POSTGRES_NEWEST_PLACE: &str = "SELECT id FROM search_segment \
     WHERE words @@ CAST(CAST($1 AS TEXT) AS tsquery) AND id BETWEEN $2 AND $3 ORDER BY id DESC LIMIT 1";
/// The message or note of a ticket whose words stand at a place.
pub(super) const ENTRY_AT: &str = "SELECT id, kind, COALESCE(plain, content) FROM message \
     WHERE ticket_id = $1 AND first_segment <= $2 AND first_segment + segments > $2 ORDER BY id DESC LIMIT 1";
