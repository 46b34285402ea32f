//! The tracked task with one thing broken at a time.

mod server;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Surroundings, faults};
use crate::workspace::Workspace;

fn task() -> Value {
    let workspace = Workspace::find().unwrap();
    let text = workspace
        .read("tasks/ServiceNowChangeGate/task.json")
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn found(task: &Value) -> Vec<String> {
    faults(
        task,
        &Surroundings::read(&Workspace::find().unwrap()).unwrap(),
    )
}

fn input<'a>(task: &'a mut Value, name: &str) -> &'a mut Value {
    let inputs = task["inputs"].as_array_mut().unwrap();
    inputs
        .iter_mut()
        .find(|input| input["name"] == name)
        .unwrap()
}

#[test]
fn the_tracked_tasks_are_right_and_differ() {
    let workspace = Workspace::find().unwrap();
    let tasks = super::read(&workspace).unwrap();
    assert!(tasks.len() > 1);
    assert_eq!(
        super::problems(&workspace, &tasks).unwrap(),
        Vec::<String>::new()
    );
    let twice = BTreeMap::from([
        ("ServiceNowChangeGate".to_owned(), task()),
        ("ServiceNowDeploymentRecord".to_owned(), task()),
    ]);
    let found = super::problems(&workspace, &twice).unwrap();
    assert!(
        found.iter().any(|fault| fault.contains("the same id")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|fault| fault.contains("the folder's is")),
        "{found:?}"
    );
}

#[test]
fn each_fault_of_the_task_is_named() {
    for (key, value, says) in [
        ("id", json!("c954e9bd-39e7-908f-9686-a6979d32f462"), "UUID"),
        ("name", json!("Change Gate"), "name may"),
        ("friendlyName", json!("x".repeat(41)), "friendlyName"),
        ("instanceNameFormat", json!(""), "instanceNameFormat"),
        (
            "version",
            json!({ "Major": 1, "Minor": 0, "Patch": 0 }),
            "stamped",
        ),
        (
            "execution",
            json!({ "Node16": { "target": "launcher.js" } }),
            "execution",
        ),
        ("runsOn", json!(["Agent"]), "runsOn is not"),
        ("runsOn", json!(["Agent", "Server"]), "runsOn mixes"),
        ("runsOn", json!(["agent"]), "runsOn is [\"agent\"]"),
        ("visibility", json!([]), "visibility is []"),
        ("category", json!("Tools"), "category"),
        ("minimumAgentVersion", json!("3"), "minimumAgentVersion"),
        ("helpMarkdown", json!("x"), "knows no helpMarkdown"),
        ("description", json!(1), "description is 1"),
        ("demands", json!("node"), "a list of texts"),
        (
            "instanceNameFormat",
            json!("Hold for $(nothing)"),
            "names nothing, which is no input",
        ),
        (
            "restrictions",
            json!({ "settableVariables": { "allowed": ["*"] } }),
            "more than one variable",
        ),
        (
            "restrictions",
            json!({ "variables": {} }),
            "restrictions: the task schema knows no variables",
        ),
        (
            "outputVariables",
            json!([{ "name": "a_b", "description": "x" }]),
            "output \"a_b\"",
        ),
        (
            "outputVariables",
            json!([{ "name": "other", "description": "x" }]),
            "settableVariables",
        ),
        (
            "outputVariables",
            json!([{ "name": "changeState", "description": "" }]),
            "no description",
        ),
        (
            "outputVariables",
            json!([{ "name": "changeState", "description": "x" }, { "name": "changestate", "description": "x" }]),
            "twice",
        ),
        ("OutputVariables", json!([]), "written outputVariables"),
        (
            "groups",
            json!([{ "name": "change", "displayName": "" }]),
            "no displayName",
        ),
        (
            "groups",
            json!([{ "name": "change", "displayName": "x", "isExpanded": "true" }]),
            "isExpanded is \"true\"",
        ),
        (
            "groups",
            json!([{ "name": "change", "displayName": "x", "visibleRule": "nothing = 1" }]),
            "group change: visibleRule names nothing",
        ),
        ("groups", json!([]), "group change"),
    ] {
        let mut task = task();
        task[key] = value;
        let found = found(&task);
        assert!(
            found.iter().any(|fault| fault.contains(says)),
            "{says}: {found:?}"
        );
    }
}

#[test]
fn each_fault_of_an_input_is_named() {
    for (name, key, value, says) in [
        (
            "service",
            "name",
            json!("SERVICENOWCONNECTION"),
            "each name once",
        ),
        ("service", "name", json!("a_b"), "letters and digits"),
        ("service", "type", json!("text"), "not known"),
        (
            "service",
            "type",
            json!("connectedService:ServiceNow"),
            "not known",
        ),
        ("service", "required", json!("false"), "without quotes"),
        ("service", "helpMarkDown", json!(""), "no help"),
        (
            "service",
            "helpMarkDown",
            json!("x".repeat(801)),
            "room for 800",
        ),
        ("service", "label", json!("x".repeat(61)), "room for 60"),
        ("service", "required", json!(null), "without quotes"),
        (
            "service",
            "type",
            json!("connectedService:SnowgateServiceNow:Password"),
            "not known",
        ),
        ("changeAction", "options", json!({}), "offers nothing"),
        (
            "changeAction",
            "options",
            json!({ "existing": "" }),
            "\"existing\" has no label",
        ),
        (
            "dryRun",
            "defaultValue",
            json!("no"),
            "neither true nor false",
        ),
        (
            "description",
            "properties",
            json!({ "resizable": "true" }),
            "resizable is \"true\"",
        ),
        ("description", "properties", json!({ "rows": 3 }), "digits"),
        ("service", "options", json!({ "a": "A" }), "has options"),
        ("service", "validation", json!({}), "knows no validation"),
        ("dryRun", "defaultValue", json!(false), "has to be a text"),
        (
            "risk",
            "properties",
            json!({ "EditableOptions": "true" }),
            "EditableOptions",
        ),
        (
            "timeoutMinutes",
            "defaultValue",
            json!("120"),
            "servicenow.yml",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("changeAction=existing"),
            "not `input = value`",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("changeAction = existent"),
            "is no option",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("changeActions = existing"),
            "no input",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("onTimeout = fail"),
            "another group",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("changeAction like existing"),
            "operator",
        ),
        (
            "changeNumber",
            "visibleRule",
            json!("a = b && c = d || e = f"),
            "mixes",
        ),
        (
            "serviceNowConnection",
            "type",
            json!("string"),
            "no connection of the task",
        ),
        ("risk", "type", json!("string"), "no pickList"),
    ] {
        let mut task = task();
        input(&mut task, name)[key] = value;
        let found = found(&task);
        assert!(
            found.iter().any(|fault| fault.contains(says)),
            "{says}: {found:?}"
        );
    }
}

#[test]
fn each_fault_of_a_list_is_named() {
    for (key, value, says) in [
        ("dataSourceName", json!("Templates"), "no data source"),
        (
            "endpointId",
            json!("$(service)"),
            "no connection of the task",
        ),
        ("target", json!("nothing"), "no pickList to fill"),
        ("endpointUrl", json!("x"), "knows no endpointUrl"),
    ] {
        let mut task = task();
        task["dataSourceBindings"][0][key] = value;
        let found = found(&task);
        assert!(
            found.iter().any(|fault| fault.contains(says)),
            "{says}: {found:?}"
        );
    }
    let mut task = task();
    let twice = task["dataSourceBindings"][0].clone();
    task["dataSourceBindings"]
        .as_array_mut()
        .unwrap()
        .push(twice);
    assert!(found(&task)[0].contains("from two places"));
}
