//! Writes: what is acknowledged is kept, what fails leaves nothing, nobody spoils a neighbour.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use deskbell_db::{Engine, Error, Kind, Lane, Store, Tx, Urgency, bind};

use crate::support::{Database, Door, add, both, rows, until, value, write};

type Job = fn(&mut Tx<'_>) -> Result<(), Error>;

/// Queues jobs behind a closed door, so that on SQLite they end up in one group.
fn together(store: &Store, jobs: Vec<Job>) -> Vec<Result<(), Error>> {
    let door = Door::default();
    let behind = door.clone();
    let waiting = store.clone();
    let first = thread::spawn(move || {
        write(&waiting, move |_| {
            behind.pass();
            Ok(())
        })
    });
    until("the first job to run", || door.waiting() == 1);
    let threads: Vec<_> = jobs
        .into_iter()
        .zip(1..)
        .map(|(job, waiting)| {
            let own = store.clone();
            let thread = thread::spawn(move || write(&own, job));
            // One after the other, so that their order is known.
            if store.engine() == Engine::Sqlite {
                until("the job to wait", || store.stats().waiting.interactive == waiting);
            }
            thread
        })
        .collect();
    door.open();
    first.join().expect("no panic").expect("the first job ends well");
    threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
}

fn insert(tx: &mut Tx<'_>, text: &str) -> Result<(), Error> {
    tx.exec("INSERT INTO word (text) VALUES ($1)", bind![text]).map(drop)
}

fn insert_late(tx: &mut Tx<'_>, text: &str) -> Result<(), Error> {
    tx.insert_late("INSERT INTO word (text)", vec![text.to_owned().into()])
}

fn refuse<T>() -> Result<T, Error> {
    Err(Error::new(Kind::Decode, "the job says no"))
}

both! {
    an_acknowledged_write_is_seen_by_the_next_read(database) {
        let store = database.open();
        for round in 1..=20 {
            write(&store, |tx| add(tx, 1)).expect("written");
            assert_eq!(value(&store, 1), round);
        }
        assert!(store.stats().commits >= 20);
    }

    a_job_that_fails_after_writing_spoils_nobody(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| insert(tx, "before"),
            |tx| insert(tx, "undone").and_then(|()| refuse()),
            |tx| insert(tx, "after"),
        ]);
        let kinds: Vec<_> = results.iter().map(|result| result.as_ref().map_err(Error::kind)).collect();
        assert_eq!(kinds, [Ok(&()), Err(Kind::Decode), Ok(&())]);
        assert_eq!(rows(&store, "word"), 2);
        if store.engine() == Engine::Sqlite {
            assert_eq!(store.stats().group_reruns, 1);
        }
    }

    a_job_that_fails_before_writing_is_just_answered(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| insert(tx, "before"),
            |_| refuse(),
            |tx| insert(tx, "after"),
        ]);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
        assert_eq!(rows(&store, "word"), 2);
        assert_eq!(store.stats().group_reruns, 0);
    }

    a_refused_insert_is_a_unique_error_and_spoils_nobody(database) {
        let store = database.open();
        write(&store, |tx| insert(tx, "taken")).expect("the first of its kind");
        let results = together(&store, vec![
            |tx| insert(tx, "one"),
            |tx| insert(tx, "taken"),
            |tx| insert(tx, "two"),
        ]);
        let refused = results[1].as_ref().expect_err("taken already");
        assert_eq!(refused.kind(), Kind::Unique);
        assert!(!refused.to_string().contains("taken"), "{refused}");
        assert_eq!(rows(&store, "word"), 3);
        assert_eq!(store.stats().group_reruns, 0, "nothing was written, nothing runs again");
    }

    a_panicking_job_is_an_error_and_the_store_goes_on(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| insert(tx, "before"),
            |tx| insert(tx, "undone").map(|()| panic!("a defect")),
            |tx| insert(tx, "after"),
        ]);
        assert_eq!(results[1].as_ref().expect_err("a panic").kind(), Kind::Engine);
        assert!(results[0].is_ok() && results[2].is_ok());
        assert_eq!(rows(&store, "word"), 2);
        assert_eq!(store.stats().panics, 1);
        write(&store, |tx| insert(tx, "later")).expect("the writer lives");
    }

    a_foreign_key_that_fails_at_commit_spoils_nobody(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| insert(tx, "before"),
            |tx| {
                insert(tx, "undone")?;
                tx.exec("INSERT INTO late (parent) VALUES ($1)", bind![99]).map(drop)
            },
            |tx| insert(tx, "after"),
        ]);
        assert_eq!(results[1].as_ref().expect_err("no such parent").kind(), Kind::ForeignKey);
        assert!(results[0].is_ok() && results[2].is_ok());
        assert_eq!(rows(&store, "word"), 2);
    }

    late_rows_are_there_with_the_commit_in_their_order(database) {
        let store = database.open();
        let jobs: [Job; 2] = [
            |tx| (0..100).try_for_each(|n| insert_late(tx, &format!("{n:03}"))),
            |tx| {
                insert_late(tx, "between")?;
                tx.insert_late("INSERT INTO late (parent)", vec![1.into()])?;
                insert_late(tx, "last")
            },
        ];
        let results = together(&store, jobs.to_vec());
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!((rows(&store, "word"), rows(&store, "late")), (102, 1));
        if store.engine() == Engine::Sqlite {
            let mut expected: Vec<String> = (0..100).map(|n| format!("{n:03}")).collect();
            expected.extend(["between".to_owned(), "last".to_owned()]);
            let text = "SELECT text FROM word ORDER BY rowid";
            let all = store.read_blocking(Lane::List, move |tx| {
                tx.all(text, &[], |row| row.str(0).map(str::to_owned))
            });
            assert_eq!(all.expect("read"), expected);
        }
    }

    late_rows_go_with_the_job_that_fails_and_the_savepoint_that_is_undone(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| {
                insert_late(tx, "kept")?;
                let undone = tx.savepoint(|tx| insert_late(tx, "undone").and_then(|()| refuse::<()>()));
                assert!(undone.is_err());
                tx.savepoint(|tx| insert_late(tx, "kept too"))
            },
            |tx| insert_late(tx, "undone").and_then(|()| refuse()),
            |tx| insert(tx, "other").and_then(|()| insert_late(tx, "undone")).and_then(|()| refuse()),
            |tx| insert_late(tx, "and this"),
        ]);
        let ended: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(ended, [true, false, false, true]);
        assert_eq!(rows(&store, "word"), 3);
        write(&store, |tx| insert(tx, "undone")).expect("nobody wrote it");
    }

    a_late_row_that_is_refused_fails_its_own_job_alone(database) {
        let store = database.open();
        write(&store, |tx| insert(tx, "taken")).expect("the first of its kind");
        let results = together(&store, vec![
            |tx| insert_late(tx, "one"),
            |tx| insert(tx, "undone").and_then(|()| insert_late(tx, "taken")),
            |tx| insert_late(tx, "two"),
        ]);
        let kinds: Vec<_> = results.iter().map(|result| result.as_ref().map_err(Error::kind)).collect();
        assert_eq!(kinds, [Ok(&()), Err(Kind::Unique), Ok(&())]);
        assert_eq!(rows(&store, "word"), 3);
        let alone = store.write_blocking(Urgency::Alone, |tx| insert_late(tx, "taken"));
        assert_eq!(alone.expect_err("taken already").kind(), Kind::Unique);
        assert_eq!(rows(&store, "word"), 3);
    }

    a_missing_parent_is_a_foreign_key_error(database) {
        let store = database.open();
        let refused = write(&store, |tx| tx.exec("INSERT INTO child (parent) VALUES ($1)", bind![99]));
        assert_eq!(refused.expect_err("no such parent").kind(), Kind::ForeignKey);
    }

    increments_from_many_writers_are_never_lost(database) {
        let store = database.open();
        thread::scope(|scope| {
            for writer in 0..8 {
                let store = &*store;
                scope.spawn(move || {
                    let urgencies = [Urgency::Interactive, Urgency::Alone, Urgency::Bulk];
                    for round in 0..25 {
                        // Read, think, write: a lost update if anything is wrong with the locks.
                        store.write_blocking(urgencies[(writer + round) % 3], |tx| {
                            let lock = if tx.engine() == Engine::Postgres { " FOR UPDATE" } else { "" };
                            let sql = format!("SELECT n FROM counter WHERE id = 1{lock}");
                            let n = tx.first(&sql, bind![], |row| row.int(0))?.unwrap_or(0);
                            tx.exec("UPDATE counter SET n = $1 WHERE id = 1", bind![n + 1])
                        }).expect("written");
                    }
                });
            }
        });
        assert_eq!(value(&store, 1), 200);
    }

    a_savepoint_undoes_its_own_writes_only(database) {
        let store = database.open();
        write(&store, |tx| {
            insert(tx, "outer")?;
            let inner = tx.savepoint(|tx| {
                insert(tx, "undone")?;
                tx.savepoint(|tx| insert(tx, "undone too"))?;
                refuse::<()>()
            });
            assert_eq!(inner.expect_err("refused").kind(), Kind::Decode);
            // A failed statement inside a savepoint leaves the transaction usable.
            let twice = tx.savepoint(|tx| insert(tx, "outer"));
            assert_eq!(twice.expect_err("taken").kind(), Kind::Unique);
            tx.savepoint(|tx| insert(tx, "kept"))
        }).expect("written");
        assert_eq!(rows(&store, "word"), 2);
    }

    a_job_that_undid_all_its_writes_does_not_make_the_group_run_again(database) {
        let store = database.open();
        let results = together(&store, vec![
            |tx| insert(tx, "before"),
            |tx| tx.savepoint(|tx| insert(tx, "dry run").and_then(|()| refuse())),
            |tx| insert(tx, "after"),
        ]);
        assert!(results[1].is_err());
        assert_eq!(rows(&store, "word"), 2);
        assert_eq!(store.stats().group_reruns, 0);
    }

    a_full_queue_refuses_at_once(database) {
        let store = database.open_with(|options| {
            options.queue_limit = 2;
            options.pool = 3;
        });
        let door = Door::default();
        // As many as can run at the same time, then as many as may wait.
        let running = if store.engine() == Engine::Sqlite { 1 } else { 3 };
        thread::scope(|scope| {
            for number in 0..running + 2 {
                let (store, door) = (&*store, &door);
                let seen = door.clone();
                scope.spawn(move || {
                    let door = door.clone();
                    write(store, move |tx| {
                        door.pass();
                        add(tx, 1)
                    }).expect("written in the end");
                });
                if number < running {
                    until("a job to run", || seen.waiting() == number + 1);
                }
            }
            until("two jobs to wait", || store.stats().waiting.interactive == 2);
            let refused = write(&store, |tx| add(tx, 1)).expect_err("no room");
            assert_eq!(refused.kind(), Kind::Overloaded);
            assert_eq!(store.stats().overloads, 1);
            door.open();
        });
        assert_eq!(value(&store, 1), i64::from(running) + 2);
    }

    bulk_jobs_are_not_put_off_forever(database) {
        let store = database.open();
        let done = Arc::new(AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                let (store, done) = (&*store, Arc::clone(&done));
                scope.spawn(move || {
                    while done.load(Ordering::Relaxed) < 5 {
                        write(store, |tx| add(tx, 1)).expect("written");
                    }
                });
            }
            for _ in 0..5 {
                store.write_blocking(Urgency::Bulk, |tx| add(tx, 2)).expect("written");
                done.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert_eq!(value(&store, 2), 5);
    }

    a_closed_store_answers_what_waited_and_refuses_the_rest(database) {
        let store = database.open();
        let door = Door::default();
        let behind = door.clone();
        let own = store.clone();
        let late = thread::spawn(move || write(&own, move |tx| {
            behind.pass();
            add(tx, 1)
        }));
        until("the job to run", || door.waiting() == 1);
        let own = store.clone();
        let closing = thread::spawn(move || own.close());
        until("the store to refuse", || {
            // Lists are refused after writes are.
            let list = store.read_blocking(Lane::List, |_| Ok::<_, Error>(()));
            matches!(list, Err(error) if error.kind() == Kind::Closed)
        });
        let refused = write(&store, |tx| add(tx, 1)).expect_err("closed");
        assert_eq!(refused.kind(), Kind::Closed);
        door.open();
        late.join().expect("no panic").expect("answered after all");
        closing.join().expect("no panic");
        store.close();
        let again = database.open();
        assert_eq!(value(&again, 1), 1);
    }

    many_async_callers_share_the_store(database) {
        let store = database.open();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..100 {
                let store = store.clone();
                tasks.spawn(async move { store.write(Urgency::Interactive, |tx| add(tx, 1)).await });
            }
            while let Some(done) = tasks.join_next().await {
                done.expect("no panic").expect("written");
            }
        });
        assert_eq!(value(&store, 1), 100);
        let stats = store.stats();
        if store.engine() == Engine::Sqlite {
            assert_eq!(stats.group_sizes.sum, 100);
            assert_eq!(stats.group_sizes.counts.iter().sum::<u64>(), stats.commits);
        } else {
            assert_eq!(stats.commits, 100);
        }
    }
}
