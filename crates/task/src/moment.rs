//! A planned moment: written out, or counted from now.

use jiff::fmt::temporal::SpanParser;
use jiff::{SignedDuration, Timestamp};

/// A planned moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This one.
    At(Timestamp),
    /// This long after the change is opened, by the instance's clock.
    In(SignedDuration),
}

impl Moment {
    /// Reads an RFC 3339 time (with its offset) or an ISO 8601 duration (`PT2H`, `P1D`, never negative).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with(['P', 'p']) {
            let length = with_days(text)?;
            return (!length.is_negative()).then_some(Self::In(length));
        }
        text.parse().ok().map(Self::At)
    }

    /// The moment itself, given when the change is opened.
    #[must_use]
    pub fn resolve(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(moment) => moment,
            Self::In(length) => now.checked_add(length).unwrap_or(Timestamp::MAX),
        }
    }
}

/// A duration in which a day is 24 hours: a window counted from now has no calendar.
fn with_days(text: &str) -> Option<SignedDuration> {
    let span = SpanParser::new().parse_span(text).ok()?;
    let fixed = jiff::SpanRelativeTo::days_are_24_hours();
    span.to_duration(fixed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_out_or_counted_from_now() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let table = [
            ("2026-03-01T22:00:00Z", Some("2026-03-01T22:00:00Z")),
            ("2026-03-01T22:00:00+02:00", Some("2026-03-01T20:00:00Z")),
            ("PT2H", Some("2026-03-01T12:00:00Z")),
            ("PT90M", Some("2026-03-01T11:30:00Z")),
            ("P1D", Some("2026-03-02T10:00:00Z")),
            ("PT0S", Some("2026-03-01T10:00:00Z")),
            ("-PT2H", None),
            ("P1M", None),
            ("2026-03-01 22:00:00", None),
            ("2026-03-01T22:00:00", None),
            ("2026-02-30T22:00:00Z", None),
            ("tomorrow", None),
            ("01-03-2026 22:00:00", None),
        ];
        for (text, moment) in table {
            let resolved = Moment::parse(text).map(|m| m.resolve(now).to_string());
            assert_eq!(resolved.as_deref(), moment, "{text}");
        }
    }
}
