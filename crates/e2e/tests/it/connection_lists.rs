//! Pick lists of the tasks, filled from an instance as the classic editor fills them, and what the programs make of a
//! value that was picked.

use std::collections::BTreeSet;

use agentless::{Binding, Choice, Endpoint, PickList, QueryError};
use serde_json::json;
use servicenow_sim::{Fault, On, Options, Sim, When};
use testkit::agent::TaskResult;

use crate::connection::{connection_type, done, ours};
use crate::office::Office;
use crate::world::{BOUND, World, output};

const GATE: &str = include_str!("../../../../tasks/ServiceNowChangeGate/task.json");
const RECORD: &str = include_str!("../../../../tasks/ServiceNowDeploymentRecord/task.json");
const RELEASE: &str = include_str!("../../../../tasks/ServiceNowReleaseGate/task.json");

/// An instance whose account may read choices, as the lists of choices need, with two languages beside English.
fn open_handed() -> Options {
    Options {
        restrict_sys_choice: false,
        languages: vec!["de".to_owned(), "fr".to_owned()],
        ..Options::default()
    }
}

fn bindings(task: &str) -> Vec<Binding> {
    Binding::read_all(task).expect("the task's bindings")
}

fn asked(endpoint: &Endpoint, task: &str, target: &str) -> Result<PickList, QueryError> {
    let all = bindings(task);
    let binding = all.iter().find(|it| it.target == target).expect(target);
    done(connection_type().pick_list(endpoint, binding, &[]))
}

fn list(sim: &Sim, task: &str, target: &str) -> Vec<Choice> {
    asked(&ours(sim), task, target).expect(target).choices
}

/// The value of the line that shows this.
fn picked(sim: &Sim, task: &str, target: &str, shown: &str) -> String {
    let choices = list(sim, task, target);
    let line = choices.iter().find(|it| it.display == shown);
    line.unwrap_or_else(|| panic!("no {shown} in {choices:?}"))
        .value
        .clone()
}

fn displays(choices: &[Choice]) -> Vec<&str> {
    choices.iter().map(|it| it.display.as_str()).collect()
}

/// Where the values of an input come from, and what the list of the default world shows.
const LISTS: [(&str, &str, &[&str]); 10] = [
    (
        "standardChangeTemplate",
        "std_change_record_producer",
        &["Deploy web shop", "Reboot application server"],
    ),
    (
        "changeModel",
        "chg_model",
        &[
            "Application Release",
            "Cloud Infrastructure",
            "Emergency",
            "Normal",
            "Standard",
        ],
    ),
    (
        "configurationItem",
        "cmdb_ci_service",
        &["Payments", "Web Shop"],
    ),
    (
        "assignmentGroup",
        "sys_user_group",
        &[
            "CAB Approval",
            "Database",
            "Database",
            "Empty Group",
            "Network",
            "Platform Operations",
        ],
    ),
    ("risk", "risk", &["Very High", "High", "Moderate", "Low"]),
    ("impact", "impact", &["1 - High", "2 - Medium", "3 - Low"]),
    (
        "priority",
        "priority",
        &["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"],
    ),
    (
        "category",
        "category",
        &[
            "Hardware",
            "Software",
            "Service",
            "System Software",
            "Applications Software",
            "Network",
            "Telecom",
            "Documentation",
            "Other",
        ],
    ),
    (
        "closeCode",
        "close_code",
        &["Successful", "Successful with issues", "Unsuccessful"],
    ),
    (
        "desiredState",
        "state",
        &[
            "New",
            "Assess",
            "Authorize",
            "Scheduled",
            "Implement",
            "Review",
            "Closed",
            "Canceled",
        ],
    ),
];

#[test]
fn every_list_of_every_task_shows_labels_and_gives_stored_values() {
    let sim = Sim::start(open_handed());
    for task in [GATE, RECORD, RELEASE] {
        let bound = bindings(task);
        assert!(!bound.is_empty());
        for binding in bound {
            let target = binding.target.as_str();
            let (_, from, shown) = LISTS.iter().find(|it| it.0 == target).expect(target);
            let choices = list(&sim, task, target);
            assert_eq!(displays(&choices), *shown, "{target}");
            let values: BTreeSet<&str> = choices.iter().map(|it| it.value.as_str()).collect();
            assert_eq!(values.len(), choices.len(), "{target}: {choices:?}");
            for choice in &choices {
                let stored = if choice.value.len() == 32 {
                    sim.record(from, &choice.value)["name"] == *choice.display
                } else {
                    let rows = sim.find("sys_choice", "label", &choice.display);
                    rows.iter().any(|row| {
                        row["element"] == **from
                            && row["name"] == "change_request"
                            && row["value"] == *choice.value
                    })
                };
                assert!(stored, "{target}: {choice:?}");
            }
        }
    }
    assert_eq!(sim.findings(), []);
}

#[test]
fn five_pages_of_a_thousand_come_in_order_and_none_twice() {
    let sim = Sim::start(Options::default());
    // As long as a name may be, in letters of three bytes, and many alike: the last page is still under 2 MB.
    let name = |at: usize| format!("{:03}{}", at / 40, "\u{8a66}".repeat(252));
    for at in 0..5_200 {
        sim.seed("cmdb_ci_service", json!({ "name": name(at) }));
    }
    sim.seed(
        "cmdb_ci_service",
        json!({ "name": "000 retired", "operational_status": "6" }),
    );
    let filled = asked(&ours(&sim), GATE, "configurationItem").unwrap();
    assert_eq!((filled.exchanges.len(), filled.cut), (5, true));
    let values: BTreeSet<&str> = filled.choices.iter().map(|it| it.value.as_str()).collect();
    assert_eq!((filled.choices.len(), values.len()), (5_000, 5_000));
    let shown = displays(&filled.choices);
    assert!(shown.is_sorted() && !shown.contains(&"000 retired"));
    assert_eq!(shown[4_999], name(4_999));
    assert_eq!(sim.findings(), []);
}

#[test]
fn a_list_that_fills_its_page_ends_with_an_empty_one() {
    let sim = Sim::start(Options::default());
    let there = sim.records("cmdb_ci_service").len();
    for at in there..1_000 {
        sim.seed(
            "cmdb_ci_service",
            json!({ "name": format!("Service {at}") }),
        );
    }
    let filled = asked(&ours(&sim), RECORD, "configurationItem").unwrap();
    assert_eq!((filled.choices.len(), filled.exchanges.len()), (1_000, 2));
    assert!(!filled.cut);
}

#[test]
fn choices_of_the_base_table_stand_in_only_where_changes_have_none() {
    let sim = Sim::start(open_handed());
    let base = |label: &str| {
        let row = json!({ "name": "task", "element": "impact", "value": "1", "label": label });
        sim.seed("sys_choice", row)
    };
    base("Of any task");
    assert_eq!(
        displays(&list(&sim, GATE, "impact")),
        ["1 - High", "2 - Medium", "3 - Low"]
    );
    for row in sim.find("sys_choice", "element", "impact") {
        if row["name"] == "change_request" {
            sim.set(
                "sys_choice",
                row["sys_id"].as_str().unwrap(),
                "inactive",
                "true",
            );
        }
    }
    let filled = asked(&ours(&sim), GATE, "impact").unwrap();
    assert_eq!(displays(&filled.choices), ["Of any task"]);
    assert_eq!(filled.exchanges.len(), 2);
}

#[test]
fn a_name_is_shown_as_it_is_and_smuggles_in_no_value() {
    let names = [
        r#"quotes " and ' and \"both\""#,
        r"a\b \n \u0041 trailing \",
        "{{name}} {{{sys_id}}} {{#each}} }} { [ $(changeNumber) %24",
        "<b onclick=\"x()\">bold</b> &amp; &quot;",
        r#"x", "Value": "0000", "DisplayValue": "Network"#,
        r#"y", "Value": "0000" } { "Value": ""#,
        "Ünïcode \u{1f600} \u{202e}left",
        "two\nlines\tand a tab",
    ];
    let sim = Sim::start(open_handed());
    let mut expected = Vec::new();
    for name in names {
        let id = sim.seed("sys_user_group", json!({ "name": name }));
        expected.push((name.to_owned(), id));
        // The same in the label and the value of a choice.
        let choice = json!({
            "name": "change_request", "element": "category", "label": name, "value": name, "sequence": "99",
        });
        sim.seed("sys_choice", choice);
    }
    for task in [GATE, RELEASE] {
        let groups = list(&sim, task, "assignmentGroup");
        let categories = list(&sim, task, "category");
        for (name, id) in &expected {
            let lines: Vec<&Choice> = groups.iter().filter(|it| it.display == *name).collect();
            assert_eq!(lines.len(), 1, "{name} in {groups:?}");
            assert_eq!(lines[0].value, *id, "{name}");
            let same = categories.iter().find(|it| it.display == *name);
            assert_eq!(same.map(|it| &it.value), Some(name), "{categories:?}");
        }
    }
    assert_eq!(sim.findings(), []);
}

#[test]
fn a_list_that_may_not_be_read_says_why_or_is_empty() {
    let sim = Sim::start(Options::default());
    // As shipped, only an administrator may filter choices.
    let refused = asked(&ours(&sim), GATE, "risk").unwrap_err().to_string();
    assert!(refused.contains("Insufficient rights"), "{refused}");
    // Without a role tables are empty: version 2 of the Table API says no more.
    sim.add_user("nobody", "nobody-Passw0rd!", &[]);
    let nobody = Endpoint::basic(sim.url(), "nobody", "nobody-Passw0rd!");
    for target in ["standardChangeTemplate", "changeModel", "configurationItem"] {
        let filled = asked(&nobody, GATE, target).unwrap();
        assert_eq!(filled.choices, [], "{target}");
    }
    let wrong = Endpoint::basic(sim.url(), "nobody", "wrong");
    let refused = asked(&wrong, GATE, "changeModel").unwrap_err().to_string();
    assert!(refused.contains("User Not Authenticated"), "{refused}");
    // What Verify takes for success is no list.
    for page in [Fault::Hibernating, Fault::LoginPage] {
        sim.fail(On::any(), When::Next(1), page);
        let refused = asked(&ours(&sim), GATE, "changeModel").unwrap_err();
        assert!(matches!(refused, QueryError::NoJson { .. }), "{refused}");
    }
}

#[test]
fn what_was_picked_for_a_gate_stands_on_the_change() {
    let world = World::with(open_handed());
    let picks = [
        ("changeModel", "Normal", "chg_model"),
        ("configurationItem", "Payments", "cmdb_ci"),
        ("assignmentGroup", "Platform Operations", "assignment_group"),
        ("risk", "Low", "risk"),
        ("impact", "1 - High", "impact"),
        ("priority", "2 - High", "priority"),
        ("category", "Telecom", "category"),
    ];
    let values = picks.map(|(target, shown, _)| picked(&world.sim, GATE, target, shown));
    let step = picks
        .iter()
        .zip(&values)
        .fold(world.gate(), |step, (pick, value)| {
            step.input(pick.0, value)
        });
    let finished = step
        .input("proceedWhen", "created")
        .start()
        .unwrap()
        .wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(&finished, "changeNumber"));
    for ((_, _, column), value) in picks.iter().zip(&values) {
        assert_eq!(change[*column], value.as_str(), "{column}");
    }
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn a_template_that_was_picked_opens_a_standard_change() {
    let world = World::new();
    let template = picked(
        &world.sim,
        GATE,
        "standardChangeTemplate",
        "Deploy web shop",
    );
    let step = world
        .gate()
        .input("standardChangeTemplate", &template)
        .input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let change = world.sim.change(output(&finished, "changeNumber"));
    assert_eq!(change["type"], "standard");
    let version = change["std_change_producer_version"].as_str().unwrap();
    let version = world.sim.record("std_change_producer_version", version);
    assert_eq!(version["std_change_producer"], template.as_str());
}

#[test]
fn a_close_code_that_was_picked_closes_the_change() {
    let office = Office::with(open_handed());
    let sim = &office.world.sim;
    let code = picked(sim, RECORD, "closeCode", "Successful with issues");
    let number = office.gated();
    office.recorded(&office.record().input("closeCode", &code));
    assert_eq!(office.column(&number, "close_code"), "successful_issues");
}

#[test]
fn what_was_picked_for_a_change_after_the_fact_stands_on_it() {
    let office = Office::with(open_handed());
    let sim = &office.world.sim;
    let picks = [
        ("changeModel", "Emergency", "chg_model"),
        ("configurationItem", "Web Shop", "cmdb_ci"),
        ("assignmentGroup", "Network", "assignment_group"),
    ];
    let values = picks.map(|(target, shown, _)| picked(sim, RECORD, target, shown));
    let step = office.record().input("whenMissing", "createRetrospective");
    let step = picks.iter().zip(&values).fold(
        step.input("changeType", "emergency"),
        |step, (pick, value)| step.input(pick.0, value),
    );
    let finished = office.run(&step);
    let number = output(&finished, "changeNumber");
    for ((_, _, column), value) in picks.iter().zip(&values) {
        assert_eq!(
            office.column(number, column),
            *value,
            "{column}: {finished:?}"
        );
    }
}
