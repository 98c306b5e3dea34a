//! Keys in memory, so that a request costs no look-up. A generation number in the store is polled; an entry counts only
//! while it was read at the present generation and the last poll succeeded within a second. Nothing negative is kept:
//! a key that was made a moment ago works at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use deskbell_core::{Actor, KeyId, Timestamp};

use super::Key;

/// How often the generation is polled.
pub(crate) const POLL: Duration = Duration::from_millis(250);

/// How old the last poll may be for the entries to count.
const FRESH: Duration = Duration::from_secs(1);

/// How many keys are kept; past that the cache starts anew.
const SIZE: usize = 10_000;

/// A key that was looked up.
#[derive(Debug)]
pub(crate) struct Known {
    key: Key,
    /// Until when the secret is good, if it is the one before a rotation.
    until: Option<Timestamp>,
    actor: Arc<Actor>,
    generation: i64,
    used: AtomicI64,
}

#[derive(Debug)]
struct Inner {
    by_hash: HashMap<[u8; 32], Arc<Known>>,
    generation: i64,
    polled: Option<Instant>,
}

impl Inner {
    /// Goes on to this generation, if it is not over already; it never goes back. Answers whether it is the present one.
    fn reaches(&mut self, generation: i64) -> bool {
        if generation > self.generation {
            self.by_hash.clear();
            self.generation = generation;
        }
        generation == self.generation
    }
}

/// The cache.
#[derive(Debug)]
pub(crate) struct KeyCache {
    inner: RwLock<Inner>,
    uses: Mutex<HashMap<i64, i64>>,
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        let inner = Inner { by_hash: HashMap::new(), generation: 0, polled: None };
        Self { inner: RwLock::new(inner), uses: Mutex::new(HashMap::new()) }
    }

    /// Takes the generation that a poll read, begun at `began`: what was known before an older change is forgotten. A poll that
    /// was overtaken by a look-up says nothing.
    pub(crate) fn polled(&self, generation: i64, began: Instant) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.reaches(generation) {
            inner.polled = Some(began);
        }
    }

    /// The key of this hash, if it is known and that is still sure.
    pub(crate) fn get(&self, hash: &[u8; 32]) -> Option<Arc<Known>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        if inner.polled.is_none_or(|at| at.elapsed() >= FRESH) {
            return None;
        }
        inner.by_hash.get(hash).filter(|known| known.generation == inner.generation).cloned()
    }

    /// Keeps a key that was read together with this generation, unless a later one is known: a look-up that was under way
    /// while the key was revoked cannot bring it back. One that sees a later generation before any poll does ends what was known.
    pub(crate) fn put(
        &self,
        hash: [u8; 32],
        (key, until): (Key, Option<Timestamp>),
        generation: i64,
    ) -> Arc<Known> {
        let actor = Arc::new(key.actor());
        let known = Arc::new(Known { actor, key, until, generation, used: AtomicI64::new(0) });
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if inner.reaches(generation) {
            if inner.by_hash.len() >= SIZE {
                inner.by_hash.clear();
            }
            inner.by_hash.insert(hash, Arc::clone(&known));
        }
        known
    }

    /// The actor of a known key, if it may be used now and from there. Notes the use, once a second at the most.
    pub(crate) fn admit(&self, known: &Known, now: Timestamp, from: IpAddr) -> Option<Arc<Actor>> {
        let over = known.until.is_some_and(|end| now >= end);
        if over || !known.key.is_good(now) || !known.key.networks.allow(from) {
            return None;
        }
        if known.used.swap(now.0, Ordering::Relaxed) != now.0 {
            self.uses.lock().unwrap_or_else(PoisonError::into_inner).insert(known.key.id.0, now.0);
        }
        Some(Arc::clone(&known.actor))
    }

    /// The uses since the last call.
    pub(crate) fn take_uses(&self) -> Vec<(KeyId, Timestamp)> {
        let uses = std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        uses.into_iter().map(|(id, at)| (KeyId(id), Timestamp(at))).collect()
    }
}
