//! Definitions and manifests in as few words as they can be said.

use agentless::{ConnectionType, Definition, Endpoint, Gate, Job, Settings};
use serde_json::{Value as Json, json};

/// A chain with inputs `connection`, `name` and `criteria`.
pub(crate) fn task(sections: &Json) -> String {
    let input =
        |name: &str| json!({ "name": name, "type": "string", "label": name, "defaultValue": "" });
    json!({
        "name": "Ask",
        "runsOn": ["Server", "ServerGate"],
        "inputs": [
            { "name": "connection", "type": "connectedService:Kind:UsernamePassword,Token", "label": "c", "required": true },
            input("name"),
            input("criteria"),
        ],
        "execution": { "HttpRequestChain": { "Execute": sections } },
    })
    .to_string()
}

/// A section that gets a path and passes on an expression.
pub(crate) fn get(path: &str, expression: &str) -> Json {
    json!({
        "RequestInputs": {
            "EndpointId": "$(connection)",
            "EndpointUrl": format!("$(endpoint.url){path}"),
            "Method": "GET",
            "Headers": "{\"Accept\": \"application/json\"}",
            "WaitForCompletion": "false",
            "Expression": expression,
        }
    })
}

/// The same section with execution options.
pub(crate) fn with(mut section: Json, options: Json) -> Json {
    section["ExecutionOptions"] = options;
    section
}

pub(crate) fn definition(sections: &Json) -> Definition {
    Definition::read(&task(sections)).unwrap()
}

pub(crate) fn manifest(properties: &Json) -> String {
    let kind = "ms.vss-endpoint.service-endpoint-type";
    json!({ "contributions": [
        { "type": "ms.vss-distributed-task.task", "properties": { "name": "tasks/Ask" } },
        { "type": kind, "properties": properties },
    ] })
    .to_string()
}

/// Basic with its own header, and a token in a header of the type's choice.
pub(crate) fn kind() -> ConnectionType {
    let secret = |id: &str| json!({ "id": id, "isConfidential": true });
    ConnectionType::read(&manifest(&json!({
        "name": "Kind",
        "displayName": "Kind",
        "dataSources": [
            { "name": "TestConnection", "endpointUrl": "{{{endpoint.url}}}/ping" },
        ],
        "authenticationSchemes": [
            {
                "type": "ms.vss-endpoint.endpoint-auth-scheme-basic",
                "inputDescriptors": [{ "id": "username" }, secret("password")],
            },
            {
                "type": "ms.vss-endpoint.endpoint-auth-scheme-token",
                "headers": [{ "name": "x-key", "value": "{{{endpoint.apitoken}}}" }],
                "inputDescriptors": [secret("apitoken")],
            },
            { "type": "ms.vss-endpoint.endpoint-auth-scheme-none" },
        ],
    })))
    .unwrap()
}

pub(crate) fn job(url: &str) -> Job {
    Job::new().connection(
        "connection",
        &kind(),
        Endpoint::basic(url, "svc", "pass:word"),
    )
}

pub(crate) fn gate(url: &str, sections: &Json) -> Gate {
    Gate::new(&definition(sections), &job(url), Settings::default()).unwrap()
}
