//! `task.json` by the rules that Microsoft's packer, its task schema and older servers have, and one of our own: what
//! `servicenow.yml` may set has no default here.

mod inputs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::connection::Connection;
use crate::workspace::Workspace;

/// What a task may refer to outside of itself.
#[derive(Debug)]
pub(super) struct Surroundings {
    connection: Connection,
    /// Keys of `servicenow.yml` that stand for inputs.
    settings: BTreeSet<String>,
}

impl Surroundings {
    fn read(workspace: &Workspace) -> Result<Self> {
        let schema: Value =
            serde_json::from_str(&workspace.read("extension/servicenow.schema.json")?)?;
        let defaults = schema["properties"]["defaults"]["properties"].as_object();
        let keys = defaults
            .context("the settings schema has no properties.defaults")?
            .keys();
        Ok(Self {
            connection: Connection::read(workspace)?,
            settings: keys.cloned().collect(),
        })
    }
}

/// Every task definition, by its folder.
pub(super) fn read(workspace: &Workspace) -> Result<BTreeMap<String, Value>> {
    let mut tasks = BTreeMap::new();
    for entry in std::fs::read_dir(workspace.path("tasks"))? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let folder = entry.file_name().to_string_lossy().into_owned();
        let path = path(&folder);
        let task = serde_json::from_str(&workspace.read(&path)?).with_context(|| path)?;
        tasks.insert(folder, task);
    }
    Ok(tasks)
}

fn path(folder: &str) -> String {
    format!("tasks/{folder}/task.json")
}

pub(super) fn problems(
    workspace: &Workspace,
    tasks: &BTreeMap<String, Value>,
) -> Result<Vec<String>> {
    let surroundings = Surroundings::read(workspace)?;
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for (folder, task) in tasks {
        let mut faults = faults(task, &surroundings);
        if task["name"] != **folder {
            faults.push(format!(
                "name is {}, the folder's is {folder:?}",
                task["name"]
            ));
        }
        if !ids.insert(task["id"].to_string()) {
            faults.push("another task has the same id".to_owned());
        }
        if !workspace
            .path(&path(folder))
            .with_file_name("icon.png")
            .exists()
        {
            faults.push("there is no icon.png beside it".to_owned());
        }
        let path = path(folder);
        problems.extend(faults.into_iter().map(|it| format!("{path}: {it}")));
    }
    Ok(problems)
}

fn faults(task: &Value, surroundings: &Surroundings) -> Vec<String> {
    let mut faults = Vec::new();
    identity(task, &mut faults);
    execution(task, &mut faults);
    outputs(task, &mut faults);
    inputs::faults(task, surroundings, &mut faults);
    faults
}

fn identity(task: &Value, faults: &mut Vec<String>) {
    let text = |key: &str| task[key].as_str().unwrap_or_default();
    if !is_uuid(text("id")) {
        faults.push("id is no UUID".to_owned());
    }
    let name = text("name");
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        faults.push("name may hold letters, digits and hyphens".to_owned());
    }
    if !(1..=40).contains(&text("friendlyName").chars().count()) {
        faults.push("friendlyName has to have 1 to 40 characters".to_owned());
    }
    for key in [
        "instanceNameFormat",
        "description",
        "author",
        "helpMarkDown",
    ] {
        if text(key).is_empty() {
            faults.push(format!("{key} is missing"));
        }
    }
    if task["version"] != serde_json::json!({ "Major": 0, "Minor": 0, "Patch": 0 }) {
        faults.push("version is stamped when packed, and 0, 0, 0 here".to_owned());
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|group| group.chars().all(|c| c.is_ascii_hexdigit()))
        && groups[2].starts_with(|c| ('1'..='8').contains(&c))
        && groups[3].starts_with(|c| "89abAB".contains(c))
}

/// Tasks with a program run on agents, through the launcher, under both current Node handlers.
fn execution(task: &Value, faults: &mut Vec<String>) {
    let launcher = serde_json::json!({ "target": "launcher.js" });
    if task["execution"] != serde_json::json!({ "Node20_1": launcher, "Node24": launcher }) {
        faults.push("execution is not launcher.js under Node20_1 and Node24".to_owned());
    }
    if task["runsOn"] != serde_json::json!(["Agent", "DeploymentGroup"]) {
        faults.push("runsOn is not Agent and DeploymentGroup".to_owned());
    }
}

fn outputs(task: &Value, faults: &mut Vec<String>) {
    let allowed = &task["restrictions"]["settableVariables"]["allowed"];
    let allowed: Vec<&str> = allowed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for output in task["outputVariables"].as_array().into_iter().flatten() {
        let name = output["name"].as_str().unwrap_or_default();
        if !is_name(name) {
            faults.push(format!("output {name:?} may hold letters and digits only"));
        }
        if output["description"]
            .as_str()
            .unwrap_or_default()
            .is_empty()
        {
            faults.push(format!("output {name} has no description"));
        }
        if !allowed.contains(&name) {
            faults.push(format!(
                "output {name} is not among restrictions.settableVariables.allowed"
            ));
        }
    }
    if task.get("OutputVariables").is_some() {
        faults.push("OutputVariables is written outputVariables".to_owned());
    }
}

/// The schema's pattern for inputs and outputs.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}
