//! The desk as the edge and the command line see it: use cases run on its store, for an actor that it has recognised.

mod background;
mod bulk;
mod changes;
mod crm;
mod files;
mod first_start;
mod messages;
mod notifications;
mod once;
mod steps;
mod timers;
mod webhooks;
mod wipe;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use deskbell_core::{Actor, Code, Context, Fault, Timestamp};
use deskbell_db::{Engine, Kind, Lane, Stats, Store, Tx, Urgency};
use deskbell_files::Files;
use tokio::sync::{Semaphore, watch};

use crate::error::{Error, Result};
use crate::key::{self, KeyCache};
use crate::search::Frequent;
use crate::work::{BatchId, Work};

pub use background::Background;
pub use bulk::BulkAnswer;
pub use changes::Listening;
pub use files::Keeping;
pub use once::{Guard, Keep, Told};
pub use webhooks::{Answered, Courier, Letter, Sending};

use once::UnderWay;

/// What can be set of the use cases; the rest of the configuration belongs to the binary.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a deleted ticket stays in the trash, in minutes; 0 deletes at once.
    pub undo_minutes: i64,
    /// For how many hours an answer is kept for its Idempotency-Key.
    pub idempotency_hours: i64,
    /// For how many days the change feed goes back; 0 for ever.
    pub changes_days: i64,
    /// How many days after it was closed a ticket goes to the archive; 0 never.
    pub archive_days: i64,
    /// For how many days a notification is kept; 0 for ever.
    pub notification_days: i64,
    /// After how long a bulk call answers with a job and goes on.
    pub job_after: Duration,
    /// Where people reach the desk, without a slash at the end: for links in answers.
    pub public_url: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            undo_minutes: 60,
            idempotency_hours: 24,
            changes_days: 0,
            archive_days: 0,
            notification_days: 90,
            job_after: Duration::from_secs(5),
            public_url: String::new(),
        }
    }
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    context: Arc<dyn Context>,
    settings: Settings,
    keys: KeyCache,
    frequent: Arc<Frequent>,
    /// Requests with an Idempotency-Key that are under way here.
    under_way: UnderWay,
    /// How endpoints of others are reached; unset where that is nobody's wish.
    courier: OnceLock<Arc<dyn Courier>>,
    /// Where the bytes of files are; unset: in the database.
    files: OnceLock<Files>,
    /// The name of that store.
    store_of_files: OnceLock<Arc<str>>,
    /// How many webhooks are told at the same time.
    rounds: Semaphore,
    /// Goes up with each write of this process.
    written: watch::Sender<u64>,
    /// This node, as the holder of leases.
    node: String,
}

impl Desk {
    /// A desk over a store that has been migrated. On the very first start it makes the default brand, a group and
    /// the built-in channels.
    pub fn open(store: Store, context: Arc<dyn Context>, settings: Settings) -> Result<Self> {
        let mut bytes = [0u8; 8];
        context.random(&mut bytes);
        let node = format!("node-{:016x}", u64::from_be_bytes(bytes));
        let (keys, frequent, under_way) = (KeyCache::new(), Arc::default(), UnderWay::default());
        let written = watch::Sender::new(0);
        let (courier, rounds) = (OnceLock::new(), Semaphore::new(webhooks::ROUNDS));
        let inner = Inner {
            store,
            context,
            settings,
            keys,
            frequent,
            under_way,
            courier,
            files: OnceLock::new(),
            store_of_files: OnceLock::new(),
            rounds,
            written,
            node,
        };
        let desk = Self { inner: Arc::new(inner) };
        desk.write_blocking(Urgency::Interactive, &Arc::new(Actor::system()), "start", first_start::run)?;
        Ok(desk)
    }

    /// Which engine the store is.
    pub fn engine(&self) -> Engine {
        self.inner.store.engine()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.inner.context.now()
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Time and randomness.
    pub fn context(&self) -> &Arc<dyn Context> {
        &self.inner.context
    }

    /// What is remembered of queries.
    pub fn frequent(&self) -> Arc<Frequent> {
        Arc::clone(&self.inner.frequent)
    }

    /// Figures of the store, for metrics.
    pub fn stats(&self) -> Stats {
        self.inner.store.stats()
    }

    /// Ends the store: what was acknowledged is on disk.
    pub fn close(&self) {
        self.inner.store.close();
    }

    /// Runs a use case that only reads, over one snapshot.
    pub async fn read<T, F>(&self, lane: Lane, actor: &Arc<Actor>, mut job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    {
        let actor = Arc::clone(actor);
        self.inner.store.read(lane, move |tx| job(tx, &actor)).await
    }

    /// Runs a use case that writes, and answers after it is on disk, with the batch that names the write.
    pub async fn write<T, F>(&self, actor: &Arc<Actor>, call: &'static str, job: F) -> Result<(T, BatchId)>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        self.write_as(Urgency::Interactive, actor, call, job).await
    }

    async fn write_as<T, F>(
        &self,
        urgency: Urgency,
        actor: &Arc<Actor>,
        call: &'static str,
        job: F,
    ) -> Result<(T, BatchId)>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let batch = BatchId::new(&*self.inner.context);
        let done = self.write_in(&batch, urgency, actor, call, job).await?;
        Ok((done, batch))
    }

    /// One transaction of a write that may have several, all under one batch.
    ///
    /// A foreign key refuses a reference to a row that another writer deleted between our look and our write. The job
    /// runs once more then: it sees that the row is gone and says so.
    pub(crate) async fn write_in<T, F>(
        &self,
        batch: &BatchId,
        urgency: Urgency,
        actor: &Arc<Actor>,
        call: &'static str,
        job: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let job = Arc::new(Mutex::new(job));
        let mut again = true;
        loop {
            let (actor, context, name) = (Arc::clone(actor), Arc::clone(&self.inner.context), batch.clone());
            let job = Arc::clone(&job);
            let done = self.inner.store.write(urgency, move |tx| {
                let mut work = Work::new(tx, &actor, call, &name, &*context);
                let done = (job.lock().unwrap_or_else(PoisonError::into_inner))(&mut work)?;
                work.finish()?;
                Ok::<T, Error>(done)
            });
            match done.await {
                Err(Error::Store(error)) if again && error.kind() == Kind::ForeignKey => again = false,
                done => {
                    self.wrote();
                    return done;
                }
            }
        }
    }

    /// The same for a plain thread.
    pub fn read_blocking<T, F>(&self, lane: Lane, actor: &Arc<Actor>, mut job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    {
        let actor = Arc::clone(actor);
        self.inner.store.read_blocking(lane, move |tx| job(tx, &actor))
    }

    /// The same for a plain thread.
    pub fn write_blocking<T, F>(
        &self,
        urgency: Urgency,
        actor: &Arc<Actor>,
        call: &'static str,
        mut job: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Work<'_, '_>) -> Result<T> + Send + 'static,
    {
        let batch = BatchId::new(&*self.inner.context);
        let (actor, context) = (Arc::clone(actor), Arc::clone(&self.inner.context));
        let done = self.inner.store.write_blocking(urgency, move |tx| {
            let mut work = Work::new(tx, &actor, call, &batch, &*context);
            let done = job(&mut work)?;
            work.finish()?;
            Ok::<T, Error>(done)
        });
        self.wrote();
        done
    }

    /// Whom a key stands for, if it may be used now and from this address.
    ///
    /// Errors: `unauthenticated`, the same for every reason.
    pub async fn authenticate(&self, secret: &str, from: IpAddr) -> Result<Arc<Actor>> {
        let refused = || Error::from(Fault::new(Code::Unauthenticated, "The key is not valid here."));
        let keys = &self.inner.keys;
        let hash = key::hash(secret).ok_or_else(refused)?;
        let known = match keys.get(&hash) {
            Some(known) => known,
            None => {
                let look_up =
                    move |tx: &mut Tx<'_>| Ok::<_, Error>((key::generation(tx)?, key::by_hash(tx, hash)?));
                let (generation, found) = self.inner.store.read(Lane::Point, look_up).await?;
                keys.put(hash, found.ok_or_else(refused)?, generation)
            }
        };
        keys.admit(&known, self.inner.context.now(), from).ok_or_else(refused)
    }
}
