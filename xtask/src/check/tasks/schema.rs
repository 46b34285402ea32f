//! What the task schema that Microsoft publishes allows (azure-pipelines-task-lib, draft 04): which keys there are, and
//! of which kind their values are. It knows no handlers of the server; those are held by `server`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{list, text};

/// The kind of a value.
#[derive(Debug, Clone, Copy)]
enum Of {
    Text,
    Flag,
    /// A list of texts.
    Texts,
    /// A list of objects.
    Objects,
    Object,
    /// A text made of digits.
    Digits,
    /// `"True"` or `"False"`, with capitals and quotes.
    Capital,
}

type Keys = &'static [(&'static str, Of)];

const TASK: Keys = &[
    ("id", Of::Text),
    ("name", Of::Text),
    ("friendlyName", Of::Text),
    ("description", Of::Text),
    ("helpUrl", Of::Text),
    ("helpMarkDown", Of::Text),
    ("author", Of::Text),
    ("preview", Of::Flag),
    ("showEnvironmentVariables", Of::Flag),
    ("runsOn", Of::Texts),
    ("visibility", Of::Texts),
    ("category", Of::Text),
    ("groups", Of::Objects),
    ("demands", Of::Texts),
    ("minimumAgentVersion", Of::Text),
    ("version", Of::Object),
    ("instanceNameFormat", Of::Text),
    ("releaseNotes", Of::Text),
    ("inputs", Of::Objects),
    ("dataSourceBindings", Of::Objects),
    ("outputVariables", Of::Objects),
    ("restrictions", Of::Object),
    ("execution", Of::Object),
];

const GROUP: Keys = &[
    ("name", Of::Text),
    ("displayName", Of::Text),
    ("isExpanded", Of::Flag),
    ("visibleRule", Of::Text),
];

const INPUT: Keys = &[
    ("name", Of::Text),
    ("aliases", Of::Texts),
    ("label", Of::Text),
    ("type", Of::Text),
    // The schema takes a flag too; the agent hands on text in any case.
    ("defaultValue", Of::Text),
    ("required", Of::Flag),
    ("helpMarkDown", Of::Text),
    ("groupName", Of::Text),
    ("visibleRule", Of::Text),
    ("properties", Of::Object),
    ("options", Of::Object),
];

const PROPERTIES: Keys = &[
    ("EditableOptions", Of::Capital),
    ("MultiSelect", Of::Capital),
    ("MultiSelectFlatList", Of::Capital),
    ("DisableManageLink", Of::Capital),
    ("IsSearchable", Of::Capital),
    ("PopulateDefaultValue", Of::Capital),
    ("resizable", Of::Flag),
    ("rows", Of::Digits),
    ("maxLength", Of::Digits),
    ("editorExtension", Of::Text),
    ("EndpointFilterRule", Of::Text),
];

const BINDING: Keys = &[
    ("target", Of::Text),
    ("endpointId", Of::Text),
    ("dataSourceName", Of::Text),
    ("parameters", Of::Object),
    ("resultTemplate", Of::Text),
];

const OUTPUT: Keys = &[("name", Of::Text), ("description", Of::Text)];

const RESTRICTIONS: Keys = &[("commands", Of::Object), ("settableVariables", Of::Object)];

const CATEGORIES: [&str; 10] = [
    "Build",
    "Utility",
    "Test",
    "Package",
    "Deploy",
    "Azure Repos",
    "Azure Boards",
    "Azure Pipelines",
    "Azure Test Plans",
    "Azure Artifacts",
];

pub(super) fn faults(task: &Value, faults: &mut Vec<String>) {
    held("", task, TASK, faults);
    for group in list(task, "groups") {
        held(
            &format!("group {}", text(group, "name")),
            group,
            GROUP,
            faults,
        );
        if text(group, "name").is_empty() || text(group, "displayName").is_empty() {
            faults.push("a group has no name or no displayName".to_owned());
        }
    }
    for input in list(task, "inputs") {
        let at = format!("input {}", text(input, "name"));
        held(&at, input, INPUT, faults);
        if let Some(properties) = input.get("properties") {
            held(&format!("{at}: properties"), properties, PROPERTIES, faults);
        }
        let options = input["options"].as_object().into_iter().flatten();
        for (option, label) in options {
            if label.as_str().is_none_or(str::is_empty) {
                faults.push(format!("{at}: the option {option:?} has no label"));
            }
        }
    }
    for binding in list(task, "dataSourceBindings") {
        let at = format!("the list for {}", text(binding, "target"));
        held(&at, binding, BINDING, faults);
    }
    for output in list(task, "outputVariables") {
        held(
            &format!("output {}", text(output, "name")),
            output,
            OUTPUT,
            faults,
        );
    }
    if let Some(restrictions) = task.get("restrictions") {
        held("restrictions", restrictions, RESTRICTIONS, faults);
    }
    words(task, faults);
}

fn words(task: &Value, faults: &mut Vec<String>) {
    if !CATEGORIES.contains(&text(task, "category")) {
        faults.push(format!(
            "category is {}, not one of {CATEGORIES:?}",
            task["category"]
        ));
    }
    for (key, known) in [
        ("visibility", &["Build", "Release"][..]),
        (
            "runsOn",
            &[
                "Agent",
                "DeploymentGroup",
                "MachineGroup",
                "Server",
                "ServerGate",
            ],
        ),
    ] {
        let words: Vec<&str> = list(task, key).filter_map(Value::as_str).collect();
        let distinct: BTreeSet<&&str> = words.iter().collect();
        let good = words.iter().all(|word| known.contains(word));
        if words.is_empty() || !good || distinct.len() < words.len() {
            faults.push(format!(
                "{key} is {}, which is not out of {known:?}",
                task[key]
            ));
        }
    }
    if let Some(version) = task.get("minimumAgentVersion") {
        let numbers: Vec<&str> = version.as_str().unwrap_or_default().split('.').collect();
        let digits = |it: &&str| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit());
        if !(2..=3).contains(&numbers.len()) || !numbers.iter().all(digits) {
            faults.push(format!(
                "minimumAgentVersion is {version}, not as in 3.232.1"
            ));
        }
    }
}

/// Keys that the schema does not know, and values of another kind than it wants.
fn held(at: &str, value: &Value, keys: Keys, faults: &mut Vec<String>) {
    let start = if at.is_empty() {
        String::new()
    } else {
        format!("{at}: ")
    };
    let empty = Map::new();
    for (key, value) in value.as_object().unwrap_or(&empty) {
        let Some((_, of)) = keys.iter().find(|(known, _)| known == key) else {
            faults.push(format!("{start}the task schema knows no {key}"));
            continue;
        };
        if let Some(wanted) = of.misses(value) {
            faults.push(format!("{start}{key} is {value}, and has to be {wanted}"));
        }
    }
}

impl Of {
    /// What is wanted instead, if the value is not of this kind.
    fn misses(self, value: &Value) -> Option<&'static str> {
        let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(is));
        let (good, wanted) = match self {
            Self::Text => (value.is_string(), "a text"),
            Self::Flag => (value.is_boolean(), "true or false, without quotes"),
            Self::Texts => (all(Value::is_string), "a list of texts"),
            Self::Objects => (all(Value::is_object), "a list of objects"),
            Self::Object => (value.is_object(), "an object"),
            Self::Digits => (
                value
                    .as_str()
                    .is_some_and(|it| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit())),
                "digits in quotes",
            ),
            Self::Capital => (
                matches!(value.as_str(), Some("True" | "False")),
                "\"True\" or \"False\", with quotes and a capital",
            ),
        };
        (!good).then_some(wanted)
    }
}
