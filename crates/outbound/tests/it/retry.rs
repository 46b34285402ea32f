//! What is repeated, by effect and outcome, and what is said about the rest.

use std::time::{Duration, UNIX_EPOCH};

use outbound::{Class, Clock, Effect, Request, Retry, Settings};

use crate::server::{Act, Server, answer, json, say};
use crate::{client, fail, quick, url};

fn requests(server: &Server) -> [Request; 3] {
    [Effect::Read, Effect::Absolute, Effect::Create]
        .map(|effect| Request::post(server.url("/")).effect(effect))
}

/// Sends each effect into the same trouble: attempts seen, and whether the write may have happened.
async fn outcomes(act: Act) -> Vec<(usize, bool, Class)> {
    let mut outcomes = Vec::new();
    for index in 0..3 {
        let server = Server::start(vec![act.clone(); 10]).await;
        let error = fail(&client(quick()), &requests(&server)[index]).await;
        outcomes.push((server.count(), error.may_have_happened(), error.class()));
    }
    outcomes
}

const TRANSIENT: Class = Class::Transient { retry_after: None };

#[tokio::test]
async fn a_failing_server_is_asked_again_by_reads_only() {
    for status in [500, 502, 503, 504] {
        let expected = [
            (4, false, TRANSIENT),
            (1, true, TRANSIENT),
            (1, true, TRANSIENT),
        ];
        assert_eq!(outcomes(say(status)).await, expected, "{status}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_again_by_reads_only() {
    let acts = [
        Act::SayAndReset(Vec::new()),
        Act::SayAndClose(Vec::new()),
        Act::SayAndReset(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        Act::SayAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"result\"".to_vec()),
        Act::SayAndReset(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"res\r\n".to_vec(),
        ),
        Act::SayAndClose(b"this is not HTTP at all\r\n\r\n".to_vec()),
    ];
    for act in acts {
        let expected = [
            (4, false, TRANSIENT),
            (1, true, TRANSIENT),
            (1, true, TRANSIENT),
        ];
        assert_eq!(outcomes(act.clone()).await, expected, "{act:?}");
    }
}

#[tokio::test]
async fn being_turned_away_is_tried_again_by_everything() {
    let asked = Class::Transient {
        retry_after: Some(Duration::ZERO),
    };
    for (headers, class) in [(vec![], TRANSIENT), (vec!["retry-after: 0"], asked)] {
        let expected = vec![(4, false, class); 3];
        assert_eq!(
            outcomes(Act::Say(answer(429, &headers, "{}"))).await,
            expected
        );
    }
}

#[tokio::test]
async fn no_connection_is_tried_again_by_everything() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let settings = Settings {
        keep_receipts: true,
        ..quick()
    };
    for effect in [Effect::Read, Effect::Absolute, Effect::Create] {
        let client = client(settings.clone());
        let error = fail(
            &client,
            &Request::post(url(&format!("http://{address}/"))).effect(effect),
        )
        .await;
        assert_eq!(
            (
                client.receipts().len(),
                error.may_have_happened(),
                error.class()
            ),
            (4, false, TRANSIENT)
        );
        assert!(
            redact::chain(&error).starts_with(&format!("could not connect to {address}: ")),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_clear_no_is_final() {
    let table = [
        (401, Class::Unauthorized),
        (404, Class::NotFound),
        (410, Class::NotFound),
        (409, Class::Conflict),
        (412, Class::Conflict),
        (400, Class::Refused),
        (403, Class::Refused),
        (405, Class::Refused),
        (406, Class::Refused),
        (413, Class::Refused),
        (414, Class::Refused),
        (415, Class::Refused),
        (422, Class::Refused),
    ];
    for (status, class) in table {
        assert_eq!(
            outcomes(say(status)).await,
            vec![(1, false, class); 3],
            "{status}"
        );
    }
}

#[tokio::test]
async fn trouble_that_passes_ends_in_the_answer() {
    let acts = [
        say(503),
        Act::SayAndReset(Vec::new()),
        say(429),
        Act::Say(json(200, r#"{"ok":true}"#)),
    ];
    let server = Server::start(acts).await;
    let response = client(quick())
        .send(&Request::get(server.url("/")))
        .await
        .unwrap();
    assert_eq!(
        (response.body(), server.count()),
        (&br#"{"ok":true}"#[..], 4)
    );
}

#[tokio::test]
async fn an_error_keeps_the_envelope_for_the_party_to_read() {
    let body = r#"{"error":{"message":"no","detail":"x"},"status":"failure"}"#;
    let server = Server::start([Act::Say(answer(
        403,
        &["content-type: application/json", "x-mfa_token: invalid"],
        body,
    ))])
    .await;
    let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert_eq!(error.content_type(), Some("application/json"));
    assert_eq!(error.header("X-MFA_Token"), Some("invalid"));
    assert_eq!(error.party(), server.address().to_string());
    assert_eq!(
        redact::chain(&error),
        format!("{} answered with status 403", server.address())
    );
}

#[tokio::test]
async fn a_wait_beyond_the_cap_is_left_to_the_caller() {
    // Our clock is an hour ahead of theirs: by it, the moment has passed long ago.
    let clock = Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_800_003_600));
    let date = "Date: Fri, 15 Jan 2027 08:00:00 GMT"; // 1,800,000,000
    let table = [
        vec!["Retry-After: 400"],
        vec!["Retry-After: Fri, 15 Jan 2027 08:06:40 GMT", date],
        vec![
            "X-RateLimit-Reset: 1800000400",
            "X-RateLimit-Limit: 10",
            date,
        ],
    ];
    for headers in table {
        let server = Server::start([Act::Say(answer(429, &headers, ""))]).await;
        let error = fail(
            &client(Settings {
                clock: clock.clone(),
                ..quick()
            }),
            &Request::post(server.url("/")),
        )
        .await;
        let asked = Class::Transient {
            retry_after: Some(Duration::from_secs(400)),
        };
        assert_eq!((error.class(), server.count()), (asked, 1), "{headers:?}");
    }
}

#[tokio::test]
async fn a_wait_within_the_cap_is_kept() {
    let server = Server::start([Act::Say(answer(429, &["Retry-After: 1"], ""))]).await;
    let start = tokio::time::Instant::now();
    client(quick())
        .send(&Request::post(server.url("/")))
        .await
        .unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn the_number_of_attempts_is_a_setting() {
    for attempts in [1, 2, 7] {
        let server = Server::start(vec![say(429); 10]).await;
        let retry = Retry {
            attempts,
            ..quick().retry
        };
        fail(
            &client(Settings { retry, ..quick() }),
            &Request::get(server.url("/")),
        )
        .await;
        assert_eq!(server.count(), usize::try_from(attempts).unwrap());
    }
}
