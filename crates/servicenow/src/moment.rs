//! Dates as the instance writes them: `YYYY-MM-DD HH:MM:SS`, UTC, no zone. ISO 8601 is not a supported input there and
//! lands empty or in the wrong year (`GlideDateTime` in the vendor's documentation).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// A moment as a raw column value, to the second.
pub(crate) fn written(at: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(at);
    format!("{} {:.0}", at.date(), at.time())
}

/// The moment a raw column value means. A date without a time is its midnight.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let shaped = text.len() == 10 || (text.len() == 19 && text.as_bytes()[10] == b' ');
    if !shaped {
        return None;
    }
    let civil: DateTime = match text.len() {
        10 => text.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0),
        _ => text.parse().ok()?,
    };
    TimeZone::UTC.to_timestamp(civil).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_utc_to_the_second_and_back() {
        let at: Timestamp = "2026-03-01T22:30:05.750Z".parse().unwrap();
        assert_eq!(written(at), "2026-03-01 22:30:05");
        assert_eq!(
            read("2026-03-01 22:30:05"),
            "2026-03-01T22:30:05Z".parse().ok()
        );
        assert_eq!(read("2026-03-01"), "2026-03-01T00:00:00Z".parse().ok());
    }

    #[test]
    fn other_shapes_are_no_moments() {
        for text in [
            "",
            "UNKNOWN",
            "2026-03-01T22:30:05",
            "2026-03-01T22:30:05Z",
            "01.03.2026 22:30:05",
            "2026-13-01 00:00:00",
            "2026-03-01 25:00:00",
            "1772404205",
            "é026-03-01 22:30:0",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
