//! How a deployment ended.

use std::fmt;

/// How a deployment ended, in the three ways that a change request can be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Everything went as planned.
    Successful,
    /// It is deployed, and something did not go as planned.
    SuccessfulWithIssues,
    /// It is not deployed.
    Unsuccessful,
}

const ALL: [(Outcome, &str, &str); 3] = [
    (Outcome::Successful, "successful", "successful"),
    (
        Outcome::SuccessfulWithIssues,
        "successful_issues",
        "successful with issues",
    ),
    (Outcome::Unsuccessful, "unsuccessful", "unsuccessful"),
];

impl Outcome {
    /// The shipped close code that says so. An instance may have others: ask it before writing one.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// The outcome that a close code of any instance claims, by the shape of its words: instances have codes of their
    /// own, which mostly hold one of the shipped words. `None` for one that says neither.
    #[must_use]
    pub fn claimed_by(code: &str) -> Option<Self> {
        let code = code.to_lowercase();
        let holds = |part: &str| code.contains(part);
        if holds("unsuccess") || holds("fail") {
            Some(Self::Unsuccessful)
        } else if holds("issue") {
            Some(Self::SuccessfulWithIssues)
        } else if holds("success") {
            Some(Self::Successful)
        } else {
            None
        }
    }

    fn row(self) -> (Self, &'static str, &'static str) {
        match self {
            Self::Successful => ALL[0],
            Self::SuccessfulWithIssues => ALL[1],
            Self::Unsuccessful => ALL[2],
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_own_code_and_words() {
        for (outcome, word, words) in ALL {
            assert_eq!(outcome.word(), word);
            assert_eq!(outcome.to_string(), words);
            assert_eq!(Outcome::claimed_by(word), Some(outcome));
        }
    }

    #[test]
    fn a_code_of_an_instances_own_claims_what_its_words_say() {
        use Outcome::{Successful, SuccessfulWithIssues, Unsuccessful};
        for (code, claimed) in [
            ("successful", Some(Successful)),
            ("Successful with issues", Some(SuccessfulWithIssues)),
            ("UNSUCCESSFUL", Some(Unsuccessful)),
            ("failed_rolled_back", Some(Unsuccessful)),
            ("done", None),
            ("", None),
        ] {
            assert_eq!(Outcome::claimed_by(code), claimed, "{code}");
        }
    }
}
