//! Waiting for a condition in tests: for a level, never an edge, always with a bound and what was seen last.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until `look` gives something.
///
/// # Panics
/// When the bound is over; the message names `what` was waited for.
#[track_caller]
pub fn until<T>(what: &str, bound: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    until_seen(what, bound, || look().ok_or("nothing"))
}

/// The same for a look that can say what it saw instead.
///
/// # Panics
/// When the bound is over; the message names `what` was waited for and what was seen last.
#[track_caller]
pub fn until_seen<T, S: Debug>(
    what: &str,
    bound: Duration,
    mut look: impl FnMut() -> Result<T, S>,
) -> T {
    let start = now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if start.elapsed() >= bound => {
                panic!("waited {bound:?} for {what}; saw last: {seen:?}")
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

/// The moment, for bounds and time stamps around real processes, whose clock cannot be paused.
#[expect(
    clippy::disallowed_methods,
    reason = "real processes run by the real clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_was_found_even_without_any_time() {
        assert_eq!(until("a level", Duration::ZERO, || Some(7)), 7);
    }

    #[test]
    fn says_what_was_seen_last() {
        let waited = std::panic::catch_unwind(|| {
            until_seen::<(), _>("the moon", Duration::from_millis(20), || Err("clouds"));
        });
        let text = *waited.unwrap_err().downcast::<String>().unwrap();
        assert!(
            text.contains("for the moon") && text.contains("clouds"),
            "{text}"
        );
    }
}
