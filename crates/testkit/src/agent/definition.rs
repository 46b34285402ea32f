//! A task as it lies unpacked on the agent.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// A task's folder and definition.
#[derive(Debug, Clone)]
pub struct Task {
    /// The folder with `task.json`.
    pub folder: PathBuf,
    /// `task.json`.
    pub definition: Value,
}

impl Task {
    /// Reads the task in that folder.
    ///
    /// # Errors
    /// When `task.json` is missing or no JSON.
    pub fn read(folder: &Path) -> Result<Self> {
        let file = folder.join("task.json");
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let definition = serde_json::from_str(&text)
            .with_context(|| format!("{} is no JSON", file.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            definition,
        })
    }

    /// The task's name.
    pub fn name(&self) -> &str {
        self.definition["name"].as_str().unwrap_or_default()
    }

    /// Name, type and default of each input.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, &str, String)> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                other.to_string()
            }
        };
        self.definition["inputs"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(move |input| {
                Some((
                    input["name"].as_str()?,
                    input["type"].as_str().unwrap_or("string"),
                    text(&input["defaultValue"]),
                ))
            })
    }

    /// The names the definition lists as output variables.
    pub fn output_variables(&self) -> impl Iterator<Item = &str> {
        self.definition["outputVariables"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|output| output["name"].as_str())
    }

    /// The script of the Node handler.
    pub(super) fn script(&self) -> Result<PathBuf> {
        let execution = &self.definition["execution"];
        let target = ["Node24", "Node20_1"]
            .iter()
            .find_map(|handler| execution[handler]["target"].as_str());
        Ok(self
            .folder
            .join(target.context("the definition has no Node24 or Node20_1 handler")?))
    }

    /// Only harmless commands are obeyed.
    pub(super) fn is_restricted(&self) -> bool {
        self.definition["restrictions"]["commands"]["mode"].as_str() == Some("restricted")
    }

    /// The patterns of variables the step may set; `None` is any.
    pub(super) fn settable(&self) -> Option<Vec<String>> {
        let allowed = self.definition["restrictions"]["settableVariables"]["allowed"].as_array()?;
        Some(
            allowed
                .iter()
                .filter_map(|pattern| pattern.as_str().map(str::to_owned))
                .collect(),
        )
    }
}
