//! One request over plain HTTP, and the record of it.

mod send;

use std::time::Duration;

use url::Url;

use crate::answer::Answer;
use crate::template::{RenderError, TemplateError};

pub(crate) use send::send;

/// Why there is no answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// A string of the request that cannot be read as a template, which happens where a value brings braces in.
    #[error("a string of the request is no template")]
    Template(#[source] TemplateError),
    /// A string of the request that cannot be filled in.
    #[error("a string of the request cannot be filled in")]
    Render(#[source] RenderError),
    /// A macro that nothing answers to. The server sends it as it stands.
    #[error("nothing answers to `$({name})`")]
    Macro {
        /// Its name.
        name: String,
    },
    /// Not an address that a request can go to.
    #[error("no address: `{text}`")]
    Url {
        /// The text.
        text: String,
    },
    /// An address that needs what is not played here.
    #[error("no plain HTTP address: `{text}`")]
    Https {
        /// The text.
        text: String,
    },
    /// Not one of HTTP's verbs.
    #[error("no method: `{text}`")]
    Method {
        /// The text.
        text: String,
    },
    /// `Headers` that are no JSON object of texts, or a header that cannot be sent.
    #[error("no headers: {text}")]
    Headers {
        /// The text.
        text: String,
    },
    /// A body whose type nobody says, or one where there can be none.
    #[error("a body needs a Content-Type and a method that carries one")]
    Body,
    /// A scheme that the connection type does not offer.
    #[error("the connection type does not offer the scheme {scheme}")]
    Scheme {
        /// Its name.
        scheme: &'static str,
    },
    /// Nobody there, or the line was cut.
    #[error("the line failed: {detail}")]
    Line {
        /// What the system says.
        detail: String,
    },
    /// Nothing in time.
    #[error("no answer within {seconds} s")]
    TimedOut {
        /// The bound in whole seconds, rounded up.
        seconds: u64,
    },
    /// More than the server reads.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The bound in bytes.
        limit: usize,
    },
}

/// A request as it goes out.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
}

/// Bounds of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) within: Duration,
    pub(crate) limit: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(20),
            limit: 2 * 1024 * 1024,
        }
    }
}

/// One request that was sent, and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The verb.
    pub method: String,
    /// The address as it was sent.
    pub url: String,
    /// Headers that the definition asks for. Those that prove who asks are not among them.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<String>,
    /// The answer's status; none where there was no answer.
    pub status: Option<u16>,
    /// The answer's content; empty where there was none.
    pub content: String,
}

const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE",
];

impl Request {
    /// Checks what the strings came to.
    pub(crate) fn new(
        method: &str,
        url: &str,
        headers: Vec<(String, String)>,
        body: String,
    ) -> Result<Self, RequestError> {
        let method = method.trim().to_ascii_uppercase();
        if !METHODS.contains(&method.as_str()) {
            return Err(RequestError::Method { text: method });
        }
        let text = || url.to_owned();
        let mut parsed = Url::parse(url).map_err(|_| RequestError::Url { text: text() })?;
        match parsed.scheme() {
            "http" => {}
            "https" => return Err(RequestError::Https { text: text() }),
            _ => return Err(RequestError::Url { text: text() }),
        }
        // What follows a `#` never leaves the client.
        parsed.set_fragment(None);
        let body = Some(body).filter(|body| !body.is_empty());
        let typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let carries = !matches!(method.as_str(), "GET" | "HEAD" | "TRACE");
        if body.is_some() && !(typed && carries) {
            return Err(RequestError::Body);
        }
        Ok(Self {
            method,
            url: parsed,
            headers,
            body,
        })
    }

    /// The record of the request, before the proof of identity is added.
    pub(crate) fn recorded(&self) -> Exchange {
        Exchange {
            method: self.method.clone(),
            url: self.url.to_string(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            status: None,
            content: String::new(),
        }
    }
}

impl Exchange {
    pub(crate) fn answered(&mut self, answer: &Answer) {
        self.status = Some(answer.status);
        self.content.clone_from(&answer.content);
    }
}
