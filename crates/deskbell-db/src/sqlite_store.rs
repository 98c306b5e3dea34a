//! The store on SQLite: one writer, reader lanes that cannot starve each other, a checkpointer.
//!
//! Point reads run in the calling thread on one of a few connections, since handing a read of some
//! microseconds to another thread costs more than the read. Lists and slow reads have threads and
//! queues of their own.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::{Error, Kind};
use crate::job::{Job, Ran, guarded};
use crate::migrate::{Migration, migrate};
use crate::options::Options;
use crate::queue::Queue;
use crate::sqlite::{Handle, Role};
use crate::sqlite_checkpoint as checkpoint;
use crate::sqlite_writer::{ALONE, BULK, INTERACTIVE, WriteQueue, Writer};
use crate::stats::{Counters, Stats, Waiting, count};
use crate::store::{Lane, Urgency, join_unless_own};
use crate::tx::Tx;

pub(crate) struct SqliteStore {
    writes: Arc<WriteQueue>,
    lists: Arc<Queue<1>>,
    slows: Arc<Queue<1>>,
    points: Vec<Mutex<Option<Handle>>>,
    turn: AtomicUsize,
    limit: Duration,
    counters: Arc<Counters>,
    threads: Mutex<Option<Threads>>,
}

struct Threads {
    writer: JoinHandle<Handle>,
    readers: Vec<JoinHandle<()>>,
    checkpointer: JoinHandle<()>,
    /// Asks for a log without anything in it; the checkpointer ends with it.
    checkpoints: Sender<oneshot::Sender<bool>>,
}

impl SqliteStore {
    pub(crate) fn open(
        path: &Path,
        options: &Options,
        migrations: &[Migration],
    ) -> Result<SqliteStore, Error> {
        let counters = Arc::new(Counters::default());
        migrate(&mut Handle::open(path, Role::Migrate, options, &counters)?, migrations)?;
        let open = |role| Handle::open(path, role, options, &counters);
        let points = (0..options.point_readers.max(1))
            .map(|_| open(Role::Point).map(|handle| Mutex::new(Some(handle))))
            .collect::<Result<_, _>>()?;

        let writes = Arc::new(Queue::new(options.queue_limit));
        let writer = Writer {
            handle: open(Role::Write)?,
            path: path.to_owned(),
            options: options.clone(),
            queue: Arc::clone(&writes),
            counters: Arc::clone(&counters),
        };
        let limit = options.statement_timeout;
        let mut readers = Vec::new();
        let mut lane = |role, threads: usize, name: &str| -> Result<Arc<Queue<1>>, Error> {
            let queue = Arc::new(Queue::new(options.queue_limit));
            for _ in 0..threads.max(1) {
                let (queue, counters, handle) = (Arc::clone(&queue), Arc::clone(&counters), open(role)?);
                readers.push(spawn(name, move || read_lane(&queue, &handle, limit, &counters))?);
            }
            Ok(queue)
        };
        let lists = lane(Role::List, options.readers, "db-list")?;
        let slows = lane(Role::Slow, options.slow_readers, "db-slow")?;
        let (checkpoints, asked) = channel();
        let (handle, numbers) = (open(Role::Checkpoint)?, Arc::clone(&counters));
        let threads = Threads {
            writer: spawn("db-writer", move || writer.work())?,
            readers,
            checkpointer: spawn("db-checkpoint", move || checkpoint::work(&handle, &numbers, &asked))?,
            checkpoints,
        };
        Ok(SqliteStore {
            writes,
            lists,
            slows,
            points,
            turn: AtomicUsize::new(0),
            limit,
            counters,
            threads: Mutex::new(Some(threads)),
        })
    }

    /// Runs a point read here and now.
    pub(crate) fn point<T, E: From<Error>>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let slot = self.point_connection();
        let Some(handle) = slot.as_ref() else { return Err(Error::closed().into()) };
        let (result, ran) = guarded(|| handle.read(self.limit, job));
        self.counters.reads.fetch_add(1, Relaxed);
        if ran == Ran::Panicked {
            count(&self.counters.panics);
            handle.rollback()?;
        }
        result
    }

    /// A free connection, or else the next one in turn, as soon as it is free.
    fn point_connection(&self) -> MutexGuard<'_, Option<Handle>> {
        let turn = self.turn.fetch_add(1, Relaxed);
        let count = self.points.len();
        for step in 0..count {
            match self.points[turn.wrapping_add(step) % count].try_lock() {
                Ok(slot) => return slot,
                Err(TryLockError::Poisoned(slot)) => return slot.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        self.points[turn % count].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a read for its lane's threads.
    pub(crate) fn push_read(&self, lane: Lane, job: Job) -> Result<(), Error> {
        let queue = if lane == Lane::Slow { &self.slows } else { &self.lists };
        self.refused(queue.push(0, job))
    }

    /// Queues a write.
    pub(crate) fn push_write(&self, urgency: Urgency, job: Job) -> Result<(), Error> {
        let lane = match urgency {
            Urgency::Interactive => INTERACTIVE,
            Urgency::Bulk => BULK,
            Urgency::Alone => ALONE,
        };
        self.refused(self.writes.push(lane, job))
    }

    fn refused(&self, pushed: Result<(), Error>) -> Result<(), Error> {
        pushed.inspect_err(|error| {
            if error.kind() == Kind::Overloaded {
                count(&self.counters.overloads);
            }
        })
    }

    /// Has the log emptied; `None` once the store is closed.
    pub(crate) fn fold(&self) -> Option<oneshot::Receiver<bool>> {
        let (ask, answer) = oneshot::channel();
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.as_ref()?.checkpoints.send(ask).ok()?;
        Some(answer)
    }

    pub(crate) fn stats(&self) -> Stats {
        let waiting = Waiting {
            interactive: self.writes.depth(INTERACTIVE),
            alone: self.writes.depth(ALONE),
            bulk: self.writes.depth(BULK),
            point: 0,
            list: self.lists.depth(0),
            slow: self.slows.depth(0),
        };
        self.counters.snapshot(waiting, 0)
    }

    /// Answers what waits, folds the log into the database, ends all threads.
    pub(crate) fn close(&self) {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.writes.close();
        self.lists.close();
        self.slows.close();
        let Some(threads) = threads else { return };
        for slot in &self.points {
            slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        drop(threads.checkpoints);
        for thread in threads.readers {
            join_unless_own(thread);
        }
        join_unless_own(threads.checkpointer);
        if let Some(handle) = join_unless_own(threads.writer) {
            handle.wait_for_locks(Duration::from_millis(200));
            checkpoint::checkpoint(&handle, "TRUNCATE", &self.counters);
        }
    }
}

fn read_lane(queue: &Queue<1>, handle: &Handle, limit: Duration, counters: &Counters) {
    while let Some((lane, mut job)) = queue.take(|view| view.oldest[0].map(|_| 0)) {
        if !job.abandoned() {
            let mut ran = Ran::Failed;
            let done = handle.read(limit, |tx| {
                ran = job.run(tx);
                Ok::<_, Error>(())
            });
            if ran == Ran::Panicked {
                count(&counters.panics);
            }
            if let Err(error) = done {
                job.fail(error);
            }
            count(&counters.reads);
            job.answer();
        }
        queue.done(lane);
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    std::thread::Builder::new().name(name.into()).spawn(work).map_err(|error| {
        Error::new(Kind::Unavailable, "a thread of the store could not be started").with_source(error)
    })
}
