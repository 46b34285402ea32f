//! What was approved is what was deployed.

use change::{Correlation, Place};

use super::{Evidence, Judgement, Rule, Severity, change_record, nothing_deployed};
use crate::trail::{Approval, Happened, Run, Trail};
use crate::words::moment;

pub(super) const APPROVED: Rule = Rule {
    id: "scope-approved",
    sentence: "The change was opened for this very run, so that the commits approved are the commits deployed.",
    severity: Severity::High,
    judge: approved,
};

fn approved(trail: &Trail) -> Judgement {
    if trail.deployment.happened == Happened::No {
        return nothing_deployed(trail);
    }
    let stored = &trail.change.correlation;
    let key = change_record(format!("Correlation: {}", shown(stored)), trail);
    let Some(place) = Correlation::read(stored) else {
        return Judgement::broken(
            "The change names no run: nothing ties the approval to what was deployed.",
        )
        .weighing(Severity::Medium)
        .with([key])
        .with(trail.runs.iter().map(run_record));
    };
    if let Some(foreign) = trail
        .runs
        .iter()
        .find(|run| !run.stage.held_back && !is_of(run, &place))
    {
        return Judgement::broken(format!(
            "The change was opened for another run or stage; {} deployed with it too.",
            foreign.told()
        ))
        .with([key, run_record(foreign)]);
    }
    let Some(run) = trail.runs.iter().find(|run| is_of(run, &place)) else {
        return Judgement::unproven("The run that the change names was not looked at.").with([key]);
    };
    if !run.readable {
        return Judgement::unproven(format!(
            "The change names {}, which could not be read any more.",
            run.told()
        ))
        .with([key]);
    }
    if let Some(row) = approved_unseen(trail, run) {
        return Judgement::broken(format!(
            "{} approved at {}, before {} was queued: nobody could know what it would deploy.",
            row.approver.told(),
            row.at.map(moment).unwrap_or_default(),
            run.told()
        ))
        .with([key, run_record(run)]);
    }
    Judgement::held(format!("The change was opened for {}.", run.told()))
        .with([key, run_record(run)])
}

/// An approval that was given before there was anything to look at.
fn approved_unseen<'a>(trail: &'a Trail, run: &Run) -> Option<&'a Approval> {
    let queued = run.queued?;
    let mut given = trail.approvals.iter().filter(|row| row.is_given());
    given.find(|row| row.at.is_some_and(|at| at < queued))
}

/// Whether the key leads to this stage. A stage's name may be cut and hashed in a key; both sides are then.
fn is_of(run: &Run, place: &Place) -> bool {
    Correlation::read(&run.key).is_some_and(|own| {
        own.project_id == place.project_id && own.run == place.run && own.stage == place.stage
    })
}

fn run_record(run: &Run) -> Evidence {
    let version = run
        .source_version
        .as_deref()
        .unwrap_or("an unknown version");
    Evidence::new(
        format!("Queued for stage {} from {version}", run.stage.name),
        format!("Azure DevOps {}", run.told()),
    )
    .at(run.queued)
    .on(run.page.as_ref())
}

fn shown(stored: &str) -> &str {
    if stored.is_empty() { "empty" } else { stored }
}

#[cfg(test)]
mod tests;
