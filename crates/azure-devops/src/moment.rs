//! Dates as the service writes them: ISO 8601 in UTC with none to seven digits of a second's fraction.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The moment a text means.
///
/// The years 1 and 9999 are how the service writes "never" and "still", so they are no moments. A text without a zone is
/// UTC.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let shaped = text.len() >= "2026-03-01T22:30:05".len() && text.as_bytes()[10] == b'T';
    if !shaped || text.contains('[') || text.starts_with("0001-") || text.starts_with("9999-") {
        return None;
    }
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_are_read_with_and_without_fraction_and_zone() {
        for (text, expected) in [
            ("2026-03-01T22:30:05Z", "2026-03-01T22:30:05Z"),
            ("2026-03-01T22:30:05.1Z", "2026-03-01T22:30:05.1Z"),
            (
                "2026-03-01T22:30:05.1234567Z",
                "2026-03-01T22:30:05.1234567Z",
            ),
            ("2026-03-01T22:30:05.123", "2026-03-01T22:30:05.123Z"),
            ("2026-03-01T22:30:05+02:00", "2026-03-01T20:30:05Z"),
            (" 2026-03-01T22:30:05.00Z ", "2026-03-01T22:30:05Z"),
        ] {
            assert_eq!(read(text), expected.parse().ok(), "{text}");
        }
    }

    #[test]
    fn never_still_and_other_shapes_are_no_moments() {
        for text in [
            "",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "9999-01-01T00:00:00Z",
            "9999-12-31T23:59:59.9999999Z",
            "2026-03-01",
            "2026-03-01 22:30:05Z",
            "/Date(1772404205)/",
            "2026-13-01T00:00:00Z",
            "2026-03-01T22:30:05[Europe/Berlin]",
            "é026-03-01T22:30:05Z",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_number_of_fraction_digits_is_kept(
            second in 0i64..4_000_000_000,
            ticks in 0u32..10_000_000,
            digits in 0usize..=7,
        ) {
            let fraction = format!("{ticks:07}");
            let whole = Timestamp::from_second(second).unwrap().to_string();
            let whole = whole.trim_end_matches('Z');
            let dot = if digits == 0 { "" } else { "." };
            let read = read(&format!("{whole}{dot}{}Z", &fraction[..digits])).unwrap();
            prop_assert_eq!(read.as_second(), second);
            let kept = format!("{:0<9}", &fraction[..digits]);
            prop_assert_eq!(read.subsec_nanosecond(), kept.parse::<i32>().unwrap());
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,40}") {
            let _ = read(&text);
        }
    }
}
