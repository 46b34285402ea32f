//! Rules that somebody set aside, and changes opened after the fact.

use super::{Evidence, Judgement, Rule, Severity, beginning, change_record, nothing_deployed};
use crate::marks;
use crate::trail::{Happened, Trail};
use crate::words::{between, count};

pub(super) const NONE: Rule = Rule {
    id: "overrides",
    sentence: "The stage set no rule of its gate aside.",
    severity: Severity::Medium,
    judge: none,
};

pub(super) const OPENED_AFTER: Rule = Rule {
    id: "opened-after-deployment",
    sentence: "The change was opened before the deployment began.",
    severity: Severity::High,
    judge: opened_after,
};

fn none(trail: &Trail) -> Judgement {
    let mut found = Vec::new();
    let mut kinds: Vec<String> = Vec::new();
    for note in &trail.notes.kept {
        for kind in marks::overrides(&note.text) {
            let source = format!("ServiceNow work note on {}", trail.change.number);
            found.push(
                Evidence::new(note.text.clone(), source)
                    .by(note.by.clone())
                    .at(note.at)
                    .on(trail.change.page.as_ref()),
            );
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    if !found.is_empty() {
        return Judgement::broken(format!("The stage set aside: {}.", kinds.join(", ")))
            .with(found);
    }
    if !trail.notes.readable {
        return Judgement::unproven("Work notes cannot be read, where an override would be told.")
            .weighing(Severity::Low);
    }
    if trail.notes.kept.len() < trail.notes.total {
        return Judgement::unproven(format!(
            "Only the newest {} were looked through.",
            count(trail.notes.kept.len(), "work note")
        ))
        .weighing(Severity::Low);
    }
    Judgement::held("No work note tells of an override.")
}

fn opened_after(trail: &Trail) -> Judgement {
    if trail.deployment.happened == Happened::No {
        return nothing_deployed(trail);
    }
    let Some(began) = &trail.deployment.started else {
        return Judgement::unproven("No record says when the deployment began.")
            .weighing(Severity::Medium);
    };
    // `opened_at` can be written by hand; the instance alone writes when the record came to be.
    let Some(created) = trail.change.created_at.or(trail.change.opened_at) else {
        return Judgement::unproven("The change does not show when it was opened.")
            .weighing(Severity::Medium)
            .with(beginning(trail));
    };
    let opened = change_record("The change came to be", trail).at(Some(created));
    let opened = match &trail.change.opened_by {
        Some(person) => opened.by(person.told()),
        None => opened,
    };
    let judgement = if created > began.at {
        Judgement::broken(format!(
            "The change was opened {} after the deployment had begun.",
            between(began.at, created)
        ))
    } else {
        Judgement::held(format!(
            "The change was opened {} before the deployment began.",
            between(created, began.at)
        ))
    };
    judgement.with([opened]).with(beginning(trail))
}

#[cfg(test)]
mod tests;
