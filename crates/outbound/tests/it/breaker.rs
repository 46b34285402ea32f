//! A party that keeps failing is left alone, then asked once.

use std::time::Duration;

use outbound::{Breaker, Class, Error, Request, Settings};

use crate::server::{Server, say};
use crate::{client, fail, quick};

fn breaking(failures: u32, open_for: Duration) -> Settings {
    Settings {
        breaker: Breaker { failures, open_for },
        ..quick()
    }
}

#[tokio::test]
async fn an_open_breaker_sends_nothing_and_says_for_how_long() {
    let server = Server::start(vec![say(500); 20]).await;
    let other = Server::start([]).await;
    let client = client(breaking(5, Duration::from_secs(3600)));
    let read = Request::get(server.url("/"));
    assert_eq!(fail(&client, &read).await.status(), Some(500));
    // The fifth failure opens it; the repeats after that are not made, and the failure is what is told.
    assert_eq!(fail(&client, &read).await.status(), Some(500));
    assert_eq!(server.count(), 5);

    let error = fail(&client, &Request::post(server.url("/"))).await;
    assert!(matches!(error, Error::Resting { .. }), "{error:?}");
    assert!(!error.may_have_happened());
    let Class::Transient {
        retry_after: Some(wait),
    } = error.class()
    else {
        panic!("{error:?}")
    };
    assert!(wait > Duration::from_secs(3500) && wait <= Duration::from_secs(3600));
    assert_eq!(server.count(), 5);

    client.send(&Request::get(other.url("/"))).await.unwrap();
}

#[tokio::test]
async fn a_probe_that_succeeds_closes_it() {
    let server = Server::start(vec![say(500); 2]).await;
    let client = client(breaking(2, Duration::from_millis(20)));
    let write = Request::post(server.url("/"));
    fail(&client, &write).await;
    fail(&client, &write).await;
    let mut last = None;
    for _ in 0..400 {
        match client.send(&write).await {
            Ok(_) => return assert_eq!(server.count(), 3),
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no probe was let through: {last:?}");
}

#[tokio::test]
async fn refusals_and_overload_do_not_open_it() {
    let server = Server::start((0..40).map(|n| say([401, 404, 429, 409][n % 4]))).await;
    let client = client(breaking(1, Duration::from_secs(3600)));
    for _ in 0..10 {
        assert!(!matches!(
            fail(&client, &Request::get(server.url("/"))).await,
            Error::Resting { .. }
        ));
    }
}
