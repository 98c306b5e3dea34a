//! Migrations: once each, in order, by whoever comes first; a database that does not fit is refused.

use std::thread;

use deskbell_db::{Engine, Error, Kind, Lane, Migration, Options, Store, bind};

use crate::support::{Database, both, write};

const ONE: &str =
    "CREATE TABLE one (id BIGINT); CREATE TABLE ran (number BIGINT); INSERT INTO ran VALUES (1);";
const TWO: &str = "CREATE TABLE two (id BIGINT); INSERT INTO ran VALUES (2);";

const fn step(number: u32, text: &'static str) -> Migration {
    Migration { number, name: "step", sqlite: text, postgres: text }
}

static FIRST: &[Migration] = &[step(1, ONE)];
static BOTH: &[Migration] = &[step(1, ONE), step(2, TWO)];
static CHANGED: &[Migration] = &[step(1, "CREATE TABLE one (id BIGINT, other BIGINT);"), step(2, TWO)];
static BROKEN: &[Migration] =
    &[step(1, ONE), step(2, "CREATE TABLE two (id BIGINT); INSERT INTO nowhere VALUES (1);")];
static LATE: &[Migration] = &[step(2, TWO)];

fn open(options: Options, migrations: &'static [Migration]) -> Result<Store, Error> {
    Store::open(options, migrations)
}

fn ran(store: &Store) -> Vec<i64> {
    store
        .read_blocking(Lane::Point, |tx| {
            tx.all("SELECT number FROM ran ORDER BY number", bind![], |row| row.int(0))
        })
        .expect("read")
}

both! {
    each_migration_runs_once_however_often_the_store_is_opened(database) {
        assert_eq!(ran(&open(database.options(), FIRST).expect("opened")), [1]);
        for _ in 0..2 {
            assert_eq!(ran(&open(database.options(), BOTH).expect("opened")), [1, 2]);
        }
    }

    many_openers_at_once_migrate_once(database) {
        thread::scope(|scope| {
            let openers: Vec<_> = (0..6).map(|_| scope.spawn(|| {
                open(database.options(), BOTH).map(|store| ran(&store))
            })).collect();
            for opener in openers {
                assert_eq!(opener.join().expect("no panic").expect("opened"), [1, 2]);
            }
        });
    }

    a_database_from_a_newer_program_is_refused(database) {
        drop(open(database.options(), BOTH).expect("opened"));
        let refused = open(database.options(), FIRST).expect_err("too new");
        assert_eq!(refused.kind(), Kind::TooNew);
        let text = refused.to_string();
        assert!(text.contains("migration 2") && text.contains("up to 1"), "{text}");
    }

    a_changed_migration_is_refused(database) {
        drop(open(database.options(), FIRST).expect("opened"));
        let refused = open(database.options(), CHANGED).expect_err("changed");
        assert_eq!(refused.kind(), Kind::ChecksumMismatch);
        assert!(refused.to_string().contains("migration 1"), "{refused}");
    }

    a_migration_that_was_left_out_is_refused(database) {
        static GAP: &[Migration] = &[step(2, "CREATE TABLE ran (number BIGINT);")];
        static FILLED: &[Migration] = &[step(1, ONE), step(2, "CREATE TABLE ran (number BIGINT);")];
        drop(open(database.options(), GAP).expect("opened"));
        assert_eq!(open(database.options(), FILLED).expect_err("out of order").kind(), Kind::ChecksumMismatch);
        assert_eq!(open(database.options(), LATE).expect_err("changed").kind(), Kind::ChecksumMismatch);
    }

    a_migration_that_fails_leaves_nothing_behind(database) {
        let failed = open(database.options(), BROKEN).expect_err("broken");
        assert!(failed.to_string().contains("migration 2"), "{failed}");
        assert_eq!(ran(&open(database.options(), BOTH).expect("opened after the repair")), [1, 2]);
    }

    tables_can_be_rebuilt_but_no_orphan_is_left(database) {
        // SQLite rebuilds tables, PostgreSQL alters them; both refuse an orphan in the end.
        static OLD: &[Migration] = &[Migration {
            number: 1,
            name: "old",
            sqlite: "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id));
                INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);",
            postgres: "CREATE TABLE p (id BIGINT PRIMARY KEY); CREATE TABLE c (p BIGINT REFERENCES p (id));
                INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);",
        }];
        static REBUILT: &[Migration] = &[OLD[0], Migration {
            number: 2,
            name: "rebuilt",
            sqlite: "CREATE TABLE q (id INTEGER PRIMARY KEY, more TEXT); INSERT INTO q (id) SELECT id FROM p;
                DROP TABLE p; ALTER TABLE q RENAME TO p;",
            postgres: "ALTER TABLE p ADD COLUMN more TEXT;",
        }];
        static ORPHAN: &[Migration] = &[REBUILT[0], REBUILT[1], Migration {
            number: 3, name: "orphan", sqlite: "DELETE FROM p;", postgres: "DELETE FROM p;",
        }];
        drop(open(database.options(), OLD).expect("opened"));
        drop(open(database.options(), REBUILT).expect("rebuilt"));
        assert_eq!(open(database.options(), ORPHAN).expect_err("an orphan").kind(), Kind::ForeignKey);
        let store = open(database.options(), REBUILT).expect("nothing was kept of it");
        let missing = write(&store, |tx| tx.exec("INSERT INTO c (p) VALUES ($1)", bind![5]));
        assert_eq!(missing.expect_err("keys are enforced again").kind(), Kind::ForeignKey);
    }
}

#[test]
fn migrations_must_be_in_order() {
    static WRONG: &[Migration] = &[step(2, TWO), step(1, ONE)];
    let database = Database::new(Engine::Sqlite);
    assert_eq!(open(database.options(), WRONG).expect_err("wrong order").kind(), Kind::Engine);
}
