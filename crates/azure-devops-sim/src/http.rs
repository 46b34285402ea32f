//! A request and a reply as plain values: everything the service decides, it decides on these, without a socket.

use serde_json::{Value, json};

/// Which of the service's hosts was spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Host {
    /// One host for everything.
    #[default]
    Both,
    /// The host of runs, work items and code.
    Main,
    /// The host of classic release management.
    Release,
}

/// One request, body read to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) host: Host,
    pub(crate) method: String,
    /// Path as sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) raw_query: String,
    /// Names in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body was longer than the service reads.
    pub(crate) too_large: bool,
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

    /// The first parameter of this name, in any letter case.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.query()
            .into_iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v)
    }

    /// Media type of `Content-Type` without its parameters, in lower case.
    pub(crate) fn media_type(&self) -> Option<String> {
        let full = self.header("content-type")?;
        let media = full.split(';').next().unwrap_or_default();
        Some(media.trim().to_ascii_lowercase())
    }

    pub(crate) fn is_read(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
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
            "application/json; charset=utf-8; api-version=7.1",
            value.to_string().into_bytes(),
        )
    }

    /// `{"count": n, "value": [...]}`, the envelope of every list.
    pub(crate) fn list(items: Vec<Value>) -> Self {
        Self::json(200, &json!({ "count": items.len(), "value": items }))
    }

    pub(crate) fn html(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/html; charset=utf-8", text.as_bytes().to_vec())
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

/// A path segment with its percent escapes undone; what is not UTF-8 is shown as such.
pub(crate) fn decode(segment: &str) -> String {
    // A plus is a plus in a path, so it must not be read as form data would.
    let guarded = segment.replace('+', "%2B");
    let joined = format!("x={}", guarded.replace('&', "%26"));
    url::form_urlencoded::parse(joined.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// A path segment as it may stand in an address.
pub(crate) fn encode(segment: &str) -> String {
    let form: String = url::form_urlencoded::byte_serialize(segment.as_bytes()).collect();
    form.replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_survive_both_ways() {
        for text in ["Fabrikam Fiber", "a+b&c=d", "$User Story", "100%"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(decode("Fabrikam+Fiber"), "Fabrikam+Fiber");
    }

    #[test]
    fn parameters_are_found_in_any_case() {
        let request = Request {
            raw_query: "Api-Version=7.1&%24top=5".to_owned(),
            ..Request::default()
        };
        assert_eq!(request.param("api-version").as_deref(), Some("7.1"));
        assert_eq!(request.param("$top").as_deref(), Some("5"));
    }
}
