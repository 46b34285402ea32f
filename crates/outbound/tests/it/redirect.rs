//! Redirects: within a read's own origin only.

use outbound::{Class, Error, Request};
use redact::Secret;

use crate::server::{Act, Server, answer};
use crate::{client, fail, quick};

fn to(status: u16, location: &str) -> Act {
    Act::Say(answer(status, &[&format!("Location: {location}")], ""))
}

#[tokio::test]
async fn a_read_follows_within_its_origin() {
    let server = Server::start([to(301, "/b?x=1"), to(307, "c")]).await;
    let request = Request::get(server.url("/a/")).bearer(&Secret::new("token-abc"));
    client(quick()).send(&request).await.unwrap();
    let lines: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| seen.line().to_owned())
        .collect();
    assert_eq!(
        lines,
        ["GET /a/ HTTP/1.1", "GET /b?x=1 HTTP/1.1", "GET /c HTTP/1.1"]
    );
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("authorization") == Some("Bearer token-abc"))
    );
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("referer").is_none())
    );
}

#[tokio::test]
async fn nothing_follows_to_another_place() {
    let other = Server::start([]).await;
    let port = other.address().port();
    for location in [
        format!("http://127.0.0.1:{port}/x?token=private"),
        "https://sso.example/login?a=private".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::start([to(status, &location)]).await;
            let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
            assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
            assert_eq!(
                (error.class(), error.status(), server.count()),
                (Class::Broken, Some(status), 1)
            );
            let text = redact::chain(&error);
            let host = location.split('/').nth(2).unwrap();
            assert_eq!(
                text,
                format!(
                    "{} redirects to {host}, which is not followed",
                    server.address()
                )
            );
        }
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn another_scheme_on_the_same_host_is_another_place() {
    let server = Server::start([]).await;
    let location = server.url("/").to_string().replace("http:", "https:");
    let server = Server::start([to(302, &location)]).await;
    assert!(matches!(
        fail(&client(quick()), &Request::get(server.url("/"))).await,
        Error::Redirect { .. }
    ));
}

#[tokio::test]
async fn a_write_follows_nowhere_and_may_have_happened() {
    let server = Server::start([to(302, "/done"), to(307, "/done")]).await;
    let client = client(quick());
    for _ in 0..2 {
        let error = fail(&client, &Request::post(server.url("/"))).await;
        assert!(
            matches!(error, Error::Redirect { .. }) && error.may_have_happened(),
            "{error:?}"
        );
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_circle_ends() {
    let server = Server::start(vec![to(302, "/again"); 10]).await;
    let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
    assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_answer_that_makes_no_sense() {
    for headers in [vec![], vec!["Location: http://[broken"]] {
        let server = Server::start([Act::Say(answer(302, &headers, ""))]).await;
        let error = fail(&client(quick()), &Request::get(server.url("/"))).await;
        assert_eq!(
            (error.class(), error.status(), server.count()),
            (Class::Broken, Some(302), 1)
        );
    }
}
