//! What is written down of each attempt.

use std::time::{Duration, UNIX_EPOCH};

use outbound::{Clock, FormValue, Request, Settings};
use redact::Secret;
use serde_json::json;

use crate::server::{Act, Server, answer, json as json_answer, say};
use crate::{client, fail, quick};

fn keeping() -> Settings {
    let clock = Clock::new(|| UNIX_EPOCH + Duration::from_millis(1_800_000_000_250));
    Settings {
        keep_receipts: true,
        clock,
        ..quick()
    }
}

#[tokio::test]
async fn none_is_kept_unless_asked_for() {
    let server = Server::start([]).await;
    let client = client(quick());
    client.send(&Request::get(server.url("/"))).await.unwrap();
    assert!(client.receipts().is_empty());
}

#[tokio::test]
async fn each_attempt_leaves_one() {
    let server = Server::start([
        say(429),
        Act::Say(json_answer(201, r#"{"result":{"number":"CHG1"}}"#)),
    ])
    .await;
    let client = client(keeping());
    let request = Request::post(server.url("/api/x?sysparm_fields=number"))
        .json(&json!({"a": 1}))
        .correlation("azdo:p:run:1:prod");
    client.send(&request).await.unwrap();
    fail(
        &client,
        &Request::get("http://127.0.0.1:1/closed".parse().unwrap()),
    )
    .await;

    let receipts = client.receipts();
    assert_eq!(receipts.len(), 6);
    let mut first = serde_json::to_value(&receipts[0]).unwrap();
    assert!(first["duration_ms"].take().is_u64());
    let expected = json!({
        "time": "2027-01-15T08:00:00.250Z",
        "party": server.address().to_string(),
        "method": "POST",
        "path": "/api/x",
        "status": 429,
        "error": format!("{} answered with status 429", server.address()),
        "duration_ms": null,
        "correlation": "azdo:p:run:1:prod",
        "request_body": "{\"a\":1}",
        "response_body": "{}",
    });
    assert_eq!(first, expected);
    assert_eq!(
        (receipts[1].status, receipts[1].error.as_deref()),
        (Some(201), None)
    );
    assert_eq!(
        receipts[1].response_body.as_deref(),
        Some(r#"{"result":{"number":"CHG1"}}"#)
    );
    assert_eq!(
        (receipts[2].status, receipts[2].response_body.as_deref()),
        (None, None)
    );
    assert!(
        receipts[2]
            .error
            .as_deref()
            .unwrap()
            .starts_with("could not connect to 127.0.0.1:1: ")
    );

    assert_eq!(client.take_receipts(), receipts);
    assert!(client.receipts().is_empty());
}

#[tokio::test]
async fn bodies_are_masked_also_by_what_becomes_known_later() {
    let echo = r#"{"echo":"secret-one","note":"later-token"}"#;
    let tokens = r#"{"access_token":"fresh-token","expires_in":1800}"#;
    let server = Server::start([
        Act::Say(json_answer(400, echo)),
        Act::Say(json_answer(200, tokens)),
    ])
    .await;
    let client = client(keeping());
    let form = || {
        vec![
            ("password", FormValue::Secret(Secret::new("secret-one"))),
            ("user", FormValue::Plain("me".into())),
        ]
    };
    fail(&client, &Request::post(server.url("/")).form(form())).await;
    client
        .send(&Request::post(server.url("/")).form(form()))
        .await
        .unwrap();
    client
        .send(&Request::get(server.url("/")).bearer(&Secret::new("later-token")))
        .await
        .unwrap();

    let receipts = client.receipts();
    assert_eq!(
        receipts[0].request_body.as_deref(),
        Some("password=***&user=me")
    );
    assert_eq!(
        receipts[0].response_body.as_deref(),
        Some(r#"{"echo":"***","note":"***"}"#)
    );
    assert_eq!(
        receipts[1].response_body.as_deref(),
        Some(r#"{"access_token":"***","expires_in":1800}"#)
    );
}

#[tokio::test]
async fn bodies_are_cut_and_bytes_are_only_counted() {
    let long = "é".repeat(20_000);
    let server = Server::start([Act::Say(answer(200, &["content-type: text/html"], &long))]).await;
    let client = client(keeping());
    client
        .send(&Request::post(server.url("/")).bytes("image/png", vec![1; 300]))
        .await
        .unwrap();
    let receipt = client.receipts().remove(0);
    assert_eq!(
        receipt.request_body.as_deref(),
        Some("[300 bytes, not text]")
    );
    let kept = receipt.response_body.unwrap();
    assert!(
        kept.len() < (16 << 10) + 40 && kept.ends_with("é[cut, 40000 bytes in all]"),
        "{}",
        kept.len()
    );
}
