//! What happens when a change arrives in a state.

use super::machine::{self, Machine};
use super::{ASSESS, AUTHORIZE, CANCELED, CLOSED, Cause, IMPLEMENT, NEW, REVIEW, SCHEDULED};
use crate::approvals;
use crate::options::StandardApproval;
use crate::store::{self, Record};
use crate::world::World;

const CHANGE: &str = "change_request";
const APPROVER: &str = "sysapproval_approver";

/// Moves a change and does everything that comes with the new state.
pub(crate) fn enter(world: &mut World, id: &str, to: &str, cause: Cause) {
    move_state(world, id, to, cause);
    let Some(change) = world.store.get(CHANGE, id) else {
        return;
    };
    let machine = machine::machine_of(world, change);
    let group = store::get(change, "assignment_group").to_owned();
    let now = world.now_text();
    match to {
        NEW => {
            cancel_pending(world, id);
            world.store.set(CHANGE, id, "approval", "not requested");
        }
        CANCELED => {
            cancel_pending(world, id);
            world.store.set(CHANGE, id, "on_hold", "false");
            world.store.set(CHANGE, id, "closed_at", &now);
        }
        CLOSED => world.store.set(CHANGE, id, "closed_at", &now),
        ASSESS if machine == Machine::Normal => approvals::open_round(world, id, &group),
        AUTHORIZE if matches!(machine, Machine::Normal | Machine::Emergency) => {
            let cab = cab_group(world);
            approvals::open_round(world, id, &cab);
        }
        SCHEDULED
            if machine == Machine::Standard
                && world.options.standard_approval == StandardApproval::Approved =>
        {
            world.store.set(CHANGE, id, "approval", "approved");
        }
        IMPLEMENT => implement(world, id, &now),
        REVIEW if world.options.legacy => set_if_empty(world, id, "work_end", &now),
        _ => {}
    }
    if let Machine::Model(model) = machine {
        model_entry(world, id, &model, to, &group);
    }
}

/// The bare move: state, activity, and what a slow reader still sees.
pub(super) fn move_state(world: &mut World, id: &str, to: &str, cause: Cause) {
    let delay = i64::try_from(world.options.delayed_visibility_ms).unwrap_or(i64::MAX);
    let until = world.now_ms().saturating_add(delay);
    let Some(record) = world.store.get_mut(CHANGE, id) else {
        return;
    };
    // What was said about the next states was said about the former one.
    record.remove(store::ASKED);
    let from = store::get(record, "state").to_owned();
    if cause == Cause::Automatic && delay > 0 {
        record.insert(store::SHOWN_STATE.to_owned(), from);
        record.insert(store::SHOWN_UNTIL.to_owned(), until.to_string());
    } else {
        record.remove(store::SHOWN_UNTIL);
    }
    record.insert("state".to_owned(), to.to_owned());
    let active = !matches!(to, CLOSED | CANCELED);
    record.insert("active".to_owned(), active.to_string());
    if cause == Cause::Automatic {
        world.touch(CHANGE, id, "system");
    }
}

fn cab_group(world: &World) -> String {
    let row = world
        .store
        .find("sys_user_group", "name", &world.options.cab_group);
    row.map_or_else(String::new, |g| store::get(g, "sys_id").to_owned())
}

fn implement(world: &mut World, id: &str, now: &str) {
    if world.options.legacy {
        set_if_empty(world, id, "work_start", now);
    }
    if !(world.options.implement_creates_tasks || world.options.legacy) {
        return;
    }
    for (text, kind) in [
        ("Implement", "implementation"),
        ("Post implementation testing", "testing"),
    ] {
        let columns = [
            ("change_request", id),
            ("parent", id),
            ("short_description", text),
            ("change_task_type", kind),
            ("created_from", "workflow"),
        ];
        let task: Record = columns
            .into_iter()
            .map(|(c, v)| (c.to_owned(), v.to_owned()))
            .collect();
        world.plant("change_task", task, "system");
    }
}

fn set_if_empty(world: &mut World, id: &str, column: &str, value: &str) {
    let empty = world
        .store
        .get(CHANGE, id)
        .is_some_and(|c| store::get(c, column).is_empty());
    if empty {
        world.store.set(CHANGE, id, column, value);
    }
}

/// A model's state may ask a group, or count as approved.
fn model_entry(world: &mut World, id: &str, model: &str, to: &str, assigned: &str) {
    let mut states = world.store.rows("sttrm_state");
    let state = states
        .find(|s| store::get(s, "sttrm_model") == model && store::get(s, "state_value") == to);
    let Some(state) = state else { return };
    let preapproved = store::get(state, "preapproved") == "true";
    let policy = store::get(state, "approval_group").to_owned();
    drop(states);
    if preapproved {
        world.store.set(CHANGE, id, "approval", "approved");
    }
    if policy == "assignment_group" {
        approvals::open_round(world, id, assigned);
    } else if !policy.is_empty() {
        approvals::open_round(world, id, &policy);
    }
}

/// Takes automatic transitions of a model while their conditions hold.
pub(crate) fn run_automatic(world: &mut World, id: &str) {
    // A model whose automatic steps form a circle stops after one turn through any sensible number of states.
    for _ in 0..16 {
        let Some(change) = world.store.get(CHANGE, id) else {
            return;
        };
        if store::get(change, "on_hold") == "true" {
            return;
        }
        let steps = machine::transitions(world, change);
        let ready = |t: &&machine::Transition| {
            t.automatic && !t.conditions.is_empty() && t.conditions.iter().all(|c| c.passed)
        };
        let Some(to) = steps.iter().find(ready).map(|t| t.to.clone()) else {
            return;
        };
        enter(world, id, &to, Cause::Automatic);
    }
}

/// Approvals nobody needs any more, by the state they end in.
pub(super) fn settle_pending(world: &mut World, id: &str, state: &str) {
    for row in pending(world, id) {
        world.store.set(APPROVER, &row, "state", state);
    }
    for group in world.store.ids_where("sysapproval_group", "parent", id) {
        let open = world.store.get("sysapproval_group", &group);
        if open.is_some_and(|g| store::get(g, "approval") == "requested") {
            world
                .store
                .set("sysapproval_group", &group, "approval", state);
        }
    }
}

fn cancel_pending(world: &mut World, id: &str) {
    settle_pending(world, id, "cancelled");
}

fn pending(world: &World, id: &str) -> Vec<String> {
    let rows = world.store.ids_where(APPROVER, "sysapproval", id);
    let asked = |row: &String| {
        world
            .store
            .get(APPROVER, row)
            .is_some_and(|r| store::get(r, "state") == "requested")
    };
    rows.into_iter().filter(asked).collect()
}

/// On hold, pending approvals are no longer required; they come back with the release. Tasks follow.
pub(super) fn set_hold(world: &mut World, id: &str, held: bool) {
    if held {
        for row in pending(world, id) {
            world.store.set(APPROVER, &row, "state", "not_required");
            world.store.set(APPROVER, &row, store::HELD, "true");
        }
    } else {
        for row in world.store.ids_where(APPROVER, "sysapproval", id) {
            let waited = world
                .store
                .get(APPROVER, &row)
                .is_some_and(|r| store::get(r, store::HELD) == "true");
            if waited {
                world.store.set(APPROVER, &row, "state", "requested");
                world.store.set(APPROVER, &row, store::HELD, "");
            }
        }
        world.store.set(CHANGE, id, "on_hold_reason", "");
    }
    for task in world.store.ids_where("change_task", "change_request", id) {
        world.store.set(
            "change_task",
            &task,
            "on_hold",
            if held { "true" } else { "false" },
        );
    }
}
