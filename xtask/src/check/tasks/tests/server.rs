//! The tracked gate, which Azure DevOps carries out, with one thing broken at a time.

use serde_json::{Value, json};

use super::found;
use crate::workspace::Workspace;

fn gate() -> Value {
    let workspace = Workspace::find().unwrap();
    let text = workspace
        .read("tasks/ServiceNowReleaseGate/task.json")
        .unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A request by its place, counted from one, or from the end.
fn section(task: &mut Value, number: isize) -> &mut Value {
    let sections = task["execution"]["HttpRequestChain"]["Execute"]
        .as_array_mut()
        .unwrap();
    let at = if number < 0 {
        sections.len().checked_add_signed(number).unwrap()
    } else {
        usize::try_from(number).unwrap() - 1
    };
    &mut sections[at]
}

fn assert_named(task: &Value, says: &str) {
    let found = found(task);
    assert!(
        found.iter().any(|fault| fault.contains(says)),
        "{says}: {found:?}"
    );
}

#[test]
fn each_fault_of_a_server_task_is_named() {
    assert_eq!(found(&gate()), Vec::<String>::new());
    let chain = json!({ "Execute": [] });
    for (key, value, says) in [
        ("runsOn", json!(["ServerGate", "Agent"]), "runsOn mixes"),
        ("demands", json!([]), "demands is for tasks on agents"),
        (
            "minimumAgentVersion",
            json!("3.232.1"),
            "minimumAgentVersion is for tasks on agents",
        ),
        (
            "execution",
            json!({ "HttpRequestChain": chain, "HttpRequest": {} }),
            "2 handlers",
        ),
        (
            "execution",
            json!({ "ServiceBus": {} }),
            "execution is by ServiceBus",
        ),
        (
            "execution",
            json!({ "HttpRequestChain": chain }),
            "sends no request",
        ),
        (
            "outputVariables",
            json!([{ "name": "changeUrl", "description": "x" }]),
            "output changeUrl: no request sets it",
        ),
        ("outputVariables", json!([]), "changeState is set, but"),
    ] {
        let mut task = gate();
        task[key] = value;
        assert_named(&task, says);
    }
    let mut task = gate();
    task["inputs"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "risky" }));
    assert_named(&task, "input risky: no request uses it");
}

#[test]
fn each_fault_of_a_request_is_named() {
    for (key, value, says) in [
        ("EndpointId", "$(changeNumber)", "no connection of the task"),
        (
            "EndpointUrl",
            "https://example.org/$(changeNumber)",
            "begin with $(endpoint.url)/",
        ),
        ("EndpointUrl", "$(endpoint.url)/a b", "holds a blank"),
        (
            "EndpointUrl",
            "$(endpoint.url)/$(nothing)",
            "$(nothing) is no input",
        ),
        (
            "EndpointUrl",
            "$(endpoint.url)/{{nothing}}",
            "nothing is no input",
        ),
        (
            "EndpointUrl",
            "$(endpoint.url)/{{#shout risk}}{{/shout}}",
            "no helper shout",
        ),
        // Set by a later request.
        (
            "EndpointUrl",
            "$(endpoint.url)/$(changeSysId)",
            "set by no request before",
        ),
        ("Method", "FETCH", "no method"),
        ("Method", "POST", "lacks its Body"),
        ("Body", "{}", "\"GET\" has a Body"),
        ("Headers", "Accept: application/json", "no JSON object"),
        (
            "Headers",
            "{\"Accept\": \"text/xml\"}",
            "do not say application/json",
        ),
        ("WaitForCompletion", "true", "nobody would read"),
        ("Expression", "", "any answer passes"),
        (
            "Expression",
            "eq(taskInputs['change'], 'a')",
            "change is no input",
        ),
        (
            "Expression",
            "eq(variables['snowgateGone'], 'a')",
            "variables['snowgateGone'] is neither",
        ),
        (
            "Expression",
            "eq(taskInputs['changeAction'], 'openn')",
            "\"openn\" is no option",
        ),
        ("Timeout", "5", "RequestInputs knows no Timeout"),
    ] {
        let mut task = gate();
        section(&mut task, 1)["RequestInputs"][key] = json!(value);
        assert_named(&task, says);
        let place = found(&task).iter().any(|it| it.starts_with("request 1"));
        assert!(place, "{says}");
    }
    for (key, value, says) in [
        (
            "OutputVariables",
            json!("{"),
            "OutputVariables is no object",
        ),
        (
            "OutputVariables",
            json!({ "a": 1 }),
            "OutputVariables is no object",
        ),
        ("DurationBetweenRetries", json!("60"), "not as in 00:01:00"),
        ("SkipSectionExpression", json!(true), "has to be a text"),
        ("Retries", json!("5"), "ExecutionOptions knows no Retries"),
    ] {
        let mut task = gate();
        section(&mut task, -1)["ExecutionOptions"][key] = value;
        assert_named(&task, says);
    }
}

#[test]
fn what_somebody_types_is_not_sent() {
    let post = |body: &str| {
        let mut task = gate();
        let sections = task["execution"]["HttpRequestChain"]["Execute"]
            .as_array_mut()
            .unwrap();
        let with_body = sections
            .iter_mut()
            .find(|it| it["RequestInputs"]["Method"] == "POST")
            .unwrap();
        with_body["RequestInputs"]["Body"] = json!(body);
        found(&task)
    };
    for (body, says) in [
        (
            "{\"a\": \"$(changeNumber)\"}",
            Some("changeNumber is free text"),
        ),
        (
            "{\"a\": \"{{changeQuery}}\"}",
            Some("changeQuery is free text"),
        ),
        ("{\"a\": \"$(risk)\"}", Some("written {{risk}}")),
        ("{\"a\": \"{{{risk}}}\"}", Some("written {{risk}}")),
        ("{\"a\": \"{{risk}}\"}", None),
        ("{\"a\": \"$(changeType)\"}", None),
        (
            "{\"a\": \"$(release.releaseName)\"}",
            Some("text that somebody chose"),
        ),
        ("{\"a\": \"$(release.releaseId)\"}", None),
        ("{\"a\": {{risk}}", Some("Body is no JSON")),
        (
            "{\"a\": 1{{#if risk}}, \"b\": {{/if}}}",
            Some("only without, its optional parts"),
        ),
    ] {
        let found = post(body);
        let about_body: Vec<&String> = found.iter().filter(|it| it.contains("Body")).collect();
        match says {
            Some(says) => assert!(
                about_body.iter().any(|it| it.contains(says)),
                "{body}: {found:?}"
            ),
            None => assert!(about_body.is_empty(), "{body}: {found:?}"),
        }
    }
}
