//! The service's own clock, and the ways it spells a moment.

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Wall time of the service: the machine's, or one that stands still until it is advanced.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    fixed: Option<Timestamp>,
    ahead: SignedDuration,
}

impl Clock {
    /// `start` is RFC 3339; anything else leaves the clock running freely.
    pub(crate) fn new(start: Option<&str>, skew_seconds: i64) -> Self {
        Self {
            fixed: start.and_then(|text| text.parse().ok()),
            ahead: SignedDuration::from_secs(skew_seconds),
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

/// UTC with exactly this many digits of a second (0 to 7), never fewer than the moment needs.
pub(crate) fn iso(moment: Timestamp, digits: usize) -> String {
    let ticks = moment.subsec_nanosecond() / 100;
    let whole = Offset::UTC
        .to_datetime(moment)
        .strftime("%Y-%m-%dT%H:%M:%S");
    let fraction = format!("{:07}", ticks.abs());
    let needed = fraction.trim_end_matches('0').len();
    match digits.max(needed).min(7) {
        0 => format!("{whole}Z"),
        shown => format!("{whole}.{}Z", &fraction[..shown]),
    }
}

/// The same moment, spelled with 0 to 7 digits depending on the moment alone: callers must read them all. What is no
/// moment (such as the zero date some fields carry, which has no zone) stays as it is.
pub(crate) fn varied(text: &str) -> String {
    let Ok(moment) = text.parse::<Timestamp>() else {
        return text.to_owned();
    };
    let digits = usize::try_from(moment.as_second().rem_euclid(8)).unwrap_or(0);
    iso(moment, digits)
}

/// The value of an HTTP `Date` header.
pub(crate) fn http_date(moment: Timestamp) -> String {
    Offset::UTC
        .to_datetime(moment)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_value_whatever_its_digits() {
        let moment: Timestamp = "2026-01-05T09:00:00.25Z".parse().unwrap();
        assert_eq!(iso(moment, 0), "2026-01-05T09:00:00.25Z");
        assert_eq!(iso(moment, 7), "2026-01-05T09:00:00.2500000Z");
        let whole: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        assert_eq!(iso(whole, 0), "2026-01-05T09:00:00Z");
    }

    #[test]
    fn all_lengths_of_a_fraction_occur() {
        let lengths: std::collections::BTreeSet<usize> = (0..8)
            .map(|second| varied(&format!("2026-01-05T09:00:{second:02}Z")).len())
            .collect();
        assert_eq!(lengths.len(), 8, "{lengths:?}");
        assert_eq!(varied("0001-01-01T00:00:00"), "0001-01-01T00:00:00");
    }

    #[test]
    fn http_dates_are_imf() {
        assert_eq!(
            http_date(Timestamp::UNIX_EPOCH),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
    }
}
