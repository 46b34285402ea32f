//! Remembers every request and everything about it that a careful client would not have done.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::http::Request;

/// Something in a request that the service swallows, or punishes later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Path, parameter or value it was about.
    pub detail: String,
}

/// The kinds of [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// A read without `api-version`: served, in whatever shape is the newest.
    NoApiVersion,
    /// No `X-TFS-FedAuthRedirect: Suppress`: a dead credential would answer with a sign-in page.
    SignInNotSuppressed,
    /// A query parameter that the service does not know, or that this stand-in does not act on.
    UnknownParameter,
    /// A page size above what the service gives: the rest is silently missing.
    PageTooLarge,
    /// The same with a field of a body.
    UnknownField,
    /// A create was repeated after an unclear answer without looking first.
    BlindPostRetry,
}

/// One request as it came, without its secrets.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Method.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query parameters, decoded once.
    pub query: Vec<(String, String)>,
    /// Header names and values; a secret's value is `***`.
    pub headers: Vec<(String, String)>,
    /// The body, when it was JSON or form fields; secrets of a token request are `***`.
    pub body: Option<Value>,
    /// Status sent; 0 when the connection was cut without one.
    pub status: u16,
    /// Display name the request was made as.
    pub user: Option<String>,
    /// Whether the host of classic releases was spoken to, where that is a host of its own.
    pub release_host: bool,
    /// Name of the fault that spoiled the answer.
    pub fault: Option<&'static str>,
    /// What a careful client would not have done.
    pub findings: Vec<Finding>,
}

const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];
const SECRET_FORM: [&str; 2] = ["client_secret", "client_assertion"];

impl Recorded {
    pub(crate) fn new(request: &Request, at: String) -> Self {
        let hidden = |(name, value): (String, String)| {
            let secret = SECRET_HEADERS.contains(&name.as_str());
            (name, if secret { "***".to_owned() } else { value })
        };
        Self {
            at,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query(),
            headers: request.headers.iter().cloned().map(hidden).collect(),
            body: body(request),
            status: 0,
            user: None,
            release_host: request.host == crate::http::Host::Release,
            fault: None,
            findings: Vec::new(),
        }
    }

    pub(crate) fn find(&mut self, kind: FindingKind, detail: impl Into<String>) {
        let detail = detail.into();
        self.findings.push(Finding { kind, detail });
    }
}

/// The body as JSON, form fields included.
fn body(request: &Request) -> Option<Value> {
    if request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        return serde_json::from_slice(&request.body).ok();
    }
    let fields = url::form_urlencoded::parse(&request.body).into_owned();
    let hidden = fields.map(|(name, value)| {
        let secret = SECRET_FORM.contains(&name.as_str());
        let value = if secret { "***".to_owned() } else { value };
        (name, Value::String(value))
    });
    Some(Value::Object(hidden.collect()))
}

/// The list, and what is needed to see a blind repetition.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) requests: Vec<Recorded>,
    /// Path of a create whose answer was unclear, and its body.
    unclear: BTreeMap<String, Vec<u8>>,
}

impl Recorder {
    /// Notes the outcome of a request; returns whether it was a create repeated without a look in between.
    pub(crate) fn is_blind_repeat(&mut self, request: &Request, unclear: bool) -> bool {
        let path = request.path.to_ascii_lowercase();
        if !is_create(request, &path) {
            // Any read, also one that is a POST, counts as a look.
            self.unclear.clear();
            return false;
        }
        let before = self.unclear.get(&path);
        let repeated = before.is_some_and(|body| *body == request.body);
        if unclear {
            self.unclear.insert(path, request.body.clone());
        } else {
            self.unclear.remove(&path);
        }
        repeated
    }
}

/// Creating a work item is the one create served; the type stands behind a dollar sign.
fn is_create(request: &Request, path: &str) -> bool {
    request.method == "POST" && crate::http::decode(path).contains("/_apis/wit/workitems/$")
}
