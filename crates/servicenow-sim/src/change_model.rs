//! How a change request moves. States are owned by a machine: one of the three types, or a model kept in tables.
//! Approvals move a change by themselves; a caller may only ask for the steps the machine offers.

mod enter;
mod machine;
mod requirements;

pub(crate) use enter::{enter, run_automatic};
pub(crate) use machine::{Condition, Transition, machine_of, state_labels, transitions};
pub(crate) use requirements::is_available;

use crate::acl::Actor;
use crate::options::InsertPolicy;
use crate::recorder::{Finding, FindingKind};
use crate::refusal::{Action, Refusal};
use crate::rules::{self, after};
use crate::store::{self, Record};
use crate::world::World;

pub(crate) const NEW: &str = "-5";
pub(crate) const ASSESS: &str = "-4";
pub(crate) const AUTHORIZE: &str = "-3";
pub(crate) const SCHEDULED: &str = "-2";
pub(crate) const IMPLEMENT: &str = "-1";
pub(crate) const REVIEW: &str = "0";
pub(crate) const CLOSED: &str = "3";
pub(crate) const CANCELED: &str = "4";

/// Whether someone asked for a move, or the instance made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Asked,
    Automatic,
}

pub(crate) fn before_insert(
    world: &World,
    actor: &Actor,
    findings: &mut Vec<Finding>,
    values: &mut Record,
) -> Result<(), Refusal> {
    let approval = values
        .get("approval")
        .is_some_and(|a| !a.is_empty() && a != "not requested");
    if approval {
        findings.push(Finding {
            kind: FindingKind::ApprovalPatched,
            detail: "insert".to_owned(),
        });
        if !actor.is_admin() {
            return Err(Refusal::Acl(Action::Insert));
        }
    }
    let asked = values.remove("state").unwrap_or_default();
    let late = matches!(asked.as_str(), REVIEW | CLOSED | CANCELED);
    if late && world.options.insert_policy == InsertPolicy::Refuse {
        return Err(Refusal::transition());
    }
    choose_type(world, values);
    values.insert("state".to_owned(), machine::initial_state(world, values));
    if !actor.user_id.is_empty() {
        values
            .entry("requested_by".to_owned())
            .or_insert_with(|| actor.user_id.clone());
    }
    derive_priority(world, &Record::new(), values);
    Ok(())
}

/// A model drives where there is one, and names the type; without either the release's default decides.
fn choose_type(world: &World, values: &mut Record) {
    let given = values.get("type").is_some_and(|t| !t.is_empty());
    if given {
        return;
    }
    let model = values
        .get("chg_model")
        .and_then(|id| world.store.get("chg_model", id));
    let kind = match model.map(|m| store::get(m, "name").to_lowercase()) {
        Some(name) if matches!(name.as_str(), "normal" | "standard" | "emergency") => name,
        Some(_) => "normal".to_owned(),
        None => world.options.default_type.clone(),
    };
    values.insert("type".to_owned(), kind);
}

pub(crate) fn before_update(
    world: &World,
    actor: &Actor,
    findings: &mut Vec<Finding>,
    old: &Record,
    changes: &mut Record,
) -> Result<(), Refusal> {
    if after(old, changes, "approval") != store::get(old, "approval") {
        let detail = store::get(old, "number").to_owned();
        findings.push(Finding {
            kind: FindingKind::ApprovalPatched,
            detail,
        });
        if !actor.is_admin() {
            return Err(Refusal::Acl(Action::Update));
        }
    }
    if after(old, changes, "type") != store::get(old, "type") && store::get(old, "state") != NEW {
        changes.remove("type");
        findings.push(Finding {
            kind: FindingKind::TypeIgnored,
            detail: "type".to_owned(),
        });
    }
    derive_priority(world, old, changes);
    let was_held = store::get(old, "on_hold") == "true";
    let held = after(old, changes, "on_hold") == "true";
    if held && !was_held {
        rules::mandatory(world, "change_request", old, changes, &["on_hold_reason"])?;
    }
    normalise_state(changes);
    let from = store::get(old, "state");
    let to = after(old, changes, "state").to_owned();
    let to = to.as_str();
    if from == to {
        return Ok(());
    }
    if held && to != CANCELED {
        return Err(Refusal::transition());
    }
    requirements::check(world, old, changes, from, to)?;
    unasked(world, findings, old, to);
    if matches!(to, CLOSED | CANCELED) {
        changes.insert("closed_by".to_owned(), actor.user_id.clone());
    }
    Ok(())
}

/// Reports a move that nobody looked up first.
fn unasked(world: &World, findings: &mut Vec<Finding>, old: &Record, to: &str) {
    let told = !store::get(old, store::ASKED).is_empty();
    if world.options.expect_next_states && world.options.change_api && !told {
        findings.push(Finding {
            kind: FindingKind::UnaskedMove,
            detail: format!("{} to {to}", store::get(old, "number")),
        });
    }
}

pub(crate) fn after_update(world: &mut World, old: &Record, changes: &Record, corrupt: bool) {
    let id = store::get(old, "sys_id").to_owned();
    if corrupt {
        world.store.set("change_request", &id, "state", AUTHORIZE);
        world
            .store
            .set("change_request", &id, "approval", "not requested");
        return;
    }
    let held = after(old, changes, "on_hold") == "true";
    if held != (store::get(old, "on_hold") == "true") {
        enter::set_hold(world, &id, held);
    }
    let to = after(old, changes, "state").to_owned();
    if to != store::get(old, "state") {
        enter(world, &id, &to, Cause::Asked);
    }
    run_automatic(world, &id);
}

/// `-05` and `-5` are one state.
fn normalise_state(changes: &mut Record) {
    if let Some(state) = changes.get_mut("state")
        && let Ok(number) = state.parse::<i32>()
    {
        *state = number.to_string();
    }
}

fn derive_priority(world: &World, old: &Record, changes: &mut Record) {
    let touched =
        old.is_empty() || changes.contains_key("impact") || changes.contains_key("urgency");
    if !world.options.derive_change_priority || !touched {
        return;
    }
    let level = |column: &str| after(old, changes, column).parse::<u32>().unwrap_or(3);
    let value = (level("impact") + level("urgency") - 1)
        .clamp(1, 4)
        .to_string();
    changes.insert("priority".to_owned(), value);
}

/// The next step once every approver of a round has approved.
pub(crate) fn round_passed(world: &mut World, id: &str) {
    let Some(change) = world.store.get("change_request", id) else {
        return;
    };
    let state = store::get(change, "state").to_owned();
    let next = machine::after_round(&machine_of(world, change), &state);
    // Approved only when no further round follows: between two rounds the roll-up reads "requested" again.
    if next != Some(AUTHORIZE) {
        world
            .store
            .set("change_request", id, "approval", "approved");
    }
    if let Some(next) = next {
        enter(world, id, next, Cause::Automatic);
    }
    run_automatic(world, id);
}

/// One rejected row ends the round: back to New, nobody else has to decide any more.
pub(crate) fn round_rejected(world: &mut World, id: &str) {
    enter::settle_pending(world, id, "not_required");
    enter::move_state(world, id, NEW, Cause::Automatic);
    world
        .store
        .set("change_request", id, "approval", "rejected");
}
