//! Chance, so that clients that failed together do not come back together. Not for secrets.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A sequence of numbers that differs from process to process.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

/// The odd constant of the `SplitMix64` generator.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Jitter {
    /// Starts from the standard library's random hash keys, which cost nothing further to link.
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(RandomState::new().hash_one(STEP)))
    }

    fn next(&self) -> u64 {
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Some duration from nothing up to, and not including, `limit`.
    pub(crate) fn below(&self, limit: Duration) -> Duration {
        let nanos = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(if nanos == 0 { 0 } else { self.next() % nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_below_and_spreads() {
        let jitter = Jitter::new();
        let limit = Duration::from_millis(1000);
        let draws: Vec<_> = (0..400).map(|_| jitter.below(limit)).collect();
        assert!(draws.iter().all(|draw| *draw < limit));
        let low = draws.iter().filter(|draw| **draw < limit / 2).count();
        assert!((100..300).contains(&low), "{low} of 400 in the lower half");
        assert_eq!(jitter.below(Duration::ZERO), Duration::ZERO);
        assert_ne!(Jitter::new().next(), Jitter::new().next());
    }
}
