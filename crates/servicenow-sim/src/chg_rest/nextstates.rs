//! The legal next states of a change, computed from its machine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{exists, ok};
use crate::change_model::{self, Condition, Transition};
use crate::protocol::Answer;
use crate::store;
use crate::world::World;

pub(super) fn get(world: &World, id: &str) -> Answer {
    let change = exists(world, id)?;
    let current = store::get(change, "state").to_owned();
    let labels = change_model::state_labels(world, change);
    let steps = change_model::transitions(world, change);
    let mut available = vec![current.clone()];
    let mut by_target: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let mut shown: BTreeSet<&str> = BTreeSet::from([current.as_str()]);
    for step in &steps {
        let open = change_model::is_available(world, change, step);
        if open && !step.automatic && !available.contains(&step.to) {
            available.push(step.to.clone());
        }
        shown.insert(&step.to);
        by_target
            .entry(&step.to)
            .or_default()
            .push(transition(step, open, &labels));
    }
    let state_label: serde_json::Map<String, Value> = shown
        .into_iter()
        .map(|state| {
            (
                state.to_owned(),
                json!(labels.get(state).map_or("", String::as_str)),
            )
        })
        .collect();
    Ok(ok(json!({
        "available_states": available,
        "state_transitions": by_target.into_values().collect::<Vec<_>>(),
        "state_label": state_label,
    })))
}

fn transition(step: &Transition, open: bool, labels: &BTreeMap<String, String>) -> Value {
    let label = |state: &str| labels.get(state).map_or("", String::as_str).to_owned();
    json!({
        "sys_id": step.sys_id,
        "display_value": format!("{} to {}", label(&step.from), label(&step.to)),
        "from_state": step.from,
        "to_state": step.to,
        "transition_available": open,
        "automatic_transition": step.automatic,
        "conditions": step.conditions.iter().map(condition).collect::<Vec<_>>(),
    })
}

fn condition(condition: &Condition) -> Value {
    json!({
        "passed": condition.passed,
        "condition": {
            "name": condition.name,
            "description": condition.description,
            "sys_id": condition.sys_id,
        },
    })
}
