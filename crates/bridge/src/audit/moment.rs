//! A point in time as people type it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A date, which means its midnight in UTC, or an RFC 3339 time with its offset.
///
/// # Errors
/// A sentence on how to write it.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let date = || {
        let date: Date = text
            .parse()
            .ok()
            .filter(|_| text.len() == "2026-11-01".len())?;
        TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    };
    date().or_else(|| text.parse().ok()).ok_or_else(|| {
        format!("'{text}' is no date: write 2026-11-01 (midnight UTC) or 2026-11-01T08:00:00+01:00")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_midnight_in_utc() {
        let table = [
            ("2026-11-01", Some("2026-11-01T00:00:00Z")),
            (" 2026-11-01 ", Some("2026-11-01T00:00:00Z")),
            ("2026-11-01T08:00:00+01:00", Some("2026-11-01T07:00:00Z")),
            ("2026-11-01T08:00:00Z", Some("2026-11-01T08:00:00Z")),
            ("2026-02-30", None),
            ("2026-11-01T08:00:00", None),
            ("01.11.2026", None),
            ("20261101", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|time| time.parse().unwrap());
            assert_eq!(parse(text).ok(), expected, "{text}");
        }
    }
}
