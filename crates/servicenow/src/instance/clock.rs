//! The instance's time, learnt from what it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

/// Reads the local time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Differences up to this many seconds are the header's whole seconds and the way of the answer, not a wrong clock.
const SAME: i64 = 5;

/// The local clock and its distance from the instance's, in seconds.
#[derive(Clone)]
pub(super) struct InstanceClock {
    local: Clock,
    ahead: Arc<AtomicI64>,
}

impl InstanceClock {
    pub(super) fn new(local: Clock) -> Self {
        Self {
            local,
            ahead: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead.load(Ordering::Relaxed));
        let local = (self.local)();
        local.checked_add(ahead).unwrap_or(local)
    }

    /// Takes in the `Date` of an answer that just arrived. Says whether that moved the clock.
    pub(super) fn learn(&self, date: SystemTime) -> bool {
        let Ok(date) = Timestamp::try_from(date) else {
            return false;
        };
        let ahead = date.as_second() - (self.local)().as_second();
        let ahead = if ahead.abs() <= SAME { 0 } else { ahead };
        let before = self.ahead.swap(ahead, Ordering::Relaxed);
        (before - ahead).abs() > SAME
    }
}

impl Default for InstanceClock {
    /// Runs from the epoch: right once an answer told the time, and obviously wrong before.
    fn default() -> Self {
        let start = tokio::time::Instant::now();
        Self::new(Arc::new(move || {
            Timestamp::UNIX_EPOCH
                .checked_add(start.elapsed())
                .unwrap_or(Timestamp::UNIX_EPOCH)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn date(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    #[test]
    fn a_local_clock_an_hour_off_does_not_matter() {
        let clock = InstanceClock::new(Arc::new(|| at(10_000)));
        assert_eq!(clock.now(), at(10_000));
        assert!(clock.learn(date(13_600)));
        assert_eq!(clock.now(), at(13_600));
        assert!(!clock.learn(date(13_602)));
        assert!(clock.learn(date(6_400)));
        assert_eq!(clock.now(), at(6_400));
        // A few seconds are the network, and leave the local clock's fractions alone.
        assert!(clock.learn(date(10_003)));
        assert_eq!(clock.now(), at(10_000));
    }

    #[test]
    fn without_a_local_clock_the_first_answer_tells_the_time() {
        let clock = InstanceClock::default();
        assert!(clock.now() < at(1_000_000));
        clock.learn(date(1_800_000_000));
        assert!(clock.now() >= at(1_800_000_000));
    }
}
