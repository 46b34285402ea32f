//! Rules of the incident table: priority is computed, resolving needs a code and notes.

use crate::recorder::{Finding, FindingKind};
use crate::refusal::Refusal;
use crate::rules::{self, after};
use crate::store::{self, Record};
use crate::world::World;

pub(crate) fn before_insert(
    world: &World,
    findings: &mut Vec<Finding>,
    values: &mut Record,
) -> Result<(), Refusal> {
    let old = Record::from([
        ("impact".to_owned(), "3".to_owned()),
        ("urgency".to_owned(), "3".to_owned()),
    ]);
    before_update(world, findings, &old, values)?;
    values.insert("priority".to_owned(), priority(&old, values));
    Ok(())
}

pub(crate) fn before_update(
    world: &World,
    findings: &mut Vec<Finding>,
    old: &Record,
    changes: &mut Record,
) -> Result<(), Refusal> {
    if changes.remove("priority").is_some() {
        findings.push(Finding {
            kind: FindingKind::PriorityIgnored,
            detail: "priority".to_owned(),
        });
    }
    if changes.contains_key("impact") || changes.contains_key("urgency") {
        let value = priority(old, changes);
        changes.insert("priority".to_owned(), value);
    }
    if let Some(state) = changes.get("state").cloned() {
        changes.insert("incident_state".to_owned(), state);
    }
    let state = after(old, changes, "state").to_owned();
    if matches!(state.as_str(), "6" | "7") {
        let columns = ["close_code", "close_notes"];
        rules::mandatory(world, "incident", old, changes, &columns)?;
    }
    if changes.contains_key("state") && store::get(old, "state") != state {
        let active = !matches!(state.as_str(), "7" | "8");
        changes.insert("active".to_owned(), active.to_string());
    }
    Ok(())
}

/// The stock look-up table: 1 with 1 is 1, and each step down in either adds one, up to 5.
fn priority(old: &Record, changes: &Record) -> String {
    let level = |column: &str| after(old, changes, column).parse::<u32>().unwrap_or(3);
    (level("impact") + level("urgency") - 1)
        .clamp(1, 5)
        .to_string()
}
