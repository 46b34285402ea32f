//! Through the proxy, and around it.

use std::sync::{Arc, Mutex};

use outbound::{Client, Proxy, Request, Settings, SetupError, Trust};
use redact::Secret;
use tokio::io::{AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::server::{Seen, Server, read_request, say};
use crate::tls::Authority;
use crate::{client, fail, quick, url};

/// A proxy for `CONNECT`: gives each a tunnel, or `refusal`.
async fn tunnels(refusal: Option<&'static str>) -> (Url, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = url(&format!("http://{}/", listener.local_addr().unwrap()));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await.unwrap();
            let target = request.line().split(' ').nth(1).unwrap().to_owned();
            shared.lock().unwrap().push(request);
            if let Some(refusal) = refusal {
                stream.write_all(refusal.as_bytes()).await.unwrap();
                continue;
            }
            stream.write_all(b"HTTP/1.1 200 Go\r\n\r\n").await.unwrap();
            let mut onward = TcpStream::connect(target).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut onward).await });
        }
    });
    (address, seen)
}

fn through(url: Url, bypass: &[&str]) -> Proxy {
    let bypass = bypass.iter().map(ToString::to_string).collect();
    Proxy {
        url,
        username: Some("agent".into()),
        password: Some(Secret::new("p@ss word")),
        bypass,
    }
}

/// `agent:p@ss word`
const BASIC: &str = "Basic YWdlbnQ6cEBzcyB3b3Jk";

#[tokio::test]
async fn plain_addresses_are_sent_whole_to_the_proxy() {
    let proxy = Server::start([]).await;
    let client = client(Settings {
        proxy: Some(through(proxy.url("/"), &[])),
        ..quick()
    });
    client
        .send(&Request::get(url("http://snow.example/a?b=c")))
        .await
        .unwrap();
    let seen = proxy.seen().pop().unwrap();
    assert_eq!(seen.line(), "GET http://snow.example/a?b=c HTTP/1.1");
    assert_eq!(seen.header("proxy-authorization"), Some(BASIC));
    assert_eq!(seen.header("host"), Some("snow.example"));
}

#[tokio::test]
async fn credentials_in_the_address_of_the_proxy_count() {
    let proxy = Server::start([]).await;
    let mut address = proxy.url("/");
    address.set_username("agent").unwrap();
    address.set_password(Some("p@ss word")).unwrap();
    let proxy_settings = Proxy {
        url: address,
        username: None,
        password: None,
        bypass: Vec::new(),
    };
    client(Settings {
        proxy: Some(proxy_settings),
        ..quick()
    })
    .send(&Request::get(url("http://snow.example/")))
    .await
    .unwrap();
    assert_eq!(proxy.seen()[0].header("proxy-authorization"), Some(BASIC));
}

#[tokio::test]
async fn secure_addresses_go_through_a_tunnel_that_sees_no_request() {
    let authority = Authority::new("Private CA");
    let server = Server::start_tls([], authority.server(&["127.0.0.1"])).await;
    let (address, seen) = tunnels(None).await;
    let trust = Trust {
        pem_files: vec![authority.file()],
        system: false,
    };
    let client = client(Settings {
        proxy: Some(through(address, &[])),
        trust,
        ..quick()
    });
    let request = Request::get(server.url("/a")).bearer(&Secret::new("token-abc"));
    client.send(&request).await.unwrap();
    client.send(&request).await.unwrap();

    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1, "the tunnel is used again");
    assert_eq!(
        seen[0].line(),
        format!("CONNECT {} HTTP/1.1", server.address())
    );
    assert_eq!(seen[0].header("proxy-authorization"), Some(BASIC));
    assert_eq!(seen[0].header("authorization"), None);
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("proxy-authorization").is_none())
    );
}

#[tokio::test]
async fn an_expression_that_matches_the_address_leads_around() {
    let proxy = Server::start([]).await;
    let server = Server::start([]).await;
    let bypass = [r"(?<=x)net only", r"^HTTP://127\.0\.0\.1:\d+/direct\b"];
    let client = client(Settings {
        proxy: Some(through(proxy.url("/"), &bypass)),
        ..quick()
    });
    client
        .send(&Request::get(server.url("/direct/a")))
        .await
        .unwrap();
    client
        .send(&Request::get(server.url("/other")))
        .await
        .unwrap();
    assert_eq!(server.seen()[0].line(), "GET /direct/a HTTP/1.1");
    assert_eq!(server.seen()[0].header("proxy-authorization"), None);
    assert_eq!(
        proxy.seen()[0].line(),
        format!("GET {} HTTP/1.1", server.url("/other"))
    );
    assert_eq!((server.count(), proxy.count()), (1, 1));
    assert!(
        client.notices().len() == 1 && client.notices()[0].contains("(?<=x)net only"),
        "{:?}",
        client.notices()
    );
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let (address, _) = tunnels(Some(
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
    ))
    .await;
    let name = address.authority().to_owned();
    let client = client(Settings {
        proxy: Some(through(address, &[])),
        ..quick()
    });
    let error = fail(&client, &Request::post(url("https://snow.example/"))).await;
    assert!(
        matches!(error, outbound::Error::Connect { .. }),
        "{error:?}"
    );
    assert!(!error.may_have_happened());
    let text = redact::chain(&error);
    assert!(
        text.starts_with(&format!(
            "could not connect to snow.example through the proxy {name}: "
        )),
        "{text}"
    );
}

#[tokio::test]
async fn a_proxy_that_refuses_a_plain_request_is_told_from_the_party() {
    let proxy = Server::start([say(407)]).await;
    let address = proxy.url("/");
    let name = address.authority().to_owned();
    let client = client(Settings {
        proxy: Some(through(address, &[])),
        ..quick()
    });
    let error = fail(&client, &Request::post(url("http://snow.example/"))).await;
    assert!(
        matches!(&error, outbound::Error::Proxy { proxy, .. } if *proxy == name),
        "{error:?}"
    );
    assert_eq!(error.class(), outbound::Class::Broken);
    assert!(!error.may_have_happened());
    assert_eq!(proxy.count(), 1);
}

#[test]
fn another_kind_of_proxy_is_refused_at_once() {
    let proxy = through(url("socks5://u:private@127.0.0.1:1080"), &[]);
    let error = Client::new(Settings {
        proxy: Some(proxy),
        ..quick()
    })
    .unwrap_err();
    assert!(matches!(error, SetupError::Proxy { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("private"));
}

/// Another test, in a process whose environment names proxies that do not exist: it passes only if nobody
/// asks the environment.
#[test]
fn the_environment_names_no_proxy() {
    let this_program = std::env::current_exe().unwrap();
    let mut other = std::process::Command::new(this_program);
    other.args(["--exact", "shape::connections_are_used_again"]);
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        other.env(name, "http://127.0.0.1:1/");
    }
    other.env_remove("NO_PROXY").env_remove("no_proxy");
    let output = other.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}
