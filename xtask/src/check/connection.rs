//! The service connection type in `vss-extension.json`: its form, its schemes, and the requests that Verify and the
//! pick lists make. What the platform documents is held as it says; the rest are rules of our own, each with its reason.

mod bindings;
mod schemes;
mod sources;
#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace::Workspace;

const TYPE: &str = "ms.vss-endpoint.service-endpoint-type";

/// The connection type's name and data sources, for the tasks to refer to.
#[derive(Debug)]
pub(super) struct Connection {
    properties: Value,
}

impl Connection {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let manifest: Value = serde_json::from_str(&workspace.read("vss-extension.json")?)?;
        let contributions = manifest["contributions"].as_array().into_iter().flatten();
        let mut types = contributions.filter(|it| it["type"] == TYPE);
        let found = types
            .next()
            .context("vss-extension.json has no connection type")?;
        Ok(Self {
            properties: found["properties"].clone(),
        })
    }

    pub(super) fn name(&self) -> &str {
        text(&self.properties, "name")
    }

    pub(super) fn has_source(&self, name: &str) -> bool {
        self.source(name).is_some()
    }

    fn source(&self, name: &str) -> Option<&Value> {
        list(&self.properties, "dataSources").find(|it| it["name"] == name)
    }
}

pub(super) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let connection = Connection::read(workspace)?;
    let reader = workspace.read(schemes::READER)?;
    let mut problems: Vec<String> = faults(&connection, &reader)
        .into_iter()
        .map(|it| format!("vss-extension.json, connection type: {it}"))
        .collect();
    let tasks = super::tasks::read(workspace)?;
    for (folder, task) in &tasks {
        let faults = bindings::faults(&connection, task);
        problems.extend(
            faults
                .into_iter()
                .map(|it| format!("tasks/{folder}/task.json: {it}")),
        );
    }
    problems.extend(
        bindings::unused(&connection, tasks.values())
            .into_iter()
            .map(|it| format!("vss-extension.json, connection type: {it}")),
    );
    Ok(problems)
}

/// What is wrong with the type by itself. `reader` is the source text that reads a connection in the programs.
fn faults(connection: &Connection, reader: &str) -> Vec<String> {
    let mut faults = Vec::new();
    form(&connection.properties, &mut faults);
    sources::faults(connection, &mut faults);
    schemes::faults(connection, reader, &mut faults);
    faults
}

/// The head of the form. `isVisible` has to be said: the documentation takes a missing one for "hidden".
fn form(properties: &Value, faults: &mut Vec<String>) {
    for key in ["name", "displayName", "helpMarkDown"] {
        if text(properties, key).is_empty() {
            faults.push(format!("{key} is missing"));
        }
    }
    if !text(properties, "name")
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric())
    {
        faults.push("name may hold letters and digits only: tasks refer to it".to_owned());
    }
    let url = &properties["url"];
    for key in ["displayName", "helpText"] {
        if text(url, key).is_empty() {
            faults.push(format!("url.{key} is missing"));
        }
    }
    if url["required"] != true {
        faults.push("url.required has to be true".to_owned());
    }
    if url["isVisible"] != "true" {
        faults.push("url.isVisible has to be \"true\", else the field is hidden".to_owned());
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

/// A template with every `{{tag}}` and `{{{tag}}}` taken out, and the tags' insides.
fn template(text: &str) -> Option<(String, Vec<String>)> {
    let mut rest = text;
    let mut plain = String::new();
    let mut tags = Vec::new();
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, close) = match after.strip_prefix('{') {
            Some(inside) => (inside, "}}}"),
            None => (after, "}}"),
        };
        let (tag, after) = inside.split_once(close)?;
        plain.push_str(before);
        tags.push(tag.trim().to_owned());
        rest = after;
    }
    plain.push_str(rest);
    Some((plain, tags))
}
