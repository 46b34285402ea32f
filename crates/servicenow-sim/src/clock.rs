//! The instance's own clock and the platform's date text: `YYYY-MM-DD HH:MM:SS`, UTC, no zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// Wall time of the instance: the machine's, or one that stands still until it is advanced.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    fixed: Option<Timestamp>,
    ahead: SignedDuration,
}

impl Clock {
    /// `start` is platform date text; anything else leaves the clock running freely.
    pub(crate) fn new(start: Option<&str>) -> Self {
        let fixed = start.and_then(parse).map(to_timestamp);
        Self {
            fixed,
            ahead: SignedDuration::ZERO,
        }
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.ahead += by;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(machine_time) + self.ahead
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator stands for another machine, whose clock is its own"
)]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

/// Platform text of a moment, in UTC.
pub(crate) fn text(moment: Timestamp) -> String {
    Offset::UTC.to_datetime(moment).strftime(FORMAT).to_string()
}

/// The value of an HTTP `Date` header.
pub(crate) fn http_date(moment: Timestamp) -> String {
    Offset::UTC
        .to_datetime(moment)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

/// Reads exactly `YYYY-MM-DD HH:MM:SS` or `YYYY-MM-DD`; every other spelling is not the platform's.
pub(crate) fn parse(value: &str) -> Option<DateTime> {
    let shape: String = value
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    match shape.as_str() {
        "0000-00-00 00:00:00" => DateTime::strptime(FORMAT, value).ok(),
        "0000-00-00" => Date::strptime("%Y-%m-%d", value)
            .ok()
            .map(|d| d.at(0, 0, 0, 0)),
        _ => None,
    }
}

pub(crate) fn format(value: DateTime) -> String {
    value.strftime(FORMAT).to_string()
}

/// Moves platform text by minutes: `+` towards a user east of Greenwich.
pub(crate) fn shift(value: &str, minutes: i64) -> Option<String> {
    let moved = parse(value)?
        .checked_add(SignedDuration::from_mins(minutes))
        .ok()?;
    Some(format(moved))
}

/// What a lenient `dd-MM-yyyy` reading makes of `2021-11-05T...`: day 2021 of November of year 5, rolled over.
pub(crate) fn rollover(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '-');
    let day: i64 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next()?.parse().ok()?;
    let year: i16 = parts.next()?.get(..2)?.parse().ok()?;
    let first = Date::new(year, month, 1).ok()?;
    let rolled = first
        .checked_add(SignedDuration::from_hours(24 * (day - 1)))
        .ok()?;
    Some(format(rolled.at(0, 0, 0, 0)))
}

fn to_timestamp(value: DateTime) -> Timestamp {
    Offset::UTC
        .to_timestamp(value)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_platform_spelling_is_read() {
        for good in ["2026-03-02 09:00:00", "2026-03-02"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in [
            "2026-03-02T09:00:00Z",
            "2026-3-2 9:00:00",
            "2026-02-31 00:00:00",
            "1767225600",
            "2026-03-02 09:00",
        ] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_measured_garbage_is_reproduced() {
        assert_eq!(
            rollover("2021-11-05T07:56:59Z").as_deref(),
            Some("0011-05-14 00:00:00")
        );
    }

    #[test]
    fn shifting_crosses_midnight() {
        assert_eq!(
            shift("2026-03-02 03:00:00", -420).as_deref(),
            Some("2026-03-01 20:00:00")
        );
    }

    #[test]
    fn http_dates_are_imf() {
        assert_eq!(
            http_date(Timestamp::UNIX_EPOCH),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }
}
