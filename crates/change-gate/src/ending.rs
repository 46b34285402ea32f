//! How the step can end, and the one table that maps endings to what the agent and later steps are told.

use change::{Override, Request, StopReason, WaitReason};
use change_control::Blame;
use pipelines_agent::Outcome;
use pipelines_agent::interrupt::Cause;

/// How the step ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The stage goes on.
    Proceeded {
        request: Request,
        overrides: Vec<Override>,
    },
    /// The change does not allow it.
    Stopped {
        request: Request,
        reason: StopReason,
    },
    /// Nobody decided in time.
    TimedOut {
        request: Request,
        reason: WaitReason,
    },
    /// ServiceNow stayed down, and the user wants a person to decide.
    Manual {
        error: String,
        request: Option<Request>,
    },
    /// ServiceNow stayed down.
    Unreachable {
        error: String,
        request: Option<Request>,
    },
    /// ServiceNow understood and refused.
    Refused { error: String },
    /// The inputs, the settings file or the connection are wrong.
    BadInput(Vec<String>),
    /// Nothing was written; this is what would have been.
    DryRun {
        would: Vec<String>,
        request: Option<Request>,
    },
    /// The agent told the step to stop.
    Interrupted {
        cause: Cause,
        request: Option<Request>,
        /// The key of a change whose creation was interrupted, where it is not known whether it exists.
        opening: Option<String>,
        canceled: Option<Result<(), String>>,
    },
    /// A bug of ours, or a machine that lacks the basics.
    Internal(String),
}

/// What the agent and later steps are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The step's result.
    pub(crate) outcome: Outcome,
    /// The code word of the issue, if there is one.
    pub(crate) code: Option<&'static str>,
    /// The output `changeDecision`.
    pub(crate) decision: &'static str,
}

impl Ending {
    pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Self {
        Self::Internal(format!("{what}: {error}"))
    }

    /// The table. Its code words are documented in the README, "What each failure means".
    pub(crate) fn verdict(&self) -> Verdict {
        use Outcome::{Failed, Succeeded, SucceededWithIssues};
        let (outcome, code, decision) = match self {
            Self::Proceeded { overrides, .. } if overrides.is_empty() => {
                (Succeeded, None, "proceed")
            }
            Self::Proceeded { overrides, .. } if overrides.contains(&Override::Timeout) => (
                SucceededWithIssues,
                Some("change-timeout"),
                "proceedOnTimeout",
            ),
            Self::Proceeded { .. } => (Succeeded, Some("change-override"), "proceedWithOverride"),
            Self::Stopped { .. } => (Failed, Some("change-stopped"), "stop"),
            Self::TimedOut { .. } => (Failed, Some("change-timeout"), "timeout"),
            Self::Manual { .. } => (SucceededWithIssues, Some("unreachable"), "manual"),
            Self::Unreachable { .. } => (Failed, Some("unreachable"), "unreachable"),
            Self::Refused { .. } => (Failed, Some("refused"), "refused"),
            Self::BadInput(_) => (Failed, Some("bad-input"), "badInput"),
            Self::DryRun { .. } => (Succeeded, None, "dryRun"),
            Self::Interrupted { .. } => (Failed, Some("interrupted"), "interrupted"),
            Self::Internal(_) => (Failed, Some("internal"), "internal"),
        };
        Verdict {
            outcome,
            code,
            decision,
        }
    }

    /// The change as last read, where there is one.
    pub(crate) fn request(&self) -> Option<&Request> {
        match self {
            Self::Proceeded { request, .. }
            | Self::Stopped { request, .. }
            | Self::TimedOut { request, .. } => Some(request),
            Self::Manual { request, .. }
            | Self::Unreachable { request, .. }
            | Self::DryRun { request, .. }
            | Self::Interrupted { request, .. } => request.as_ref(),
            Self::Refused { .. } | Self::BadInput(_) | Self::Internal(_) => None,
        }
    }
}

impl From<Box<change_control::Error>> for Ending {
    fn from(error: Box<change_control::Error>) -> Self {
        let text = redact::chain(&error);
        match error.blame() {
            Blame::Unreachable => Self::Unreachable {
                error: text,
                request: None,
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

    #[test]
    fn every_ending_has_its_result_code_and_decision() {
        let request = Request::example;
        let proceeded = |overrides| Ending::Proceeded {
            request: request(),
            overrides,
        };
        let text = String::new;
        let table = [
            (proceeded(vec![]), Outcome::Succeeded, None, "proceed"),
            (
                proceeded(vec![Override::Conflict(vec![])]),
                Outcome::Succeeded,
                Some("change-override"),
                "proceedWithOverride",
            ),
            (
                proceeded(vec![Override::Timeout]),
                Outcome::SucceededWithIssues,
                Some("change-timeout"),
                "proceedOnTimeout",
            ),
            (
                Ending::Stopped {
                    request: request(),
                    reason: StopReason::Rejected,
                },
                Outcome::Failed,
                Some("change-stopped"),
                "stop",
            ),
            (
                Ending::TimedOut {
                    request: request(),
                    reason: WaitReason::Approval,
                },
                Outcome::Failed,
                Some("change-timeout"),
                "timeout",
            ),
            (
                Ending::Manual {
                    error: text(),
                    request: None,
                },
                Outcome::SucceededWithIssues,
                Some("unreachable"),
                "manual",
            ),
            (
                Ending::Unreachable {
                    error: text(),
                    request: None,
                },
                Outcome::Failed,
                Some("unreachable"),
                "unreachable",
            ),
            (
                Ending::Refused { error: text() },
                Outcome::Failed,
                Some("refused"),
                "refused",
            ),
            (
                Ending::BadInput(vec![]),
                Outcome::Failed,
                Some("bad-input"),
                "badInput",
            ),
            (
                Ending::DryRun {
                    would: vec![],
                    request: None,
                },
                Outcome::Succeeded,
                None,
                "dryRun",
            ),
            (
                Ending::Interrupted {
                    cause: Cause::Signal,
                    request: None,
                    opening: None,
                    canceled: None,
                },
                Outcome::Failed,
                Some("interrupted"),
                "interrupted",
            ),
            (
                Ending::Internal(text()),
                Outcome::Failed,
                Some("internal"),
                "internal",
            ),
        ];
        for (ending, outcome, code, decision) in table {
            assert_eq!(
                ending.verdict(),
                Verdict {
                    outcome,
                    code,
                    decision
                },
                "{ending:?}"
            );
            for word in code.into_iter().chain([decision]) {
                assert!(
                    README.contains(&format!("`{word}`")),
                    "{word} is not in the README"
                );
            }
        }
    }
}
