//! What only PostgreSQL does: conflicts, lost connections, poolers, rights.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use deskbell_db::{Engine, Error, Kind, Lane, Location, Store, Tx, Urgency, bind};

use crate::support::{Database, Door, MIGRATIONS, add, rows, until, value, write};

fn pid(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first("SELECT pg_backend_pid()", bind![], |row| row.int(0))?.unwrap_or(0))
}

/// Ends all connections of the test's database but the one that asks.
fn cut_all(database: &Database) {
    database.admin(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}

#[test]
fn serialisation_failures_are_retried_until_both_writers_are_through() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let runs = AtomicU32::new(0);
    let runs: &'static AtomicU32 = Box::leak(Box::new(runs));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    write(&store, move |tx| {
                        runs.fetch_add(1, Ordering::Relaxed);
                        tx.exec("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", bind![])?;
                        let sql = "SELECT n FROM counter WHERE id = 1";
                        let n = tx.first(sql, bind![], |row| row.int(0))?.unwrap_or(0);
                        tx.exec("UPDATE counter SET n = $1 WHERE id = 1", bind![n + 1])
                    })
                    .expect("written in the end");
                }
            });
        }
    });
    assert_eq!(value(&store, 1), 40);
    let runs = u64::from(runs.load(Ordering::Relaxed));
    assert_eq!(runs, 40 + store.stats().retries, "every further run is a counted retry");
}

#[test]
fn a_deadlock_is_retried() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let met = Arc::new(AtomicU32::new(0));
    thread::scope(|scope| {
        for (one, two) in [(1, 2), (2, 1)] {
            let (store, met) = (&*store, Arc::clone(&met));
            scope.spawn(move || {
                write(store, move |tx| {
                    add(tx, one)?;
                    // Both hold their first row before either asks for its second.
                    met.fetch_add(1, Ordering::SeqCst);
                    while met.load(Ordering::SeqCst) < 2 {
                        thread::sleep(Duration::from_millis(1));
                    }
                    add(tx, two)
                })
                .expect("written in the end");
            });
        }
    });
    assert_eq!((value(&store, 1), value(&store, 2)), (2, 2));
    assert!(store.stats().retries >= 1);
}

#[test]
fn an_error_type_that_hides_the_conflict_is_retried_all_the_same() {
    struct Mine;
    impl From<Error> for Mine {
        fn from(_: Error) -> Mine {
            Mine
        }
    }
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let runs = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&runs);
    let result = store.write_blocking(Urgency::Interactive, move |tx| {
        if seen.fetch_add(1, Ordering::Relaxed) == 0 {
            let raise = "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$";
            // Even a job that swallows it must run again.
            let _ = tx.exec(raise, bind![]);
            return Ok(());
        }
        add(tx, 1).map_err(Mine::from)
    });
    assert!(result.is_ok());
    assert_eq!((runs.load(Ordering::Relaxed), value(&store, 1)), (2, 1));
}

#[test]
fn after_ten_conflicts_the_caller_is_told_to_come_back() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let refused = write(&store, |tx| {
        tx.exec("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", bind![])
    });
    assert_eq!(refused.expect_err("always in the way").kind(), Kind::Overloaded);
    assert_eq!(store.stats().retries, 9);
}

#[test]
fn idle_connections_that_were_cut_are_replaced() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    for round in 1..=3 {
        for _ in 0..10 {
            write(&store, |tx| add(tx, 1)).expect("written");
        }
        cut_all(&database);
        assert_eq!(value(&store, 1), round * 10);
    }
}

#[test]
fn a_job_whose_connection_dies_in_the_middle_runs_again() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let (door, own) = (Door::default(), Arc::new(AtomicU32::new(0)));
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (door, runs) = (door.clone(), Arc::clone(&own));
            write(&store, move |tx| {
                add(tx, 1)?;
                if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                    door.pass();
                }
                add(tx, 2)
            })
        });
        until("the job to be in the middle", || door.waiting() == 1);
        cut_all(&database);
        door.open();
        writer.join().expect("no panic").expect("written by the second run");
    });
    assert_eq!(own.load(Ordering::SeqCst), 2);
    assert_eq!((value(&store, 1), value(&store, 2)), (1, 1));
}

#[test]
fn a_connection_lost_during_commit_is_reported_and_not_run_again() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    // A deferred trigger runs inside COMMIT and ends its own connection there.
    database.admin(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER die AFTER INSERT ON word DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die()",
    );
    let runs = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&runs);
    let lost = write(&store, move |tx| {
        seen.fetch_add(1, Ordering::Relaxed);
        tx.exec("INSERT INTO word (text) VALUES ('x')", bind![])
    })
    .expect_err("the outcome is unknown");
    assert_eq!(lost.kind(), Kind::Unavailable);
    assert!(lost.to_string().contains("may have been kept"), "{lost}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    write(&store, |tx| add(tx, 1)).expect("the next one is fine");
}

#[test]
fn a_job_that_goes_on_after_a_failed_statement_is_never_acknowledged() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let refused = write(&store, |tx| {
        add(tx, 1)?;
        let _ = tx.exec("INSERT INTO counter (id, n) VALUES (1, 1)", bind![]);
        Ok(())
    });
    assert_eq!(refused.expect_err("nothing was kept").kind(), Kind::Engine);
    assert_eq!(value(&store, 1), 0);
}

#[test]
fn a_plan_that_has_become_stale_is_made_again() {
    let database = Database::new(Engine::Postgres);
    let store = database.open_with(|options| options.pool = 3);
    let read = || {
        store.read_blocking(Lane::Point, |tx| {
            tx.first("SELECT * FROM counter WHERE id = 1", bind![], |row| row.int(1))
        })
    };
    for _ in 0..30 {
        read().expect("read");
    }
    database.admin("ALTER TABLE counter ADD COLUMN more TEXT");
    for _ in 0..30 {
        assert_eq!(read().expect("read"), Some(0));
    }
    database.admin("ALTER TABLE counter ALTER COLUMN n TYPE INTEGER");
    for _ in 0..30 {
        assert_eq!(read().expect("read"), Some(0));
    }
}

#[test]
fn statements_that_a_pooler_dropped_are_prepared_again() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    for _ in 0..20 {
        write(&store, |tx| add(tx, 1)).expect("written");
        write(&store, |tx| tx.exec("DEALLOCATE ALL", bind![])).expect("dropped");
    }
    assert_eq!(value(&store, 1), 20);
    assert!(store.stats().retries > 0);
}

#[test]
fn without_prepared_statements_everything_works_the_same() {
    let database = Database::new(Engine::Postgres);
    let mut options = database.options();
    options.location = Location::Postgres(format!("{}&prepared=off", database.url()));
    options.statement_timeout = Duration::from_millis(300);
    let store = Store::open(options, MIGRATIONS).expect("opened");
    write(&store, |tx| {
        add(tx, 1)?;
        let twice = tx.savepoint(|tx| tx.exec("INSERT INTO counter (id, n) VALUES ($1, $2)", bind![1, 1]));
        assert_eq!(twice.expect_err("taken").kind(), Kind::Unique);
        tx.exec("INSERT INTO word (text) VALUES ($1)", bind!["kept"])?;
        let text = tx.first("SELECT text FROM word WHERE text = $1", bind!["kept"], |row| {
            row.str(0).map(str::to_owned)
        })?;
        assert_eq!(text.as_deref(), Some("kept"));
        Ok(())
    })
    .expect("written");
    let stopped = store.read_blocking(Lane::Slow, |tx| tx.exec("SELECT pg_sleep(5)::text", bind![]));
    assert_eq!(stopped.expect_err("too long").kind(), Kind::Timeout);
    let named = "SELECT count(*) FROM pg_prepared_statements";
    let named = write(&store, |tx| tx.first(named, bind![], |row| row.int(0)));
    assert_eq!(named.expect("read"), Some(0));
    assert_eq!((value(&store, 1), rows(&store, "word")), (1, 1));
}

#[test]
fn a_refused_connection_says_what_to_correct() {
    let database = Database::new(Engine::Postgres);
    let url = database.url();
    let (server, after) = url.split_once('@').expect("a user in the URL");
    let user = server.trim_start_matches("postgres://").split(':').next().expect("a user");
    let host = after.split('/').next().expect("a host");
    let role = format!("shut_out_{}", std::process::id());
    database.admin(&format!("CREATE ROLE {role} LOGIN PASSWORD 'out'"));
    let name = after.split('/').nth(1).and_then(|name| name.split('?').next()).expect("a name");
    database.admin(&format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"));
    for (url, words) in [
        (format!("postgres://{user}:wrong@{after}"), ["the user and the password", "28P01"]),
        (format!("postgres://nobody_of_the_name:wrong@{after}"), ["the user and the password", "28P01"]),
        (format!("{server}@{host}/no_such_database"), ["CREATE DATABASE", "3D000"]),
        (
            format!("postgres://{role}:out@{after}"),
            ["GRANT it to the user", "permission denied for database"],
        ),
    ] {
        let mut options = database.options();
        options.location = Location::Postgres(url);
        let refused = Store::open(options, MIGRATIONS).expect_err("no way in").to_string();
        assert!(words.iter().all(|word| refused.contains(word)), "{refused}");
        assert!(!refused.contains("wrong") && !refused.contains("ON SCHEMA"), "{refused}");
    }
    database.admin(&format!("DROP ROLE {role}"));
}

#[test]
fn a_user_without_rights_is_told_what_to_grant() {
    let database = Database::new(Engine::Postgres);
    let role = database.url();
    let role =
        format!("poor_{}", role.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name"));
    database
        .admin(&format!("REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE ROLE {role} LOGIN PASSWORD 'poor'"));
    let url = {
        let url = database.url();
        let at = url.find('@').expect("a user in the URL");
        format!("postgres://{role}:poor{}", &url[at..])
    };
    let mut options = database.options();
    options.location = Location::Postgres(url);
    let open = || Store::open(options.clone(), MIGRATIONS);

    let refused = open().expect_err("no schema");
    assert_eq!(refused.kind(), Kind::Rights);
    assert!(refused.to_string().contains("GRANT USAGE"), "{refused}");
    database.admin(&format!("GRANT USAGE ON SCHEMA public TO {role}"));
    let refused = open().expect_err("no right to create");
    assert_eq!(refused.kind(), Kind::Rights);
    assert!(refused.to_string().contains("CREATE ON SCHEMA"), "{refused}");
    drop(database.open());
    database.admin(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"));
    let refused = open().expect_err("no right to write");
    assert_eq!(refused.kind(), Kind::Rights);
    assert!(refused.to_string().contains("GRANT SELECT, INSERT"), "{refused}");
    database.admin(&format!("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"));
    let store = open().expect("rights enough");
    write(&store, |tx| add(tx, 1)).expect("written");
    store.close();
    database.admin(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_server_that_is_not_there_is_unavailable_after_a_while() {
    let database = Database::new(Engine::Postgres);
    let mut options = database.options();
    options.location = Location::Postgres("postgres://nobody:secret@127.0.0.1:1/desk".into());
    options.connect_timeout = Duration::from_millis(200);
    let refused = Store::open(options, MIGRATIONS).expect_err("nobody there");
    assert_eq!(refused.kind(), Kind::Unavailable);
    assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
}

#[test]
fn reads_do_not_stay_open_when_nothing_follows() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    for _ in 0..20 {
        assert_eq!(value(&store, 1), 0);
    }
    until("no transaction to be open", || {
        let open = database.admin(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
             AND state LIKE 'idle in transaction%'",
        );
        open.as_deref() == Some("0")
    });
}

#[test]
fn a_statement_that_lost_its_begin_could_not_write() {
    let database = Database::new(Engine::Postgres);
    let store = database.open();
    let readonly = write(&store, |tx| {
        let sql = "SELECT setting FROM pg_settings WHERE name = 'default_transaction_read_only'";
        tx.first(sql, bind![], |row| row.str(0).map(str::to_owned))
    });
    assert_eq!(readonly.expect("read").as_deref(), Some("on"));
    assert!(write(&store, pid).expect("read") > 0);
}
