//! `task.json` by the rules that Microsoft's packer, its task schema, its servers and older servers have, and some of our
//! own. Every fault is told, with where it is and what would be right.

mod inputs;
mod rule;
mod schema;
mod server;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::connection::Connection;
use super::images;
use crate::workspace::Workspace;
pub(super) use rule::Rule;

/// A task's picture in the list of tasks is shown at this size, and at no other.
const ICON: (u32, u32) = (32, 32);

/// What a task may refer to outside of itself.
#[derive(Debug)]
pub(super) struct Surroundings {
    connection: Connection,
    /// Names of the connection's schemes, as an input may list them.
    schemes: BTreeSet<String>,
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
        let manifest: Value = serde_json::from_str(&workspace.read("vss-extension.json")?)?;
        Ok(Self {
            connection: Connection::read(workspace)?,
            schemes: inputs::schemes(&manifest),
            settings: keys.cloned().collect(),
        })
    }
}

/// Who carries a task out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A program on an agent.
    Agent,
    /// Azure DevOps itself, which is sent no program.
    Server,
}

impl Kind {
    fn of(task: &Value) -> Self {
        let on_server = list(task, "runsOn").any(|it| it == "Server" || it == "ServerGate");
        if on_server { Self::Server } else { Self::Agent }
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
        if !ids.insert(text(task, "id").to_ascii_lowercase()) {
            faults.push("another task has the same id".to_owned());
        }
        let icon = workspace.path(&path(folder)).with_file_name("icon.png");
        match std::fs::read(icon).map(|bytes| images::size(&bytes)) {
            Err(_) => faults.push("there is no icon.png beside it".to_owned()),
            Ok(Some(ICON)) => {}
            Ok(other) => faults.push(format!(
                "icon.png is {}, not a PNG of 32 x 32",
                images::told(other)
            )),
        }
        let path = path(folder);
        problems.extend(faults.into_iter().map(|it| format!("{path}: {it}")));
    }
    Ok(problems)
}

fn faults(task: &Value, surroundings: &Surroundings) -> Vec<String> {
    let mut faults = Vec::new();
    let kind = Kind::of(task);
    schema::faults(task, &mut faults);
    identity(task, &mut faults);
    outputs(task, &mut faults);
    inputs::faults(task, kind, surroundings, &mut faults);
    match kind {
        Kind::Agent => {
            execution(task, &mut faults);
            settable(task, &mut faults);
        }
        Kind::Server => server::faults(task, &mut faults),
    }
    faults
}

fn identity(task: &Value, faults: &mut Vec<String>) {
    if !is_uuid(text(task, "id")) {
        faults.push("id is no UUID".to_owned());
    }
    let name = text(task, "name");
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        faults.push("name may hold letters, digits and hyphens".to_owned());
    }
    // The list of tasks has room for no more; Microsoft's packer warns at 41.
    if !(1..=40).contains(&text(task, "friendlyName").chars().count()) {
        faults.push("friendlyName has to have 1 to 40 characters".to_owned());
    }
    for key in [
        "instanceNameFormat",
        "description",
        "author",
        "helpMarkDown",
    ] {
        if text(task, key).is_empty() {
            faults.push(format!("{key} is missing"));
        }
    }
    for name in names_in(text(task, "instanceNameFormat")) {
        if !list(task, "inputs").any(|input| input["name"] == *name) {
            faults.push(format!(
                "instanceNameFormat names {name}, which is no input"
            ));
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
    let mut seen = BTreeSet::new();
    for output in list(task, "outputVariables") {
        let name = text(output, "name");
        if !is_name(name) {
            faults.push(format!("output {name:?} may hold letters and digits only"));
        }
        if !seen.insert(name.to_ascii_lowercase()) {
            faults.push(format!("output {name} stands here twice"));
        }
        if text(output, "description").is_empty() {
            faults.push(format!("output {name} has no description"));
        }
    }
    if task.get("OutputVariables").is_some() {
        faults.push("OutputVariables is written outputVariables".to_owned());
    }
}

/// A task that sets only what it says can be trusted with foreign text: a command smuggled in sets nothing else.
fn settable(task: &Value, faults: &mut Vec<String>) {
    let allowed = &task["restrictions"]["settableVariables"]["allowed"];
    let allowed: Vec<&str> = allowed
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for output in list(task, "outputVariables").map(|it| text(it, "name")) {
        if !allowed.contains(&output) {
            faults.push(format!(
                "output {output} is not among restrictions.settableVariables.allowed"
            ));
        }
    }
    for name in &allowed {
        if name.contains(['*', '?', '[']) || name.is_empty() {
            faults.push(format!(
                "restrictions.settableVariables.allowed: {name:?} lets through more than one variable"
            ));
        }
    }
}

/// The schema's pattern for inputs and outputs.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Names in macros: `$(name)`.
fn names_in(text: &str) -> Vec<&str> {
    let starts = text.split("$(").skip(1);
    starts
        .filter_map(|it| Some(it.split_once(')')?.0))
        .collect()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
