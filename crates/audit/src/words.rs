//! Moments, lengths and lists, for people.

use jiff::Timestamp;
use jiff::tz::Offset;

/// A moment, always in UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(at);
    format!("{} {:.0} UTC", at.date(), at.time())
}

/// The time between two moments, in two units at most.
pub(crate) fn between(a: Timestamp, b: Timestamp) -> String {
    let seconds = (b.as_second() - a.as_second()).unsigned_abs();
    match (
        seconds / 86_400,
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
    ) {
        (0, 0, 0, s) => format!("{s} s"),
        (0, 0, m, 0) => format!("{m} min"),
        (0, 0, m, s) => format!("{m} min {s} s"),
        (0, h, m, _) => format!("{h} h {m} min"),
        (1, h, _, _) => format!("1 day {h} h"),
        (d, h, _, _) => format!("{d} days {h} h"),
    }
}

/// `1 commit`, `2 commits`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// The first few of a list, and how many more there are.
pub(crate) fn some_of(names: &[String], most: usize) -> String {
    let shown = names
        .iter()
        .take(most)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A list with every text once: one person may answer in several rounds.
pub(crate) fn distinct(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_two_units_at_most() {
        let at = |s| Timestamp::from_second(s).unwrap();
        for (seconds, told) in [
            (0, "0 s"),
            (59, "59 s"),
            (61, "1 min 1 s"),
            (600, "10 min"),
            (7265, "2 h 1 min"),
            (90_000, "1 day 1 h"),
            (180_000, "2 days 2 h"),
        ] {
            assert_eq!(between(at(0), at(seconds)), told);
            assert_eq!(between(at(seconds), at(0)), told);
        }
    }

    #[test]
    fn long_lists_say_how_many_more() {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(some_of(&names, 3), "a, b, c");
        assert_eq!(some_of(&names, 1), "a and 2 more");
        assert_eq!(count(1, "commit"), "1 commit");
        assert_eq!(count(0, "commit"), "0 commits");
        let twice = ["a", "b", "a"].map(str::to_owned);
        assert_eq!(distinct(twice), ["a", "b"]);
    }
}
