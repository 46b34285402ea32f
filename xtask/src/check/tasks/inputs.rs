//! The inputs of a task: types, groups, rules of visibility, pick lists.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Surroundings, is_name};

const TYPES: [&str; 8] = [
    "boolean",
    "filePath",
    "int",
    "multiLine",
    "pickList",
    "radio",
    "secureFile",
    "string",
];

const KEYS: [&str; 11] = [
    "name",
    "type",
    "label",
    "required",
    "defaultValue",
    "groupName",
    "visibleRule",
    "options",
    "properties",
    "helpMarkDown",
    "aliases",
];

struct Inputs<'a> {
    all: Vec<&'a Map<String, Value>>,
    surroundings: &'a Surroundings,
}

pub(super) fn faults(task: &Value, surroundings: &Surroundings, faults: &mut Vec<String>) {
    let inputs = Inputs {
        all: task["inputs"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .collect(),
        surroundings,
    };
    let mut seen = BTreeSet::new();
    for input in &inputs.all {
        let name = text(input, "name");
        if !is_name(name) || !seen.insert(name.to_ascii_lowercase()) {
            faults.push(format!(
                "input {name:?}: letters and digits, and each name once"
            ));
        }
        for fault in inputs.faults_of(input, task) {
            faults.push(format!("input {name}: {fault}"));
        }
    }
    inputs.groups(task, faults);
    inputs.bindings(task, faults);
}

impl Inputs<'_> {
    fn named(&self, name: &str) -> Option<&Map<String, Value>> {
        self.all
            .iter()
            .copied()
            .find(|input| text(input, "name") == name)
    }

    fn faults_of(&self, input: &Map<String, Value>, task: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(key) = input.keys().find(|key| !KEYS.contains(&key.as_str())) {
            faults.push(format!("the task schema knows no {key}"));
        }
        if text(input, "label").is_empty() || text(input, "helpMarkDown").is_empty() {
            faults.push("has no label or no help".to_owned());
        }
        if !input.get("required").is_some_and(Value::is_boolean) {
            faults.push("required is true or false, without quotes".to_owned());
        }
        self.kind(input, task, &mut faults);
        if let Some(default) = input.get("defaultValue") {
            if !default.is_string() {
                faults.push("defaultValue is written as a string".to_owned());
            }
            // The agent delivers a default as if a user had typed it, and inputs win over the file.
            if self.surroundings.settings.contains(text(input, "name")) {
                faults.push(
                    "has a defaultValue, so that servicenow.yml could never set it".to_owned(),
                );
            }
        }
        if let Some(rule) = input.get("visibleRule") {
            faults.extend(
                self.rule_fault(rule.as_str().unwrap_or_default(), text(input, "groupName")),
            );
        }
        faults
    }

    fn kind(&self, input: &Map<String, Value>, task: &Value, faults: &mut Vec<String>) {
        let kind = text(input, "type");
        let connection = format!("connectedService:{}", self.surroundings.connection.name());
        if !TYPES.contains(&kind) && kind != connection {
            faults.push(format!("type {kind:?} is not known"));
        }
        let picked = matches!(kind, "pickList" | "radio");
        let options = input.get("options").and_then(Value::as_object);
        if picked {
            let name = text(input, "name");
            let bound = bindings(task).any(|binding| binding["target"] == name);
            if options.is_none() && !bound {
                faults.push("offers nothing to pick".to_owned());
            }
            if bound
                && input
                    .get("properties")
                    .is_none_or(|it| it["EditableOptions"] != "True")
            {
                faults.push(
                    "its list comes from the instance, so EditableOptions has to be \"True\""
                        .to_owned(),
                );
            }
        } else if options.is_some() {
            faults.push(format!("has options, but is a {kind}"));
        }
    }

    /// `input = value`, with spaces, joined by `&&` or `||` but not both, over inputs of the same group: Azure DevOps
    /// Server 2019 and 2020 refuse the extension otherwise.
    fn rule_fault(&self, rule: &str, group: &str) -> Option<String> {
        if rule.contains("&&") && rule.contains("||") {
            return Some("visibleRule mixes && and ||".to_owned());
        }
        for term in rule.split("&&").flat_map(|part| part.split("||")) {
            let words: Vec<&str> = term.split_whitespace().collect();
            let [name, operator, value] = words[..] else {
                return Some(format!("visibleRule {term:?} is not `input = value`"));
            };
            if !["=", "==", "!="].contains(&operator) {
                return Some(format!("visibleRule has the operator {operator:?}"));
            }
            let Some(other) = self.named(name) else {
                return Some(format!("visibleRule names {name}, which is no input"));
            };
            if text(other, "groupName") != group {
                return Some(format!(
                    "visibleRule names {name}, which is in another group"
                ));
            }
            if other
                .get("options")
                .and_then(Value::as_object)
                .is_some_and(|options| !options.contains_key(value))
            {
                return Some(format!("visibleRule: {value:?} is no option of {name}"));
            }
        }
        None
    }

    fn groups(&self, task: &Value, faults: &mut Vec<String>) {
        let declared: BTreeSet<&str> = task["groups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|group| group["name"].as_str())
            .collect();
        let used: BTreeSet<&str> = self
            .all
            .iter()
            .map(|input| text(input, "groupName"))
            .filter(|it| !it.is_empty())
            .collect();
        for group in declared.symmetric_difference(&used) {
            faults.push(format!("group {group} is not both declared and used"));
        }
    }

    fn bindings(&self, task: &Value, faults: &mut Vec<String>) {
        for binding in bindings(task) {
            let target = binding["target"].as_str().unwrap_or_default();
            let source = binding["dataSourceName"].as_str().unwrap_or_default();
            if self
                .named(target)
                .is_none_or(|input| text(input, "type") != "pickList")
            {
                faults.push(format!("the list for {target:?} has no pickList to fill"));
            }
            if !self.surroundings.connection.has_source(source) {
                faults.push(format!(
                    "the list for {target}: there is no data source {source:?}"
                ));
            }
            let endpoint = binding["endpointId"].as_str().unwrap_or_default();
            let input = endpoint
                .strip_prefix("$(")
                .and_then(|it| it.strip_suffix(')'));
            let connection = input.and_then(|name| self.named(name));
            if connection.is_none_or(|it| !text(it, "type").starts_with("connectedService:")) {
                faults.push(format!(
                    "the list for {target}: {endpoint:?} is no connection of the task"
                ));
            }
        }
    }
}

fn bindings(task: &Value) -> impl Iterator<Item = &Value> {
    task["dataSourceBindings"].as_array().into_iter().flatten()
}

fn text<'a>(input: &'a Map<String, Value>, key: &str) -> &'a str {
    input.get(key).and_then(Value::as_str).unwrap_or_default()
}
