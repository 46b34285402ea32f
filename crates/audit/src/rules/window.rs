//! Inside the planned window.

use super::{Judgement, Rule, Severity, beginning, change_record, nothing_deployed};
use crate::trail::{Ended, Happened, Trail};
use crate::words::{between, moment};

pub(super) const INSIDE: Rule = Rule {
    id: "inside-window",
    sentence: "The deployment began and ended inside the planned window.",
    severity: Severity::Medium,
    judge: inside,
};

fn inside(trail: &Trail) -> Judgement {
    if trail.deployment.happened == Happened::No {
        return nothing_deployed(trail);
    }
    let (start, end) = (trail.change.planned_start, trail.change.planned_end);
    if start.is_none() && end.is_none() {
        return Judgement::unproven("No window was planned.")
            .weighing(Severity::Low)
            .with([change_record("Planned start and end: empty", trail)]);
    }
    let told = |at: Option<jiff::Timestamp>| at.map_or_else(|| "open".to_owned(), moment);
    let window = change_record(
        format!("Planned window: {} to {}", told(start), told(end)),
        trail,
    );
    let Some(began) = &trail.deployment.started else {
        return Judgement::unproven("No record says when the deployment began.").with([window]);
    };
    let finished = trail.deployment.finished.as_ref();
    let ending = finished.map(|finished| {
        super::Evidence::new("The deployment ended", &finished.source)
            .at(Some(finished.at))
            .on(finished.link.as_ref())
    });
    let judgement = match (start, end) {
        (Some(start), _) if began.at < start => Judgement::broken(format!(
            "The deployment began {} before the window opened.",
            between(began.at, start)
        )),
        (_, Some(end)) if began.at >= end => Judgement::broken(format!(
            "The deployment began {} after the window had closed.",
            between(end, began.at)
        )),
        (_, Some(end)) => match finished {
            Some(finished) if finished.at > end => Judgement::broken(format!(
                "The deployment ended {} after the window had closed.",
                between(end, finished.at)
            )),
            Some(_) => Judgement::held("It began and ended inside the window."),
            None if trail.deployment.ended == Ended::Running && trail.generated <= end => {
                Judgement::held("It began inside the window, which is still open.")
            }
            None => {
                Judgement::unproven("It began inside the window; no record says when it ended.")
            }
        },
        (_, None) => Judgement::held("It began inside the window, which has no end."),
    };
    judgement.with([window]).with(beginning(trail)).with(ending)
}

#[cfg(test)]
mod tests;
