//! A bounded queue of several lanes under one lock: oldest first within a lane, the taker chooses
//! between lanes. Full lanes refuse at once; nothing here ever waits for space.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::job::Job;

/// `N` lanes of waiting jobs.
pub(crate) struct Queue<const N: usize> {
    state: Mutex<State<N>>,
    ready: Condvar,
    limit: usize,
}

struct State<const N: usize> {
    lanes: [VecDeque<(u64, Job)>; N],
    running: [usize; N],
    next: u64,
    closed: bool,
}

/// What a taker sees of the lanes when it chooses.
pub(crate) struct View<const N: usize> {
    /// Arrival number of each lane's oldest job; lower is older.
    pub(crate) oldest: [Option<u64>; N],
    /// Jobs of each lane that run now.
    pub(crate) running: [usize; N],
}

impl<const N: usize> Queue<N> {
    /// Empty lanes that each hold at most `limit` jobs.
    pub(crate) fn new(limit: usize) -> Queue<N> {
        let state = State {
            lanes: std::array::from_fn(|_| VecDeque::new()),
            running: [0; N],
            next: 0,
            closed: false,
        };
        Queue { state: Mutex::new(state), ready: Condvar::new(), limit: limit.max(1) }
    }

    /// Adds a job, or says why not: overloaded or closed.
    pub(crate) fn push(&self, lane: usize, job: Job) -> Result<(), Error> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::closed());
        }
        if state.lanes[lane].len() >= self.limit {
            return Err(Error::overloaded());
        }
        let number = state.next;
        state.next += 1;
        state.lanes[lane].push_back((number, job));
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for a job whose lane `choose` picks; `None` once the queue is closed and empty. Call
    /// [`Queue::done`] when the job has ended.
    pub(crate) fn take(&self, mut choose: impl FnMut(&View<N>) -> Option<usize>) -> Option<(usize, Job)> {
        let mut state = self.lock();
        loop {
            if let Some(taken) = state.pick(&mut choose) {
                return Some(taken);
            }
            if state.closed && state.lanes.iter().all(VecDeque::is_empty) {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Like [`Queue::take`], but returns at once when `choose` picks nothing.
    pub(crate) fn try_take(&self, choose: impl FnMut(&View<N>) -> Option<usize>) -> Option<(usize, Job)> {
        self.lock().pick(choose)
    }

    /// A job of `lane` has ended.
    pub(crate) fn done(&self, lane: usize) {
        let mut state = self.lock();
        state.running[lane] -= 1;
        let closed = state.closed;
        drop(state);
        // A lane with a limit on running jobs may have become free for a waiting taker.
        if closed { self.ready.notify_all() } else { self.ready.notify_one() }
    }

    /// How many jobs wait in `lane`.
    pub(crate) fn depth(&self, lane: usize) -> usize {
        self.lock().lanes[lane].len()
    }

    /// Refuses new jobs from now on; takers still get those that wait.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    /// Whether [`Queue::close`] was called.
    pub(crate) fn closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State<N>> {
        // Nothing under this lock runs foreign code, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<const N: usize> State<N> {
    fn pick(&mut self, choose: impl FnOnce(&View<N>) -> Option<usize>) -> Option<(usize, Job)> {
        let oldest = std::array::from_fn(|lane| self.lanes[lane].front().map(|(number, _)| *number));
        let lane = choose(&View { oldest, running: self.running })?;
        let (_, job) = self.lanes[lane].pop_front()?;
        self.running[lane] += 1;
        Some((lane, job))
    }
}
