//! Time and size.

use std::time::Duration;

use outbound::{Class, Error, Limits, Request, Retry, Settings};
use tokio::net::TcpListener;

use crate::server::{Act, Server, answer, json};
use crate::{client, fail, quick, url};

fn limited(limits: Limits) -> Settings {
    let retry = Retry {
        attempts: 2,
        ..quick().retry
    };
    Settings {
        limits,
        retry,
        ..quick()
    }
}

#[tokio::test]
async fn a_body_over_the_cap_is_an_error_and_is_not_read_to_its_end() {
    let endless = "5\r\nabcde\r\n".repeat(1000);
    let chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{endless}");
    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nabc".to_vec();
    // Neither of these ever ends: waiting for the end would be seen as a time-out.
    for bytes in [chunked.into_bytes(), announced] {
        let server = Server::start([Act::Say(bytes)]).await;
        let client = client(limited(Limits {
            body: 1024,
            ..Limits::default()
        }));
        let error = fail(&client, &Request::post(server.url("/"))).await;
        assert!(
            matches!(error, Error::TooLarge { limit: 1024, .. }),
            "{error:?}"
        );
        assert_eq!(
            (error.class(), error.may_have_happened(), error.status()),
            (Class::Broken, true, Some(200))
        );
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_cap_is_fine() {
    let server = Server::start([
        Act::Say(json(200, &"x".repeat(1024))),
        Act::Say(json(200, &"x".repeat(1025))),
    ])
    .await;
    let client = client(limited(Limits {
        body: 1024,
        ..Limits::default()
    }));
    assert_eq!(
        client
            .send(&Request::get(server.url("/")))
            .await
            .unwrap()
            .body()
            .len(),
        1024
    );
    assert!(matches!(
        fail(&client, &Request::get(server.url("/"))).await,
        Error::TooLarge { .. }
    ));
}

#[tokio::test]
async fn a_last_chunk_that_goes_over_the_cap_counts() {
    let chunked = |size: usize| {
        let body = "x".repeat(size);
        Act::Say(format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n{body}\r\n0\r\n\r\n").into_bytes())
    };
    let server = Server::start([chunked(1024), chunked(1025)]).await;
    let client = client(limited(Limits {
        body: 1024,
        ..Limits::default()
    }));
    assert_eq!(
        client
            .send(&Request::get(server.url("/")))
            .await
            .unwrap()
            .body()
            .len(),
        1024
    );
    assert!(matches!(
        fail(&client, &Request::get(server.url("/"))).await,
        Error::TooLarge { .. }
    ));
}

#[tokio::test]
async fn an_error_page_is_kept_up_to_a_limit_and_stays_what_it_says() {
    let page = "y".repeat(300_000);
    let server = Server::start([Act::Say(answer(404, &[], &page))]).await;
    let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
    assert_eq!(
        (error.class(), error.body().unwrap().len()),
        (Class::NotFound, 64 << 10)
    );
}

#[tokio::test]
async fn a_refusal_whose_page_breaks_off_is_still_a_refusal() {
    let bytes = b"HTTP/1.1 403 No\r\ncontent-length: 50\r\n\r\nbegin".to_vec();
    let server = Server::start([Act::SayAndClose(bytes)]).await;
    let error = fail(&client(quick()), &Request::post(server.url("/"))).await;
    assert_eq!(
        (error.class(), error.body(), error.may_have_happened()),
        (Class::Refused, Some(&b"begin"[..]), false)
    );
}

#[tokio::test]
async fn a_slow_drip_ends_with_the_total_time() {
    let drip = Act::Drip(json(200, "{\"result\":[]}"), Duration::from_millis(20));
    let server = Server::start(vec![drip; 3]).await;
    let client = client(limited(Limits {
        total: Duration::from_millis(300),
        ..Limits::default()
    }));
    let error = fail(&client, &Request::post(server.url("/"))).await;
    assert!(
        matches!(error, Error::TimedOut { after, .. } if after == Duration::from_millis(300)),
        "{error:?}"
    );
    assert!(error.may_have_happened());
    assert_eq!(server.count(), 1);
    assert!(
        !fail(&client, &Request::get(server.url("/")))
            .await
            .may_have_happened()
    );
}

#[tokio::test]
async fn a_request_can_have_a_time_of_its_own() {
    let server = Server::start([Act::Hang, Act::Hang]).await;
    let request = Request::get(server.url("/")).total_timeout(Duration::from_millis(50));
    let error = fail(&client(limited(Limits::default())), &request).await;
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert_eq!(server.count(), 2, "a read is repeated");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = client(limited(Limits {
        connect: Duration::from_millis(100),
        ..Limits::default()
    }));
    let error = fail(&client, &Request::post(url(&format!("https://{address}/")))).await;
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(!error.may_have_happened());
    drop(listener);
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let mut head = b"HTTP/1.1 200 OK\r\n".to_vec();
    for n in 0..60_000 {
        head.extend_from_slice(format!("x-filler-{n}: {}\r\n", "z".repeat(40)).as_bytes());
    }
    let server = Server::start(vec![Act::SayAndClose(head); 4]).await;
    let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
    assert!(matches!(error, Error::Interrupted { .. }), "{error:?}");
}
