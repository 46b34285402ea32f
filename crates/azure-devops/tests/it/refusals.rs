//! What the service refuses, cannot give, or asks to wait for.

use std::time::Duration;

use azure_devops::Error;
use outbound::Class;
use serde_json::{Value, json};

use crate::canned::{Canned, Server, run};

fn error(message: &str, key: &str) -> Value {
    json!({"$id": "1", "message": message, "typeKey": key, "errorCode": 0, "eventId": 3200})
}

async fn refused(answer: Canned) -> Box<Error> {
    let server = Server::answering(vec![answer]);
    server.job().runs("P").get(&run()).await.unwrap_err()
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let body = error("Access denied.", "AccessCheckException");
    let refusal = refused(Canned::json(403, &body)).await;
    assert_eq!(refusal.class(), Class::Refused);
    assert!(refusal.to_string().contains("vso.build"), "{refusal}");

    let server = Server::answering(vec![Canned::json(403, &body)]);
    let refusal = server.job().runs("P").tests(&run()).await.unwrap_err();
    assert!(refusal.to_string().contains("vso.test"), "{refusal}");
}

#[tokio::test]
async fn what_is_not_there_may_be_hidden() {
    let body = error(
        "The requested build 4711 could not be found.",
        "BuildNotFoundException",
    );
    for answer in [
        Canned::json(404, &body),
        Canned::html(404),
        Canned::empty(204),
    ] {
        let absent = refused(answer).await;
        assert_eq!(absent.class(), Class::NotFound);
        let text = absent.to_string();
        assert!(
            text.contains("does not exist") && text.contains("may not see"),
            "{text}"
        );
    }
    let named = refused(Canned::json(404, &body)).await;
    assert_eq!(
        named.saying().unwrap().type_key.as_deref(),
        Some("BuildNotFoundException")
    );
}

#[tokio::test]
async fn the_four_shapes_of_an_error_keep_their_words() {
    let json = "application/json; charset=utf-8";
    for (answer, words) in [
        (
            Canned::json(
                400,
                &error(
                    "No api-version was supplied.",
                    "VssVersionNotSpecifiedException",
                ),
            ),
            "No api-version",
        ),
        (
            Canned::text(
                400,
                json,
                r#"{"count":1,"value":{"Message":"Not like this."}}"#,
            ),
            "Not like this.",
        ),
        (
            Canned::text(400, "text/plain", "Plainly\r\n##vso[task.complete]no"),
            "Plainly ##vso[task.complete]no",
        ),
        (
            Canned::html(400).with("x-tfs-serviceerror", "Behind+a+page%21"),
            "Behind a page!",
        ),
    ] {
        let rejected = refused(answer).await;
        assert!(
            matches!(*rejected, Error::Rejected { status: 400, .. }),
            "{rejected:?}"
        );
        assert_eq!(rejected.class(), Class::Refused);
        assert!(rejected.to_string().contains(words), "{rejected}");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_api_answer_is_broken() {
    for (answer, part) in [
        (Canned::text(200, "text/plain", "hello"), "no JSON"),
        (Canned::text(202, "application/json", "{}"), "status 202"),
        (
            Canned::json(200, &json!({"status": "completed"})),
            "a usable id",
        ),
        (
            Canned::json(200, &json!({"id": 4712, "status": "completed"})),
            "a usable id",
        ),
        (
            Canned::text(200, "application/json", r#"{"id": 4711, "status": "#),
            "ends too early at",
        ),
    ] {
        let broken = refused(answer).await;
        assert_eq!(broken.class(), Class::Broken, "{broken:?}");
        let text = redact::chain(&broken);
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn throttling_is_waited_out_whatever_body_it_comes_with() {
    let body = error(
        "TF400733: The request has been canceled: ...",
        "RequestBlockedException",
    );
    let server = Server::answering(vec![
        Canned::json(429, &body).with("retry-after", "0"),
        Canned::html(429).with("retry-after", "0"),
        Canned::html(503),
        Canned::json(200, &json!({"id": 4711, "status": "completed"})),
    ]);
    server.job().runs("P").get(&run()).await.unwrap();
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_block_that_lasts_is_an_error_that_says_how_long() {
    let blocked = refused(Canned::html(429).with("retry-after", "4000")).await;
    let retry_after = Some(Duration::from_secs(4000));
    assert_eq!(blocked.class(), Class::Transient { retry_after });
}

#[tokio::test]
async fn a_success_that_asks_to_slow_down_delays_the_next_request() {
    let completed = json!({"id": 4711, "status": "completed"});
    let server = Server::answering(vec![
        Canned::json(200, &completed).with("x-ratelimit-delay", "0.300"),
        Canned::json(200, &completed),
    ]);
    let organization = server.job();
    let start = tokio::time::Instant::now();
    organization.runs("P").get(&run()).await.unwrap();
    // Clones share the pace, and so do other verbs.
    organization.clone().runs("P").get(&run()).await.unwrap();
    assert!(
        start.elapsed() >= Duration::from_millis(300),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_date_to_wait_for_is_read_on_the_clock_handed_in_where_the_answer_names_none() {
    let completed = json!({"id": 4711, "status": "completed"});
    let until = "Wed, 25 Nov 2026 08:00:00 GMT";
    let server = Server::answering(vec![
        Canned::json(200, &completed).with("retry-after", until),
        Canned::json(200, &completed),
    ]);
    let clock = || "2026-11-25T07:59:59.7Z".parse().unwrap();
    let organization = server.job().with_clock(std::sync::Arc::new(clock));
    let start = tokio::time::Instant::now();
    for _ in 0..2 {
        organization.runs("P").get(&run()).await.unwrap();
    }
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_before_anything_is_sent() {
    let server = Server::answering(Vec::new());
    let organization = server.job();
    for project in ["", "..", "."] {
        let unusable = organization.runs(project).get(&run()).await.unwrap_err();
        assert!(
            matches!(
                *unusable,
                Error::Unusable {
                    what: "project",
                    ..
                }
            ),
            "{unusable:?}"
        );
        let unusable = organization
            .runs(project)
            .commits(&run())
            .next()
            .await
            .unwrap_err();
        assert!(
            matches!(
                *unusable,
                Error::Unusable {
                    what: "project",
                    ..
                }
            ),
            "{unusable:?}"
        );
    }
    let requests = organization.pull_requests("P");
    let unusable = requests.get("..", 1).await.unwrap_err();
    assert!(
        matches!(
            *unusable,
            Error::Unusable {
                what: "repository",
                ..
            }
        ),
        "{unusable:?}"
    );
    assert_eq!(server.lines(), [""; 0]);
}
