//! How the step can end, and the one table that maps endings to what the agent is told.

use change::{Outcome, Request};
use change_control::{Blame, Left};
use pipelines_agent::Outcome as Result;
use pipelines_agent::interrupt::Cause;

/// How the step ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The change tells what was deployed.
    Recorded(Box<Record>),
    /// There is no change to tell, and the user wants to be told so, or to go on.
    Missing { what: String, fails: bool },
    /// ServiceNow stayed down.
    Unreachable { error: String, fails: bool },
    /// ServiceNow understood and refused.
    Refused { error: String },
    /// The inputs, the settings file or the connection are wrong.
    BadInput(Vec<String>),
    /// Nothing was written; this is what would have been.
    DryRun(Vec<String>),
    /// The agent told the step to stop.
    Interrupted(Cause),
    /// A bug of ours, or a machine that lacks the basics.
    Internal(String),
}

/// What became of a record.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) request: Request,
    pub(crate) outcome: Outcome,
    /// Why the change does not stand where it should.
    pub(crate) left: Option<Left>,
    /// Whether the work note was written by this attempt.
    pub(crate) noted: bool,
    /// Whether the change was opened after the fact.
    pub(crate) retrospective: bool,
    /// What the change says, where it was closed with another code than this deployment deserves.
    pub(crate) differs: Option<String>,
    /// Evidence that is not on the change: told, and no reason to leave it open.
    pub(crate) missing: Vec<String>,
}

/// What the agent is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The step's result.
    pub(crate) result: Result,
    /// The code word of the issue, if there is one.
    pub(crate) code: Option<&'static str>,
}

impl Record {
    fn verdict(&self) -> (Result, Option<&'static str>) {
        use Result::{Failed, Succeeded, SucceededWithIssues};
        match &self.left {
            // Nobody can have approved it before.
            Some(Left::Unapproved) if self.retrospective => {
                (SucceededWithIssues, Some("retrospective"))
            }
            // As the user wanted it.
            Some(Left::OpenTasks(_)) => (SucceededWithIssues, Some("not-closed")),
            Some(_) => (Failed, Some("not-closed")),
            None if self.differs.is_some() => (SucceededWithIssues, Some("outcome-differs")),
            None if self.retrospective => (SucceededWithIssues, Some("retrospective")),
            None if !self.missing.is_empty() => (SucceededWithIssues, Some("evidence-missing")),
            None => (Succeeded, None),
        }
    }
}

impl Ending {
    pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        Self::Internal(format!("{what}: {error}"))
    }

    /// The table. Its code words are documented in the README, "What each failure means".
    pub(crate) fn verdict(&self) -> Verdict {
        use Result::{Failed, Succeeded, SucceededWithIssues};
        let by_choice = |fails: &bool| if *fails { Failed } else { SucceededWithIssues };
        let (result, code) = match self {
            Self::Recorded(record) => record.verdict(),
            Self::Missing { fails, .. } => (by_choice(fails), Some("change-missing")),
            Self::Unreachable { fails, .. } => (by_choice(fails), Some("unreachable")),
            Self::Refused { .. } => (Failed, Some("refused")),
            Self::BadInput(_) => (Failed, Some("bad-input")),
            Self::DryRun(_) => (Succeeded, None),
            Self::Interrupted(_) => (Failed, Some("interrupted")),
            Self::Internal(_) => (Failed, Some("internal")),
        };
        Verdict { result, code }
    }
}

impl From<Box<change_control::Error>> for Ending {
    fn from(error: Box<change_control::Error>) -> Self {
        let text = redact::chain(&error);
        match error.blame() {
            Blame::Unreachable => Self::Unreachable {
                error: text,
                fails: true,
            },
            Blame::Refused => Self::Refused { error: text },
            Blame::Asked => Self::BadInput(vec![text]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Users find the words there.
    const README: &str = include_str!("../../../README.md");

    fn record(change: impl FnOnce(&mut Record)) -> Ending {
        let mut record = Record {
            request: Request::example(),
            outcome: Outcome::Successful,
            left: None,
            noted: true,
            retrospective: false,
            differs: None,
            missing: Vec::new(),
        };
        change(&mut record);
        Ending::Recorded(Box::new(record))
    }

    #[test]
    fn every_ending_has_its_result_and_code() {
        use pipelines_agent::Outcome::{Failed, Succeeded, SucceededWithIssues};
        let text = String::new;
        let table = [
            (record(|_| {}), Succeeded, None),
            (
                record(|r| r.missing.push(text())),
                SucceededWithIssues,
                Some("evidence-missing"),
            ),
            (
                record(|r| r.differs = Some(text())),
                SucceededWithIssues,
                Some("outcome-differs"),
            ),
            (
                record(|r| r.retrospective = true),
                SucceededWithIssues,
                Some("retrospective"),
            ),
            (
                record(|r| {
                    r.retrospective = true;
                    r.left = Some(Left::Unapproved);
                }),
                SucceededWithIssues,
                Some("retrospective"),
            ),
            (
                record(|r| r.left = Some(Left::Unapproved)),
                Failed,
                Some("not-closed"),
            ),
            (
                record(|r| r.left = Some(Left::OpenTasks(Vec::new()))),
                SucceededWithIssues,
                Some("not-closed"),
            ),
            (
                record(|r| r.left = Some(Left::NoCloseCode)),
                Failed,
                Some("not-closed"),
            ),
            (
                Ending::Missing {
                    what: text(),
                    fails: true,
                },
                Failed,
                Some("change-missing"),
            ),
            (
                Ending::Missing {
                    what: text(),
                    fails: false,
                },
                SucceededWithIssues,
                Some("change-missing"),
            ),
            (
                Ending::Unreachable {
                    error: text(),
                    fails: true,
                },
                Failed,
                Some("unreachable"),
            ),
            (
                Ending::Unreachable {
                    error: text(),
                    fails: false,
                },
                SucceededWithIssues,
                Some("unreachable"),
            ),
            (Ending::Refused { error: text() }, Failed, Some("refused")),
            (Ending::BadInput(vec![]), Failed, Some("bad-input")),
            (Ending::DryRun(vec![]), Succeeded, None),
            (
                Ending::Interrupted(Cause::Signal),
                Failed,
                Some("interrupted"),
            ),
            (Ending::Internal(text()), Failed, Some("internal")),
        ];
        for (ending, result, code) in table {
            assert_eq!(ending.verdict(), Verdict { result, code }, "{ending:?}");
            if let Some(word) = code {
                assert!(
                    README.contains(&format!("`{word}`")),
                    "{word} is not in the README"
                );
            }
        }
    }
}
