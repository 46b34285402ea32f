//! A server that gives answers in the order they were put in, whatever it is asked, and remembers what that was.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use azure_devops::{Auth, Organization};
use redact::Secret;
use serde_json::Value;
use url::Url;

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Canned {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json; charset=utf-8", &body.to_string())
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><title>Azure DevOps Services | Sign In</title></html>";
        Self::text(status, "text/html; charset=utf-8", page)
    }

    pub(crate) fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.to_owned(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server, and the requests it got: head and body as they came.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) base: Url,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers in this order, and closes each connection.
    pub(crate) fn answering(answers: Vec<Canned>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/fabrikam/", listener.local_addr().unwrap());
        let seen = Arc::default();
        let server = Self {
            base: base.parse().unwrap(),
            seen: Arc::clone(&seen),
        };
        thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let request = whole_request(&mut stream);
                seen.lock().unwrap().push(request);
                give(&mut stream, &answer);
            }
        });
        server
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Method and target of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |request: &String| {
            let line = request.lines().next().unwrap_or_default();
            line.trim_end_matches(" HTTP/1.1").to_owned()
        };
        self.requests().iter().map(line).collect()
    }

    pub(crate) fn organization(&self, auth: Auth) -> Organization {
        Organization::new(self.base.clone(), auth, http())
    }

    /// An organization that a job's token is used with.
    pub(crate) fn job(&self) -> Organization {
        self.organization(Auth::Bearer(Secret::new("token-of-the-job")))
    }
}

fn give(stream: &mut TcpStream, answer: &Canned) {
    let Canned {
        status,
        headers,
        body,
    } = answer;
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if *status != 204 {
        head += &format!("content-length: {}\r\n", body.len());
    }
    // A client that has had enough may have gone.
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
}

/// Reads head and body: closing a connection with bytes unread resets it.
fn whole_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut chunk).unwrap() {
            0 => return text,
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

/// A way out that does not wait long, so that a test of a failure is quick.
pub(crate) fn http() -> outbound::Client {
    let settings = outbound::Settings {
        limits: outbound::Limits {
            total: Duration::from_secs(5),
            ..outbound::Limits::default()
        },
        retry: outbound::Retry {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(5),
            ..outbound::Retry::default()
        },
        breaker: outbound::Breaker {
            failures: 1000,
            ..outbound::Breaker::default()
        },
        ..outbound::Settings::default()
    };
    outbound::Client::new(settings).unwrap()
}

pub(crate) fn run() -> azure_devops::RunId {
    "4711".parse().unwrap()
}
