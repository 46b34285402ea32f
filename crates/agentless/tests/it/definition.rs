//! Marks against a definition before it runs.

use agentless::{Definition, DefinitionError};
use serde_json::{Value as Json, json};

use crate::sets::{get, task, with};

/// The error and all that is behind it.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(&format!(": {error}"));
        cause = error.source();
    }
    told
}

#[track_caller]
fn refused(section: &Json, expected: &str) {
    let error = Definition::read(&task(&json!([get("/", ""), section]))).unwrap_err();
    let told = told(&error);
    assert!(told.starts_with(expected), "{told}");
}

fn inputs(part: &str, text: &str) -> Json {
    let mut section = get("/", "");
    section["RequestInputs"][part] = json!(text);
    section
}

fn options(options: Json) -> Json {
    with(get("/", ""), options)
}

#[test]
fn names_have_to_mean_something() {
    refused(
        &get("/$(nmae)", ""),
        "section 2, EndpointUrl: no variable `nmae`",
    );
    refused(
        &get("/$(endpoint.password)", ""),
        "section 2, EndpointUrl: no variable `endpoint.password`",
    );
    refused(
        &get("/{{Name}}", ""),
        "section 2, EndpointUrl: no input `Name`",
    );
    refused(
        &get("/{{#if x}}{{/if}}", ""),
        "section 2, EndpointUrl: no input `x`",
    );
    refused(
        &get("/", "eq(taskInputs['nmae'], 1)"),
        "section 2, Expression: no input `nmae`",
    );
    refused(
        &get("/", "eq(variables['x'], '$(name)')"),
        "section 2, Expression: no variable `x`",
    );
    refused(
        &inputs("EndpointId", "$(other)"),
        "section 2, EndpointId: no input `other`",
    );
    refused(&inputs("Body", "$(x)"), "section 2, Body: no variable `x`");
    refused(
        &inputs("Headers", "$(x)"),
        "section 2, Headers: no variable `x`",
    );
    refused(
        &options(json!({ "SkipSectionExpression": "variables['x']" })),
        "section 2, SkipSectionExpression: no var",
    );
    refused(
        &options(json!({ "OutputVariables": { "a": "variables['x']" } })),
        "section 2, OutputVariables: no var",
    );
}

#[test]
fn languages_are_read_at_once() {
    refused(
        &get("/{{#if name}}", ""),
        "section 2, EndpointUrl: the block `if` is never closed",
    );
    refused(
        &get("/{{{ #extractResource name}}}", ""),
        "section 2, EndpointUrl: no helper `extractResource`",
    );
    refused(
        &get("/", "eq(root['a'], '$(name)'"),
        "section 2, Expression: expected `,` or `)` at 17",
    );
    refused(
        &get("/", "foo($(name))"),
        "section 2, Expression: no function `foo`",
    );
    refused(
        &options(json!({ "SkipSectionExpression": "eq(1)" })),
        "section 2, SkipSectionExpression: `eq` does not take 1",
    );
    refused(
        &options(json!({ "SkipSectionExpression": "root" })),
        "section 2, SkipSectionExpression: a section is skipped before",
    );
    refused(
        &options(json!({ "OutputVariables": "{\"a\": \"foo()\"}" })),
        "section 2, OutputVariables: no function",
    );
    refused(
        &options(json!({ "OutputVariables": "{\"a\": 1}" })),
        "section 2, OutputVariables: no JSON object of texts",
    );
    refused(
        &options(json!({ "OutputVariables": "a" })),
        "section 2, OutputVariables: no JSON object of texts",
    );
    // With Mustache in it a condition can be read only once it is filled in.
    Definition::read(&task(&json!([get(
        "/",
        "{{#if name}}true{{else}}false{{/if}}"
    )])))
    .unwrap();
}

#[test]
fn keys_and_values_have_to_be_known() {
    let unknown = "could not read the task definition: unknown field ";
    refused(
        &inputs("AllowEmptyEndpointId", "true"),
        &format!("{unknown}`AllowEmptyEndpointId`"),
    );
    refused(
        &options(json!({ "SkipExpression": "" })),
        &format!("{unknown}`SkipExpression`"),
    );
    let mut section = get("/", "");
    section["Options"] = json!({});
    refused(&section, &format!("{unknown}`Options`"));
    refused(
        &inputs("WaitForCompletion", "true"),
        "section 2, WaitForCompletion: completion by a call back",
    );
    refused(
        &inputs("EndpointId", "TaskInputs[TaskInputs['a']]"),
        "section 2, EndpointId: `TaskInputs[TaskInputs['a']]` is not",
    );
    refused(
        &inputs("EndpointId", "x$(connection)"),
        "section 2, EndpointId: `x$(connection)` is not",
    );
    let half = "section 2, ContinuePollingExpression: polling needs both";
    refused(
        &options(json!({ "ContinuePollingExpression": "true" })),
        half,
    );
    refused(
        &options(json!({ "DurationBetweenRetries": "00:00:01" })),
        half,
    );
    let soon = json!({ "ContinuePollingExpression": "true", "DurationBetweenRetries": "10" });
    refused(
        &options(soon),
        "section 2, DurationBetweenRetries: no duration: `10`",
    );
}

#[test]
fn a_server_task_has_one_known_handler() {
    let read = |execution: Json| {
        let mut task: Json = serde_json::from_str(&task(&json!([]))).unwrap();
        task["execution"] = execution;
        told(&Definition::read(&task.to_string()).unwrap_err())
    };
    assert_eq!(
        read(json!({})),
        "a server task has one handler, this one has 0"
    );
    assert_eq!(
        read(json!({ "HttpRequest": {}, "Delay": {} })),
        "a server task has one handler, this one has 2"
    );
    assert_eq!(
        read(json!({ "Node20_1": {} })),
        "no handler `Node20_1`: there are HttpRequest and HttpRequestChain"
    );
    let execute = get("/", "")["RequestInputs"].clone();
    let events = read(json!({ "HttpRequest": { "Execute": execute, "Events": {} } }));
    assert!(
        events.starts_with("could not read the task definition: unknown field `Events`"),
        "{events}"
    );
}

#[test]
fn a_declared_output_has_to_be_set() {
    let mut task: Json = serde_json::from_str(&task(&json!([options(
        json!({ "OutputVariables": { "a": "1" } })
    )])))
    .unwrap();
    task["outputVariables"] = json!([{ "name": "A" }]);
    Definition::read(&task.to_string()).unwrap();
    task["outputVariables"] = json!([{ "name": "b" }]);
    let error = Definition::read(&task.to_string()).unwrap_err();
    assert!(matches!(error, DefinitionError::OutputNeverSet { name } if name == "b"));
}
