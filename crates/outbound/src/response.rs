//! The answer to a request that succeeded.

use std::fmt;
use std::time::SystemTime;

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use crate::error::{Answer, Error};
use crate::request::Effect;

/// An answer with a status from 200 to 299, read to its end.
pub struct Response {
    pub(crate) party: String,
    pub(crate) effect: Effect,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// The status, 200 to 299.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header, by its name in any case; the first where it stands several times.
    pub fn header(&self, name: &str) -> Option<&str> {
        text(&self.headers, name)
    }

    /// Every value of a header, in the order sent.
    pub fn header_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
    }

    /// The media type as it was sent, or nothing.
    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// The body, at most [`crate::Limits::body`] bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// When the party says it answered, by the `Date` header.
    pub fn date(&self) -> Option<SystemTime> {
        date(&self.headers)
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] names the place in the document and keeps the body for the party's own crate to
    /// look at; neither its text nor its causes quote it.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        match serde_path_to_error::deserialize(&mut reader) {
            Ok(value) => reader
                .end()
                .map(|()| value)
                .map_err(|error| self.decode_error(String::from("."), &error)),
            Err(error) => Err(self.decode_error(error.path().to_string(), error.inner())),
        }
    }

    /// The cause itself is dropped: it quotes the values it stumbled over.
    fn decode_error(&self, path: String, error: &serde_json::Error) -> Error {
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "ends too early",
            serde_json::error::Category::Data => "is not of the expected shape",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "is not JSON",
        };
        Error::Decode {
            party: self.party.clone(),
            problem,
            place: format!("{path} (line {}, column {})", error.line(), error.column()),
            may_have_happened: self.effect != Effect::Read,
            answer: Box::new(Answer::new(self.status, &self.headers, &self.body)),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("party", &self.party)
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, "date")?).ok()
}
