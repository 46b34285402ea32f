//! The service's own words about a failure. They come in four shapes: its error object, a list around a message, plain
//! text, and pages of HTML; and, beside a body that is none of its own, in a header.

use std::fmt;

use serde_json::Value as Json;

/// How much of a text of the service travels on.
const KEPT: usize = 300;

/// What the service said, as far as it said anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saying {
    /// Its message, on one line and cut to 300 characters. It may be translated: for people only.
    pub message: Option<String>,
    /// The stable name of the kind of error, such as `BuildNotFoundException`.
    pub type_key: Option<String>,
    /// The id under which the service logged the request: what its support asks for.
    pub activity: Option<String>,
}

/// The end of a sentence about a failure: `: it says: ... [key] (activity ...)`, or nothing.
impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.message, &self.type_key) {
            (Some(message), Some(key)) => write!(f, ": it says: {message} [{key}]")?,
            (Some(words), None) | (None, Some(words)) => write!(f, ": it says: {words}")?,
            (None, None) => {}
        }
        match &self.activity {
            Some(activity) => write!(f, " (activity {activity})"),
            None => Ok(()),
        }
    }
}

impl Saying {
    /// What can be found in an answer that was no success.
    pub(crate) fn of(error: &outbound::Error) -> Self {
        let body = error.body().unwrap_or_default();
        let content_type = error.content_type().unwrap_or_default();
        let said = Self::parse(content_type, body).or_else(|| {
            let header = error.header("x-tfs-serviceerror");
            let offline = || error.header("x-vss-hostofflineerror");
            Self::plain(&unescaped(header.or_else(offline)?))
        });
        Self {
            activity: activity(|name| error.header(name)),
            ..said.unwrap_or_default()
        }
    }

    /// What a success says about itself.
    pub(crate) fn of_success(response: &outbound::Response) -> Self {
        Self {
            activity: activity(|name| response.header(name)),
            ..Self::default()
        }
    }

    fn parse(content_type: &str, body: &[u8]) -> Option<Self> {
        if let Ok(document) = serde_json::from_slice::<Json>(body) {
            return Self::of_json(&document);
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(4 * KEPT)]);
        let plain = content_type
            .trim_start()
            .to_ascii_lowercase()
            .starts_with("text/plain");
        let markup = text.trim_start().starts_with('<');
        (plain && !markup).then(|| Self::plain(&text)).flatten()
    }

    fn of_json(document: &Json) -> Option<Self> {
        let text = |key: &str| document.get(key).and_then(Json::as_str).unwrap_or_default();
        let wrapped = document
            .pointer("/value/Message")
            .and_then(Json::as_str)
            .unwrap_or_default();
        // The token service's shape: a word, and a description.
        let oauth = match (text("error"), text("error_description")) {
            (word, "") => word.to_owned(),
            (word, description) => format!("{word}: {description}"),
        };
        let message = [text("message"), wrapped, &oauth]
            .into_iter()
            .find(|text| !text.trim().is_empty())
            .unwrap_or_default();
        let saying = Self {
            message: line(message),
            type_key: key(text("typeKey")),
            activity: None,
        };
        (saying != Self::default()).then_some(saying)
    }

    fn plain(text: &str) -> Option<Self> {
        Some(Self {
            message: Some(line(text)?),
            ..Self::default()
        })
    }
}

fn activity<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    key(header("activityid").or_else(|| header("x-vss-e2eid"))?)
}

/// A name or an id: what such a thing is made of, and no more than it is long.
fn key(text: &str) -> Option<String> {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let key: String = text.chars().filter(is_part).take(100).collect();
    (!key.is_empty()).then_some(key)
}

/// One line of at most 300 characters.
fn line(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    let text = words.join(" ");
    match text.char_indices().nth(KEPT) {
        None => Some(text).filter(|text| !text.is_empty()),
        Some((end, _)) => Some(format!("{}...", &text[..end])),
    }
}

/// The text of a header that is encoded as the query of an address is.
fn unescaped(text: &str) -> String {
    let pair = format!("x={}", text.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
