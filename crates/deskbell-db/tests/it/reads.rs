//! Reads: one snapshot per job, no writes, lanes that cannot hold each other up.

use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use deskbell_db::{Engine, Error, Kind, Lane, bind};

use crate::support::{Database, Door, add, both, until, value, write};

/// Counts for a long time, in either engine.
const ENDLESS: &str = "WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps
    WHERE n < 2000000000) SELECT count(*) FROM steps";

both! {
    all_statements_of_a_read_see_one_snapshot(database) {
        let store = database.open();
        for lane in [Lane::Point, Lane::List, Lane::Slow] {
            let before = value(&store, 1);
            let (door, read) = (Door::default(), Door::default());
            thread::scope(|scope| {
                let reader = scope.spawn(|| {
                    let (door, read) = (door.clone(), read.clone());
                    store.read_blocking(lane, move |tx| {
                        let sql = "SELECT n FROM counter WHERE id = 1";
                        let first = tx.first(sql, bind![], |row| row.int(0))?;
                        read.open();
                        door.pass();
                        let second = tx.first(sql, bind![], |row| row.int(0))?;
                        Ok::<_, Error>((first, second))
                    })
                });
                read.pass();
                write(&store, |tx| add(tx, 1)).expect("a writer does not wait for a reader");
                door.open();
                let seen = reader.join().expect("no panic").expect("read");
                assert_eq!(seen, (Some(before), Some(before)), "{lane:?}");
            });
            assert_eq!(value(&store, 1), before + 1);
        }
    }

    a_read_cannot_write(database) {
        let store = database.open();
        for lane in [Lane::Point, Lane::List, Lane::Slow] {
            let refused = store.read_blocking(lane, |tx| add(tx, 1)).expect_err("read-only");
            assert_eq!(refused.kind(), Kind::Engine, "{lane:?}: {refused}");
        }
        assert_eq!(value(&store, 1), 0);
    }

    slow_reads_hold_up_neither_points_nor_lists_nor_writes(database) {
        let store = database.open();
        let door = Door::default();
        thread::scope(|scope| {
            for _ in 0..10 {
                let door = door.clone();
                let store = &*store;
                scope.spawn(move || store.read_blocking(Lane::Slow, move |_| {
                    door.pass();
                    Ok::<_, Error>(())
                }));
            }
            until("slow reads to run and to wait", || {
                door.waiting() > 0 && store.stats().waiting.slow > 0
            });
            write(&store, |tx| add(tx, 1)).expect("written");
            assert_eq!(value(&store, 1), 1);
            store.read_blocking(Lane::List, |tx| {
                tx.all("SELECT id FROM counter ORDER BY id", bind![], |row| row.int(0))
            }).expect("listed");
            door.open();
        });
    }

    a_statement_that_takes_too_long_is_a_timeout(database) {
        let store = database.open_with(|options| options.statement_timeout = Duration::from_millis(150));
        for lane in [Lane::Point, Lane::List, Lane::Slow] {
            let stopped = store.read_blocking(lane, |tx| tx.exec(ENDLESS, bind![])).expect_err("too long");
            assert_eq!(stopped.kind(), Kind::Timeout, "{lane:?}: {stopped}");
        }
        let stopped = write(&store, |tx| {
            add(tx, 1)?;
            tx.exec(ENDLESS, bind![])
        });
        assert_eq!(stopped.expect_err("too long").kind(), Kind::Timeout);
        write(&store, |tx| add(tx, 1)).expect("the next one is fine");
        assert_eq!(value(&store, 1), 1);
    }

    a_panicking_read_is_an_error_and_the_lane_goes_on(database) {
        let store = database.open();
        for lane in [Lane::Point, Lane::List, Lane::Slow] {
            for _ in 0..10 {
                let failed = store.read_blocking(lane, |tx| {
                    tx.first("SELECT n FROM counter", bind![], |_| -> Result<(), Error> { panic!("a defect") })
                });
                assert_eq!(failed.expect_err("a panic").kind(), Kind::Engine);
            }
            let answer = store.read_blocking(lane, |tx| tx.first("SELECT 7", bind![], |row| row.int(0)));
            assert_eq!(answer.expect("read"), Some(7));
        }
    }

    rows_are_streamed_and_can_be_stopped(database) {
        let store = database.open();
        let seen = store.read_blocking(Lane::List, |tx| {
            let mut seen = Vec::new();
            let sql = "WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < 1000)
                SELECT n FROM steps";
            tx.each(sql, bind![], |row| {
                seen.push(row.int(0)?);
                Ok::<_, Error>(if seen.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })?;
            // The connection is fit for the next statement.
            assert_eq!(tx.first("SELECT 7", bind![], |row| row.int(0))?, Some(7));
            Ok::<_, Error>(seen)
        });
        assert_eq!(seen.expect("read"), [1, 2, 3]);
    }

    a_failing_row_ends_the_statement_with_its_error(database) {
        let store = database.open();
        let failed = store.read_blocking(Lane::Point, |tx| {
            tx.all("SELECT id FROM counter", bind![], |row| row.str(0).map(str::len))
        });
        assert_eq!(failed.expect_err("no text").kind(), Kind::Decode);
    }

    counter_slots_fit_in_a_byte(database) {
        let store = database.open();
        let slot = write(&store, |tx| Ok(tx.counter_slot())).expect("written");
        assert!((0..256).contains(&slot));
        if database.engine == Engine::Sqlite {
            assert_eq!(slot, 0);
        }
    }
}
