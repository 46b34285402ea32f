//! How long a party asks to be left alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;

use crate::response::{date, text};

/// Longer wishes are cut to this: they are mistakes, and callers add them to a clock.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// The wait asked for by `Retry-After` (seconds or a date), else, for a 429, by `X-RateLimit-Reset`
/// (Unix seconds, which ServiceNow sends with its hourly limits).
///
/// Both dates are read on the party's own clock, its `Date` header, so that a wrong clock on either side
/// does not matter. `now` stands in where there is none.
pub(crate) fn asked_wait(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let their_now = date(headers).unwrap_or(now);
    let until = |moment: SystemTime| moment.duration_since(their_now).unwrap_or_default();
    let retry_after = text(headers, "retry-after").and_then(|value| {
        let value = value.trim();
        seconds(value).or_else(|| httpdate::parse_http_date(value).ok().map(until))
    });
    let reset = || {
        let at = seconds(text(headers, "x-ratelimit-reset")?.trim())?;
        Some(until(UNIX_EPOCH.checked_add(at)?))
    };
    let wait = if status == 429 {
        retry_after.or_else(reset)
    } else {
        retry_after
    };
    wait.map(|wait| wait.min(LONGEST))
}

fn seconds(value: &str) -> Option<Duration> {
    let digits_only = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than a number holds mean "very long", not "nothing asked".
    digits_only.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn wait(status: u16, pairs: &[(&'static str, &str)]) -> Option<u64> {
        // The local clock is an hour behind the dates below.
        let now = httpdate::parse_http_date("Wed, 21 Oct 2026 06:28:00 GMT").unwrap();
        asked_wait(status, &headers(pairs), now).map(|wait| wait.as_secs())
    }

    type Headers = &'static [(&'static str, &'static str)];

    const DATE: (&str, &str) = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");

    #[test]
    fn reads_seconds_dates_and_resets() {
        const IN_40_S: &str = "Wed, 21 Oct 2026 07:28:40 GMT";
        let table: [(u16, Headers, Option<u64>); 14] = [
            (429, &[], None),
            (429, &[("retry-after", "120")], Some(120)),
            (503, &[("retry-after", " 7 ")], Some(7)),
            (429, &[("retry-after", "0")], Some(0)),
            (429, &[("retry-after", IN_40_S), DATE], Some(40)),
            (429, &[("retry-after", IN_40_S)], Some(3640)),
            (
                429,
                &[("retry-after", "Wednesday, 21-Oct-26 07:28:40 GMT"), DATE],
                Some(40),
            ),
            (
                429,
                &[("retry-after", "Wed, 21 Oct 2026 07:00:00 GMT"), DATE],
                Some(0),
            ),
            (429, &[("retry-after", "soon"), DATE], None),
            (429, &[("retry-after", "-5")], None),
            (
                429,
                &[("retry-after", "99999999999999999999999")],
                Some(LONGEST.as_secs()),
            ),
            (429, &[("x-ratelimit-reset", "1792567690"), DATE], Some(10)),
            (
                429,
                &[
                    ("x-ratelimit-reset", "1792567690"),
                    ("retry-after", "3"),
                    DATE,
                ],
                Some(3),
            ),
            (503, &[("x-ratelimit-reset", "1792567690"), DATE], None),
        ];
        for (status, pairs, expected) in table {
            assert_eq!(wait(status, pairs), expected, "{status} {pairs:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_left(value in "[ -~]{0,40}", reset in "[ -~]{0,30}") {
            let map = headers(&[("retry-after", &value), ("x-ratelimit-reset", &reset)]);
            let wait = asked_wait(429, &map, UNIX_EPOCH);
            prop_assert!(wait.is_none_or(|wait| wait <= LONGEST));
        }

        #[test]
        fn seconds_and_the_date_that_many_seconds_on_are_the_same(ahead in 0u64..600_000, at in 0u64..4_000_000_000) {
            let date = UNIX_EPOCH + Duration::from_secs(at);
            let then = httpdate::fmt_http_date(date + Duration::from_secs(ahead));
            let map = headers(&[("retry-after", &then), ("date", &httpdate::fmt_http_date(date))]);
            prop_assert_eq!(asked_wait(429, &map, UNIX_EPOCH), Some(Duration::from_secs(ahead)));
        }
    }
}
