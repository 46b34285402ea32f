//! A request as a plain value: built by the parties' crates, compared in their tests, sent by
//! [`crate::Client::send`].

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use redact::{MASK, Masker, SafeUrl, Secret};
use serde_json::Value;
use url::Url;

/// What happens at the party when the request is executed; decides what may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: repeating is harmless.
    Read,
    /// A record gets absolute values: repeating is right only after reading the record again.
    Absolute,
    /// Something new comes to be: never repeated without looking whether it is there.
    Create,
}

/// The value of a form field.
#[derive(Clone, Debug)]
pub enum FormValue {
    /// A value that may be seen.
    Plain(String),
    /// A value that may not.
    Secret(Secret),
}

/// One call of a party.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: &'static str,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, Text)>,
    pub(crate) body: Body,
    pub(crate) effect: Effect,
    pub(crate) total: Option<Duration>,
    pub(crate) correlation: Option<String>,
    /// Secrets that are in the request in a form of their own, beyond its secret texts.
    extra_secrets: Vec<Secret>,
}

/// The text of a header or form field.
#[derive(Clone)]
pub(crate) enum Text {
    Plain(String),
    Secret(Secret),
}

impl Text {
    pub(crate) fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }

    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(_) => MASK,
        }
    }

    pub(crate) fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Json(Value),
    Form(Vec<(&'static str, Text)>),
    Bytes { content_type: String, bytes: Bytes },
}

impl Body {
    pub(crate) fn content_type(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
            Self::Bytes { content_type, .. } => Some(content_type),
        }
    }

    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::None => Bytes::new(),
            Self::Json(value) => value.to_string().into(),
            Self::Form(pairs) => encode_form(pairs, Text::expose).into(),
            Self::Bytes { bytes, .. } => bytes.clone(),
        }
    }
}

/// The form as it is sent, or as it may be shown.
pub(crate) fn encode_form(pairs: &[(&'static str, Text)], text: impl Fn(&Text) -> &str) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        form.append_pair(name, text(value));
    }
    form.finish()
}

impl Request {
    /// `GET`, with [`Effect::Read`].
    pub fn get(url: Url) -> Self {
        Self::new("GET", url, Effect::Read)
    }

    /// `POST`, with [`Effect::Create`].
    pub fn post(url: Url) -> Self {
        Self::new("POST", url, Effect::Create)
    }

    /// `PATCH`, with [`Effect::Absolute`].
    pub fn patch(url: Url) -> Self {
        Self::new("PATCH", url, Effect::Absolute)
    }

    /// `PUT`, with [`Effect::Absolute`].
    pub fn put(url: Url) -> Self {
        Self::new("PUT", url, Effect::Absolute)
    }

    /// `DELETE`, with [`Effect::Absolute`].
    pub fn delete(url: Url) -> Self {
        Self::new("DELETE", url, Effect::Absolute)
    }

    fn new(method: &'static str, url: Url, effect: Effect) -> Self {
        let (headers, extra_secrets) = (Vec::new(), Vec::new());
        Self {
            method,
            url,
            headers,
            body: Body::None,
            effect,
            total: None,
            correlation: None,
            extra_secrets,
        }
    }

    /// Sets a header; one of the same name is replaced.
    pub fn header(self, name: &'static str, value: impl Into<String>) -> Self {
        self.with_header(name, Text::Plain(value.into()))
    }

    /// Sets a header to `prefix` and a secret, such as `Bearer ` and a token.
    pub fn secret_header(mut self, name: &'static str, prefix: &str, value: &Secret) -> Self {
        if !prefix.is_empty() {
            self.extra_secrets.push(value.clone());
        }
        let whole = Secret::new(format!("{prefix}{}", value.expose()));
        self.with_header(name, Text::Secret(whole))
    }

    fn with_header(mut self, name: &'static str, value: Text) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name, value));
        self
    }

    /// Sets `Authorization: Basic`.
    pub fn basic(mut self, user: &str, password: &Secret) -> Self {
        self.extra_secrets.push(password.clone());
        let pair = Secret::new(format!("{user}:{}", password.expose()));
        let coded = Secret::new(STANDARD.encode(pair.expose()));
        self.secret_header("authorization", "Basic ", &coded)
    }

    /// Sets `Authorization: Bearer`.
    pub fn bearer(self, token: &Secret) -> Self {
        self.secret_header("authorization", "Bearer ", token)
    }

    /// Sends a JSON body, and says so in `Content-Type`.
    pub fn json(mut self, body: &Value) -> Self {
        self.body = Body::Json(body.clone());
        self
    }

    /// Sends an `application/x-www-form-urlencoded` body, as token services want it.
    pub fn form(mut self, pairs: Vec<(&'static str, FormValue)>) -> Self {
        let text = |value| match value {
            FormValue::Plain(plain) => Text::Plain(plain),
            FormValue::Secret(secret) => Text::Secret(secret),
        };
        self.body = Body::Form(
            pairs
                .into_iter()
                .map(|(name, value)| (name, text(value)))
                .collect(),
        );
        self
    }

    /// Sends bytes as they are, such as an attachment. They are shared rather than copied for each attempt.
    pub fn bytes(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Body::Bytes {
            content_type: content_type.to_owned(),
            bytes: body.into(),
        };
        self
    }

    /// Says what the request does where its method does not: a `POST` that only reads.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Replaces [`crate::Limits::total`] for each attempt of this request.
    pub fn total_timeout(mut self, total: Duration) -> Self {
        self.total = Some(total);
        self
    }

    /// Names what the request is about, for its receipts. It is not sent.
    pub fn correlation(mut self, correlation: impl Into<String>) -> Self {
        self.correlation = Some(correlation.into());
        self
    }

    /// `GET`, `POST`, ...
    pub fn method(&self) -> &str {
        self.method
    }

    /// The address with its query, encoded once.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What the request does at the party.
    pub fn effect_kind(&self) -> Effect {
        self.effect
    }

    /// The headers that were set, secret ones as `***`. `Content-Type` of a body is not among them
    /// unless it was set by [`Request::header`].
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (*name, value.shown()))
    }

    /// The JSON body, if it has one.
    pub fn body_json(&self) -> Option<&Value> {
        match &self.body {
            Body::Json(value) => Some(value),
            Body::None | Body::Form(_) | Body::Bytes { .. } => None,
        }
    }

    /// The fields of a form body, secret ones as `***`; nothing for another body.
    pub fn body_form(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs: &[(&'static str, Text)] = match &self.body {
            Body::Form(pairs) => pairs,
            Body::None | Body::Json(_) | Body::Bytes { .. } => &[],
        };
        pairs.iter().map(|(name, value)| (*name, value.shown()))
    }

    /// The bytes of a body set by [`Request::bytes`].
    pub fn body_bytes(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Bytes { bytes, .. } => Some(bytes),
            Body::None | Body::Json(_) | Body::Form(_) => None,
        }
    }

    /// Tells the masker every secret the request carries, before any of them can come back in an answer.
    pub(crate) fn announce(&self, masker: &Masker) {
        let form: &[(&'static str, Text)] = match &self.body {
            Body::Form(pairs) => pairs,
            Body::None | Body::Json(_) | Body::Bytes { .. } => &[],
        };
        for (_, text) in self.headers.iter().chain(form) {
            if let Text::Secret(secret) = text {
                masker.add(secret);
            }
        }
        for secret in &self.extra_secrets {
            masker.add(secret);
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &SafeUrl::from(&self.url))
            .field("headers", &names)
            .field("body", &self.body.content_type())
            .field("effect", &self.effect)
            .field("correlation", &self.correlation)
            .finish_non_exhaustive()
    }
}

/// The party as errors, receipts and the breaker name it: `host`, or `host:port` where the port is given.
pub(crate) fn party(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}
