//! The plainest HTTP client that can be: one request, one connection, no opinion about what comes back.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use azure_devops_sim::Sim;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, v)| v.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// The items of a list, whose count must be told rightly.
    pub(crate) fn items(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text());
        let json = self.json();
        let items = json["value"]
            .as_array()
            .unwrap_or_else(|| panic!("no list: {json}"));
        assert_eq!(json["count"], items.len(), "{json}");
        items.clone()
    }

    /// Status and type key of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let json = self.json();
        assert!(json["message"].is_string(), "{json}");
        (self.status, json["typeKey"].as_str().unwrap().to_owned())
    }
}

/// A caller with fixed headers.
pub(crate) struct Caller {
    /// Host to speak to, without a trailing slash.
    pub(crate) base: String,
    pub(crate) headers: Vec<(String, String)>,
    /// How long to wait for the next byte.
    pub(crate) patience: Duration,
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Somebody with the seeded personal access token, who asks as the official clients do.
pub(crate) fn reader(sim: &Sim) -> Caller {
    anonymous(sim)
        .with("Authorization", &basic("", &sim.pat()))
        .with("X-TFS-FedAuthRedirect", "Suppress")
}

pub(crate) fn anonymous(sim: &Sim) -> Caller {
    let accept = ("Accept".to_owned(), "application/json".to_owned());
    Caller {
        base: sim.url().trim_end_matches('/').to_owned(),
        headers: vec![accept],
        patience: Duration::from_secs(30),
    }
}

/// An address inside the main project, by name, with the released version.
pub(crate) fn api(rest: &str) -> String {
    at("7.1", rest)
}

/// The same with another version.
pub(crate) fn at(version: &str, rest: &str) -> String {
    let mark = if rest.contains('?') { '&' } else { '?' };
    format!("/fabrikam/Fabrikam%20Fiber/_apis/{rest}{mark}api-version={version}")
}

impl Caller {
    /// Adds or replaces a header; an empty value takes it away.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, None)
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Answer {
        self.send("POST", target, Some(body.to_string().as_bytes()))
    }

    pub(crate) fn patch(&self, target: &str, body: &Value) -> Answer {
        self.send("PATCH", target, Some(body.to_string().as_bytes()))
    }

    pub(crate) fn send(&self, method: &str, target: &str, body: Option<&[u8]>) -> Answer {
        let (raw, _) = self.raw(method, target, body);
        parse(&raw).unwrap_or_else(|| panic!("no answer to {method} {target}"))
    }

    /// The bytes that came, and whether the other side ended the connection in time.
    pub(crate) fn raw(&self, method: &str, target: &str, body: Option<&[u8]>) -> (Vec<u8>, bool) {
        let address = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(self.patience)).unwrap();
        let mut head =
            format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            let typed = self
                .headers
                .iter()
                .any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
            if !typed {
                head.push_str("Content-Type: application/json\r\n");
            }
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        // A server that refuses a body unread may close while it is still being sent.
        let _ = stream.write_all(body.unwrap_or_default());
        let mut raw = Vec::new();
        let silent = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
        let ended = stream
            .read_to_end(&mut raw)
            .err()
            .is_none_or(|e| !silent(e.kind()));
        (raw, ended)
    }
}

fn parse(raw: &[u8]) -> Option<Answer> {
    let split = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&raw[..split]).into_owned();
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(n, v)| n.eq_ignore_ascii_case("transfer-encoding") && v == "chunked");
    let rest = &raw[split + 4..];
    let body = if chunked {
        unchunk(rest)
    } else {
        rest.to_vec()
    };
    Some(Answer {
        status,
        headers,
        body,
    })
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size).filter(|_| size > 0) else {
            break;
        };
        body.extend_from_slice(chunk);
        rest = &rest[(end + 4 + size).min(rest.len())..];
    }
    body
}
