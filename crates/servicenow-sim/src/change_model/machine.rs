//! Which steps exist. The three types are tables in code (today's and the legacy ones); models are rows.

use std::collections::BTreeMap;

use super::{ASSESS, AUTHORIZE, CANCELED, CLOSED, IMPLEMENT, NEW, REVIEW, SCHEDULED};
use crate::change_tasks;
use crate::ids::stable_id;
use crate::query::{self, Query};
use crate::store::{self, Record};
use crate::world::World;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    Normal,
    Standard,
    Emergency,
    /// Rows of `sttrm_state_transition` under this model.
    Model(String),
    /// A type no machine knows: the change cannot move at all.
    Unknown,
}

#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) sys_id: String,
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) automatic: bool,
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) sys_id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) passed: bool,
}

/// From, to, automatic.
type Steps = &'static [(&'static str, &'static str, bool)];

/// What follows once a change is scheduled is the same for all types. Review cannot be cancelled.
const TAIL: Steps = &[
    (SCHEDULED, IMPLEMENT, false),
    (SCHEDULED, CANCELED, false),
    (IMPLEMENT, REVIEW, false),
    (IMPLEMENT, CANCELED, false),
    (REVIEW, CLOSED, false),
];

const NORMAL: Steps = &[
    (NEW, ASSESS, false),
    (NEW, CANCELED, false),
    (ASSESS, NEW, false),
    (ASSESS, AUTHORIZE, true),
    (ASSESS, CANCELED, false),
    (AUTHORIZE, NEW, false),
    (AUTHORIZE, SCHEDULED, true),
    (AUTHORIZE, CANCELED, false),
];

const EMERGENCY: Steps = &[
    (NEW, AUTHORIZE, false),
    (NEW, CANCELED, false),
    (AUTHORIZE, NEW, false),
    (AUTHORIZE, SCHEDULED, true),
    (AUTHORIZE, CANCELED, false),
];

const STANDARD: Steps = &[(NEW, SCHEDULED, false), (NEW, CANCELED, false)];

const LEGACY_NORMAL: Steps = &[
    (NEW, ASSESS, false),
    (NEW, CANCELED, false),
    (ASSESS, NEW, false),
    (ASSESS, AUTHORIZE, false),
    (ASSESS, SCHEDULED, false),
    (ASSESS, CANCELED, false),
    (AUTHORIZE, NEW, false),
    (AUTHORIZE, SCHEDULED, false),
    (AUTHORIZE, CANCELED, false),
];

const LEGACY_EMERGENCY: Steps = &[
    (NEW, AUTHORIZE, false),
    (NEW, SCHEDULED, false),
    (NEW, CANCELED, false),
    (AUTHORIZE, NEW, false),
    (AUTHORIZE, SCHEDULED, false),
    (AUTHORIZE, CANCELED, false),
];

/// A model with transitions of its own drives; otherwise the type does.
pub(crate) fn machine_of(world: &World, change: &Record) -> Machine {
    let model = store::get(change, "chg_model");
    if !model.is_empty()
        && world
            .store
            .find("sttrm_state_transition", "sttrm_model", model)
            .is_some()
    {
        return Machine::Model(model.to_owned());
    }
    let named = world
        .store
        .get("chg_model", model)
        .map(|m| store::get(m, "name").to_lowercase());
    let kind = named.unwrap_or_else(|| store::get(change, "type").to_owned());
    match kind.as_str() {
        "normal" => Machine::Normal,
        "standard" => Machine::Standard,
        "emergency" => Machine::Emergency,
        _ => Machine::Unknown,
    }
}

pub(crate) fn initial_state(world: &World, values: &Record) -> String {
    let Machine::Model(model) = machine_of(world, values) else {
        return NEW.to_owned();
    };
    let mut states = world.store.rows("sttrm_state");
    let first = states.find(|s| {
        store::get(s, "sttrm_model") == model && store::get(s, "initial_state") == "true"
    });
    first.map_or_else(
        || NEW.to_owned(),
        |s| store::get(s, "state_value").to_owned(),
    )
}

/// Where a type goes after a round of approvals; a model decides by its automatic transitions.
pub(super) fn after_round(machine: &Machine, state: &str) -> Option<&'static str> {
    match (machine, state) {
        (Machine::Normal, ASSESS) => Some(AUTHORIZE),
        (Machine::Normal | Machine::Emergency, AUTHORIZE) => Some(SCHEDULED),
        _ => None,
    }
}

/// Every step out of the state the change is in.
pub(crate) fn transitions(world: &World, change: &Record) -> Vec<Transition> {
    let state = store::get(change, "state");
    let machine = machine_of(world, change);
    let head = match (&machine, world.options.legacy) {
        (Machine::Normal, false) => NORMAL,
        (Machine::Normal, true) => LEGACY_NORMAL,
        (Machine::Emergency, false) => EMERGENCY,
        (Machine::Emergency, true) => LEGACY_EMERGENCY,
        (Machine::Standard, _) => STANDARD,
        (Machine::Unknown, _) => return Vec::new(),
        (Machine::Model(model), _) => return model_transitions(world, model, change),
    };
    let steps = head.iter().chain(TAIL).filter(|(from, ..)| *from == state);
    steps
        .map(|(from, to, automatic)| typed(&machine, from, to, *automatic))
        .collect()
}

fn typed(machine: &Machine, from: &str, to: &str, automatic: bool) -> Transition {
    Transition {
        sys_id: stable_id(
            "sttrm_state_transition",
            &format!("{machine:?} {from} {to}"),
        ),
        name: format!("{from} to {to}"),
        from: from.to_owned(),
        to: to.to_owned(),
        automatic,
        conditions: Vec::new(),
    }
}

fn model_transitions(world: &World, model: &str, change: &Record) -> Vec<Transition> {
    let state = store::get(change, "state");
    let value = |id: &str| {
        world
            .store
            .get("sttrm_state", id)
            .map(|s| store::get(s, "state_value").to_owned())
    };
    let mut found: Vec<(i64, Transition)> = Vec::new();
    for row in world.store.rows("sttrm_state_transition") {
        let ours = store::get(row, "sttrm_model") == model && store::get(row, "active") == "true";
        let (Some(from), Some(to)) = (
            value(store::get(row, "from_state")),
            value(store::get(row, "to_state")),
        ) else {
            continue;
        };
        if !ours || from != state {
            continue;
        }
        let sys_id = store::get(row, "sys_id").to_owned();
        let conditions = conditions(world, &sys_id, change);
        let automatic = store::get(row, "automatic_transition") == "true";
        let name = store::get(row, "name").to_owned();
        let order = store::get(row, "order").parse().unwrap_or(0);
        found.push((
            order,
            Transition {
                sys_id,
                name,
                from,
                to,
                automatic,
                conditions,
            },
        ));
    }
    found.sort_by_key(|(order, t)| (*order, t.name.clone()));
    found.into_iter().map(|(_, t)| t).collect()
}

fn conditions(world: &World, transition: &str, change: &Record) -> Vec<Condition> {
    let mut found: Vec<&Record> = world
        .store
        .rows("sttrm_transition_condition")
        .filter(|row| store::get(row, "sttrm_state_transition") == transition)
        .collect();
    found.sort_by_key(|row| store::get(row, "order").parse::<i64>().unwrap_or(0));
    let read = |row: &&Record| Condition {
        sys_id: store::get(row, "sys_id").to_owned(),
        name: store::get(row, "name").to_owned(),
        description: store::get(row, "description").to_owned(),
        passed: passes(world, store::get(row, "condition"), change),
    };
    found.iter().map(read).collect()
}

/// `no_active_tasks` stands for the script a real model uses; everything else is an encoded query on the change.
fn passes(world: &World, condition: &str, change: &Record) -> bool {
    if condition == "no_active_tasks" {
        return !change_tasks::any_active(world, store::get(change, "sys_id"));
    }
    let query = Query::parse(condition);
    // The machine looks at what is stored, never at what a reader may still be shown.
    let mut stored = change.clone();
    stored.remove(store::SHOWN_UNTIL);
    query::matches(world, "change_request", &stored, &query)
}

/// State labels of the machine that drives a change.
pub(crate) fn state_labels(world: &World, change: &Record) -> BTreeMap<String, String> {
    let read = |row: &Record, value: &str, label: &str| {
        (
            store::get(row, value).to_owned(),
            store::get(row, label).to_owned(),
        )
    };
    if let Machine::Model(model) = machine_of(world, change) {
        let rows = world
            .store
            .rows("sttrm_state")
            .filter(|s| store::get(s, "sttrm_model") == model);
        return rows
            .map(|s| read(s, "state_value", "state_label"))
            .collect();
    }
    let ours = |c: &&Record| {
        store::get(c, "name") == "change_request" && store::get(c, "element") == "state"
    };
    world
        .store
        .rows("sys_choice")
        .filter(ours)
        .map(|c| read(c, "value", "label"))
        .collect()
}
