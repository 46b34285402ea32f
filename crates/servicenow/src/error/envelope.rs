//! The error envelope of every API of the instance: `{"error": {"message", "detail"}, "status": "failure"}`.

use serde_json::Value as Json;

/// How much of a text of the instance travels on.
const KEPT: usize = 300;

/// The instance's own words about a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) message: String,
    pub(crate) detail: String,
}

impl Envelope {
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        Self::of(&serde_json::from_slice(body).ok()?)
    }

    /// The envelope in a document, also where a partial result stands beside it.
    pub(crate) fn of(document: &Json) -> Option<Self> {
        let text = |value: Option<&Json>| {
            value
                .and_then(Json::as_str)
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        match document.get("error") {
            Some(Json::Object(error)) => Some(Self {
                message: text(error.get("message")),
                detail: text(error.get("detail")),
            }),
            Some(Json::String(message)) => Some(Self {
                message: message.trim().to_owned(),
                detail: text(document.get("error_description")),
            }),
            _ => (document.get("status").and_then(Json::as_str) == Some("failure"))
                .then(Self::default),
        }
    }

    /// Message and detail in one line, cut.
    pub(crate) fn text(&self) -> String {
        match (self.message.as_str(), self.detail.as_str()) {
            ("", "") => "no reason".to_owned(),
            (message, "") => cut(message),
            ("", detail) => cut(detail),
            (message, detail) => cut(&format!("{message}: {detail}")),
        }
    }
}

/// At most 300 characters.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(KEPT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}
