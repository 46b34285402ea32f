//! How the program ends, and the one table of exit codes.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The report is written, and nothing in it is as severe as was asked to tell.
    Written,
    /// Asked wrongly, configured wrongly, for a change that is not there, or with nowhere to write to.
    Wrong,
    /// A party failed: there is no report, or one of a period with a change missing.
    PartyFailed,
    /// The report is written, and there are findings of the severity asked for.
    Findings,
}

/// Every ending with its code and what it means, as the README tells it.
pub(crate) static TABLE: [(Ending, u8, &str); 4] = [
    (Ending::Written, 0, "the report is written"),
    (
        Ending::Wrong,
        1,
        "wrong use or configuration, no such change, or the report could not be written",
    ),
    (
        Ending::PartyFailed,
        2,
        "a party failed: no report, or one of a period in which a change could not be read",
    ),
    (
        Ending::Findings,
        3,
        "the report is written, and has findings as severe as `--fail-on` names",
    ),
];

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        let known = TABLE.iter().find(|(one, ..)| *one == ending);
        known.map_or(Self::FAILURE, |(_, code, _)| Self::from(*code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_exactly_these_codes() {
        let expected: Vec<String> = TABLE
            .iter()
            .map(|(_, code, meaning)| format!("| {code} | {meaning} |"))
            .collect();
        let told: Vec<&str> = include_str!("../README.md")
            .lines()
            .filter(|line| {
                line.strip_prefix("| ")
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            })
            .collect();
        assert_eq!(told, expected);
    }
}
