//! Numbers that look like chance and are the same on every machine: SplitMix64 (Steele, Lea, Flood 2014), which is
//! good enough for made-up data and for nothing secret.

use deskbell_core::{Context, Timestamp};
use std::sync::Mutex;

/// A sequence of numbers that a seed determines.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The sequence for one thing of one kind, so that each can be made without those before it.
    pub(super) fn of(seed: u64, kind: u64, number: u64) -> Self {
        let mut random = Self(seed ^ kind.wrapping_mul(0x9E6C_63D0_676A_9A99));
        let start = random.next() ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03);
        Self(start)
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// Whether something happens that does so in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the words.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }

    /// A place in a list of weights, in proportion to them.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if at < *weight {
                return place;
            }
            at -= weight;
        }
        0
    }
}

/// Ranks whose frequency falls as 1 / (rank + 2), as words in a language do (Zipf, Mandelbrot).
#[derive(Debug)]
pub(super) struct Ranks(Vec<u64>);

impl Ranks {
    pub(super) fn new(count: usize) -> Self {
        let mut sum = 0;
        let ends = (0..count as u64).map(|rank| {
            sum += (1 << 32) / (rank + 2);
            sum
        });
        Self(ends.collect())
    }

    pub(super) fn pick(&self, random: &mut Random) -> usize {
        let at = random.below(self.0.last().copied().unwrap_or(1));
        self.0.partition_point(|end| *end <= at)
    }
}

/// A clock that stands still, and chance that a seed determines: for what a write makes up by itself.
pub(super) struct Still {
    now: Timestamp,
    random: Mutex<Random>,
}

impl Still {
    pub(super) fn new(now: Timestamp, random: Random) -> Self {
        Self { now, random: Mutex::new(random) }
    }
}

impl Context for Still {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn now_millis(&self) -> i64 {
        self.now.0 * 1000
    }

    fn random(&self, buffer: &mut [u8]) {
        let mut random = self.random.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for bytes in buffer.chunks_mut(8) {
            bytes.copy_from_slice(&random.next().to_le_bytes()[..bytes.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_for_the_same_seed_and_differ_for_another() {
        let five = |seed, number| {
            let mut random = Random::of(seed, 1, number);
            [(); 5].map(|()| random.below(1_000_000))
        };
        assert_eq!(five(1, 7), five(1, 7));
        assert_ne!(five(1, 7), five(1, 8));
        assert_ne!(five(1, 7), five(2, 7));
    }

    #[test]
    fn low_ranks_are_the_frequent_ones() {
        let (ranks, mut random) = (Ranks::new(1000), Random::of(1, 1, 1));
        let mut counts = [0u32; 1000];
        (0..100_000).for_each(|_| counts[ranks.pick(&mut random)] += 1);
        assert!(
            counts[0] > 3 * counts[9] && counts[9] > 3 * counts[99],
            "{} {} {}",
            counts[0],
            counts[9],
            counts[99]
        );
        assert!(counts[900..].iter().sum::<u32>() > 100);
    }
}
