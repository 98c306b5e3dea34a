//! What only SQLite does: full disks, other processes, the file itself.

use std::thread;
use std::time::{Duration, Instant};

use deskbell_db::{Engine, Error, Kind, Lane, Store, Urgency, bind};

use crate::support::{Database, add, rows, until, value, write};

fn limit_pages(store: &Store, pages: i64) -> i64 {
    write(store, move |tx| tx.first(&format!("PRAGMA max_page_count = {pages}"), bind![], |row| row.int(0)))
        .expect("a pragma")
        .expect("the limit")
}

#[test]
fn a_full_disk_acknowledges_nobody_and_later_writes_go_on() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    let pages = limit_pages(&store, 1) + 20;
    limit_pages(&store, pages);
    let text = "x".repeat(3000);
    let acknowledged = thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (store, text) = (&*store, &text);
                scope.spawn(move || {
                    let mut acknowledged = 0;
                    for round in 0..20 {
                        let word = format!("{writer} {round} {text}");
                        match write(store, move |tx| {
                            tx.exec("INSERT INTO word (text) VALUES ($1)", bind![&word])
                        }) {
                            Ok(_) => acknowledged += 1,
                            Err(error) => assert_eq!(error.kind(), Kind::DiskFull, "{error}"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).sum::<i64>()
    });
    assert!(acknowledged > 0 && acknowledged < 160, "{acknowledged}");
    assert_eq!(rows(&store, "word"), acknowledged, "reads go on and see what was acknowledged");
    assert!(store.stats().lost_transactions > 0);

    limit_pages(&store, 1_000_000);
    write(&store, |tx| tx.exec("INSERT INTO word (text) VALUES ('room again')", bind![]))
        .expect("room again");
    store.close();
    assert_eq!(rows(&database.open(), "word"), acknowledged + 1, "nothing acknowledged was lost");
}

#[test]
fn another_process_that_holds_the_lock_is_waited_for() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    let other = rusqlite::Connection::open(database.path()).expect("a second process");
    other.execute_batch("BEGIN IMMEDIATE; UPDATE counter SET n = n + 100 WHERE id = 1").expect("its write");
    thread::scope(|scope| {
        let began = Instant::now();
        let writer = scope.spawn(|| write(&store, |tx| add(tx, 1)));
        thread::sleep(Duration::from_millis(500));
        other.execute_batch("COMMIT").expect("its end");
        writer.join().expect("no panic").expect("ours, after it");
        assert!(began.elapsed() >= Duration::from_millis(500));
    });
    assert_eq!(value(&store, 1), 101);
}

#[test]
fn a_lock_that_is_held_too_long_is_a_timeout_for_all_who_wait() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open_with(|options| options.lock_timeout = Duration::from_millis(100));
    let other = rusqlite::Connection::open(database.path()).expect("a second process");
    other.execute_batch("BEGIN IMMEDIATE").expect("its lock");
    let began = Instant::now();
    thread::scope(|scope| {
        let writers: Vec<_> = (0..20).map(|_| scope.spawn(|| write(&store, |tx| add(tx, 1)))).collect();
        for writer in writers {
            let refused = writer.join().expect("no panic").expect_err("locked");
            assert_eq!(refused.kind(), Kind::Timeout);
        }
    });
    assert!(began.elapsed() < Duration::from_secs(1), "they do not wait one after the other");
    other.execute_batch("COMMIT").expect("its end");
    write(&store, |tx| add(tx, 1)).expect("written");
}

#[test]
fn the_log_is_folded_into_the_file_while_writing_and_at_the_end() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    for _ in 0..50 {
        write(&store, |tx| add(tx, 1)).expect("written");
    }
    until("a checkpoint", || store.stats().checkpoints > 0 && store.stats().wal_bytes > 0);
    store.close();
    let log = database.path().with_extension("db-wal");
    assert_eq!(std::fs::metadata(log).map_or(0, |file| file.len()), 0);
}

#[test]
#[cfg(unix)]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    write(&store, |tx| add(tx, 1)).expect("written");
    for suffix in ["db", "db-wal", "db-shm"] {
        let path = database.path().with_extension(suffix);
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn connections_are_set_up_for_safety() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    let pragmas = |tx: &mut deskbell_db::Tx<'_>| {
        ["synchronous", "foreign_keys", "wal_autocheckpoint", "query_only", "mmap_size"]
            .iter()
            .map(|name| tx.first(&format!("PRAGMA {name}"), bind![], |row| row.int(0)))
            .collect::<Result<Option<Vec<_>>, Error>>()
    };
    assert_eq!(write(&store, pragmas).expect("read"), Some(vec![2, 1, 0, 0, 0]));
    for lane in [Lane::Point, Lane::List, Lane::Slow] {
        assert_eq!(store.read_blocking(lane, pragmas).expect("read"), Some(vec![2, 1, 0, 1, 0]));
    }
}

#[test]
fn a_job_that_holds_the_last_store_does_not_hang() {
    let database = Database::new(Engine::Sqlite);
    let store = Store::open(database.options(), crate::support::MIGRATIONS).expect("opened");
    let inside = store.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let job = store.write(Urgency::Interactive, move |tx| {
        assert_eq!(inside.engine(), Engine::Sqlite);
        add(tx, 1)
    });
    runtime.block_on(job).expect("written");
    drop(store);
    until("the writer to let go", || {
        let again = rusqlite::Connection::open(database.path()).expect("opened");
        again.query_row("SELECT n FROM counter WHERE id = 1", [], |row| row.get::<_, i64>(0)) == Ok(1)
    });
}

#[test]
fn a_malformed_search_text_is_not_repeated() {
    let database = Database::new(Engine::Sqlite);
    let store = database.open();
    write(&store, |tx| tx.exec("CREATE VIRTUAL TABLE search USING fts5 (body)", bind![])).expect("made");
    let failed = store.read_blocking(Lane::Slow, |tx| {
        tx.first("SELECT rowid FROM search WHERE search MATCH $1", bind!["AND tr0ub4dor ("], |row| row.int(0))
    });
    let failed = failed.expect_err("malformed");
    assert!(!format!("{failed} {failed:?}").contains("tr0ub4dor"), "{failed:?}");
}
