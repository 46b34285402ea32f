//! Why no usable answer came, by who failed.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::response;

/// The library's own error below ours. It holds no address, header or body.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// An error keeps at most this much of a body: envelopes and pages that explain themselves are shorter.
pub(crate) const KEPT_BODY: usize = 64 << 10;

/// Why a request did not end in a [`crate::Response`].
///
/// Callers decide by [`Error::class`] and [`Error::may_have_happened`]. Texts name the party and never
/// hold a header, a query value or a piece of a body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Our side: the request cannot be put on the wire, for example a header value with a line break.
    #[error("the request to {party} could not be built")]
    Request {
        /// Whom it was for.
        party: String,
        /// What is wrong with it.
        #[source]
        source: Cause,
    },
    /// No connection, so nothing was sent.
    #[error("could not connect to {party}{}", via(proxy.as_deref()))]
    Connect {
        /// Whom we wanted to reach.
        party: String,
        /// The proxy's host, where one was in between.
        proxy: Option<String>,
        /// What the system says.
        #[source]
        source: Cause,
    },
    /// A connection, but not to somebody we trust, or not one we can speak over. Nothing was sent.
    #[error("could not agree with {party} on a trusted connection{}", via(proxy.as_deref()))]
    Untrusted {
        /// Whom we wanted to reach.
        party: String,
        /// The proxy's host, where one was in between.
        proxy: Option<String>,
        /// What the certificate lacks, or the alert the party sent.
        #[source]
        source: Cause,
    },
    /// The proxy wants to know who we are, or does not accept who we say we are (407). Nothing was passed on.
    #[error(
        "the proxy {proxy} did not accept the agent's proxy credentials, so {party} was not asked"
    )]
    Proxy {
        /// Whom we wanted to reach.
        party: String,
        /// The proxy's host.
        proxy: String,
    },
    /// The time for one attempt ran out.
    #[error("{party} gave no complete answer within {after:?}")]
    TimedOut {
        /// Who was too slow.
        party: String,
        /// The limit.
        after: Duration,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// The connection ended before the answer did.
    #[error("the connection to {party} broke before its answer was complete")]
    Interrupted {
        /// Who was to answer.
        party: String,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
        /// What the system says.
        #[source]
        source: Cause,
    },
    /// The party failed often enough to be left alone for a while. Nothing was sent.
    #[error("{party} failed repeatedly, so it is not asked again for {retry_in:?}")]
    Resting {
        /// Who is left alone.
        party: String,
        /// For how long.
        retry_in: Duration,
    },
    /// An answer with a status that is no success.
    #[error("{party} answered with status {}", answer.status)]
    Status {
        /// Who answered.
        party: String,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
        /// What it answered.
        answer: Box<Answer>,
    },
    /// A redirect we do not follow: to another place, not of a read, or one too many.
    #[error("{party} redirects to {target}, which is not followed")]
    Redirect {
        /// Who answered.
        party: String,
        /// Host and port it sends us to.
        target: String,
        /// 301, 302, 303, 307 or 308.
        status: u16,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// An answer with more body than [`crate::Limits::body`].
    #[error("the answer of {party} is longer than {limit} bytes")]
    TooLarge {
        /// Who answered.
        party: String,
        /// The limit in bytes.
        limit: usize,
        /// The status it came with.
        status: u16,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// A success whose body is not what was asked for.
    #[error("the answer of {party}{} {problem} at {place}", answer.described_type())]
    Decode {
        /// Who answered.
        party: String,
        /// What is wrong, in words of ours.
        problem: &'static str,
        /// The path in the JSON document, with line and column.
        place: String,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
        /// What it answered.
        answer: Box<Answer>,
    },
}

/// What a caller can do about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// Later may be better: overload, outage, a broken connection.
    Transient {
        /// How long the party asks to be left alone, where it says so.
        retry_after: Option<Duration>,
    },
    /// Who we are was not accepted (401).
    Unauthorized,
    /// What we asked for is not there (404, 410).
    NotFound,
    /// It changed or exists already (409, 412).
    Conflict,
    /// Understood, and no (other 4xx).
    Refused,
    /// One of us speaks wrongly: certificates, redirects, bodies.
    Broken,
}

impl Error {
    /// What the caller can do about it.
    pub fn class(&self) -> Class {
        match self {
            Self::Connect { .. } | Self::TimedOut { .. } | Self::Interrupted { .. } => {
                Class::Transient { retry_after: None }
            }
            Self::Resting { retry_in, .. } => Class::Transient {
                retry_after: Some(*retry_in),
            },
            Self::Status { answer, .. } => class_of(answer),
            Self::Request { .. }
            | Self::Untrusted { .. }
            | Self::Proxy { .. }
            | Self::Redirect { .. }
            | Self::TooLarge { .. }
            | Self::Decode { .. } => Class::Broken,
        }
    }

    /// Whether a write may have been executed although no clear answer came. Then look before repeating it.
    ///
    /// Always `false` for [`crate::Effect::Read`], where nothing can have happened, for 429, and wherever
    /// nothing was sent.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::TimedOut {
                may_have_happened, ..
            }
            | Self::Interrupted {
                may_have_happened, ..
            }
            | Self::Status {
                may_have_happened, ..
            }
            | Self::Redirect {
                may_have_happened, ..
            }
            | Self::TooLarge {
                may_have_happened, ..
            }
            | Self::Decode {
                may_have_happened, ..
            } => *may_have_happened,
            Self::Request { .. }
            | Self::Connect { .. }
            | Self::Untrusted { .. }
            | Self::Proxy { .. }
            | Self::Resting { .. } => false,
        }
    }

    /// The status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { answer, .. } | Self::Decode { answer, .. } => Some(answer.status),
            Self::Redirect { status, .. } | Self::TooLarge { status, .. } => Some(*status),
            Self::Request { .. }
            | Self::Connect { .. }
            | Self::Untrusted { .. }
            | Self::Proxy { .. }
            | Self::TimedOut { .. }
            | Self::Interrupted { .. }
            | Self::Resting { .. } => None,
        }
    }

    /// The beginning of the answer's body, at most 64 KiB, for the party's own error envelope. Not to be printed.
    pub fn body(&self) -> Option<&[u8]> {
        self.answer().map(|answer| answer.body.as_slice())
    }

    /// The answer's media type as it was sent.
    pub fn content_type(&self) -> Option<&str> {
        self.answer().map(|answer| answer.content_type.as_str())
    }

    /// A header of an answer that was no success.
    pub fn header(&self, name: &str) -> Option<&str> {
        response::text(&self.answer()?.headers, name)
    }

    /// Host, or host and port, of whom the request was for.
    pub fn party(&self) -> &str {
        match self {
            Self::Request { party, .. }
            | Self::Connect { party, .. }
            | Self::Untrusted { party, .. }
            | Self::Proxy { party, .. }
            | Self::TimedOut { party, .. }
            | Self::Interrupted { party, .. }
            | Self::Resting { party, .. }
            | Self::Status { party, .. }
            | Self::Redirect { party, .. }
            | Self::TooLarge { party, .. }
            | Self::Decode { party, .. } => party,
        }
    }

    fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Status { answer, .. } | Self::Decode { answer, .. } => Some(answer),
            _ => None,
        }
    }
}

fn class_of(answer: &Answer) -> Class {
    match answer.status {
        401 => Class::Unauthorized,
        404 | 410 => Class::NotFound,
        409 | 412 => Class::Conflict,
        // The server gave up on receiving, or on trusting, the request: another attempt is in order.
        408 | 425 | 429 | 500..=599 => Class::Transient {
            retry_after: answer.retry_after,
        },
        400..=499 => Class::Refused,
        _ => Class::Broken,
    }
}

fn via(proxy: Option<&str>) -> String {
    proxy
        .map(|host| format!(" through the proxy {host}"))
        .unwrap_or_default()
}

/// An answer that was no success: its status, and what the party's crate may want to read of it.
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let content_type = response::text(headers, "content-type")
            .unwrap_or_default()
            .to_owned();
        let body = body[..body.len().min(KEPT_BODY)].to_vec();
        Self {
            status,
            content_type,
            headers: headers.clone(),
            body,
            retry_after: None,
        }
    }

    /// Names the media type where it is not JSON; foreign text, so only what a media type is made of.
    fn described_type(&self) -> String {
        let essence = self
            .content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        let is_media_type = |c: char| c.is_ascii_alphanumeric() || "/+-._".contains(c);
        let essence: String = essence
            .chars()
            .filter(|c| is_media_type(*c))
            .take(60)
            .collect();
        match essence.to_ascii_lowercase().as_str() {
            "" | "application/json" => String::new(),
            _ => format!(" ({essence})"),
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}
