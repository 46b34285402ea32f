//! The words a user reads. Texts of the instance are passed through as they are: the console defuses them.

use change::{
    ApprovalRow, Correlation, Decision, Override, Request, RowState, StopReason, WaitReason,
};
use pipelines_agent::RunFacts;
use task::words::moment;

/// What is still missing.
pub(crate) fn waiting_for(reason: &WaitReason) -> String {
    match reason {
        WaitReason::Approval => "waiting for approval".to_owned(),
        WaitReason::State(state) => format!("waiting for {state}"),
        WaitReason::Hold(why) if why.is_empty() => "on hold; waiting for its release".to_owned(),
        WaitReason::Hold(why) => format!("on hold ({why}); waiting for its release"),
        WaitReason::Window(start) => {
            format!("approved; waiting for its window, {}", moment(*start))
        }
        WaitReason::Conflict(with) => {
            format!("approved; waiting for its conflicts to end{}", named(with))
        }
        WaitReason::ConflictDetection => "approved; waiting for conflict detection".to_owned(),
    }
}

/// Why the stage does not go on: who decided, and where to look.
pub(crate) fn stopped(reason: &StopReason, request: &Request, rows: &[ApprovalRow]) -> String {
    let number = &request.number;
    match reason {
        StopReason::Rejected => match refusal(rows) {
            Some(by) => format!("{number} was rejected by {by}"),
            None => format!("{number} was rejected"),
        },
        StopReason::Canceled => format!("{number} was cancelled"),
        StopReason::Closed => match &request.close_code {
            Some(code) => format!("{number} is closed ({code})"),
            None => format!("{number} is closed"),
        },
        StopReason::InReview => {
            format!("{number} is in Review: its deployment took place already")
        }
        StopReason::WindowNotOpen(start) => {
            format!(
                "the window of {number} opens only at {} (changeWindow: fail)",
                moment(*start)
            )
        }
        StopReason::WindowOver(end) => format!(
            "the window of {number} was over at {}; have it rescheduled in ServiceNow",
            moment(*end)
        ),
        StopReason::Conflict(with) => {
            format!(
                "{number} conflicts with other changes{} (conflictPolicy: fail)",
                named(with)
            )
        }
    }
}

/// Who approved, as the rest of a sentence; nothing where nobody had to.
pub(crate) fn approved_by(rows: &[ApprovalRow]) -> String {
    let approved = rows.iter().filter(|row| row.state == RowState::Approved);
    let names: Vec<&str> = approved.map(|row| row.approver.as_str()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" by {}", names.join(", "))
    }
}

/// Who refused, when, and in which words.
fn refusal(rows: &[ApprovalRow]) -> Option<String> {
    let row = rows.iter().find(|row| row.state == RowState::Rejected)?;
    let group = row
        .group
        .as_ref()
        .map(|group| format!(" ({group})"))
        .unwrap_or_default();
    let at = row
        .at
        .map(|at| format!(" at {}", moment(at)))
        .unwrap_or_default();
    let comment = row
        .comment
        .as_ref()
        .map(|text| format!(": {text}"))
        .unwrap_or_default();
    Some(format!("{}{group}{at}{comment}", row.approver))
}

/// A decision, in the words of a dry run.
pub(crate) fn decided(decision: &Decision, request: &Request) -> String {
    match decision {
        Decision::Proceed { overrides } if overrides.is_empty() => "the stage goes on".to_owned(),
        Decision::Proceed { overrides } => {
            let what: Vec<String> = overrides.iter().map(overridden).collect();
            format!(
                "the stage goes on although the change is {}",
                what.join("; and ")
            )
        }
        Decision::Wait(reason) => waiting_for(reason),
        Decision::Stop(reason) => format!("the stage stops: {}", stopped(reason, request, &[])),
    }
}

/// A rule that was set aside.
pub(crate) fn overridden(what: &Override) -> String {
    match what {
        Override::Conflict(with) => {
            format!(
                "conflicts with other changes{} (conflictPolicy: ignore)",
                named(with)
            )
        }
        Override::WindowNotOpen(start) => {
            format!(
                "outside its window, which opens at {} (changeWindow: ignore)",
                moment(*start)
            )
        }
        Override::WindowOver(end) => {
            format!(
                "outside its window, which closed at {} (changeWindow: ignore)",
                moment(*end)
            )
        }
        Override::Timeout => "not cleared in time (onTimeout: proceed)".to_owned(),
    }
}

fn named(with: &[String]) -> String {
    if with.is_empty() {
        String::new()
    } else {
        format!(": {}", with.join(", "))
    }
}

/// What marks that note: one for each stage and what it set aside, so that a rerun repeats none and adds what is new.
pub(crate) fn override_marker(correlation: &Correlation, overrides: &[Override]) -> String {
    let kind = |what: &Override| match what {
        Override::Conflict(_) => "conflict",
        Override::WindowNotOpen(_) | Override::WindowOver(_) => "window",
        Override::Timeout => "timeout",
    };
    let kinds: Vec<&str> = overrides.iter().map(kind).collect();
    format!("[{correlation} override: {}]", kinds.join(", "))
}

/// The note on the change that says which rules its stage set aside.
pub(crate) fn override_note(overrides: &[Override], facts: &RunFacts, marker: &str) -> String {
    let what: Vec<String> = overrides.iter().map(overridden).collect();
    format!(
        "The stage went on although this change is {}.\nRun: {}\n{marker}",
        what.join("; and "),
        facts.page().unwrap_or("unknown")
    )
}

/// The note on a change that is cancelled because its step was.
pub(crate) fn cancel_note(facts: &RunFacts) -> String {
    format!(
        "Cancelled because the pipeline step that waited for it was cancelled.\nRun: {}",
        facts.page().unwrap_or("unknown")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_names_who_when_and_why() {
        let row = ApprovalRow {
            approver: "Ada Byron".to_owned(),
            user_name: None,
            email: None,
            group: Some("CAB Approval".to_owned()),
            state: RowState::Rejected,
            comment: Some("no backout plan".to_owned()),
            at: Some("2026-03-01T22:00:00Z".parse().unwrap()),
        };
        assert_eq!(
            stopped(&StopReason::Rejected, &Request::example(), &[row]),
            "CHG0030001 was rejected by Ada Byron (CAB Approval) at 2026-03-01 22:00:00 UTC: no backout plan"
        );
        let nobody = stopped(&StopReason::Rejected, &Request::example(), &[]);
        assert_eq!(nobody, "CHG0030001 was rejected");
    }

    #[test]
    fn only_those_who_approved_are_named() {
        let row = |approver: &str, state| ApprovalRow {
            approver: approver.to_owned(),
            user_name: None,
            email: None,
            group: None,
            state,
            comment: None,
            at: None,
        };
        let rows = [
            row("Ada Byron", RowState::Approved),
            row("Bob", RowState::Other("not_required".to_owned())),
            row("Grace Hopper", RowState::Approved),
        ];
        assert_eq!(approved_by(&rows), " by Ada Byron, Grace Hopper");
        assert_eq!(approved_by(&rows[1..2]), "");
    }
}
