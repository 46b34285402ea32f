//! Rules of change tasks: inside the change's window, and closed with a code and notes.

use crate::acl::Actor;
use crate::change_model;
use crate::refusal::Refusal;
use crate::rules::{self, after};
use crate::store::{self, Record};
use crate::world::World;

/// The rule that keeps an implementation task inside the window of its change.
const WINDOW: &str = "Change Task: Validate planned dates";

pub(crate) fn before_insert(world: &World, values: &mut Record) -> Result<(), Refusal> {
    let parent = ["change_request", "parent"]
        .into_iter()
        .find_map(|c| values.get(c).filter(|v| !v.is_empty()));
    if let Some(parent) = parent.cloned() {
        values.insert("change_request".to_owned(), parent.clone());
        values.insert("parent".to_owned(), parent);
    }
    check(world, &Record::new(), values)
}

pub(crate) fn before_update(
    world: &World,
    actor: &Actor,
    old: &Record,
    changes: &mut Record,
) -> Result<(), Refusal> {
    if let Some(parent) = changes.get("change_request").cloned() {
        changes.insert("parent".to_owned(), parent);
    }
    check(world, old, changes)?;
    if let Some(state) = &changes.get("state").cloned() {
        let active = !matches!(state.as_str(), "3" | "4");
        changes.insert("active".to_owned(), active.to_string());
        if !active && state != store::get(old, "state") {
            changes.insert("closed_at".to_owned(), world.now_text());
            changes.insert("closed_by".to_owned(), actor.user_id.clone());
        }
    }
    Ok(())
}

pub(crate) fn after_update(world: &mut World, sys_id: &str) {
    let parent = world
        .store
        .get("change_task", sys_id)
        .map(|t| store::get(t, "change_request").to_owned());
    if let Some(parent) = parent {
        change_model::run_automatic(world, &parent);
    }
}

fn check(world: &World, old: &Record, changes: &Record) -> Result<(), Refusal> {
    if after(old, changes, "state") == "3" {
        let columns = ["close_code", "close_notes"];
        rules::mandatory(world, "change_task", old, changes, &columns)?;
    }
    if after(old, changes, "change_task_type") == "implementation" {
        inside_window(world, old, changes)?;
    }
    Ok(())
}

fn inside_window(world: &World, old: &Record, changes: &Record) -> Result<(), Refusal> {
    let Some(change) = world
        .store
        .get("change_request", after(old, changes, "change_request"))
    else {
        return Ok(());
    };
    let (opens, ends) = (
        store::get(change, "start_date"),
        store::get(change, "end_date"),
    );
    let (from, to) = (
        after(old, changes, "planned_start_date"),
        after(old, changes, "planned_end_date"),
    );
    let early = !opens.is_empty() && !from.is_empty() && from < opens;
    let late = !ends.is_empty() && !to.is_empty() && to > ends;
    if early || late {
        Err(Refusal::Rule {
            table: "change_task",
            rule: WINDOW.to_owned(),
        })
    } else {
        Ok(())
    }
}

/// Whether a change still has open tasks.
pub(crate) fn any_active(world: &World, change: &str) -> bool {
    world.store.rows("change_task").any(|task| {
        store::get(task, "change_request") == change
            && !matches!(store::get(task, "state"), "3" | "4")
    })
}
