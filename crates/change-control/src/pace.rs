//! How often to ask.

use std::time::Duration;

/// The pause between two readings: it grows with the wait, and starts again after news.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    base: Duration,
    current: Duration,
}

/// The pause never grows past this many times the one asked for.
const MOST: u32 = 4;

impl Pace {
    pub(crate) fn new(base: Duration) -> Self {
        Self {
            base,
            current: base,
        }
    }

    /// The pause before the next reading; the one after it will be a quarter longer.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.current;
        self.current = (pause + pause / 4).min(self.base * MOST);
        pause
    }

    /// Something changed: more may follow soon.
    pub(crate) fn news(&mut self) {
        self.current = self.base;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_four_times_the_base_and_start_again_after_news() {
        let mut pace = Pace::new(Duration::from_secs(16));
        let pauses: Vec<u64> = (0..10).map(|_| pace.next().as_secs()).collect();
        assert_eq!(pauses, [16, 20, 25, 31, 39, 48, 61, 64, 64, 64]);
        pace.news();
        assert_eq!(pace.next().as_secs(), 16);
    }
}
