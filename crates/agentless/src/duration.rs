//! Durations as task definitions write them.

use std::time::Duration;

/// Reads `hours:minutes:seconds`.
pub(crate) fn read(text: &str) -> Option<Duration> {
    let number = |part: &str, below: u64| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = digits.then(|| part.parse().ok())??;
        (number < below).then_some(number)
    };
    let mut parts = text.trim().split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    Some(Duration::from_secs(minutes * 60 + number(seconds, 60)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hours_minutes_and_seconds() {
        assert_eq!(read("00:01:30"), Some(Duration::from_secs(90)));
        assert_eq!(read("23:59:59"), Some(Duration::from_secs(86_399)));
        for text in [
            "",
            "90",
            "1:30",
            "00:60:00",
            "24:00:00",
            "0:0:1",
            "+1:00:00",
            "00:00:01:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
