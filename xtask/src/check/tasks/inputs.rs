//! The inputs of a task: types, groups, rules of visibility, pick lists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Kind, Rule, Surroundings, is_name, list, text};

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

/// Schemes by the contribution that a connection type refers to, and by the name that an input restricts itself to.
const SCHEMES: [(&str, &str); 5] = [
    (
        "ms.vss-endpoint.endpoint-auth-scheme-basic",
        "UsernamePassword",
    ),
    ("ms.vss-endpoint.endpoint-auth-scheme-token", "Token"),
    ("ms.vss-endpoint.endpoint-auth-scheme-oauth2", "OAuth2"),
    ("ms.vss-endpoint.endpoint-auth-scheme-cert", "Certificate"),
    ("ms.vss-endpoint.endpoint-auth-scheme-none", "None"),
];

/// What the editor shows without cutting it off, or making a book of it.
const LONGEST: [(&str, usize); 2] = [("label", 60), ("helpMarkDown", 800)];

/// The schemes that the manifest's connection type offers.
pub(super) fn schemes(manifest: &Value) -> BTreeSet<String> {
    list(manifest, "contributions")
        .flat_map(|it| list(&it["properties"], "authenticationSchemes"))
        .filter_map(|scheme| {
            let found = SCHEMES.iter().find(|(id, _)| scheme["type"] == *id);
            Some(found?.1.to_owned())
        })
        .collect()
}

struct Inputs<'a> {
    task: &'a Value,
    kind: Kind,
    surroundings: &'a Surroundings,
}

pub(super) fn faults(
    task: &Value,
    kind: Kind,
    surroundings: &Surroundings,
    faults: &mut Vec<String>,
) {
    let inputs = Inputs {
        task,
        kind,
        surroundings,
    };
    let mut seen = BTreeSet::new();
    for input in list(task, "inputs") {
        let name = text(input, "name");
        if !is_name(name) || !seen.insert(name.to_ascii_lowercase()) {
            faults.push(format!(
                "input {name:?}: letters and digits, and each name once"
            ));
        }
        for fault in inputs.faults_of(input) {
            faults.push(format!("input {name}: {fault}"));
        }
    }
    inputs.groups(faults);
    inputs.bindings(faults);
}

impl Inputs<'_> {
    fn named(&self, name: &str) -> Option<&Value> {
        list(self.task, "inputs").find(|input| input["name"] == name)
    }

    fn faults_of(&self, input: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        for (key, longest) in LONGEST {
            let length = text(input, key).chars().count();
            if length == 0 {
                faults.push(format!("has no {key}"));
            } else if length > longest {
                faults.push(format!(
                    "{key} has {length} characters, and room for {longest}"
                ));
            }
        }
        if input.get("required").is_none() {
            faults.push("does not say whether it is required".to_owned());
        }
        self.kind(input, &mut faults);
        self.default(input, &mut faults);
        if let Some(rule) = input.get("visibleRule").and_then(Value::as_str) {
            faults.extend(self.rule_faults(rule, Some(text(input, "groupName"))));
        }
        faults
    }

    fn kind(&self, input: &Value, faults: &mut Vec<String>) {
        let kind = text(input, "type");
        if !TYPES.contains(&kind) && !self.is_connection(kind) {
            faults.push(format!("type {kind:?} is not known"));
        }
        let options = input["options"].as_object();
        if !matches!(kind, "pickList" | "radio") {
            if options.is_some() {
                faults.push(format!("has options, but is a {kind}"));
            }
            return;
        }
        let name = text(input, "name");
        let bound = list(self.task, "dataSourceBindings").any(|it| it["target"] == name);
        if options.is_none_or(serde_json::Map::is_empty) && !bound {
            faults.push("offers nothing to pick".to_owned());
        }
        if bound && input["properties"]["EditableOptions"] != "True" {
            faults.push(
                "its list comes from the instance, so EditableOptions has to be \"True\""
                    .to_owned(),
            );
        }
    }

    /// The type of our connection, with the schemes it is restricted to, if it is.
    fn is_connection(&self, kind: &str) -> bool {
        let mut parts = kind.split(':');
        let named = parts.next() == Some("connectedService")
            && parts.next() == Some(self.surroundings.connection.name());
        let schemes = parts.next();
        let known = |scheme: &str| self.surroundings.schemes.contains(scheme);
        named && schemes.is_none_or(|it| it.split(',').all(known)) && parts.next().is_none()
    }

    fn default(&self, input: &Value, faults: &mut Vec<String>) {
        let Some(default) = input.get("defaultValue").and_then(Value::as_str) else {
            return;
        };
        // The agent delivers a default as if a user had typed it, and inputs win over the file.
        if self.kind == Kind::Agent && self.surroundings.settings.contains(text(input, "name")) {
            faults.push("has a defaultValue, so that servicenow.yml could never set it".to_owned());
        }
        if let Some(why) = value_fault(input, default) {
            faults.push(format!("defaultValue: {why}"));
        }
    }

    /// Names and values of a rule. Azure DevOps Server 2019 and 2020 refuse an extension where an input's rule names an
    /// input of another group; a group's rule has no group to keep to.
    fn rule_faults(&self, rule: &str, group: Option<&str>) -> Vec<String> {
        let rule = match Rule::parse(rule) {
            Ok(rule) => rule,
            Err(why) => return vec![why],
        };
        let mut faults = Vec::new();
        for term in &rule.terms {
            let name = term.input;
            let Some(other) = self.named(name) else {
                faults.push(format!("visibleRule names {name}, which is no input"));
                continue;
            };
            if group.is_some_and(|group| text(other, "groupName") != group) {
                faults.push(format!(
                    "visibleRule names {name}, which is in another group"
                ));
            }
            if let Some(why) = value_fault(other, term.value) {
                faults.push(format!("visibleRule: {name}: {why}"));
            }
        }
        faults
    }

    fn groups(&self, faults: &mut Vec<String>) {
        let mut declared = BTreeSet::new();
        for group in list(self.task, "groups") {
            let name = text(group, "name");
            if !declared.insert(name) {
                faults.push(format!("group {name} stands here twice"));
            }
            if let Some(rule) = group.get("visibleRule").and_then(Value::as_str) {
                let found = self.rule_faults(rule, None);
                faults.extend(found.into_iter().map(|it| format!("group {name}: {it}")));
            }
        }
        let used: BTreeSet<&str> = list(self.task, "inputs")
            .map(|input| text(input, "groupName"))
            .filter(|it| !it.is_empty())
            .collect();
        for group in declared.symmetric_difference(&used) {
            faults.push(format!("group {group} is not both declared and used"));
        }
    }

    /// Targets, sources and connections of pick lists. What a list shows of its source is held with the connection type.
    fn bindings(&self, faults: &mut Vec<String>) {
        let mut seen = BTreeSet::new();
        for binding in list(self.task, "dataSourceBindings") {
            let target = text(binding, "target");
            let source = text(binding, "dataSourceName");
            if self
                .named(target)
                .is_none_or(|input| input["type"] != "pickList")
            {
                faults.push(format!("the list for {target:?} has no pickList to fill"));
            }
            if !seen.insert(target) {
                faults.push(format!("the list for {target} comes from two places"));
            }
            if !self.surroundings.connection.has_source(source) {
                faults.push(format!(
                    "the list for {target}: there is no data source {source:?}"
                ));
            }
            let endpoint = text(binding, "endpointId");
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

/// Why an input cannot have the value.
pub(super) fn value_fault(input: &Value, value: &str) -> Option<String> {
    let open = input["properties"]["EditableOptions"] == "True";
    match input["type"].as_str()? {
        "boolean" if !matches!(value, "true" | "false") => {
            Some(format!("{value:?} is neither true nor false"))
        }
        "pickList" | "radio" if !open && input["options"].get(value).is_none() => {
            Some(format!("{value:?} is no option"))
        }
        "int" if value.parse::<i64>().is_err() => Some(format!("{value:?} is no number")),
        _ => None,
    }
}
