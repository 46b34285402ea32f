//! Tasks without an agent: Azure DevOps sends the requests that `task.json` holds. Nothing can be tried before it is
//! installed, so names, templates and JSON are held here; whether the requests do what they should is a test's business.

mod references;

use std::collections::BTreeSet;

use serde_json::Value;

use super::inputs::value_fault;
use super::{list, text};
use references::References;

/// Handlers whose requests are known here; each task has exactly one.
const HANDLERS: [&str; 2] = ["HttpRequest", "HttpRequestChain"];

const REQUEST_KEYS: [&str; 7] = [
    "EndpointId",
    "EndpointUrl",
    "Method",
    "Headers",
    "Body",
    "WaitForCompletion",
    "Expression",
];

const OPTION_KEYS: [&str; 4] = [
    "OutputVariables",
    "SkipSectionExpression",
    "ContinuePollingExpression",
    "DurationBetweenRetries",
];

/// Keys that speak of an agent.
const FOR_AGENTS: [&str; 3] = ["demands", "minimumAgentVersion", "restrictions"];

/// Set for pipelines that come from Microsoft's extension, which know the change by these names. The task schema takes no
/// underscore in a declared output.
const UNDECLARED: [&str; 2] = ["CHANGE_REQUEST_NUMBER", "CHANGE_SYSTEM_ID"];

/// One request with what is done about it.
struct Section<'a> {
    place: String,
    request: &'a Value,
    options: &'a Value,
    /// Variables that it sets.
    sets: Vec<String>,
}

pub(super) fn faults(task: &Value, faults: &mut Vec<String>) {
    let mut runs_on = list(task, "runsOn");
    if !runs_on.all(|it| it == "Server" || it == "ServerGate") {
        faults
            .push("runsOn mixes Server or ServerGate with agents; that takes two tasks".to_owned());
    }
    for key in FOR_AGENTS {
        if task.get(key).is_some() {
            faults.push(format!("{key} is for tasks on agents"));
        }
    }
    let Some(sections) = sections(task, faults) else {
        return;
    };
    for section in &sections {
        let mut own = Vec::new();
        section.keys(&mut own);
        section.request(task, &mut own);
        faults.extend(own.into_iter().map(|it| format!("{}: {it}", section.place)));
    }
    let used = names(task, &sections, faults);
    unused(task, &sections, &used, faults);
}

fn sections<'a>(task: &'a Value, faults: &mut Vec<String>) -> Option<Vec<Section<'a>>> {
    let handlers: Vec<&String> = task["execution"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|it| it.0)
        .collect();
    let [handler] = handlers[..] else {
        faults.push(format!(
            "execution has {} handlers; a server task has one",
            handlers.len()
        ));
        return None;
    };
    if !HANDLERS.contains(&handler.as_str()) {
        faults.push(format!(
            "execution is by {handler}, and known here are {HANDLERS:?}"
        ));
        return None;
    }
    let execute = &task["execution"][handler]["Execute"];
    let parts: Vec<(&Value, &Value)> = if handler == "HttpRequest" {
        vec![(execute, &Value::Null)]
    } else {
        let sections = execute.as_array().into_iter().flatten();
        sections
            .map(|it| (&it["RequestInputs"], &it["ExecutionOptions"]))
            .collect()
    };
    if parts.is_empty() {
        faults.push("execution sends no request".to_owned());
    }
    let mut sections = Vec::new();
    for (number, (request, options)) in (1..).zip(parts) {
        let place = format!("request {number}");
        let sets = match options.get("OutputVariables") {
            None => Vec::new(),
            Some(written) => set_names(written).unwrap_or_else(|| {
                faults.push(format!("{place}: OutputVariables is no object of texts"));
                Vec::new()
            }),
        };
        sections.push(Section {
            place,
            request,
            options,
            sets,
        });
    }
    Some(sections)
}

/// The names in `OutputVariables`, which is JSON in a text, or JSON as it is.
fn set_names(written: &Value) -> Option<Vec<String>> {
    let parsed: Value = match written {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    let variables = parsed.as_object()?;
    let texts = variables.values().all(Value::is_string);
    texts.then(|| variables.keys().cloned().collect())
}

impl Section<'_> {
    fn keys(&self, faults: &mut Vec<String>) {
        for (what, value, known) in [
            ("RequestInputs", self.request, &REQUEST_KEYS[..]),
            ("ExecutionOptions", self.options, &OPTION_KEYS),
        ] {
            for (key, value) in value.as_object().into_iter().flatten() {
                if !known.contains(&key.as_str()) {
                    faults.push(format!("{what} knows no {key}"));
                } else if !value.is_string() && key != "OutputVariables" {
                    faults.push(format!("{key} is {value}, and has to be a text"));
                }
            }
        }
    }

    fn request(&self, task: &Value, faults: &mut Vec<String>) {
        let request = |key: &str| text(self.request, key);
        let connection = request("EndpointId")
            .strip_prefix("$(")
            .and_then(|it| it.strip_suffix(')'));
        let of_connection = list(task, "inputs").any(|input| {
            Some(text(input, "name")) == connection
                && text(input, "type").starts_with("connectedService:")
        });
        if !of_connection {
            faults.push(format!(
                "EndpointId is {:?}, which is no connection of the task",
                request("EndpointId")
            ));
        }
        // Anywhere else the connection's credentials would be sent to somebody else.
        let url = request("EndpointUrl");
        if !url.starts_with("$(endpoint.url)/") {
            faults.push("EndpointUrl does not begin with $(endpoint.url)/".to_owned());
        }
        if url.contains(|c: char| c.is_whitespace() || "\"<>\\".contains(c)) {
            faults.push("EndpointUrl holds a blank, a quote or an angle bracket".to_owned());
        }
        let has_body = !request("Body").is_empty();
        match (request("Method"), has_body) {
            ("GET" | "DELETE", false) | ("POST" | "PUT" | "PATCH", true) => {}
            (method, true) => faults.push(format!("{method:?} has a Body")),
            (method, false) => faults.push(format!("{method:?} is no method, or lacks its Body")),
        }
        self.headers(has_body, faults);
        if has_body
            && ![true, false]
                .map(|kept| is_json(request("Body"), kept))
                .contains(&true)
        {
            faults.push("Body is no JSON".to_owned());
        } else if has_body && !(is_json(request("Body"), true) && is_json(request("Body"), false)) {
            faults.push("Body is JSON only with, or only without, its optional parts".to_owned());
        }
        if request("WaitForCompletion") != "false" {
            faults.push(
                "WaitForCompletion is not \"false\", so nobody would read the answer".to_owned(),
            );
        }
        if request("Expression").is_empty() {
            faults.push("without an Expression any answer passes".to_owned());
        }
        if let Some(pause) = self.options.get("DurationBetweenRetries") {
            let parts: Vec<&str> = pause.as_str().unwrap_or_default().split(':').collect();
            let two = |it: &&str| it.len() == 2 && it.chars().all(|c| c.is_ascii_digit());
            if parts.len() != 3 || !parts.iter().all(two) {
                faults.push(format!(
                    "DurationBetweenRetries is {pause}, not as in 00:01:00"
                ));
            }
        }
    }

    fn headers(&self, has_body: bool, faults: &mut Vec<String>) {
        let written = text(self.request, "Headers");
        let Ok(Value::Object(headers)) = serde_json::from_str(written) else {
            return faults.push("Headers is no JSON object in a text".to_owned());
        };
        if !headers.values().all(Value::is_string) {
            faults.push("Headers has a value that is no text".to_owned());
        }
        let is_json = |name: &str| headers.get(name).is_some_and(|it| it == "application/json");
        if !is_json("Accept") || (has_body && !is_json("Content-Type")) {
            faults
                .push("Headers do not say application/json for what is sent and wanted".to_owned());
        }
    }

    /// Every text with the key that it stands under.
    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let keys = REQUEST_KEYS
            .iter()
            .map(|key| (*key, text(self.request, key)));
        let options = OPTION_KEYS
            .iter()
            .map(|key| (*key, text(self.options, key)));
        keys.chain(options)
    }
}

/// Whether a body is JSON once every value is filled in, with the optional parts kept or left out.
fn is_json(body: &str, kept: bool) -> bool {
    references::filled(body, kept).is_some_and(|it| serde_json::from_str::<Value>(&it).is_ok())
}

/// Holds every name that requests refer to; gives back the inputs and variables that are used.
fn names(task: &Value, sections: &[Section<'_>], faults: &mut Vec<String>) -> BTreeSet<String> {
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
fn unused(
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
