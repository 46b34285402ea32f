//! There is a reason for it.

use super::{Evidence, Judgement, Rule, Severity};
use crate::trail::Trail;
use crate::words::count;

pub(super) const LINKED: Rule = Rule {
    id: "work-linked",
    sentence: "At least one work item says why it was done.",
    severity: Severity::Low,
    judge: linked,
};

fn linked(trail: &Trail) -> Judgement {
    let items = &trail.work_items;
    let records = items.kept.iter().take(5).map(|item| {
        Evidence::new(
            format!("{}: {} ({})", item.kind, item.title, item.state),
            format!("Azure DevOps work item {}", item.id),
        )
        .on(item.page.as_ref())
    });
    match (items.total, items.complete) {
        (0, true) => Judgement::broken("No work item is linked to the run."),
        (0, false) => Judgement::unproven("Work items could not be read."),
        (total, _) => Judgement::held(format!("{} linked to the run.", count(total, "work item")))
            .with(records),
    }
}

#[cfg(test)]
mod tests;
