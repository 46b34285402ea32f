//! The pipelines that users start from: example files and the YAML on our pages. Each parses, and gives our tasks only
//! what they take.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use super::tasks::Rule;
use super::yaml;
use crate::workspace::Workspace;

/// Where examples and pages lie.
const FOLDERS: [&str; 5] = [
    "",
    "docs",
    "extension",
    "extension/examples",
    "extension/publishing",
];
/// An example that is no pipeline; a test of the crate `settings` reads it.
const SETTINGS: &str = "servicenow.yml";
/// How the names of all our tasks begin.
const OURS: &str = "ServiceNow";

/// Task definitions by name.
type Tasks = BTreeMap<String, Value>;

pub(super) fn problems(workspace: &Workspace, tasks: &Tasks) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in FOLDERS {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(workspace.path(folder)).with_context(|| folder.to_owned())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        for name in names {
            let path = Path::new(folder).join(&name).display().to_string();
            if name.ends_with(".yml") && name != SETTINGS {
                let faults = faults(&workspace.read(&path)?, tasks);
                problems.extend(faults.into_iter().map(|it| format!("{path}: {it}")));
            } else if name.ends_with(".md") {
                for (line, block) in blocks(&workspace.read(&path)?) {
                    let faults = faults(&block, tasks);
                    let place = format!("{path}, the YAML after line {line}");
                    problems.extend(faults.into_iter().map(|it| format!("{place}: {it}")));
                }
            }
        }
    }
    Ok(problems)
}

/// The fenced YAML blocks of a page, each with the line of its fence.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(page.lines()) {
        match &mut open {
            None if line.trim() == "```yaml" => open = Some((number, String::new())),
            Some(_) if line.trim() == "```" => blocks.extend(open.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks.extend(open);
    blocks
}

fn faults(text: &str, tasks: &Tasks) -> Vec<String> {
    let pipeline = match yaml::read(text) {
        Ok(pipeline) => pipeline,
        Err(error) => return vec![error.to_string()],
    };
    let mut steps = Vec::new();
    let mut texts = Vec::new();
    walk(&pipeline, &mut steps, &mut texts);
    let mut faults = Vec::new();
    for step in &steps {
        let task = step["task"].as_str().unwrap_or_default();
        if let Some(name) = task
            .strip_suffix("@1")
            .filter(|name| tasks.contains_key(*name))
        {
            let definition = &tasks[name];
            let none = Map::new();
            let given = step.get("inputs").and_then(Value::as_object);
            let found = inputs(given.unwrap_or(&none), definition);
            faults.extend(found.into_iter().map(|it| format!("{task}: {it}")));
            if let Some(step) = step.get("name").and_then(Value::as_str) {
                faults.extend(outputs(step, definition, &texts));
            }
        } else if task.starts_with(OURS) {
            faults.push(format!("there is no task {task}"));
        }
    }
    faults
}

/// Every step that is a task, and every text, keys too.
fn walk<'a>(value: &'a Value, steps: &mut Vec<&'a Map<String, Value>>, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, steps, texts)),
        Value::Object(map) => {
            if map.get("task").is_some_and(Value::is_string) {
                steps.push(map);
            }
            for (key, value) in map {
                texts.push(key);
                walk(value, steps, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is wrong with the inputs that a step gives its task.
pub(super) fn inputs(given: &Map<String, Value>, definition: &Value) -> Vec<String> {
    let defined = definition["inputs"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut faults = Vec::new();
    for (name, value) in given {
        let Some(input) = defined.iter().find(|input| input["name"] == **name) else {
            faults.push(format!("there is no input {name}"));
            continue;
        };
        let Some(value) = value.as_str() else {
            faults.push(format!("{name} is no text"));
            continue;
        };
        if let Some(words) = words(input)
            && !value.contains('$')
            && !words.contains_key(value)
        {
            faults.push(format!("{name} does not offer {value:?}"));
        }
    }
    for input in defined.iter().filter(|input| input["required"] == true) {
        let name = input["name"].as_str().unwrap_or_default();
        let default = input["defaultValue"].is_string();
        if !given.contains_key(name) && !default && is_asked_for(input, given, defined) {
            faults.push(format!("{name} is not given"));
        }
    }
    faults
}

/// Whether the editor would show the input beside these values.
fn is_asked_for(input: &Value, given: &Map<String, Value>, defined: &[Value]) -> bool {
    let Some(Ok(rule)) = input["visibleRule"].as_str().map(Rule::parse) else {
        return true;
    };
    rule.holds(|name| {
        let other = defined.iter().find(|other| other["name"] == *name);
        let default = other.map(|other| &other["defaultValue"]);
        let value = given.get(name).or(default).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    })
}

/// The words of an input that takes no others.
pub(super) fn words(input: &Value) -> Option<&Map<String, Value>> {
    let open = input["properties"]["EditableOptions"] == "True";
    input["options"].as_object().filter(|_| !open)
}

/// References to outputs of the named step that its task does not have: `gate.changeNumber` in a macro or an expression.
fn outputs(step: &str, definition: &Value, texts: &[&str]) -> Vec<String> {
    let known = definition["outputVariables"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let start = format!("{step}.");
    let mut faults = Vec::new();
    for text in texts {
        for (at, _) in text.match_indices(&start) {
            let before = text[..at].chars().next_back();
            let after = &text[at + start.len()..];
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let name = &after[..end.unwrap_or(after.len())];
            let reference = before.is_some_and(|c| "('.".contains(c)) && !name.is_empty();
            if reference && !known.iter().any(|output| output["name"] == *name) {
                faults.push(format!("the step {step} has no output {name}"));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Tasks, blocks, faults, problems};
    use crate::check::tasks;
    use crate::workspace::Workspace;

    fn tasks() -> Tasks {
        let task = json!({
            "inputs": [
                { "name": "connection", "required": true },
                { "name": "mode", "required": false, "options": { "a": "A", "b": "B" } },
                { "name": "risk", "required": false, "options": { "x": "X" },
                  "properties": { "EditableOptions": "True" } },
                { "name": "file", "required": true, "visibleRule": "mode = a" },
                { "name": "state", "required": true, "defaultValue": "-1" },
            ],
            "outputVariables": [{ "name": "number" }],
        });
        Tasks::from([("ServiceNowX".to_owned(), task)])
    }

    fn step(rest: &str) -> Vec<String> {
        let text = format!("steps:\n- task: ServiceNowX@1\n  name: gate\n  inputs:\n{rest}");
        faults(&text, &tasks())
    }

    #[test]
    fn the_tracked_pipelines_are_right() {
        let workspace = Workspace::find().unwrap();
        let tasks = tasks::read(&workspace).unwrap();
        assert_eq!(problems(&workspace, &tasks).unwrap(), Vec::<String>::new());
        let found = problems(&workspace, &self::tasks()).unwrap();
        for place in [
            "README.md, the YAML after line ",
            "docs/deployment-record.md, the YAML after line ",
            "extension/examples/azure-pipelines.yml: ",
            "extension/examples/manual-fallback.yml: ",
            "extension/examples/retry.yml: ",
            "extension/examples/controlled-stage.yml: ",
            "extension/overview.md, the YAML after line ",
        ] {
            assert!(
                found.iter().any(|it| it.starts_with(place)),
                "{place}: {found:?}"
            );
        }
    }

    #[test]
    fn what_the_task_takes_passes() {
        let good = "    connection: c\n    mode: b\n    risk: High\n- script: echo $(gate.number) at the gate. Done\n";
        assert_eq!(step(good), Vec::<String>::new());
        let macros = "    connection: c\n    mode: $(mode)\n";
        assert_eq!(step(macros), Vec::<String>::new());
        let other = "steps:\n- task: Delay@1\n  inputs: { x: y }\n";
        assert_eq!(faults(other, &tasks()), Vec::<String>::new());
    }

    #[test]
    fn what_the_task_does_not_take_is_named() {
        for (rest, says) in [
            (
                "    connection: c\n    mod: a\n",
                "ServiceNowX@1: there is no input mod",
            ),
            ("    connection: c\n    mode: a\n", "file is not given"),
            (
                "    connection: c\n    mode: c\n",
                "mode does not offer \"c\"",
            ),
            ("    connection: [c]\n", "connection is no text"),
            ("    mode: a\n", "connection is not given"),
            (
                "    connection: c\n- script: echo $(gate.numbr)\n",
                "the step gate has no output numbr",
            ),
            (
                "    connection: c\n- script: x\n  condition: eq(dependencies.A.outputs['B.gate.state'], '')\n",
                "the step gate has no output state",
            ),
            (
                "    connection: c\n- task: ServiceNowY@1\n",
                "there is no task ServiceNowY@1",
            ),
            (
                "    connection: c\n- task: ServiceNowX@2\n",
                "there is no task ServiceNowX@2",
            ),
            ("   connection: c\n\tmode: a\n", "line"),
        ] {
            let found = step(rest);
            assert!(
                found.iter().any(|fault| fault.contains(says)),
                "{says}: {found:?}"
            );
        }
    }

    #[test]
    fn yaml_on_a_page_is_found_by_its_fence() {
        let page = "# Page\n```yaml\na: 1\n```\n```sh\nb\n```\n  ```yaml\n  c: 1\n  ```\n";
        assert_eq!(
            blocks(page),
            [(2, "a: 1\n".to_owned()), (8, "  c: 1\n".to_owned())]
        );
    }
}
