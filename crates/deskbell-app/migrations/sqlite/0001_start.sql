-- The desk as it starts. Times are seconds since 1970 (UTC), words are kept by rank (deskbell-core words.rs),
-- booleans are 0 and 1, ids that leave the server are never used again (AUTOINCREMENT).

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Bumped by every change of a key or of what a key may see; key caches poll it.
INSERT INTO meta (name, value) VALUES ('key_generation', '1');

-- name_key is the name in lower case: names differ by more than case.
CREATE TABLE brand (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name           TEXT NOT NULL,
    name_key       TEXT NOT NULL UNIQUE,
    country        TEXT NOT NULL,
    time_zone      TEXT NOT NULL,
    language       TEXT NOT NULL,
    crm_sync_url   TEXT NOT NULL,
    signature      TEXT NOT NULL,
    business_hours TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    last_update    INTEGER NOT NULL,
    version        INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (
    id                INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name              TEXT NOT NULL,
    name_key          TEXT NOT NULL UNIQUE,
    icon              TEXT NOT NULL,
    endpoint          TEXT NOT NULL,
    secret            TEXT NOT NULL,
    include_signature INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    last_update       INTEGER NOT NULL,
    version           INTEGER NOT NULL
) STRICT;

-- The built-in channels have fixed numbers below 100, which the first start fills in; made ones begin at 100.
INSERT INTO sqlite_sequence (name, seq) VALUES ('channel', 99);

-- Group 0 is "no group" and user 0 is "nobody", so that a ticket's references always hold.
CREATE TABLE desk_group (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL UNIQUE,
    permissions TEXT NOT NULL,
    all_brands  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    last_update INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;

CREATE TABLE group_brand (
    group_id INTEGER NOT NULL REFERENCES desk_group (id) ON DELETE CASCADE,
    brand_id INTEGER NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, brand_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_brand_by_brand ON group_brand (brand_id);

-- login is the name in lower case: logins differ by more than case. search_key: what a query looks into.
CREATE TABLE desk_user (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL,
    login         TEXT NOT NULL UNIQUE,
    search_key    TEXT NOT NULL,
    firstname     TEXT NOT NULL,
    lastname      TEXT NOT NULL,
    email         TEXT NOT NULL,
    telephone     TEXT NOT NULL,
    language      TEXT NOT NULL,
    date_format   TEXT NOT NULL,
    admin         INTEGER NOT NULL,
    active        INTEGER NOT NULL,
    password_hash TEXT,
    created_at    INTEGER NOT NULL,
    last_update   INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;

CREATE TABLE group_member (
    group_id INTEGER NOT NULL REFERENCES desk_group (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES desk_user (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_by_user ON group_member (user_id);

INSERT INTO desk_group (id, name, name_key, permissions, all_brands, created_at, last_update, version)
VALUES (0, '', '', '', 1, 0, 0, 1);
INSERT INTO desk_user (id, name, login, search_key, firstname, lastname, email, telephone, language, date_format, admin, active, created_at, last_update, version)
VALUES (0, '', '', '', '', '', '', '', 'en', 'iso', 0, 0, 0, 0, 1);

-- external_primary_id is null where none was given: unique among those given. search_key: what a query looks into.
CREATE TABLE customer (
    id                  INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    brand_id            INTEGER NOT NULL REFERENCES brand (id),
    external_primary_id TEXT,
    firstname           TEXT NOT NULL,
    lastname            TEXT NOT NULL,
    custom_fields       TEXT NOT NULL,
    search_key          TEXT NOT NULL,
    created_at          INTEGER NOT NULL,
    last_update         INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    UNIQUE (brand_id, external_primary_id)
) STRICT;

-- kind: 1 e-mail, 2 telephone, 3 facebook, 4 twitter. address is what was given, canonical what is compared: its
-- canonical form, or ?id:text for a telephone text that is no number and so names nobody.
CREATE TABLE customer_address (
    brand_id    INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    canonical   TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    address     TEXT NOT NULL,
    PRIMARY KEY (brand_id, kind, canonical)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_address_by_customer ON customer_address (customer_id);

CREATE TABLE customer_field (
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Forms. title_key: what a query looks into. all_brands = 0 with no brand left is for none.
CREATE TABLE form (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    title       TEXT NOT NULL,
    title_key   TEXT NOT NULL,
    all_brands  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    last_update INTEGER NOT NULL,
    version     INTEGER NOT NULL
) STRICT;

CREATE TABLE form_brand (
    form_id  INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
    brand_id INTEGER NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
    PRIMARY KEY (form_id, brand_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX form_brand_by_brand ON form_brand (brand_id);

-- required: the statuses for which the field is needed, bit n for the status of rank n. options: comma separated with CSV
-- quoting.
CREATE TABLE form_field (
    id            INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    form_id       INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
    title         TEXT NOT NULL,
    title_key     TEXT NOT NULL,
    input_type    INTEGER NOT NULL,
    field_order   INTEGER,
    required      INTEGER NOT NULL,
    external_code TEXT NOT NULL,
    options       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    last_update   INTEGER NOT NULL,
    version       INTEGER NOT NULL
) STRICT;
CREATE INDEX form_field_by_form ON form_field (form_id, id);

CREATE TABLE ticket (
    id                   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- First what lists filter and sort by: a row is read only as far as it is needed.
    -- in the trash since; purged some time after
    deleted_at           INTEGER,
    archived             INTEGER NOT NULL,
    status               INTEGER NOT NULL,
    priority             INTEGER NOT NULL,
    channel_id           INTEGER NOT NULL REFERENCES channel (id),
    brand_id             INTEGER NOT NULL REFERENCES brand (id),
    group_id             INTEGER NOT NULL REFERENCES desk_group (id),
    user_id              INTEGER NOT NULL REFERENCES desk_user (id),
    customer_id          INTEGER NOT NULL,
    form_id              INTEGER,
    direction            INTEGER NOT NULL,
    -- how many files hang on its messages and notes
    files                INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    last_update          INTEGER NOT NULL,
    version              INTEGER NOT NULL,
    title                TEXT NOT NULL,
    from_address         TEXT NOT NULL,
    from_name            TEXT NOT NULL,
    to_address           TEXT NOT NULL,
    to_name              TEXT NOT NULL,
    -- both in canonical form, for finding a customer's tickets by address; empty where there is none
    contact              TEXT NOT NULL,
    tags                 TEXT NOT NULL,
    last_update_agent    INTEGER,
    last_update_customer INTEGER,
    closed_at            INTEGER,
    snooze_time          INTEGER,
    snooze_time_sent     INTEGER,
    grade_by_customer    INTEGER,
    sla_policy_id        INTEGER NOT NULL,
    sla_breach_customer_wait_time INTEGER,
    sla_breach_first_reply_time   INTEGER,
    sla_breach_next_reply_time    INTEGER,
    sla_breach_user_work_time     INTEGER,
    sla_next_breach               INTEGER,
    sla_next_breach_current_status TEXT NOT NULL,
    merged_into          INTEGER NOT NULL,
    -- the random half of external_id; the other half is the id
    external_key         TEXT NOT NULL,
    -- data set and record id of an imported ticket
    source               TEXT NOT NULL,
    source_id            TEXT NOT NULL,
    -- how many entries the timeline has, so that nobody counts them
    messages             INTEGER NOT NULL,
    events               INTEGER NOT NULL,
    -- the next free place in the search index below this ticket
    next_segment         INTEGER NOT NULL
) STRICT;
-- Ranges of equal leading columns are in the order of the rest: lists merge as many of them as they need.
CREATE INDEX ticket_by_brand ON ticket (brand_id, status, id);
CREATE INDEX ticket_by_group ON ticket (group_id, status, id);
CREATE INDEX ticket_by_group_age ON ticket (group_id, created_at, id);
CREATE INDEX ticket_by_user ON ticket (user_id, status, id) WHERE user_id <> 0;
CREATE INDEX ticket_by_customer ON ticket (customer_id, id) WHERE customer_id <> 0;
CREATE INDEX ticket_by_form ON ticket (form_id, id) WHERE form_id <> 0;
CREATE INDEX ticket_by_direction ON ticket (direction, id);
CREATE INDEX ticket_with_files ON ticket (id) WHERE files > 0;
CREATE INDEX ticket_by_contact ON ticket (contact, id) WHERE contact <> '';
CREATE INDEX ticket_by_channel ON ticket (channel_id, status, id);
CREATE INDEX ticket_by_priority ON ticket (status, priority, id);
CREATE INDEX ticket_by_created_at ON ticket (status, created_at, id);
CREATE INDEX ticket_by_last_update ON ticket (status, last_update, id);
CREATE INDEX ticket_in_trash ON ticket (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX ticket_in_archive ON ticket (id) WHERE archived = 1;
CREATE INDEX ticket_to_archive ON ticket (closed_at, id) WHERE closed_at IS NOT NULL AND archived = 0;
CREATE INDEX ticket_asleep ON ticket (snooze_time, id) WHERE snooze_time IS NOT NULL;

-- tag is the tag as it is compared (folded); the ticket row keeps it as it was written.
CREATE TABLE ticket_tag (
    tag       TEXT NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, ticket_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_tag_by_ticket ON ticket_tag (ticket_id);

-- What tickets have in the fields of forms; never empty. A value outlives its field and a change of the ticket's form, and goes
-- with its ticket.
CREATE TABLE form_value (
    ticket_id INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    field_id  INTEGER NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (ticket_id, field_id)
) STRICT, WITHOUT ROWID;

-- How many tickets outside the trash have a tag, as it is compared. A number that is none is not kept.
CREATE TABLE tag_count (
    tag      TEXT NOT NULL,
    brand_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    slot     INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (tag, brand_id, group_id, archived, slot)
) STRICT, WITHOUT ROWID;

-- How many tickets outside the trash there are of each kind: four tables, so that what a list filters by is a sum over
-- few rows, however many users, brands and groups there are. slot spreads concurrent writers (always 0 on SQLite).
CREATE TABLE ticket_count_small (
    status   INTEGER NOT NULL,
    brand_id INTEGER NOT NULL,
    group_id INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    slot     INTEGER NOT NULL,
    n        INTEGER NOT NULL,
    PRIMARY KEY (status, brand_id, group_id, archived, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE ticket_count_kind (
    status     INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    archived   INTEGER NOT NULL,
    slot       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (status, priority, channel_id, archived, slot)
) STRICT, WITHOUT ROWID;
CREATE TABLE ticket_count_middle (
    status     INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    brand_id   INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    archived   INTEGER NOT NULL,
    slot       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (status, priority, channel_id, brand_id, group_id, archived, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_count_middle_by_group ON ticket_count_middle (group_id, priority, status);
CREATE TABLE ticket_count (
    user_id    INTEGER NOT NULL,
    brand_id   INTEGER NOT NULL,
    group_id   INTEGER NOT NULL,
    status     INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    archived   INTEGER NOT NULL,
    slot       INTEGER NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (user_id, brand_id, group_id, status, priority, channel_id, archived, slot)
) STRICT, WITHOUT ROWID;

-- Messages (kind 1) and notes (kind 2).
CREATE TABLE message (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id      INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    kind           INTEGER NOT NULL,
    channel_id     INTEGER NOT NULL,
    direction      INTEGER NOT NULL,
    from_address   TEXT NOT NULL,
    from_name      TEXT NOT NULL,
    to_address     TEXT NOT NULL,
    to_name        TEXT NOT NULL,
    cc             TEXT NOT NULL,
    bcc            TEXT NOT NULL,
    user_id        INTEGER NOT NULL,
    user_name      TEXT NOT NULL,
    content        TEXT NOT NULL,
    -- 0: content is plain text; else HTML, and shown is what its rules of that number left of it
    format         INTEGER NOT NULL,
    shown          TEXT,
    -- text that is searched; null where it is the content itself
    plain          TEXT,
    meta_data      TEXT NOT NULL,
    external_id    TEXT NOT NULL,
    status_new     INTEGER,
    pinned         INTEGER NOT NULL,
    in_queue       INTEGER NOT NULL,
    send_at        INTEGER,
    responds_to    INTEGER NOT NULL,
    -- how many files hang on it, so that nobody looks for those of messages without any
    files          INTEGER NOT NULL,
    -- where its words stand in the search index, below its ticket
    first_segment  INTEGER NOT NULL,
    segments       INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX message_by_ticket ON message (ticket_id, created_at, id, kind);
-- messages that are to be sent at a time
CREATE INDEX message_scheduled ON message (send_at, id) WHERE send_at IS NOT NULL;
-- for the question whether a channel that was made may be deleted
CREATE INDEX message_by_made_channel ON message (channel_id) WHERE channel_id >= 100;

-- Bytes of files, each content once: its SHA-256, and the place in the store of files that was taken for it. A place is used once.
CREATE TABLE content (
    hash       BLOB NOT NULL PRIMARY KEY,
    place      TEXT NOT NULL UNIQUE,
    size       INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Places in the store of files that no content has: not yet, or not any more. What is there is removed once it is due.
CREATE TABLE content_gone (
    place TEXT NOT NULL PRIMARY KEY,
    due   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX content_gone_due ON content_gone (due);

-- The bytes themselves, where the store of files is this database.
CREATE TABLE content_chunk (
    place TEXT NOT NULL,
    n     INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (place, n)
) STRICT;

-- Files. One that was uploaded and hangs on no message yet has no ticket, and is its caller's alone; one whose message was
-- taken out of its timeline has a ticket and no message. media_type: by the content.
CREATE TABLE file (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id  INTEGER REFERENCES ticket (id) ON DELETE CASCADE,
    message_id INTEGER,
    -- among the files of its message
    place      INTEGER NOT NULL,
    hash       BLOB NOT NULL REFERENCES content (hash),
    name       TEXT NOT NULL,
    size       INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    caller     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX file_by_ticket ON file (ticket_id, message_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX file_by_message ON file (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX file_by_content ON file (hash);
CREATE INDEX file_unused ON file (created_at, id) WHERE ticket_id IS NULL;

-- What users are told of tickets (notification/), without any text of these. kind: 1 assigned, 2 message, 3 woken, 4 follow-up.
-- message_id: what the customer wrote, 0 for none. batch_id: the write that told it, so that taking that back finds it.
CREATE TABLE notification (
    id           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id      INTEGER NOT NULL,
    ticket_id    INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    kind         INTEGER NOT NULL,
    message_id   INTEGER NOT NULL,
    initiated_by TEXT NOT NULL,
    batch_id     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    read_at      INTEGER
) STRICT;
CREATE INDEX notification_by_user ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notification_by_ticket ON notification (ticket_id);

-- Merges of a ticket (source) into another one (target), also those that were taken apart: by the batch undone_by. version and
-- undone_version are the target's by that write. target_before and target_after: what of the target a merge can change, as JSON.
-- first_segment: where the words of what moved begin in the search index below the target.
CREATE TABLE ticket_merge (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    source_ticket  INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    target_ticket  INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    batch_id       TEXT NOT NULL,
    version        INTEGER NOT NULL,
    undone_by      TEXT,
    undone_version INTEGER,
    first_segment  INTEGER NOT NULL,
    target_before  TEXT NOT NULL,
    target_after   TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_merge_by_source ON ticket_merge (source_ticket, id);
CREATE INDEX ticket_merge_by_target ON ticket_merge (target_ticket, id);

-- The messages and notes that stood in the source of a merge. One that has left its timeline since is named all the same.
CREATE TABLE message_move (
    merge_id   INTEGER NOT NULL REFERENCES ticket_merge (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (merge_id, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_move_by_message ON message_move (message_id);

-- Every change, one row a field. The payload (before, after) can be purged: payload_hash = SHA-256(salt, payload)
-- stays, so that the chain (journal_seal) can still be checked. Rows of deleted tickets stay. last_update, closed_at,
-- last_update_agent and last_update_customer are the ticket's before the change, and of a ticket that is made its own: no payload tells them.
-- from_brand_id and from_group_id: where the ticket was before, if the write moved it.
-- There is one writer, so the id is the position in the order of all.
CREATE TABLE journal (
    id                INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id         INTEGER NOT NULL,
    brand_id          INTEGER NOT NULL,
    group_id          INTEGER NOT NULL,
    from_brand_id     INTEGER,
    from_group_id     INTEGER,
    item_type         TEXT NOT NULL,
    before            TEXT,
    after             TEXT,
    salt              BLOB,
    payload_hash      BLOB NOT NULL,
    batch_id          TEXT NOT NULL,
    initiated_by      TEXT NOT NULL,
    actor             TEXT NOT NULL,
    call              TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    last_update       INTEGER NOT NULL,
    closed_at         INTEGER,
    last_update_agent INTEGER,
    last_update_customer INTEGER
) STRICT;
CREATE INDEX journal_by_ticket ON journal (ticket_id, id);
CREATE INDEX journal_by_batch ON journal (batch_id);

-- The chain: each block seals the rows of the journal after those of the one before it, up to the position last. What its
-- hash is made of stands in journal/chain.rs. Blocks are numbered without gaps.
CREATE TABLE journal_seal (
    id         INTEGER NOT NULL PRIMARY KEY,
    last       INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    hash       BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- hash: SHA-256 of the whole key; old_hash: of the one before a rotation, good before old_secret_until. permissions: comma separated names. Limits: null = no limit, else a JSON array of ids.
CREATE TABLE api_key (
    id               INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL,
    hash             BLOB NOT NULL UNIQUE,
    old_hash         BLOB UNIQUE,
    old_secret_until INTEGER,
    hint             TEXT NOT NULL,
    permissions      TEXT NOT NULL,
    brands           TEXT,
    groups           TEXT,
    allowed_networks TEXT NOT NULL,
    expires          INTEGER,
    revoked_at       INTEGER,
    last_used        INTEGER,
    created_at       INTEGER NOT NULL,
    last_update      INTEGER NOT NULL,
    version          INTEGER NOT NULL
) STRICT;

-- Bulk work that is not finished in one transaction. state: 1 queued, 2 running, 3 done, 4 cancelled.
CREATE TABLE bulk (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    batch_id    TEXT NOT NULL,
    actor       TEXT NOT NULL,
    call        TEXT NOT NULL,
    work        TEXT NOT NULL,
    -- how many rows the answer of the call has at the most; all are kept
    keep_rows   INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    chunks      INTEGER NOT NULL,
    next_chunk  INTEGER NOT NULL,
    done        INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL,
    failed      INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    -- how often it was taken up since its last chunk: a chunk that never succeeds is given up
    takeovers   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX bulk_unfinished ON bulk (id) WHERE state <= 2;
CREATE INDEX bulk_by_actor ON bulk (actor, id);
CREATE INDEX bulk_by_age ON bulk (finished_at);

-- ids: in the order sent, each as its distance from the one before (bulk/pack.rs).
CREATE TABLE bulk_chunk (
    bulk_id INTEGER NOT NULL REFERENCES bulk (id) ON DELETE CASCADE,
    chunk   INTEGER NOT NULL,
    ids     BLOB NOT NULL,
    PRIMARY KEY (bulk_id, chunk)
) STRICT, WITHOUT ROWID;

CREATE TABLE bulk_row (
    bulk_id   INTEGER NOT NULL REFERENCES bulk (id) ON DELETE CASCADE,
    place     INTEGER NOT NULL,
    ticket_id INTEGER NOT NULL,
    outcome   INTEGER NOT NULL,
    version   INTEGER,
    code      TEXT,
    message   TEXT,
    field     TEXT,
    PRIMARY KEY (bulk_id, place)
) STRICT, WITHOUT ROWID;

-- Answers of writes that came with an Idempotency-Key (name). status, headers and body are null while bulk work (bulk_id)
-- has not been answered. headers: a JSON array of pairs.
CREATE TABLE idempotency (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    caller      TEXT NOT NULL,
    name        TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status      INTEGER,
    headers     TEXT,
    body        BLOB,
    bulk_id     INTEGER,
    created_at  INTEGER NOT NULL,
    UNIQUE (caller, name)
) STRICT;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Endpoints that are told what happens. events: comma separated words. brands, groups: as of a key. position: events up to
-- there have been written down as deliveries; replay_after, replay_until: those of a stretch are written down once more.
-- failures: in a row; from some on nothing is tried before retry_at.
CREATE TABLE webhook (
    id               INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    url              TEXT NOT NULL,
    events           TEXT NOT NULL,
    brands           TEXT,
    groups           TEXT,
    active           INTEGER NOT NULL,
    secret           BLOB NOT NULL,
    old_secret       BLOB,
    old_secret_until INTEGER,
    position         INTEGER NOT NULL,
    replay_after     INTEGER,
    replay_until     INTEGER,
    failures         INTEGER NOT NULL,
    rests            INTEGER NOT NULL,
    retry_at         INTEGER NOT NULL,
    taken_at         INTEGER NOT NULL,
    problem          TEXT NOT NULL,
    lease_owner      TEXT NOT NULL,
    lease_until      INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    last_update      INTEGER NOT NULL,
    version          INTEGER NOT NULL
) STRICT;

-- Stretches of the journal that a webhook is not told of, since it was inactive: after a position, until another one; null while
-- it is inactive.
CREATE TABLE webhook_gap (
    webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    after      INTEGER NOT NULL,
    until      INTEGER,
    PRIMARY KEY (webhook_id, after)
) STRICT, WITHOUT ROWID;

-- What a webhook is to be told or was told: an event each. position: that of the event's first journal row. subject: what the
-- event is about, whose deliveries keep their order: a ticket's id, or a customer's below zero. state: 1 waiting,
-- 2 delivered, 3 dead. since: when it was written down, or was to be told again. next_at: when it is tried next; null while
-- another one of its subject waits before it.
CREATE TABLE webhook_delivery (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    subject    INTEGER NOT NULL,
    event      TEXT NOT NULL,
    batch_id   TEXT NOT NULL,
    since      INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    replayed   INTEGER NOT NULL,
    next_at    INTEGER,
    ended_at   INTEGER,
    UNIQUE (webhook_id, position)
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at, position) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id, subject, position) WHERE state = 1;
-- for what is erased
CREATE INDEX webhook_delivery_by_subject ON webhook_delivery (subject);
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_by_state ON webhook_delivery (webhook_id, state, id);
CREATE INDEX webhook_delivery_stale ON webhook_delivery (webhook_id, since, id) WHERE state = 1;
CREATE INDEX webhook_delivery_ended ON webhook_delivery (webhook_id, state, ended_at, id) WHERE ended_at IS NOT NULL;

-- Each time that it was tried. status: of the answer, null if there was none; problem: empty if it was good.
CREATE TABLE webhook_try (
    delivery_id INTEGER NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    n           INTEGER NOT NULL,
    tried_at    INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL,
    status      INTEGER,
    answer      TEXT NOT NULL,
    problem     TEXT NOT NULL,
    PRIMARY KEY (delivery_id, n)
) STRICT, WITHOUT ROWID;

-- Contacts of new tickets who are to be looked up where the brand keeps its customers. While one is under way next_at is the
-- end of its lease.
CREATE TABLE crm_lookup (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id  INTEGER NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    brand_id   INTEGER NOT NULL REFERENCES brand (id) ON DELETE CASCADE,
    attempts   INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX crm_lookup_due ON crm_lookup (brand_id, next_at, id);
CREATE INDEX crm_lookup_by_ticket ON crm_lookup (ticket_id);

-- How many look-ups of a brand have failed in a row, and which rest of its place this is (0 = none); nothing is asked before
-- retry_at, and then one look-up alone.
CREATE TABLE crm_endpoint (
    brand_id INTEGER NOT NULL PRIMARY KEY REFERENCES brand (id) ON DELETE CASCADE,
    failures INTEGER NOT NULL,
    rests    INTEGER NOT NULL,
    retry_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What an import has done already.
CREATE TABLE import_record (
    source    TEXT NOT NULL,
    record_id TEXT NOT NULL,
    ticket_id INTEGER NOT NULL,
    PRIMARY KEY (source, record_id)
) STRICT, WITHOUT ROWID;

-- What became of the rows of all imports; one row.
CREATE TABLE import_total (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    imported INTEGER NOT NULL,
    already  INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    blank    INTEGER NOT NULL,
    left_out INTEGER NOT NULL
) STRICT;
INSERT INTO import_total (id, imported, already, rejected, blank, left_out) VALUES (1, 0, 0, 0, 0, 0);

-- How many entries were ever taken out of the search index, over slots: a count of hits that
-- somebody remembers can be too high by as many as were taken out since.
CREATE TABLE search_removed (
    slot    INTEGER NOT NULL PRIMARY KEY,
    removed INTEGER NOT NULL
) STRICT;

-- The words of tickets. rowid = ticket id * 2^20 + segment. Without content: deleting a row hands in its words
-- again, and leaves none behind.
CREATE VIRTUAL TABLE search_fts USING fts5 (words, content='', tokenize='ascii', columnsize=0);
INSERT INTO search_fts (search_fts, rank) VALUES ('automerge', 8);
INSERT INTO search_fts (search_fts, rank) VALUES ('crisismerge', 64);
INSERT INTO search_fts (search_fts, rank) VALUES ('secure-delete', 1);
-- The index word by word, for checking it; keeps nothing of its own.
CREATE VIRTUAL TABLE search_fts_words USING fts5vocab (search_fts, instance);

-- Under which views stand.
CREATE TABLE view_category (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    title     TEXT NOT NULL,
    title_key TEXT NOT NULL UNIQUE
) STRICT;

-- Named conditions on tickets. conditions and columns are JSON, parsed before they are stored.
CREATE TABLE view (
    id                   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    title                TEXT NOT NULL,
    title_key            TEXT NOT NULL UNIQUE,
    primary_sorting      TEXT NOT NULL,
    primary_descending   INTEGER NOT NULL,
    secondary_sorting    TEXT NOT NULL,
    secondary_descending INTEGER NOT NULL,
    category_id          INTEGER NOT NULL REFERENCES view_category (id),
    order_id             INTEGER NOT NULL,
    conditions           TEXT NOT NULL,
    columns              TEXT NOT NULL,
    created_at           INTEGER NOT NULL,
    last_update          INTEGER NOT NULL,
    version              INTEGER NOT NULL
) STRICT;
