//! No text of any type of ours shows a secret, whatever happened to it.

use std::fmt::Debug;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use outbound::{Client, Error, FormValue, Identity, Proxy, Request, Response, Settings};
use redact::{Masker, Secret};
use serde_json::Value;

use crate::server::{Act, Server, answer};
use crate::{fail, quick, url};

const SECRETS: [&str; 8] = [
    "password-9c1f",
    "token-77ab",
    "form-secret-31",
    "proxy-pass-55",
    "key-body-0a0b",
    "userinfo-pw-8",
    "query-value-4",
    "plain-header-6",
];

/// Everything printed, to be searched at the end.
#[derive(Default)]
struct Printed(String);

impl Printed {
    fn add(&mut self, value: &(impl Debug + ?Sized)) {
        self.0.push_str(&format!("{value:?}\n{value:#?}\n"));
    }

    fn add_error(&mut self, error: &Error) {
        self.add(error);
        self.0
            .push_str(&format!("{error}\n{}\n", redact::chain(error)));
    }

    fn assert_clean(&self) {
        for secret in SECRETS {
            for form in [secret.to_owned(), STANDARD.encode(secret)] {
                let line = self.0.lines().find(|line| line.contains(&form));
                assert_eq!(line, None, "{secret} is printed");
            }
        }
        assert!(!self.0.contains(&STANDARD.encode("user:password-9c1f")));
    }
}

fn settings(proxy: Option<Proxy>) -> Settings {
    Settings {
        proxy,
        keep_receipts: true,
        masker: Masker::default(),
        ..quick()
    }
}

fn requests(base: &str) -> [Request; 3] {
    let address = url(&format!("{base}/p?q=query-value-4"));
    let form = vec![
        (
            "client_secret",
            FormValue::Secret(Secret::new("form-secret-31")),
        ),
        ("scope", FormValue::Plain("x".into())),
    ];
    [
        Request::get(address.clone())
            .basic("user", &Secret::new("password-9c1f"))
            .header("x-plain", "plain-header-6"),
        Request::post(address.clone())
            .bearer(&Secret::new("token-77ab"))
            .form(form),
        Request::patch(address).secret_header("x-sn-apikey", "", &Secret::new("token-77ab")),
    ]
}

/// Answers that give back all they were sent, in the places an error looks at.
fn echoes() -> Vec<Act> {
    let all = SECRETS.join(" ");
    let echo = |status: u16, more: &str| {
        let headers = [
            format!("x-echo: {all}"),
            "content-type: text/plain".to_owned(),
            more.to_owned(),
        ];
        let headers: Vec<&str> = headers
            .iter()
            .map(String::as_str)
            .filter(|line| !line.is_empty())
            .collect();
        Act::Say(answer(
            status,
            &headers,
            &format!("{all} {}", STANDARD.encode("user:password-9c1f")),
        ))
    };
    vec![
        echo(200, ""),
        echo(403, ""),
        echo(
            302,
            "location: https://user:userinfo-pw-8@sso.example/query-value-4?t=token-77ab",
        ),
        Act::SayAndReset(
            format!("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{all}").into_bytes(),
        ),
        Act::SayAndClose(format!("{all}\r\n\r\n").into_bytes()),
    ]
}

async fn print_exchange(printed: &mut Printed, act: Act, index: usize) {
    let server = Server::start(vec![act; 4]).await;
    let client = Client::new(settings(None)).unwrap();
    let base = server.url("").to_string();
    let request = &requests(base.trim_end_matches('/'))[index];
    printed.add(request);
    printed.add(
        &request
            .headers()
            .filter(|(name, _)| *name != "x-plain")
            .collect::<Vec<_>>(),
    );
    printed.add(&request.body_form().collect::<Vec<_>>());
    match client.send(request).await {
        Ok(response) => print_response(printed, &response),
        Err(error) => printed.add_error(&error),
    }
    printed.add(&client);
    for receipt in client.receipts() {
        // Query values, plain headers and a stranger's user name are none of the request's secrets; what
        // such a server sends back of them is its own text, and stays in the receipt.
        let mut text = serde_json::to_string(&receipt).unwrap();
        for not_told in [
            "userinfo-pw-8",
            "query-value-4",
            "plain-header-6",
            "proxy-pass-55",
            "key-body-0a0b",
        ] {
            text = text.replace(not_told, "");
        }
        let others: &[&str] = match index {
            0 => &["token-77ab", "form-secret-31"],
            1 => &["password-9c1f"],
            _ => &["password-9c1f", "form-secret-31"],
        };
        for other in others {
            text = text.replace(other, "");
        }
        text = if index == 0 {
            text
        } else {
            text.replace(&STANDARD.encode("user:password-9c1f"), "")
        };
        printed.add(&text);
    }
}

fn print_response(printed: &mut Printed, response: &Response) {
    printed.add(response);
    printed.add_error(&response.json::<Value>().unwrap_err());
}

#[tokio::test]
async fn nothing_of_an_exchange_shows_one() {
    let mut printed = Printed::default();
    for act in echoes() {
        for index in 0..3 {
            print_exchange(&mut printed, act.clone(), index).await;
        }
    }
    assert!(printed.0.contains("redirects to sso.example"));
    printed.assert_clean();
}

#[tokio::test]
async fn nothing_of_the_settings_shows_one() {
    let mut printed = Printed::default();
    let proxy = Proxy {
        url: url("http://user:userinfo-pw-8@127.0.0.1:1/"),
        username: Some("agent".into()),
        password: Some(Secret::new("proxy-pass-55")),
        bypass: Vec::new(),
    };
    let identity = Identity {
        certificate_pem: b"key-body-0a0b".to_vec(),
        key_pem: Secret::new("key-body-0a0b"),
    };
    let whole = Settings {
        identity: Some(identity.clone()),
        ..settings(Some(proxy.clone()))
    };
    printed.add(&whole);
    printed.add(&proxy);
    printed.add(&identity);
    let error = Client::new(whole).unwrap_err();
    printed.add(&error);
    printed.0.push_str(&redact::chain(&error));

    let client = Client::new(settings(Some(proxy))).unwrap();
    printed.add(&client);
    printed.add_error(
        &fail(
            &client,
            &Request::get(url("http://h.example/?q=query-value-4")),
        )
        .await,
    );
    printed.add_error(
        &fail(
            &client,
            &Request::get(url("https://h.example/?q=query-value-4"))
                .bearer(&Secret::new("token-77ab")),
        )
        .await,
    );
    printed.add_error(
        &fail(
            &client,
            &Request::get(url("https://h.example/")).bearer(&Secret::new("token-77ab\n")),
        )
        .await,
    );
    printed.add(&FormValue::Secret(Secret::new("form-secret-31")));
    printed.add(&client.receipts());
    printed.assert_clean();
}
