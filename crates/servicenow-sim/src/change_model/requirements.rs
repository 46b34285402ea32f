//! What a step needs: rules first (approval, hold, tasks, a model's conditions), then mandatory fields.

use super::machine::{self, Machine, Transition};
use super::{CANCELED, CLOSED, IMPLEMENT, NEW, REVIEW, SCHEDULED};
use crate::change_tasks;
use crate::refusal::Refusal;
use crate::rules;
use crate::store::{self, Record};
use crate::world::World;

/// Whether a caller may take the step `from` to `to` with these changes.
pub(super) fn check(
    world: &World,
    old: &Record,
    changes: &Record,
    from: &str,
    to: &str,
) -> Result<(), Refusal> {
    let mut merged = old.clone();
    merged.extend(changes.clone());
    // The steps are those of the state the change is in, judged by its columns as they will be.
    merged.insert("state".to_owned(), from.to_owned());
    let steps = machine::transitions(world, &merged);
    let step = steps
        .iter()
        .find(|t| t.to == to && !t.automatic)
        .ok_or_else(Refusal::transition)?;
    if let Some(rule) = world
        .options
        .close_refused_by
        .as_ref()
        .filter(|_| to == CLOSED)
    {
        return Err(Refusal::Rule {
            table: "change_request",
            rule: rule.clone(),
        });
    }
    mandatory(world, old, changes, to)?;
    if passes(world, &merged, step) {
        Ok(())
    } else {
        Err(Refusal::transition())
    }
}

/// Whether `nextstates` may call a step available: its rules hold; missing fields do not count, a form asks for them.
pub(crate) fn is_available(world: &World, change: &Record, step: &Transition) -> bool {
    let held = store::get(change, "on_hold") == "true" && step.to != CANCELED;
    let round = step.automatic && step.conditions.is_empty();
    !held && !round && passes(world, change, step)
}

fn passes(world: &World, change: &Record, step: &Transition) -> bool {
    let approved = store::get(change, "approval") == "approved";
    let tasks = || change_tasks::any_active(world, store::get(change, "sys_id"));
    let machine = machine::machine_of(world, change);
    if matches!(machine, Machine::Model(_)) {
        return step.conditions.iter().all(|c| c.passed);
    }
    match (&machine, step.to.as_str()) {
        (Machine::Standard, SCHEDULED) => {
            !store::get(change, "std_change_producer_version").is_empty()
        }
        (Machine::Standard, IMPLEMENT) => true,
        (_, SCHEDULED | IMPLEMENT) => approved,
        (_, REVIEW) => !(world.options.review_needs_closed_tasks && tasks()),
        (_, CLOSED) => !tasks(),
        _ => true,
    }
}

fn mandatory(world: &World, old: &Record, changes: &Record, to: &str) -> Result<(), Refusal> {
    let typed = !matches!(machine::machine_of(world, old), Machine::Model(_));
    if to == CLOSED {
        let demanded = world.options.close_demands.iter().map(String::as_str);
        let columns: Vec<&str> = ["close_code", "close_notes"]
            .into_iter()
            .chain(demanded)
            .collect();
        return rules::mandatory(world, "change_request", old, changes, &columns);
    }
    let columns: &[&str] = if typed && store::get(old, "state") == NEW && to != CANCELED {
        &["assignment_group"]
    } else {
        &[]
    };
    rules::mandatory(world, "change_request", old, changes, columns)
}
