//! Ways to sign in, and the fields of their forms.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Connection, list, text};

/// The file that reads a connection in the task programs.
pub(super) const READER: &str = "crates/task/src/connect.rs";

const PREFIX: &str = "ms.vss-endpoint.endpoint-auth-scheme-";

/// Schemes that the programs can sign in with, and the fields that the platform gives each of them, which a form of our
/// own has to keep.
const SCHEMES: [(&str, &[&str]); 4] = [
    ("basic", &["username", "password"]),
    ("token", &["apitoken"]),
    ("oauth2", &[]),
    ("none", &[]),
];

const MODES: [&str; 4] = ["textbox", "passwordbox", "textarea", "combo"];

/// What a field is called that holds a secret.
const SECRETS: [&str; 5] = ["password", "secret", "token", "privatekey", "certificate"];

pub(super) fn faults(connection: &Connection, reader: &str, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for scheme in list(&connection.properties, "authenticationSchemes") {
        let kind = text(scheme, "type").trim_start_matches(PREFIX);
        let mut own = Vec::new();
        let Some((_, given)) = SCHEMES.iter().find(|(name, _)| *name == kind) else {
            faults.push(format!("no program signs in by the scheme {kind:?}"));
            continue;
        };
        if !seen.insert(kind) {
            own.push("there are two of it".to_owned());
        }
        if text(scheme, "displayName").is_empty() {
            own.push("displayName is missing".to_owned());
        }
        fields(scheme, given, reader, &mut own);
        requests(connection, scheme, kind, &mut own);
        faults.extend(own.into_iter().map(|it| format!("scheme {kind}: {it}")));
    }
    for (name, _) in SCHEMES {
        if !seen.contains(name) {
            faults.push(format!("the scheme {name} is missing"));
        }
    }
}

fn fields(scheme: &Value, given: &[&str], reader: &str, faults: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for field in list(scheme, "inputDescriptors") {
        let id = text(field, "id");
        if !ids.insert(id) {
            faults.push(format!("there are two fields {id}"));
        }
        descriptor(field, faults);
        // The agent hands over parameters by their names in capitals, so letter case is no difference.
        if !reader.contains(&format!("\"{}\"", id.to_lowercase())) {
            faults.push(format!("{id} is read by no program ({READER})"));
        }
        for value in list(&field["values"], "possibleValues") {
            let value = text(value, "value");
            if !reader.contains(&format!("Some(\"{value}\")")) {
                faults.push(format!("{id} offers {value:?}, which no program knows"));
            }
        }
    }
    for id in given {
        let field = list(scheme, "inputDescriptors").find(|it| it["id"] == *id);
        if field.is_none_or(|it| it["validation"]["isRequired"] != true) {
            faults.push(format!("{id} has to be there, and required"));
        }
    }
}

fn descriptor(field: &Value, faults: &mut Vec<String>) {
    let id = text(field, "id");
    for key in ["name", "description"] {
        if text(field, key).is_empty() {
            faults.push(format!("{id} has no {key}"));
        }
    }
    let mode = text(field, "inputMode");
    if !MODES.contains(&mode) {
        faults.push(format!("{id} has the inputMode {mode:?}"));
    }
    let lower = id.to_lowercase();
    let named = SECRETS.iter().any(|word| lower.contains(word));
    // Keys are pasted over several lines, which only a text area takes; it hides nothing by itself.
    let secret = matches!(mode, "passwordbox" | "textarea") || named;
    match field["isConfidential"].as_bool() {
        None => faults.push(format!("{id} does not say whether it isConfidential")),
        Some(false) if secret => faults.push(format!("{id} is no confidential field")),
        Some(_) => {}
    }
    let validation = &field["validation"];
    if !validation["isRequired"].is_boolean() || validation["dataType"] != "string" {
        faults.push(format!("{id} has no validation of isRequired and dataType"));
    }
    if validation.get("pattern").is_some()
        == text(validation, "patternMismatchErrorMessage").is_empty()
    {
        faults.push(format!(
            "{id} has a pattern without words for a mismatch, or the other way"
        ));
    }
    if mode == "combo" {
        let default = &field["values"]["defaultValue"];
        if !list(&field["values"], "possibleValues").any(|it| it["value"] == *default) {
            faults.push(format!("{id}: {default} is none of its possible values"));
        }
    }
}

/// The header that the platform sends for a scheme, and the requests that get and refresh a token.
fn requests(connection: &Connection, scheme: &Value, kind: &str, faults: &mut Vec<String>) {
    let header = match kind {
        // The platform's own header is `Authorization` with the bare key, which the instance does not read.
        "token" => Some(("x-sn-apikey", "{{{endpoint.apitoken}}}")),
        "oauth2" => Some(("Authorization", "Bearer {{{endpoint.AccessToken}}}")),
        _ => None,
    };
    let headers: Vec<(&str, &str)> = list(scheme, "headers")
        .map(|it| (text(it, "name"), text(it, "value")))
        .collect();
    if headers != Vec::from_iter(header) {
        faults.push(format!("its headers are {headers:?}, not {header:?}"));
    }
    let targets: Vec<&str> = list(scheme, "dataSourceBindings")
        .map(|it| text(it, "target"))
        .collect();
    let expected: &[&str] = match kind {
        "oauth2" => &["AccessToken", "RefreshToken"],
        _ => &[],
    };
    if targets != expected {
        faults.push(format!("its bindings are {targets:?}, not {expected:?}"));
    }
    for binding in list(scheme, "dataSourceBindings") {
        let source = text(binding, "dataSourceName");
        if !connection.has_source(source) {
            faults.push(format!("there is no data source {source:?}"));
        }
    }
}
