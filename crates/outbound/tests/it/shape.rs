//! What goes over the wire, and what comes back.

use std::time::{Duration, UNIX_EPOCH};

use outbound::{FormValue, Request, Settings};
use redact::Secret;
use serde_json::{Value, json};

use crate::server::{Act, Server, answer};
use crate::{client, fail, quick};

#[tokio::test]
async fn a_request_is_sent_as_it_was_built() {
    let server = Server::start([]).await;
    let client = client(quick());
    let body = json!({"short_description": "a \"quoted\" line\n"});
    let request = Request::patch(server.url("/api/now/table/x/1?sysparm_fields=a%2Cb&q=c%5Ed"))
        .header("Accept", "application/json")
        .header("X-Twice", "first")
        .header("x-twice", "größer")
        .basic("us er", &Secret::new("pa:ss"))
        .json(&body);
    client.send(&request).await.unwrap();

    let seen = server.seen().pop().unwrap();
    assert_eq!(
        seen.line(),
        "PATCH /api/now/table/x/1?sysparm_fields=a%2Cb&q=c%5Ed HTTP/1.1"
    );
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert_eq!(seen.header("x-twice"), Some("größer"));
    assert_eq!(seen.header("authorization"), Some("Basic dXMgZXI6cGE6c3M="));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(
        seen.header("user-agent"),
        Some(Settings::default().user_agent.as_str())
    );
    assert_eq!(
        seen.header("host"),
        Some(server.address().to_string().as_str())
    );
    assert_eq!(seen.header("cookie"), None);
    assert_eq!(serde_json::from_slice::<Value>(&seen.body).unwrap(), body);
}

#[tokio::test]
async fn each_kind_of_body_says_what_it_is() {
    let server = Server::start([]).await;
    let client = client(quick());
    let form = vec![
        ("grant_type", FormValue::Plain("client_credentials".into())),
        ("client_secret", FormValue::Secret(Secret::new("a&b=c d"))),
    ];
    client
        .send(&Request::post(server.url("/form")).form(form))
        .await
        .unwrap();
    client
        .send(&Request::post(server.url("/bytes")).bytes("image/png", vec![0, 255, 13, 10]))
        .await
        .unwrap();
    client
        .send(&Request::post(server.url("/none")))
        .await
        .unwrap();
    let own = Request::post(server.url("/own"))
        .json(&json!(1))
        .header("content-type", "application/vnd.x+json");
    client.send(&own).await.unwrap();

    let seen = server.seen();
    assert_eq!(
        seen[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        seen[0].body,
        b"grant_type=client_credentials&client_secret=a%26b%3Dc+d"
    );
    assert_eq!(seen[1].header("content-type"), Some("image/png"));
    assert_eq!(seen[1].body, [0, 255, 13, 10]);
    assert_eq!(seen[2].header("content-type"), None);
    assert_eq!(
        seen[3].header("content-type"),
        Some("application/vnd.x+json")
    );
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start([]).await;
    let client = client(quick());
    for _ in 0..3 {
        client.send(&Request::get(server.url("/"))).await.unwrap();
    }
    assert_eq!((server.count(), server.connections()), (3, 1));
}

#[tokio::test]
async fn an_answer_is_given_out_whole() {
    let headers = [
        "Content-Type: application/json;charset=UTF-8",
        "Date: Thu, 01 Jan 1970 00:01:00 GMT",
        "Link: <a>",
        "Link: <b>",
    ];
    let server = Server::start([Act::Say(answer(201, &headers, r#"{"result":[{"n":7}]}"#))]).await;
    let response = client(quick())
        .send(&Request::post(server.url("/")))
        .await
        .unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.content_type(), "application/json;charset=UTF-8");
    assert_eq!(response.date(), Some(UNIX_EPOCH + Duration::from_secs(60)));
    assert_eq!(
        response.header_all("LINK").collect::<Vec<_>>(),
        ["<a>", "<b>"]
    );
    assert_eq!(response.header("x-absent"), None);
    assert_eq!(response.json::<Value>().unwrap()["result"][0]["n"], 7);
}

#[derive(Debug, serde::Deserialize)]
struct Rows {
    #[expect(dead_code, reason = "only that it cannot be read matters")]
    result: Vec<Row>,
}

#[derive(Debug, serde::Deserialize)]
struct Row {
    #[expect(dead_code, reason = "only that it cannot be read matters")]
    sys_id: u32,
}

#[tokio::test]
async fn a_body_that_is_not_what_was_asked_for_names_the_place_and_quotes_nothing() {
    let table = [
        (
            r#"{"result":[{"sys_id":1},{"sys_id":"private words"}]}"#,
            "is not of the expected shape at result[1].sys_id (line 1, column 49)",
        ),
        (
            r#"{"result":[{"sys_id":1}"#,
            "ends too early at result (line 1, column 23)",
        ),
        (
            "<html>private words</html>",
            "is not JSON at . (line 1, column 1)",
        ),
        (
            r#"{"result":[]} private words"#,
            "is not JSON at . (line 1, column 15)",
        ),
        ("", "ends too early at . (line 1, column 0)"),
    ];
    for (body, problem) in table {
        let html = body.starts_with('<');
        let kind = if html {
            "content-type: text/html; charset=utf-8"
        } else {
            "content-type: application/json"
        };
        let server = Server::start([Act::Say(answer(200, &[kind], body))]).await;
        let response = client(quick())
            .send(&Request::post(server.url("/")))
            .await
            .unwrap();
        let error = response.json::<Rows>().unwrap_err();
        let described = if html { " (text/html)" } else { "" };
        assert_eq!(
            redact::chain(&error),
            format!("the answer of {}{described} {problem}", server.address())
        );
        assert_eq!(
            (error.status(), error.body()),
            (Some(200), Some(body.as_bytes()))
        );
        assert!(
            error.may_have_happened(),
            "a creation answered by something else is of unknown outcome"
        );
        assert!(!format!("{error:?}").contains("private words"));
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_our_own_error() {
    let server = Server::start([]).await;
    let client = client(quick());
    let requests = [
        Request::get(server.url("/")).header("x-line", "a\r\nx-smuggled: b"),
        Request::get(server.url("/")).header("not a name", "a"),
        Request::get(server.url("/")).bearer(&Secret::new("tok\nen")),
        Request::get("ftp://h.example/".parse().unwrap()),
        Request::get("data:text/plain,x".parse().unwrap()),
    ];
    for request in &requests {
        let error = fail(&client, request).await;
        assert!(
            matches!(error, outbound::Error::Request { .. }),
            "{error:?}"
        );
        assert!(!error.may_have_happened());
    }
    assert_eq!(server.connections(), 0);
}
