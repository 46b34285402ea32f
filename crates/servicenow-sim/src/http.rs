//! A request and a reply as plain values: everything the instance decides, it decides on these, without a socket.

use serde_json::{Value, json};

/// One request, body read to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path as sent, never percent-decoded: ids and table names need no escapes.
    pub(crate) path: String,
    pub(crate) raw_query: String,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// What `Content-Length` claimed, for bodies that were refused unread.
    pub(crate) claimed_length: Option<u64>,
    /// An item of a batch: authenticated by the batch, needs no headers of its own.
    pub(crate) in_batch: bool,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// The query string decoded once, as form data is.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.raw_query.as_bytes())
            .into_owned()
            .collect()
    }

    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.query()
            .into_iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|v| v == "true")
    }

    /// Media type of `Content-Type` without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let full = self.header("content-type")?;
        Some(
            full.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase(),
        )
    }
}

/// One whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(
            status,
            "application/json;charset=UTF-8",
            value.to_string().into_bytes(),
        )
    }

    /// `{"result": ...}`, the envelope of every success.
    pub(crate) fn result(status: u16, value: Value) -> Self {
        Self::json(status, &json!({ "result": value }))
    }

    /// The one envelope of every failure outside OAuth.
    pub(crate) fn failure(status: u16, message: &str, detail: Option<&str>) -> Self {
        let error = json!({ "message": message, "detail": detail });
        Self::json(status, &json!({ "error": error, "status": "failure" }))
    }

    pub(crate) fn html(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/html;charset=UTF-8", text.as_bytes().to_vec())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body,
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}
