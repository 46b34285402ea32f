//! Names that requests refer to: each is known by then, none of them pastes what somebody typed, and none is there for
//! nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Section;
use super::references::{self, References};
use crate::check::tasks::inputs::value_fault;
use crate::check::tasks::{list, text};

/// Set for pipelines that come from Microsoft's extension, which know the change by these names. The task schema takes no
/// underscore in a declared output.
const UNDECLARED: [&str; 2] = ["CHANGE_REQUEST_NUMBER", "CHANGE_SYSTEM_ID"];

/// Holds every name that requests refer to; gives back the inputs and variables that are used.
pub(super) fn faults(
    task: &Value,
    sections: &[Section<'_>],
    faults: &mut Vec<String>,
) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let ever: BTreeSet<&str> = sections
        .iter()
        .flat_map(|it| &it.sets)
        .map(String::as_str)
        .collect();
    let mut so_far: BTreeSet<&str> = BTreeSet::new();
    for section in sections {
        for (key, text) in section.texts() {
            let place = format!("{}: {key}", section.place);
            let references = match References::of(text) {
                Ok(references) => references,
                Err(why) => {
                    faults.push(format!("{place}: {why}"));
                    continue;
                }
            };
            let known = Known {
                task,
                ever: &ever,
                so_far: &so_far,
            };
            let found = known.faults(&references, matches!(key, "Body" | "Headers"));
            faults.extend(found.into_iter().map(|it| format!("{place}: {it}")));
            used.extend(references.names().map(str::to_owned));
        }
        so_far.extend(section.sets.iter().map(String::as_str));
    }
    used
}

/// What may be named at one place.
struct Known<'a> {
    task: &'a Value,
    ever: &'a BTreeSet<&'a str>,
    so_far: &'a BTreeSet<&'a str>,
}

impl Known<'_> {
    fn input(&self, name: &str) -> Option<&Value> {
        list(self.task, "inputs").find(|input| input["name"] == name)
    }

    fn faults(&self, references: &References<'_>, sent: bool) -> Vec<String> {
        let mut faults = Vec::new();
        for name in &references.macros {
            let set = self.so_far.contains(name);
            if self.input(name).is_none() && !set && references::predefined(name).is_none() {
                faults.push(format!(
                    "$({name}) is no input, no predefined variable, and set by no request before"
                ));
            }
        }
        for name in references.task_inputs.iter().chain(&references.tags) {
            if self.input(name).is_none() {
                faults.push(format!("{name} is no input"));
            }
        }
        for name in &references.variables {
            if !self.ever.contains(name) && references::predefined(name).is_none() {
                faults.push(format!(
                    "variables['{name}'] is neither predefined nor set by any request"
                ));
            }
        }
        for (name, value) in &references.compared {
            if let Some(why) = self.input(name).and_then(|it| value_fault(it, value)) {
                faults.push(format!("{name} is compared with {value:?}: {why}"));
            }
        }
        if sent {
            self.free_text(references, &mut faults);
        }
        faults
    }

    /// Whether the server escapes what it pastes into JSON is not documented, so nothing that somebody types may be pasted.
    /// A pick list that can be typed into is pasted by the tag that escapes quotes at least.
    fn free_text(&self, references: &References<'_>, faults: &mut Vec<String>) {
        let pasted =
            |name: &&str| references.macros.contains(name) || references.raw.contains(name);
        for name in references.macros.iter().chain(&references.tags) {
            let Some(input) = self.input(name) else {
                if references::predefined(name) == Some(references::Free::Yes) {
                    faults.push(format!(
                        "{name} is text that somebody chose, and must not be sent"
                    ));
                }
                continue;
            };
            match text(input, "type") {
                "boolean" | "int" | "radio" => {}
                "pickList" if input["properties"]["EditableOptions"] != "True" => {}
                "pickList" if !pasted(name) => {}
                "pickList" => faults.push(format!(
                    "{name} can be typed into, so it is written {{{{{name}}}}}"
                )),
                _ => faults.push(format!("{name} is free text, and must not be sent")),
            }
        }
    }
}

/// Inputs that change nothing, outputs that nobody sets, variables that nobody reads.
pub(super) fn unused(
    task: &Value,
    sections: &[Section<'_>],
    used: &BTreeSet<String>,
    faults: &mut Vec<String>,
) {
    for input in list(task, "inputs").map(|it| text(it, "name")) {
        if !used.contains(input) {
            faults.push(format!("input {input}: no request uses it"));
        }
    }
    let outputs: BTreeSet<&str> = list(task, "outputVariables")
        .map(|it| text(it, "name"))
        .collect();
    let set: BTreeSet<&str> = sections
        .iter()
        .flat_map(|it| &it.sets)
        .map(String::as_str)
        .collect();
    for output in outputs.difference(&set) {
        faults.push(format!("output {output}: no request sets it"));
    }
    for name in set.difference(&outputs) {
        if !used.contains(*name) && !UNDECLARED.contains(name) {
            faults.push(format!(
                "{name} is set, but neither an output nor read by any request"
            ));
        }
    }
}
