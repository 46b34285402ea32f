//! How long the service asks us to hold back, kept between one request and the next.
//!
//! The service throttles in two stages ("Rate and usage limits" of its documentation): first it delays answers and says
//! so in `Retry-After`, beside a success, and in `X-RateLimit-Delay`; who does not slow down gets 429. The way out
//! waits out a 429 by itself; this is for the first stage.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The longest pause before a request. The service's own delays end there too.
const LONGEST: Duration = Duration::from_secs(30);

/// The moment before which no request is begun.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Returns when a request may begin.
    pub(super) async fn wait(&self) {
        let not_before = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(not_before) = not_before {
            tokio::time::sleep_until(not_before).await;
        }
    }

    /// Takes in what an answer asks for.
    pub(super) fn learn(&self, asked: Option<Duration>) {
        let Some(asked) = asked.filter(|asked| !asked.is_zero()) else {
            return;
        };
        let until = Instant::now() + asked.min(LONGEST);
        let mut not_before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Answers overtake each other: the longest wish holds.
        *not_before = (*not_before).max(Some(until));
    }
}

/// The pause an answer asks for: the longer of `Retry-After` (seconds or a date) and `X-RateLimit-Delay` (seconds with a
/// fraction). Dates are read on the service's own clock, its `Date` header, and on ours where it sends none.
pub(super) fn asked<'a>(
    header: impl Fn(&str) -> Option<&'a str>,
    now: Option<SystemTime>,
) -> Option<Duration> {
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let retry_after = header("retry-after").and_then(|text| {
        seconds(text).or_else(|| {
            let their_now = header("date").and_then(date).or(now)?;
            Some(
                date(text.trim())?
                    .duration_since(their_now)
                    .unwrap_or_default(),
            )
        })
    });
    retry_after.max(header("x-ratelimit-delay").and_then(seconds))
}

/// Seconds with or without a fraction; more than fit are many.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = digits.then(|| text.parse().ok()).flatten()?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DATE: (&str, &str) = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");

    fn ask(headers: &[(&str, &str)], now: Option<&str>) -> Option<u64> {
        let header = |name: &str| {
            let found = headers.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| *value)
        };
        let now = now.map(|now| httpdate::parse_http_date(now).unwrap());
        asked(header, now).map(|pause| pause.as_millis().try_into().unwrap())
    }

    #[test]
    fn the_longer_of_both_wishes_is_taken() {
        let later = ("retry-after", "Wed, 21 Oct 2026 07:28:20 GMT");
        for (headers, now, expected) in [
            (vec![], None, None),
            (vec![("retry-after", "7")], None, Some(7_000)),
            (vec![("x-ratelimit-delay", "0.250")], None, Some(250)),
            (
                vec![("retry-after", "1"), ("x-ratelimit-delay", "2.5")],
                None,
                Some(2_500),
            ),
            (
                vec![("retry-after", "3"), ("x-ratelimit-delay", "2.5")],
                None,
                Some(3_000),
            ),
            (
                vec![later, DATE],
                Some("Wed, 21 Oct 2026 06:00:00 GMT"),
                Some(20_000),
            ),
            (
                vec![later],
                Some("Wed, 21 Oct 2026 07:28:05 GMT"),
                Some(15_000),
            ),
            (vec![later], Some("Wed, 21 Oct 2026 08:00:00 GMT"), Some(0)),
            (vec![later], None, None),
            (vec![("retry-after", "-1")], None, None),
            (vec![("retry-after", "soon")], None, None),
            (vec![("retry-after", "1e3")], None, None),
            (vec![("retry-after", "inf")], None, None),
            (vec![("x-ratelimit-delay", "")], None, None),
        ] {
            assert_eq!(ask(&headers, now), expected, "{headers:?}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(wish in "[ -~]{0,40}", delay in "[0-9.]{0,400}") {
            let _ = ask(&[("retry-after", &wish), ("x-ratelimit-delay", &delay)], None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_as_long_as_asked_but_not_for_ever() {
        let pace = Pace::default();
        let waited = async |pace: &Pace| {
            let start = Instant::now();
            pace.wait().await;
            start.elapsed().as_secs()
        };
        assert_eq!(waited(&pace).await, 0);
        pace.learn(Some(Duration::from_secs(9)));
        pace.learn(Some(Duration::from_secs(2)));
        pace.learn(Some(Duration::ZERO));
        pace.learn(None);
        assert_eq!(waited(&pace).await, 9);
        assert_eq!(waited(&pace).await, 0, "once");
        pace.learn(Some(Duration::MAX));
        assert_eq!(waited(&pace).await, 30);
    }
}
