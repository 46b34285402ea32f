//! Tasks without an agent: Azure DevOps sends the requests that `task.json` holds. Nothing can be tried before it is
//! installed, so names, templates and JSON are held here; whether the requests do what they should is a test's business.

mod names;
mod references;

use serde_json::Value;

use super::{list, text};

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
    let used = names::faults(task, &sections, faults);
    names::unused(task, &sections, &used, faults);
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
