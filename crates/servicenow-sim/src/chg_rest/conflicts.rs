//! Conflict detection: changes planned on the same configuration item at the same time.

use serde_json::{Value, json};

use super::{exists, ok, wrap};
use crate::protocol::Answer;
use crate::refusal::Refusal;
use crate::store::{self, Record};
use crate::world::World;

const TABLE: &str = "change_request";

/// One detection; it is done when it has been looked at twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConflictRun {
    polls: u32,
    done: bool,
}

pub(super) fn start(world: &mut World, id: &str) -> Answer {
    let change = exists(world, id)?;
    let missing: Vec<&str> = ["start_date", "end_date", "cmdb_ci"]
        .into_iter()
        .filter(|c| store::get(change, c).is_empty())
        .collect();
    if !missing.is_empty() {
        let detail = format!("Missing: {}", missing.join(", "));
        return Err(Refusal::bad(
            400,
            "Conflict detection could not be started",
            Some(&detail),
        ));
    }
    world
        .conflict_runs
        .insert(id.to_owned(), ConflictRun::default());
    let run = world.ids.sys_id();
    Ok(ok(Value::String(run)))
}

pub(super) fn read(world: &mut World, id: &str) -> Answer {
    exists(world, id)?;
    if let Some(run) = world.conflict_runs.get_mut(id) {
        run.polls += 1;
        if run.polls >= 2 && !run.done {
            run.done = true;
            finish(world, id);
        }
    }
    let running = world.conflict_runs.get(id).is_some_and(|run| !run.done);
    let change = exists(world, id)?;
    let rows: Vec<&Record> = world
        .store
        .rows("conflict")
        .filter(|c| store::get(c, "change") == id)
        .collect();
    let found: Vec<Value> = rows.iter().map(|row| entry(world, row)).collect();
    let stale = world.options.stale_conflict_status && !running;
    let status = if stale {
        "Conflict"
    } else {
        store::get(change, "conflict_status")
    };
    Ok(ok(json!({
        "status": status,
        "last_run": store::get(change, "conflict_last_run"),
        "record_count": found.len().to_string(),
        "job_status": if running { "1" } else { "2" },
        "conflicts": found,
    })))
}

pub(super) fn cancel(world: &mut World, id: &str) -> Answer {
    exists(world, id)?;
    world.conflict_runs.remove(id);
    Ok(ok(json!({ "cancelled": true })))
}

fn entry(world: &World, row: &Record) -> Value {
    let other = world
        .store
        .get(TABLE, store::get(row, "conflicting_change"));
    let number = other.map_or("", |o| store::get(o, "number"));
    let kind = store::get(row, "type");
    let mut value = wrap::record(world, "conflict", row);
    value.insert(
        "change".to_owned(),
        json!({ "display_value": number, "value": store::get(row, "conflicting_change") }),
    );
    value.insert(
        "type".to_owned(),
        json!({ "display_value": kind, "value": kind }),
    );
    Value::Object(value)
}

/// Replaces what an earlier run found; what a test planted (type other than ours) stays.
fn finish(world: &mut World, id: &str) {
    const DERIVED: &str = "CI Already Scheduled";
    let Some(change) = world.store.get(TABLE, id).cloned() else {
        return;
    };
    for old in world.store.ids_where("conflict", "change", id) {
        let ours = world
            .store
            .get("conflict", &old)
            .is_some_and(|c| store::get(c, "type") == DERIVED);
        if ours {
            world.store.remove("conflict", &old);
        }
    }
    let now = world.now_text();
    for other in overlapping(world, &change) {
        let columns = [
            ("change", id),
            ("conflicting_change", other.as_str()),
            ("configuration_item", store::get(&change, "cmdb_ci")),
            ("type", DERIVED),
            ("last_checked", now.as_str()),
        ];
        let row = columns
            .into_iter()
            .map(|(c, v)| (c.to_owned(), v.to_owned()))
            .collect();
        world.plant("conflict", row, "system");
    }
    let any = world.store.find("conflict", "change", id).is_some();
    world.store.set(
        TABLE,
        id,
        "conflict_status",
        if any { "Conflict" } else { "No Conflict" },
    );
    world.store.set(TABLE, id, "conflict_last_run", &now);
}

/// Other open changes on the same configuration item whose planned windows touch this one's.
pub(super) fn overlapping(world: &World, change: &Record) -> Vec<String> {
    let at = |r: &Record, c: &str| store::get(r, c).to_owned();
    let (from, to) = (at(change, "start_date"), at(change, "end_date"));
    let clash = |other: &&Record| {
        let (start, end) = (
            store::get(other, "start_date"),
            store::get(other, "end_date"),
        );
        let item = store::get(other, "cmdb_ci");
        !item.is_empty()
            && item == store::get(change, "cmdb_ci")
            && store::get(other, "sys_id") != store::get(change, "sys_id")
            && !matches!(store::get(other, "state"), "3" | "4")
            && !start.is_empty()
            && start < to.as_str()
            && end > from.as_str()
    };
    world
        .store
        .rows(TABLE)
        .filter(clash)
        .map(|r| at(r, "sys_id"))
        .collect()
}
