//! Standard templates, and models: three that stand for the types, two with states of their own.

use super::record;
use crate::ids::stable_id;
use crate::world::World;

pub(super) fn plant(world: &mut World) {
    templates(world);
    for name in ["Normal", "Standard", "Emergency"] {
        record(
            world,
            "chg_model",
            name,
            &[("name", name), ("description", "Stock model of this type")],
        );
    }
    model(world, &CLOUD);
    model(world, &RELEASE);
}

fn templates(world: &mut World) {
    for (name, active) in [
        ("Deploy web shop", "true"),
        ("Reboot application server", "true"),
        ("Retired template", "false"),
    ] {
        let producer = stable_id("std_change_record_producer", name);
        let group = stable_id("sys_user_group", "Platform Operations");
        let version = record(
            world,
            "std_change_producer_version",
            name,
            &[
                ("name", name),
                ("version", "1"),
                ("active", active),
                ("std_change_producer", &producer),
            ],
        );
        let values = format!(
            "short_description={name}^description=Pre-approved: {name}^implementation_plan=Run the pipeline^\
             backout_plan=Redeploy the previous version^test_plan=Smoke tests^category=Software^assignment_group={group}^EQ"
        );
        let columns = [
            ("name", name),
            ("short_description", name),
            ("active", active),
            ("current_version", version.as_str()),
            ("template", values.as_str()),
        ];
        record(world, "std_change_record_producer", name, &columns);
    }
}

/// A model written down: states, then steps between them with their conditions.
struct Model {
    name: &'static str,
    /// Value, label, group that approves (`assignment_group` or a name), pre-approved.
    states: &'static [(&'static str, &'static str, &'static str, bool)],
    /// From, to, automatic, conditions as (name, encoded query).
    steps: &'static [Step],
}

type Step = (
    &'static str,
    &'static str,
    bool,
    &'static [(&'static str, &'static str)],
);

const APPROVED: (&str, &str) = ("Change is approved", "approval=approved");
const GROUP_SET: (&str, &str) = ("Assignment group is set", "assignment_groupISNOTEMPTY");
const NO_TASKS: (&str, &str) = ("No active Change Tasks", "no_active_tasks");
const PLANNED: (&str, &str) = (
    "Planned dates are set",
    "start_dateISNOTEMPTY^end_dateISNOTEMPTY",
);

/// Pre-approved; leaves Implement by itself once its tasks are closed.
const CLOUD: Model = Model {
    name: "Cloud Infrastructure",
    states: &[
        ("-5", "New", "", false),
        ("-2", "Scheduled", "", true),
        ("-1", "Implement", "", false),
        ("0", "Review", "", false),
        ("3", "Closed", "", false),
        ("4", "Canceled", "", false),
    ],
    steps: &[
        ("-5", "-2", false, &[GROUP_SET, PLANNED]),
        ("-5", "4", false, &[]),
        ("-2", "-1", false, &[APPROVED]),
        ("-2", "4", false, &[]),
        (
            "-1",
            "0",
            true,
            &[
                ("All Change Tasks are closed", "no_active_tasks"),
                ("Actual end is set", "work_endISNOTEMPTY"),
            ],
        ),
        ("-1", "0", false, &[NO_TASKS]),
        ("-1", "4", false, &[]),
        ("0", "3", false, &[NO_TASKS]),
    ],
};

/// A state number no other model has, approved by one round of the assignment group.
const RELEASE: Model = Model {
    name: "Application Release",
    states: &[
        ("-5", "New", "", false),
        ("10", "Peer Review", "assignment_group", false),
        ("-2", "Scheduled", "", false),
        ("-1", "Implement", "", false),
        ("0", "Review", "", false),
        ("3", "Closed", "", false),
        ("4", "Canceled", "", false),
    ],
    steps: &[
        ("-5", "10", false, &[GROUP_SET]),
        ("-5", "4", false, &[]),
        ("10", "-2", true, &[APPROVED]),
        ("10", "-5", false, &[]),
        ("10", "4", false, &[]),
        ("-2", "-1", false, &[APPROVED]),
        ("-2", "4", false, &[]),
        ("-1", "0", false, &[NO_TASKS]),
        ("-1", "4", false, &[]),
        ("0", "3", false, &[NO_TASKS]),
    ],
};

fn model(world: &mut World, model: &Model) {
    let name = model.name;
    let id = record(
        world,
        "chg_model",
        name,
        &[("name", name), ("description", "States of its own")],
    );
    for (order, (value, label, group, preapproved)) in model.states.iter().enumerate() {
        let order = order.to_string();
        let columns = [
            ("name", *label),
            ("sttrm_model", id.as_str()),
            ("state_value", *value),
            ("state_label", *label),
            (
                "initial_state",
                if *value == "-5" { "true" } else { "false" },
            ),
            ("order", order.as_str()),
            ("approval_group", *group),
            ("preapproved", if *preapproved { "true" } else { "false" }),
        ];
        record(world, "sttrm_state", &format!("{name} {value}"), &columns);
    }
    for (order, step) in model.steps.iter().enumerate() {
        transition(world, name, &id, order, step);
    }
}

fn transition(world: &mut World, model: &str, id: &str, order: usize, step: &Step) {
    let (from, to, automatic, conditions) = step;
    let key = format!("{model} {from} {to} {automatic}");
    let order = order.to_string();
    let state = |value: &str| stable_id("sttrm_state", &format!("{model} {value}"));
    let (from_id, to_id) = (state(from), state(to));
    let name = format!("{from} to {to}");
    let columns = [
        ("name", name.as_str()),
        ("sttrm_model", id),
        ("from_state", from_id.as_str()),
        ("to_state", to_id.as_str()),
        (
            "automatic_transition",
            if *automatic { "true" } else { "false" },
        ),
        ("order", order.as_str()),
    ];
    let transition = record(world, "sttrm_state_transition", &key, &columns);
    for (name, query) in *conditions {
        let columns = [
            ("name", *name),
            ("description", *name),
            ("sttrm_state_transition", transition.as_str()),
            ("condition", *query),
        ];
        record(
            world,
            "sttrm_transition_condition",
            &format!("{key} {name}"),
            &columns,
        );
    }
}
