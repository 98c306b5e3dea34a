//! The store on PostgreSQL: threads that each own a connection take from one queue, the oldest
//! permitted job first. Slow reads and bulk writes may use a third of the connections each, and all
//! long work together never the last one.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::bind;
use crate::error::{Error, Kind};
use crate::job::Job;
use crate::migrate::{Locked, Migration, migrate};
use crate::options::Options;
use crate::postgres::{Access, Dialer};
use crate::postgres_worker::Worker;
use crate::queue::{Queue, View};
use crate::stats::{Counters, Stats, Waiting, count};
use crate::store::{Lane, Urgency, join_unless_own};

const INTERACTIVE: usize = 0;
const ALONE: usize = 1;
const POINT: usize = 2;
const LIST: usize = 3;
const SLOW: usize = 4;
const BULK: usize = 5;
const LANES: usize = 6;

pub(crate) struct PostgresStore {
    queue: Arc<Queue<LANES>>,
    counters: Arc<Counters>,
    pool: usize,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl PostgresStore {
    pub(crate) fn open(
        url: &str,
        options: &Options,
        migrations: &'static [Migration],
    ) -> Result<PostgresStore, Error> {
        let dialer = Arc::new(Dialer::new(url, options)?);
        let counters = Arc::new(Counters::default());
        let patience = options.connect_timeout;
        let new = || Worker::new(Arc::clone(&dialer), Arc::clone(&counters), patience);

        // On a thread of its own: the caller may be inside an async runtime, the worker brings one.
        let first = new()?;
        let starter = spawn("db-migrate", move || prepare(first, migrations))?;
        let mut first = Some(starter.join().map_err(|_| Error::panicked())??);

        let pool = options.pool.max(3);
        let queue = Arc::new(Queue::new(options.queue_limit));
        let mut threads = Vec::new();
        for number in 0..pool {
            let worker = first.take().map_or_else(new, Ok)?;
            let (queue, counters) = (Arc::clone(&queue), Arc::clone(&counters));
            threads.push(spawn(&format!("db-{number}"), move || work(worker, &queue, &counters, pool))?);
        }
        Ok(PostgresStore { queue, counters, pool, threads: Mutex::new(threads) })
    }

    /// Queues a read.
    pub(crate) fn push_read(&self, lane: Lane, job: Job) -> Result<(), Error> {
        let lane = match lane {
            Lane::Point => POINT,
            Lane::List => LIST,
            Lane::Slow => SLOW,
        };
        self.push(lane, job)
    }

    /// Queues a write.
    pub(crate) fn push_write(&self, urgency: Urgency, job: Job) -> Result<(), Error> {
        let lane = match urgency {
            Urgency::Interactive => INTERACTIVE,
            Urgency::Bulk => BULK,
            Urgency::Alone => ALONE,
        };
        self.push(lane, job)
    }

    fn push(&self, lane: usize, job: Job) -> Result<(), Error> {
        self.queue.push(lane, job).inspect_err(|error| {
            if error.kind() == Kind::Overloaded {
                count(&self.counters.overloads);
            }
        })
    }

    pub(crate) fn stats(&self) -> Stats {
        let depth = |lane| self.queue.depth(lane);
        let waiting = Waiting {
            interactive: depth(INTERACTIVE),
            alone: depth(ALONE),
            bulk: depth(BULK),
            point: depth(POINT),
            list: depth(LIST),
            slow: depth(SLOW),
        };
        self.counters.snapshot(waiting, self.pool as u64)
    }

    /// Answers what waits and ends all threads and connections.
    pub(crate) fn close(&self) {
        self.queue.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            join_unless_own(thread);
        }
    }
}

/// Connects, migrates, checks rights.
fn prepare(mut worker: Worker, migrations: &[Migration]) -> Result<Worker, Error> {
    // A refused connection says itself what to do.
    worker.look(|tx| tx.first("SELECT 1", bind![], |_| Ok(())))?;
    migrate(&mut worker, migrations).map_err(|error| match error.kind() {
        Kind::Rights => Error::new(
            Kind::Rights,
            format!("{error}; the tables are made by this user, so GRANT USAGE, CREATE ON SCHEMA to it"),
        ),
        _ => error,
    })?;
    // A list of rights in one call would ask for any of them.
    let sql = "SELECT bool_and(has_table_privilege('schema_migration', name))
               FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS name
               WHERE to_regclass('schema_migration') IS NOT NULL";
    let writes = worker.look(|tx| tx.first(sql, bind![], |row| row.opt_int(0)))?;
    if writes.flatten() == Some(0) {
        return Err(Error::new(
            Kind::Rights,
            "the database user may not write the tables; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES \
             and USAGE ON ALL SEQUENCES of the schema to it",
        ));
    }
    Ok(worker)
}

fn work(mut worker: Worker, queue: &Queue<LANES>, counters: &Counters, pool: usize) {
    let choose = |view: &View<LANES>| choose(view, pool);
    loop {
        // While others are connected, a thread that is not leaves the jobs to them.
        if let Err((error, _)) = worker.connect()
            && counters.connections.load(Relaxed) > 0
            && !queue.closed()
        {
            tracing::warn!(%error, "a connection to PostgreSQL could not be opened; trying again");
            std::thread::sleep(Duration::from_millis(250));
            continue;
        }
        let next = queue.try_take(choose).or_else(|| {
            worker.rest();
            queue.take(choose)
        });
        let Some((lane, job)) = next else { break };
        if !job.abandoned() {
            let read = matches!(lane, POINT | LIST | SLOW);
            worker.serve(if read { Access::Read } else { Access::Write }, job);
        }
        queue.done(lane);
    }
    worker.hang_up();
}

/// The oldest job of a lane that may have one more connection.
fn choose(view: &View<LANES>, pool: usize) -> Option<usize> {
    let third = (pool / 3).max(1);
    let long = view.running[LIST] + view.running[SLOW] + view.running[BULK];
    let permitted = |lane: usize| match lane {
        LIST => long < pool - 1,
        SLOW | BULK => view.running[lane] < third && long < pool - 1,
        _ => true,
    };
    (0..LANES)
        .filter(|lane| permitted(*lane))
        .filter_map(|lane| view.oldest[lane].map(|age| (age, lane)))
        .min()
        .map(|(_, lane)| lane)
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    std::thread::Builder::new().name(name.into()).spawn(work).map_err(|error| {
        Error::new(Kind::Unavailable, "a thread of the store could not be started").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(oldest: [Option<u64>; LANES], running: [usize; LANES], pool: usize) -> Option<usize> {
        choose(&View { oldest, running }, pool)
    }

    #[test]
    fn the_oldest_job_goes_first_whatever_its_lane() {
        let oldest = [Some(5), None, Some(4), Some(3), Some(7), Some(6)];
        assert_eq!(chosen(oldest, [0; LANES], 6), Some(LIST));
    }

    #[test]
    fn slow_reads_and_bulk_writes_stay_within_a_third_each() {
        let oldest = [Some(9), None, None, None, Some(1), Some(2)];
        assert_eq!(chosen(oldest, [0, 0, 0, 0, 1, 0], 6), Some(SLOW));
        assert_eq!(chosen(oldest, [0, 0, 0, 0, 2, 0], 6), Some(BULK));
        assert_eq!(chosen(oldest, [0, 0, 0, 0, 2, 2], 6), Some(INTERACTIVE));
    }

    #[test]
    fn long_work_never_takes_the_last_connection() {
        let oldest = [None, None, Some(9), Some(1), Some(2), Some(3)];
        assert_eq!(chosen(oldest, [0, 0, 0, 5, 0, 0], 6), Some(POINT));
        assert_eq!(chosen(oldest, [0, 0, 0, 1, 1, 0], 3), Some(POINT));
    }
}
