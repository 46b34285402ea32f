//! Closed, in time, with the truth; and not against what was decided.

use super::{Evidence, Judgement, Rule, Severity, beginning, change_record, nothing_deployed};
use crate::trail::{Ended, Happened, Trail};
use crate::words::moment;
use change::Outcome::{self, Successful, SuccessfulWithIssues, Unsuccessful};
use change::State;

pub(super) const TRUE_OUTCOME: Rule = Rule {
    id: "closed-with-true-outcome",
    sentence: "The close code says how the deployment really ended.",
    severity: Severity::High,
    judge: true_outcome,
};

pub(super) const LEFT_OPEN: Rule = Rule {
    id: "left-open",
    sentence: "The change was closed after the deployment.",
    severity: Severity::High,
    judge: left_open,
};

pub(super) const AGAINST_DECISION: Rule = Rule {
    id: "deployed-against-decision",
    sentence: "Nothing was deployed with a change that is rejected, cancelled or on hold.",
    severity: Severity::High,
    judge: against_decision,
};

fn state(trail: &Trail) -> State {
    State::from_value(trail.change.state_value)
}

fn true_outcome(trail: &Trail) -> Judgement {
    if state(trail) != State::Closed {
        return Judgement::held(format!(
            "The change is in {} and claims no outcome yet.",
            trail.change.state
        ));
    }
    let Some(code) = trail
        .change
        .close_code
        .as_deref()
        .filter(|code| !code.is_empty())
    else {
        return Judgement::unproven("The change is closed without a close code.")
            .weighing(Severity::Medium);
    };
    let ended = trail.deployment.ended;
    let evidence = [change_record(format!("Close code: {code}"), trail)
        .by(closer(trail))
        .at(trail.change.closed_at)]
    .into_iter()
    .chain(ending(trail));
    let judgement = if trail.deployment.happened == Happened::No {
        nothing_ran(Outcome::claimed_by(code), code)
    } else {
        compared(Outcome::claimed_by(code), code, ended)
    };
    judgement.with(evidence)
}

/// What a close code claims against how it really ended.
fn compared(claimed: Option<Outcome>, code: &str, ended: Ended) -> Judgement {
    let told = ended.told();
    let lie = || {
        Judgement::broken(format!(
            "Closed as \"{code}\" although the deployment {told}."
        ))
    };
    match (claimed, ended) {
        (None, _) => {
            Judgement::unproven(format!("Close code \"{code}\" does not say how it ended."))
                .weighing(Severity::Low)
        }
        (_, Ended::Unknown | Ended::Running | Ended::Skipped) => {
            Judgement::unproven(format!("Closed as \"{code}\"; the deployment {told}."))
                .weighing(Severity::Medium)
        }
        (Some(Successful | SuccessfulWithIssues), real) if real.is_failure() => lie(),
        (Some(Unsuccessful), Ended::Succeeded | Ended::SucceededWithIssues) => {
            lie().weighing(Severity::Medium)
        }
        (Some(Successful), Ended::SucceededWithIssues) => lie().weighing(Severity::Low),
        _ => Judgement::held(format!("Closed as \"{code}\"; the deployment {told}.")),
    }
}

fn nothing_ran(claimed: Option<Outcome>, code: &str) -> Judgement {
    match claimed {
        Some(Successful | SuccessfulWithIssues) => Judgement::broken(format!(
            "Closed as \"{code}\" although nothing was deployed."
        )),
        Some(Unsuccessful) | None => {
            Judgement::held(format!("Closed as \"{code}\"; nothing was deployed."))
        }
    }
}

fn left_open(trail: &Trail) -> Judgement {
    let state = state(trail);
    let record = change_record(format!("State: {}", trail.change.state), trail);
    if state.is_final() {
        return Judgement::held(format!("The change is in {}.", trail.change.state))
            .with([record.by(closer(trail)).at(trail.change.closed_at)]);
    }
    match trail.deployment.happened {
        Happened::No => nothing_deployed(trail),
        _ if trail.deployment.ended == Ended::Running => {
            Judgement::held("The deployment is still running.").with(beginning(trail))
        }
        Happened::Yes => {
            let ending = ending(trail);
            let open = Judgement::broken(format!(
                "The deployment is over, the change is still in {}.",
                trail.change.state
            ));
            // A change in Review waits for a person's look at the result, which some houses want.
            let open = if state == State::Review {
                open.weighing(Severity::Medium)
            } else {
                open
            };
            open.with([record]).with(ending)
        }
        Happened::Unknown => Judgement::unproven(format!(
            "The change is in {}; no record says whether its deployment took place.",
            trail.change.state
        ))
        .weighing(Severity::Medium)
        .with([record]),
    }
}

fn against_decision(trail: &Trail) -> Judgement {
    let Some((decision, at)) = decision(trail) else {
        return Judgement::held("The change is neither rejected, cancelled nor on hold.");
    };
    let since = at
        .map(|at| format!(" (since {})", moment(at)))
        .unwrap_or_default();
    let judgement = match trail.deployment.happened {
        Happened::No => return nothing_deployed(trail),
        Happened::Yes => Judgement::broken(format!(
            "It was deployed although the change {decision}{since}."
        )),
        Happened::Unknown => Judgement::unproven(format!(
            "The change {decision}{since}; no record says whether it was deployed all the same."
        )),
    };
    let change = &trail.change;
    let what = format!("Approval: {}; state: {}", change.approval, change.state);
    judgement
        .with([change_record(what, trail).at(at)])
        .with(refusals(trail))
        .with(beginning(trail))
}

/// What was decided against the change, and when, where the instance says it.
fn decision(trail: &Trail) -> Option<(&'static str, Option<jiff::Timestamp>)> {
    let change = &trail.change;
    if change.approval == "rejected" {
        Some(("is rejected", None))
    } else if state(trail) == State::Canceled {
        Some(("is cancelled", change.closed_at))
    } else if change.on_hold.is_some() && !state(trail).is_final() {
        Some(("is on hold", None))
    } else {
        None
    }
}

fn refusals(trail: &Trail) -> impl Iterator<Item = Evidence> {
    let rows = trail.approvals.iter().filter(|row| row.state == "rejected");
    rows.map(|row| {
        let comment = row.comment.as_ref().map(|c| format!(": {c}"));
        let what = format!("Rejected{}", comment.unwrap_or_default());
        Evidence::new(
            what,
            format!("ServiceNow approval row of {}", row.approver.name),
        )
        .by(row.approver.told())
        .at(row.at)
        .on(trail.change.page.as_ref())
    })
}

fn closer(trail: &Trail) -> String {
    let closer = trail.change.closed_by.as_ref();
    closer.map_or_else(|| "not recorded".to_owned(), crate::trail::Person::told)
}

/// How it really ended, and which jobs did not succeed.
fn ending(trail: &Trail) -> Vec<Evidence> {
    let mut all = Vec::new();
    if let Some(source) = &trail.deployment.ended_source {
        let finished = trail.deployment.finished.as_ref();
        let what = format!("The deployment {}", trail.deployment.ended.told());
        let page = trail.runs.last().and_then(|run| run.page.as_ref());
        all.push(
            Evidence::new(what, source)
                .at(finished.map(|told| told.at))
                .on(page),
        );
    }
    for run in &trail.runs {
        all.extend(run.stage.failed_jobs.iter().map(|job| {
            let why = job
                .errors
                .first()
                .map(|error| format!(": {error}"))
                .unwrap_or_default();
            let source = format!("Azure DevOps timeline of {}, job {}", run.told(), job.name);
            Evidence::new(
                format!("Job {} {}{why}", job.name, job.result.told()),
                source,
            )
            .at(job.finished)
            .on(run.page.as_ref())
        }));
    }
    all
}

#[cfg(test)]
mod tests;
