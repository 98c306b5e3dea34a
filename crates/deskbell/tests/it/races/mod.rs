//! Races: many callers at once, on one desk and on two desks over the same data, as two nodes are.

mod bulk;
mod customers;
mod durable;
mod keys;
mod load;
mod merges;
mod places;
mod tickets;

use std::sync::Barrier;

use deskbell_app::Settings;

use crate::harness::TestDesk;

/// Runs the job so often at the same time, each with its number; answers in the order of the numbers.
pub(crate) fn crowd<T: Send>(size: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(size);
    std::thread::scope(|scope| {
        let (start, job) = (&start, &job);
        let run = move |n| {
            start.wait();
            job(n)
        };
        let threads: Vec<_> = (0..size).map(|n| scope.spawn(move || run(n))).collect();
        threads.into_iter().map(|t| t.join().expect("a thread")).collect()
    })
}

/// Another node on the data of a desk.
pub(crate) fn node(desk: &TestDesk) -> TestDesk {
    TestDesk::at(desk.place.clone(), Settings::default())
}
