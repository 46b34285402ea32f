//! The JSON of a task definition. The server's part of it knows no key beyond those named here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::expression::Expression;
use crate::template::macros;

use super::{Definition, DefinitionError, Input, Polling, Section, SectionError};

/// Keys that concern the editor or an agent are none of the server's business.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTask {
    name: String,
    #[serde(default)]
    runs_on: Vec<String>,
    #[serde(default)]
    inputs: Vec<WireInput>,
    #[serde(default, alias = "OutputVariables")]
    output_variables: Vec<WireOutput>,
    execution: BTreeMap<String, Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireInput {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    default_value: Json,
    #[serde(default)]
    required: Json,
    visible_rule: Option<String>,
}

#[derive(Deserialize)]
struct WireOutput {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct WireChain {
    execute: Vec<WireSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct WireRequest {
    execute: WireInputs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct WireSection {
    request_inputs: WireInputs,
    #[serde(default)]
    execution_options: WireOptions,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct WireInputs {
    #[serde(default)]
    endpoint_id: String,
    endpoint_url: String,
    method: String,
    #[serde(default)]
    headers: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    wait_for_completion: String,
    #[serde(default)]
    expression: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct WireOptions {
    #[serde(default)]
    output_variables: Json,
    #[serde(default)]
    skip_section_expression: String,
    #[serde(default)]
    continue_polling_expression: String,
    #[serde(default)]
    duration_between_retries: String,
}

/// Reads a definition, and the names of the output variables that it declares.
pub(super) fn read(text: &str) -> Result<(Definition, Vec<String>), DefinitionError> {
    let task: WireTask = serde_json::from_str(text).map_err(DefinitionError::Json)?;
    let count = task.execution.len();
    let mut handlers = task.execution.into_iter();
    let (Some((handler, body)), None) = (handlers.next(), handlers.next()) else {
        return Err(DefinitionError::Handlers { count });
    };
    let sections = match handler.as_str() {
        "HttpRequestChain" => json::<WireChain>(body)?.execute,
        "HttpRequest" => vec![WireSection {
            request_inputs: json::<WireRequest>(body)?.execute,
            execution_options: WireOptions::default(),
        }],
        _ => return Err(DefinitionError::Handler { name: handler }),
    };
    let numbered = sections.into_iter().enumerate();
    let sections = numbered.map(|(at, wire)| {
        section(wire).map_err(|(part, source)| DefinitionError::Section {
            section: at + 1,
            part,
            source,
        })
    });
    let definition = Definition {
        name: task.name,
        runs_on: task.runs_on,
        inputs: task.inputs.into_iter().map(input).collect(),
        sections: sections.collect::<Result<_, _>>()?,
    };
    let declared = task.output_variables.into_iter().map(|output| output.name);
    Ok((definition, declared.collect()))
}

fn json<T: serde::de::DeserializeOwned>(body: Json) -> Result<T, DefinitionError> {
    serde_json::from_value(body).map_err(DefinitionError::Json)
}

fn input(wire: WireInput) -> Input {
    // Both occur as a word in quotes too.
    let text = |json: Json| match json {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    };
    let required = text(wire.required).eq_ignore_ascii_case("true");
    Input {
        name: wire.name,
        kind: wire.kind,
        default: text(wire.default_value),
        needed: required && wire.visible_rule.is_none(),
    }
}

fn section(wire: WireSection) -> Result<Section, (&'static str, SectionError)> {
    let WireSection {
        request_inputs: request,
        execution_options: options,
    } = wire;
    let polling = match (
        options.continue_polling_expression.is_empty(),
        options.duration_between_retries.is_empty(),
    ) {
        (true, true) => None,
        (false, false) => Some(Polling {
            expression: options.continue_polling_expression,
            pause: options.duration_between_retries,
        }),
        _ => return Err(("ContinuePollingExpression", SectionError::HalfPolling)),
    };
    Ok(Section {
        connection: connection(&request.endpoint_id).map_err(|e| ("EndpointId", e))?,
        url: request.endpoint_url,
        method: request.method,
        headers: request.headers,
        body: request.body,
        wait_for_completion: request.wait_for_completion,
        expression: request.expression,
        skip: options.skip_section_expression,
        polling,
        outputs: outputs(options.output_variables).map_err(|e| ("OutputVariables", e))?,
    })
}

fn connection(text: &str) -> Result<Option<String>, SectionError> {
    match macros::names(text)[..] {
        [] if text.is_empty() => Ok(None),
        [name] if text.len() == name.len() + "$()".len() => Ok(Some(name.to_owned())),
        _ => Err(SectionError::Connection {
            text: text.to_owned(),
        }),
    }
}

/// Output variables occur as an object and as the text of one.
fn outputs(json: Json) -> Result<Vec<(String, Expression)>, SectionError> {
    let pairs: BTreeMap<String, String> = match json {
        Json::Null => return Ok(Vec::new()),
        Json::String(text) if text.is_empty() => return Ok(Vec::new()),
        Json::String(text) => serde_json::from_str(&text),
        other => serde_json::from_value(other),
    }
    .map_err(SectionError::Pairs)?;
    let read = |(name, text): (String, String)| Ok((name, Expression::parse(&text)?));
    pairs.into_iter().map(read).collect()
}
