//! Verify, data sources and bindings.

use std::time::Duration;

use agentless::{Binding, Choice, ConnectionType, Endpoint, QueryError, RequestError};
use serde_json::{Value as Json, json};

use crate::server::{Reply, Server, ok};
use crate::sets::{kind, manifest};

const TEMPLATE: &str = "{ \"Value\": \"{{{id}}}\", \"DisplayValue\": \"{{name}}\" }";

/// A type with one data source of these parts.
fn with_source(source: Json) -> ConnectionType {
    read(source).unwrap()
}

fn read(source: Json) -> Result<ConnectionType, agentless::ConnectionTypeError> {
    let mut whole = json!({ "name": "Rows", "endpointUrl": "{{{endpoint.url}}}/rows", "resultSelector": "jsonpath:$.result[*]" });
    whole
        .as_object_mut()
        .unwrap()
        .extend(source.as_object().unwrap().clone());
    ConnectionType::read(&manifest(&json!({
        "name": "Kind",
        "displayName": "Kind",
        "dataSources": [whole],
        "authenticationSchemes": [{ "type": "ms.vss-endpoint.endpoint-auth-scheme-none" }],
    })))
}

fn paged() -> Json {
    json!({
        "endpointUrl": "{{{endpoint.url}}}/rows?offset={{offset}}&kind=$(kind)",
        "initialContextTemplate": "{\"offset\": \"0\"}",
        "callbackContextTemplate": "{\"offset\": \"{{add offset 2}}\"}",
        "callbackRequiredTemplate": "{{isEqualNumber result.count 2}}",
    })
}

fn endpoint(server: &Server) -> Endpoint {
    Endpoint::new(server.url(), agentless::Scheme::None)
}

fn rows(names: &[&str]) -> Reply {
    let row = |name: &&str| json!({ "id": format!("id-{name}"), "name": name });
    ok(json!({ "result": names.iter().map(row).collect::<Vec<_>>() }))
}

#[tokio::test]
async fn verify_counts_200_and_nothing_else() {
    for (status, body, verified) in [
        (200, "<html>asleep</html>", true),
        (201, "", false),
        (302, "", false),
        (401, "{\"error\": \"who are you\"}", false),
        (403, "", false),
        (404, "", false),
    ] {
        let server = Server::start(vec![Reply::Body(status, body.to_owned())]);
        let verdict = kind()
            .verify(&Endpoint::basic(server.url(), "svc", "x"))
            .await
            .unwrap();
        assert_eq!(
            (verdict.verified, verdict.status),
            (verified, Some(status)),
            "{}",
            verdict.message
        );
        assert_eq!(server.lines(), ["GET /ping"]);
        assert_eq!(
            server.seen()[0].header("authorization"),
            Some("Basic c3ZjOng=")
        );
        if status == 401 {
            let url = server.url();
            let message =
                format!("{url}/ping answered Unauthorized: {{\"error\": \"who are you\"}}");
            assert_eq!(verdict.message, message);
        }
    }
}

#[tokio::test]
async fn verify_says_that_nobody_answers() {
    let server = Server::start(vec![Reply::Cut, Reply::Silence]);
    let kind = kind().answering_within(Duration::from_millis(200));
    let endpoint = Endpoint::basic(server.url(), "svc", "x");
    let cut = kind.verify(&endpoint).await.unwrap();
    assert_eq!((cut.verified, cut.status), (false, None));
    assert!(
        cut.message
            .contains("/ping did not answer: the line failed: "),
        "{}",
        cut.message
    );
    let silent = kind.verify(&endpoint).await.unwrap();
    assert!(
        silent
            .message
            .ends_with("/ping did not answer: no answer within 1 s"),
        "{}",
        silent.message
    );
    let nowhere = kind
        .verify(&Endpoint::basic("not an address", "svc", "x"))
        .await;
    assert!(matches!(
        nowhere,
        Err(QueryError::Request(RequestError::Url { .. }))
    ));
}

#[tokio::test]
async fn a_type_without_the_source_cannot_be_verified() {
    let server = Server::start(vec![]);
    let verdict = with_source(json!({})).verify(&endpoint(&server)).await;
    assert!(matches!(verdict, Err(QueryError::Source { name }) if name == "TestConnection"));
    let oauth = kind().verify(&Endpoint::oauth2(server.url(), "x")).await;
    assert!(matches!(
        oauth,
        Err(QueryError::Request(RequestError::Scheme {
            scheme: "OAuth2"
        }))
    ));
}

#[tokio::test]
async fn rows_become_choices_page_by_page() {
    let server = Server::start(vec![rows(&["a", "b"]), rows(&["<c>", "d"]), rows(&["e"])]);
    let list = with_source(paged())
        .query(&endpoint(&server), "Rows", &[("kind", "x")], Some(TEMPLATE))
        .await
        .unwrap();
    let lines = [
        "GET /rows?offset=0&kind=x",
        "GET /rows?offset=2&kind=x",
        "GET /rows?offset=4&kind=x",
    ];
    assert_eq!(server.lines(), lines);
    assert_eq!(list.exchanges.len(), 3);
    assert!(!list.cut);
    let displays: Vec<&str> = list
        .choices
        .iter()
        .map(|choice| choice.display.as_str())
        .collect();
    assert_eq!(displays, ["a", "b", "&lt;c&gt;", "d", "e"]);
    let first = Choice {
        value: "id-a".to_owned(),
        display: "a".to_owned(),
    };
    assert_eq!(list.choices[0], first);
}

#[tokio::test]
async fn the_editor_asks_five_times_at_most() {
    let server = Server::start(vec![rows(&["a", "b"]); 9]);
    let list = with_source(paged())
        .query(&endpoint(&server), "Rows", &[("kind", "")], Some(TEMPLATE))
        .await
        .unwrap();
    assert_eq!(
        (list.choices.len(), list.cut, server.seen().len()),
        (10, true, 5)
    );
    let server = Server::start([vec![rows(&["a", "b"]); 4], vec![rows(&["c"])]].concat());
    let list = with_source(paged())
        .query(&endpoint(&server), "Rows", &[("kind", "")], Some(TEMPLATE))
        .await
        .unwrap();
    assert_eq!((list.choices.len(), list.cut), (9, false));
}

#[tokio::test]
async fn a_page_may_be_named_by_a_header() {
    let source = with_source(json!({
        "endpointUrl": "{{{endpoint.url}}}/rows?from={{{token}}}",
        "initialContextTemplate": "{\"token\": \"\"}",
        "callbackContextTemplate": "{\"token\": \"{{{headers.x-next}}}\"}",
        "callbackRequiredTemplate": "{{{#headers.x-next}}}true{{{/headers.x-next}}}",
    }));
    let first = Reply::Header(200, "X-Next", "abc", json!({ "result": [] }).to_string());
    let server = Server::start(vec![first, rows(&["a"])]);
    let list = source
        .query(&endpoint(&server), "Rows", &[], Some(TEMPLATE))
        .await
        .unwrap();
    assert_eq!(server.lines(), ["GET /rows?from=", "GET /rows?from=abc"]);
    assert_eq!(list.choices.len(), 1);
}

#[tokio::test]
async fn a_source_may_post() {
    let source = with_source(json!({
        "requestVerb": "Post",
        "requestContent": "q={{{#uriDataEncode 1 q}}}{{{/uridataencode}}}",
        "headers": [{ "name": "Content-Type", "value": "application/x-www-form-urlencoded" }],
        "resultSelector": "jsonpath:$.names[*]",
    }));
    let server = Server::start(vec![
        ok(json!({ "names": ["a", "b"] })),
        ok(json!({ "names": ["a"] })),
    ]);
    let list = source
        .query(&endpoint(&server), "Rows", &[("q", "a&b")], None)
        .await
        .unwrap();
    let choice = |text: &str| Choice {
        value: text.to_owned(),
        display: text.to_owned(),
    };
    assert_eq!(list.choices, [choice("a"), choice("b")]);
    let seen = server.seen().remove(0);
    assert_eq!(
        (seen.line.as_str(), seen.body.as_str()),
        ("POST /rows HTTP/1.1", "q=a%26b")
    );
    let template = "{\"Value\": \"{{{defaultResultKey}}}\", \"DisplayValue\": \"-\"}";
    let list = source
        .query(&endpoint(&server), "Rows", &[("q", "")], Some(template))
        .await
        .unwrap();
    assert_eq!(list.choices[0].value, "a");
}

#[tokio::test]
async fn what_makes_no_list_is_an_error() {
    let ask = |source: Json, reply: Reply, template: Option<&'static str>| async move {
        let server = Server::start(vec![reply]);
        let endpoint = endpoint(&server);
        with_source(source)
            .query(&endpoint, "Rows", &[], template)
            .await
            .unwrap_err()
    };
    let plain = || json!({});
    let one = || rows(&["say \"hi\""]);
    let told = ask(plain(), Reply::Body(403, "no".to_owned()), None)
        .await
        .to_string();
    assert!(told.ends_with("/rows answered Forbidden: no"), "{told}");
    let page = Reply::Body(200, "<html>".to_owned());
    assert!(matches!(
        ask(plain(), page, None).await,
        QueryError::NoJson { .. }
    ));
    let large = Reply::Body(200, format!("\"{}\"", "x".repeat(2 * 1024 * 1024)));
    let large = ask(plain(), large, None).await;
    assert!(matches!(
        large,
        QueryError::Request(RequestError::TooLarge { .. })
    ));
    let raw = "{\"Value\": \"{{{id}}}\", \"DisplayValue\": \"{{{name}}}\"}";
    assert!(matches!(
        ask(plain(), one(), Some(raw)).await,
        QueryError::Choice { row: 0, .. }
    ));
    let more = "{\"Value\": \"\", \"DisplayValue\": \"\", \"More\": \"\"}";
    assert!(matches!(
        ask(plain(), one(), Some(more)).await,
        QueryError::Choice { .. }
    ));
    assert!(matches!(
        ask(plain(), one(), None).await,
        QueryError::Choice { .. }
    ));
    assert!(matches!(
        ask(plain(), one(), Some("{{none}}")).await,
        QueryError::Render(_)
    ));
    let template = ask(plain(), one(), Some("{{#none")).await;
    assert!(matches!(
        template,
        QueryError::Request(RequestError::Template(_))
    ));
    for selector in ["xpath://a", "none", "plaintext", ""] {
        let error = ask(json!({ "resultSelector": selector }), one(), None).await;
        assert!(matches!(error, QueryError::Selector { .. }), "{selector}");
    }
    let path = json!({ "resultSelector": "jsonpath:$[" });
    assert!(matches!(ask(path, one(), None).await, QueryError::Path(_)));
    let vague = json!({ "callbackRequiredTemplate": "perhaps" });
    assert!(matches!(
        ask(vague, rows(&["a"]), Some(TEMPLATE)).await,
        QueryError::Paging { .. }
    ));
    let no_map = json!({ "initialContextTemplate": "[]" });
    assert!(matches!(
        ask(no_map, rows(&["a"]), Some(TEMPLATE)).await,
        QueryError::Paging { .. }
    ));
    let unknown = json!({ "endpointUrl": "{{{endpoint.url}}}/{{element}}" });
    let unknown = ask(unknown, one(), None).await;
    assert!(matches!(
        unknown,
        QueryError::Request(RequestError::Render(_))
    ));
    let open = json!({ "endpointUrl": "$(endpoint.url)/$(element)" });
    let open = ask(open, one(), None).await;
    assert!(matches!(open, QueryError::Request(RequestError::Macro { name }) if name == "element"));
}

#[tokio::test]
async fn quotes_in_names_need_the_helper_that_escapes_them() {
    let template = "{\"Value\": \"{{{id}}}\", \"DisplayValue\": \"{{{ #jsonEscape name}}}\"}";
    let server = Server::start(vec![rows(&["say \"hi\" \\ {{x}} <b>"])]);
    let list = with_source(json!({}))
        .query(&endpoint(&server), "Rows", &[], Some(template))
        .await;
    // The id of the helper row holds the same quotes, so it takes another one here.
    let error = list.unwrap_err();
    assert!(matches!(error, QueryError::Choice { .. }), "{error}");
    let server = Server::start(vec![ok(
        json!({ "result": [{ "id": "1", "name": "say \"hi\" \\ {{x}} <b>" }] }),
    )]);
    let list = with_source(json!({}))
        .query(&endpoint(&server), "Rows", &[], Some(template))
        .await
        .unwrap();
    assert_eq!(list.choices[0].display, "say \"hi\" \\ {{x}} <b>");
}

#[tokio::test]
async fn a_binding_fills_an_input() {
    let task = json!({ "dataSourceBindings": [{
        "target": "name",
        "endpointId": "$(connection)",
        "dataSourceName": "Rows",
        "parameters": { "kind": "$(other)" },
        "resultTemplate": TEMPLATE,
    }] });
    let binding = Binding::read_all(&task.to_string()).unwrap().remove(0);
    assert_eq!(
        (binding.target.as_str(), binding.source.as_str()),
        ("name", "Rows")
    );
    let server = Server::start(vec![rows(&["a"])]);
    let list = with_source(paged())
        .pick_list(&endpoint(&server), &binding, &[("other", "y")])
        .await
        .unwrap();
    assert_eq!(list.choices[0].value, "id-a");
    assert_eq!(server.lines(), ["GET /rows?offset=0&kind=y"]);
    let mut inline = task.clone();
    inline["dataSourceBindings"][0]["endpointUrl"] = json!("x");
    assert!(Binding::read_all(&inline.to_string()).is_err());
    let mut broken = task;
    broken["dataSourceBindings"][0]["resultTemplate"] = json!("{{#x");
    assert_eq!(
        Binding::read_all(&broken.to_string())
            .unwrap_err()
            .to_string(),
        "could not read the binding of `name`"
    );
    assert!(Binding::read_all("{}").unwrap().is_empty());
}

#[test]
fn a_type_is_read_strictly() {
    let told = |source: Json| read(source).unwrap_err().to_string();
    assert_eq!(
        told(json!({ "endpointUrl": "{{#if x}}" })),
        "could not read a template of the data source Rows"
    );
    assert_eq!(
        told(json!({ "resultTemplat": "" })),
        "could not read the manifest's connection type"
    );
    let read = |scheme: Json| {
        let properties =
            json!({ "name": "Kind", "displayName": "", "authenticationSchemes": [scheme] });
        ConnectionType::read(&manifest(&properties))
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    let unknown = read(json!({ "type": "ms.vss-endpoint.endpoint-auth-scheme-cert" }));
    assert_eq!(
        unknown,
        "no scheme `ms.vss-endpoint.endpoint-auth-scheme-cert`"
    );
    let basic = "ms.vss-endpoint.endpoint-auth-scheme-basic";
    let missing = read(json!({ "type": basic, "inputDescriptors": [{ "id": "username" }] }));
    assert_eq!(
        missing,
        "a connection has no `endpoint.password`, which the scheme UsernamePassword, header Authorization wants"
    );
    let none = ConnectionType::read("{\"contributions\": []}")
        .unwrap_err()
        .to_string();
    assert_eq!(
        none,
        "expected one connection type in the manifest, found 0"
    );
}
