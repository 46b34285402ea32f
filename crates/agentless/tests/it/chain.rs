//! What one sample does: order, skipping, variables, requests as they are sent, failures, the log.

use std::time::Duration;

use agentless::{Endpoint, Failure, Gate, Outcome, RequestError, Settings};
use serde_json::{Value as Json, json};

use crate::server::{Reply, Server, ok};
use crate::sets::{definition, gate, get, job, kind, with};

#[tokio::test]
async fn sections_run_in_order_and_hand_on_what_they_learn() {
    let server = Server::start(vec![
        ok(json!({ "result": [{ "sys_id": "abc", "n": 7 }] })),
        ok(json!({ "state": "-1" })),
    ]);
    let outputs = json!({ "OutputVariables": "{\"ID\": \"jsonpath('$.result[0].sys_id')[0]\", \"n\": \"root['result'][0]['n']\"}" });
    let sections = json!([
        with(get("/list", "eq(count(root['result']), 1)"), outputs),
        with(
            get("/one/$(id)?n=$(N)", ""),
            json!({ "SkipSectionExpression": "isNullOrEmpty(variables['id'])" })
        ),
        with(
            get("/never", ""),
            json!({ "SkipSectionExpression": "eq(isNullOrEmpty(variables['Id']), false)" })
        ),
    ]);
    let mut gate = gate(server.url(), &sections);
    let sample = gate.sample().await;
    assert!(sample.passed, "{}", sample.log);
    assert_eq!(server.lines(), ["GET /list", "GET /one/abc?n=7"]);
    let outcomes: Vec<_> = sample
        .sections
        .iter()
        .map(|section| &section.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [&Outcome::Passed, &Outcome::Passed, &Outcome::Skipped]
    );
    assert_eq!(gate.output("ID"), Some("abc"));
    assert_eq!(
        gate.outputs().collect::<Vec<_>>(),
        [("ID", "abc"), ("n", "7")]
    );
    assert_eq!(
        sample.sections[0].expression,
        "eq(count(root['result']), 1)"
    );
}

#[tokio::test]
async fn a_false_expression_ends_the_sample_and_the_next_one_begins_anew() {
    let wait = json!({ "ready": false });
    let server = Server::start(vec![ok(wait), ok(json!({ "ready": true })), ok(json!({}))]);
    let sections = json!([get("/a", "root['ready']"), get("/b", "")]);
    let mut gate = gate(server.url(), &sections);
    let first = gate.sample().await;
    assert!(!first.passed);
    assert_eq!(first.sections[0].outcome, Outcome::Waiting);
    assert_eq!(first.sections[1].outcome, Outcome::NotReached);
    assert!(gate.sample().await.passed);
    assert_eq!(server.lines(), ["GET /a", "GET /a", "GET /b"]);
}

#[tokio::test]
async fn a_request_goes_out_as_the_definition_says() {
    let server = Server::start(vec![Reply::Body(201, "{\"id\": 1}".to_owned())]);
    let section = json!([{
        "RequestInputs": {
            "EndpointId": "$(connection)",
            "EndpointUrl": "$(endpoint.url)/a b?q=$(name)#rest",
            "Method": "post",
            "Headers": "{\"Content-Type\": \"application/json\", \"x-name\": \"{{name}}\"}",
            "Body": "{\"name\": \"{{name}}\"{{#if criteria}}, \"more\": 1{{/if}}}",
            "Expression": "eq(response['statuscode'], 'Created')",
        }
    }]);
    let job = job(server.url()).input("NAME", "x&y=<z> é");
    let mut gate = Gate::new(&definition(&section), &job, Settings::default()).unwrap();
    let sample = gate.sample().await;
    assert!(sample.passed, "{}", sample.log);
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST /a%20b?q=x&y=%3Cz%3E%20%C3%A9 HTTP/1.1");
    assert_eq!(seen.body, "{\"name\": \"x&amp;y=&lt;z&gt; &#233;\"}");
    assert_eq!(seen.header("x-name"), Some("x&amp;y=&lt;z&gt; &#233;"));
    assert_eq!(
        seen.header("authorization"),
        Some("Basic c3ZjOnBhc3M6d29yZA==")
    );
    assert_eq!(seen.header("host"), Some(&server.url()[7..]));
    let exchange = sample.requests().next().unwrap();
    assert_eq!(exchange.method, "POST");
    assert_eq!(
        exchange.url,
        format!("{}/a%20b?q=x&y=%3Cz%3E%20%C3%A9", server.url())
    );
    assert_eq!(exchange.body.as_deref(), Some(seen.body.as_str()));
    assert_eq!(
        (exchange.status, exchange.content.as_str()),
        (Some(201), "{\"id\": 1}")
    );
    let names: Vec<_> = exchange
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        ["Content-Type", "x-name"],
        "the proof of identity is nowhere to be seen"
    );
}

#[tokio::test]
async fn a_token_goes_where_the_type_puts_it() {
    let server = Server::start(vec![ok(json!({}))]);
    let job =
        job(server.url()).connection("Connection", &kind(), Endpoint::token(server.url(), "a&b"));
    let mut gate = Gate::new(
        &definition(&json!([get("/", "")])),
        &job,
        Settings::default(),
    )
    .unwrap();
    assert!(gate.sample().await.passed);
    let seen = server.seen().remove(0);
    assert_eq!(seen.header("x-key"), Some("a&b"));
    assert_eq!(seen.header("authorization"), None);
}

#[tokio::test]
async fn without_an_expression_the_status_decides() {
    for (status, passed) in [
        (200, true),
        (204, true),
        (302, false),
        (404, false),
        (503, false),
    ] {
        let server = Server::start(vec![Reply::Body(status, String::new())]);
        let sample = gate(server.url(), &json!([get("/", "")])).sample().await;
        assert_eq!(sample.passed, passed, "{status}");
        if status == 404 {
            let refused = Failure::Refused {
                status: "NotFound".to_owned(),
            };
            assert_eq!(sample.failure(), Some(&refused));
        }
    }
}

#[tokio::test]
async fn a_page_instead_of_json_finds_nothing() {
    let page = Reply::Body(200, "<html>asleep</html>".to_owned());
    let server = Server::start(vec![page]);
    let sections = json!([with(
        get("/", "eq(count(root['result']), 0)"),
        json!({ "OutputVariables": { "a": "root['x']" } })
    )]);
    let mut gate = gate(server.url(), &sections);
    assert!(gate.sample().await.passed);
    assert_eq!(gate.output("a"), Some(""));
}

/// Runs one section over a list of changes to its request; gives how it failed.
async fn failed(change: impl Fn(&mut Json), reply: Reply, criteria: &str) -> Failure {
    let server = Server::start(vec![reply]);
    let mut section = get("/", "$(criteria)");
    change(&mut section["RequestInputs"]);
    let job = job(server.url())
        .input("criteria", criteria)
        .input("name", "it's");
    let settings = Settings {
        answer_within: Duration::from_millis(300),
        answer_limit: 1_000,
        ..Settings::default()
    };
    let sections = json!([section, get("/never", "")]);
    let mut gate = Gate::new(&definition(&sections), &job, settings).unwrap();
    let sample = gate.sample().await;
    assert!(!sample.passed);
    assert_eq!(sample.sections[1].outcome, Outcome::NotReached);
    sample.failure().unwrap().clone()
}

#[tokio::test]
async fn what_cannot_be_sent_or_decided_fails_the_section() {
    use RequestError as R;
    let fine = || ok(json!({ "a": [] }));
    let request = |failure| match failure {
        Failure::Request(error) => error,
        other => panic!("{other:?}"),
    };
    let part = |name: &'static str, text: &'static str| {
        move |inputs: &mut Json| inputs[name] = json!(text)
    };
    let none = |_: &mut Json| {};
    let sent =
        |name, text| async move { request(failed(part(name, text), ok(json!({})), "").await) };

    let missing = R::Macro {
        name: "release.releaseId".to_owned(),
    };
    assert_eq!(
        sent("EndpointUrl", "$(endpoint.url)/$(release.releaseId)").await,
        missing
    );
    assert!(matches!(
        sent("EndpointUrl", "/relative").await,
        R::Url { .. }
    ));
    assert!(matches!(
        sent("EndpointUrl", "https://127.0.0.1/").await,
        R::Https { .. }
    ));
    assert!(matches!(
        sent("EndpointUrl", "ftp://127.0.0.1/").await,
        R::Url { .. }
    ));
    assert!(matches!(sent("Method", "LOOK").await, R::Method { .. }));
    assert!(matches!(
        sent("Headers", "Accept: text").await,
        R::Headers { .. }
    ));
    assert!(matches!(
        sent("Headers", "{\"a\": 1}").await,
        R::Headers { .. }
    ));
    assert!(matches!(
        sent("Headers", "{\"a b\": \"x\"}").await,
        R::Headers { .. }
    ));
    assert!(matches!(
        sent("Headers", "{\"Authorization\": \"x\"}").await,
        R::Headers { .. }
    ));
    assert_eq!(sent("Body", "x").await, R::Body);
    let untyped = |inputs: &mut Json| {
        inputs["Method"] = json!("POST");
        inputs["Body"] = json!("x");
    };
    assert_eq!(request(failed(untyped, fine(), "").await), R::Body);
    assert_eq!(
        request(failed(none, Reply::Silence, "").await),
        R::TimedOut { seconds: 1 }
    );
    assert!(matches!(
        request(failed(none, Reply::Cut, "").await),
        R::Line { .. }
    ));
    let large = Reply::Body(200, "x".repeat(1_001));
    assert_eq!(
        request(failed(none, large, "").await),
        R::TooLarge { limit: 1_000 }
    );

    assert!(matches!(
        failed(none, fine(), "eq(1)").await,
        Failure::Expression(_)
    ));
    assert!(matches!(
        failed(none, fine(), "gt(1, 'x')").await,
        Failure::Evaluate(_)
    ));
    let braces = part("Headers", "{\"a\": \"$(criteria)\"}");
    let braces = failed(braces, fine(), "{{").await;
    assert!(matches!(request(braces), R::Template(_)));
    let quoted = part("Expression", "eq('$(name)', 'x')");
    assert!(
        matches!(failed(quoted, fine(), "").await, Failure::Expression(_)),
        "a quote in a value ends the text"
    );
    let waits = part("WaitForCompletion", "$(criteria)");
    assert_eq!(failed(waits, fine(), "True").await, Failure::CallBack);
}

#[tokio::test]
async fn nobody_there_is_a_failure_too() {
    let server = Server::start(vec![]);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let sample = gate(&url, &json!([get("/", "")])).sample().await;
    assert!(matches!(
        sample.failure(),
        Some(Failure::Request(RequestError::Line { .. }))
    ));
    assert_eq!(sample.requests().next().unwrap().status, None);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_log_tells_the_sample_and_no_secret() {
    let server = Server::start(vec![
        ok(json!({ "state": "-1", "echo": "pass:word\nSection 9" })),
        ok(json!({ "state": "0" })),
    ]);
    let outputs = json!({ "OutputVariables": { "state": "root['state']" } });
    let skipped = with(get("/x", ""), json!({ "SkipSectionExpression": "true" }));
    let sections = json!([
        with(get("/a", "eq(root['state'], '-1')"), outputs),
        skipped,
        get("/b", "eq(root['state'], '-1')"),
        get("/c", ""),
    ]);
    let sample = gate(server.url(), &sections).sample().await;
    let url = server.url();
    let expected = [
        "Section 1 of 4",
        &format!("  GET {url}/a"),
        "  Answer: OK {\"echo\":\"***\\nSection 9\",\"state\":\"-1\"}",
        "  Passed: eq(root['state'], '-1')",
        "  state = -1",
        "Section 2 of 4",
        "  Skipped",
        "Section 3 of 4",
        &format!("  GET {url}/b"),
        "  Answer: OK {\"state\":\"0\"}",
        "  Not yet: eq(root['state'], '-1')",
        "Section 4 of 4",
        "  Not reached",
        "Sample did not pass",
    ];
    let lines: Vec<&str> = sample.log.lines().collect();
    assert_eq!(lines, expected);

    let server = Server::start(vec![Reply::Body(
        500,
        format!("a\r\n{}", "b".repeat(2_000)),
    )]);
    let log = gate(server.url(), &json!([get("/", "")]))
        .sample()
        .await
        .log;
    let answer = log.lines().nth(2).unwrap();
    assert!(
        answer.starts_with("  Answer: InternalServerError a  bbb") && answer.ends_with("b ...")
    );
    assert!(
        log.contains("\n  Failed: answered InternalServerError\n"),
        "{log}"
    );
}

#[tokio::test]
async fn every_condition_that_was_asked_tells_which_of_its_terms_it_hung_on() {
    let server = Server::start(vec![ok(json!({ "a": 1 }))]);
    let skip =
        json!({ "SkipSectionExpression": "and(isNullOrEmpty(variables['system.x']), eq(1, 2))" });
    let expression = "or(eq(root['a'], 1), not(ne(1, 1)))";
    let sections = json!([with(get("/", expression), skip)]);
    let sample = gate(server.url(), &sections).sample().await;
    assert!(sample.passed, "{}", sample.log);
    let asked: Vec<_> = sample.sections[0]
        .asked
        .iter()
        .map(|asked| {
            let terms = asked.terms().into_iter();
            let terms: Vec<_> = terms.map(|term| (term.holds, term.decides)).collect();
            (asked.condition, terms)
        })
        .collect();
    assert_eq!(
        asked,
        [
            ("SkipSectionExpression", vec![(true, false), (false, true)]),
            ("Expression", vec![(true, false), (false, false)]),
        ]
    );
}
