//! What was said to whom and when, for auditors.
//!
//! Headers are never kept. Bodies are kept masked and cut; everything is masked again when it is handed
//! out, since a secret may have become known only after the text that holds it was written down.

mod hide;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use redact::Masker;
use serde::Serialize;

use crate::error::Error;
use crate::request::{Body, Request, Text, encode_form, party};
use crate::response::Response;

/// The longest body text in a receipt, in bytes.
const BODY: usize = 16 << 10;

/// How much of a body is looked at: more than is kept, so that no secret is cut in two before it is found.
const LOOKED_AT: usize = 4 * BODY;

/// All bodies together. Beyond it the oldest receipts lose theirs, so that a wait of hours stays small.
const ALL_BODIES: usize = 2 << 20;

/// Receipts kept. Beyond it the oldest are dropped.
const MOST: usize = 10_000;

/// One attempt at one call of a party.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// When it began, RFC 3339 in UTC with milliseconds.
    pub time: String,
    /// Host, or host and port.
    pub party: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The status, where an answer came.
    pub status: Option<u16>,
    /// What went wrong, where no success came.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What it was about, see [`Request::correlation`].
    pub correlation: Option<String>,
    /// The body sent, masked and at most 16 KiB long.
    pub request_body: Option<String>,
    /// The body received, masked and at most 16 KiB long.
    pub response_body: Option<String>,
}

impl Receipt {
    fn size(&self) -> usize {
        [&self.request_body, &self.response_body]
            .into_iter()
            .flatten()
            .map(String::len)
            .sum()
    }
}

impl fmt::Debug for Receipt {
    /// Bodies are for the receipts' own store, not for a log line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |body: &Option<String>| body.as_ref().map(String::len);
        f.debug_struct("Receipt")
            .field("time", &self.time)
            .field("party", &self.party)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("status", &self.status)
            .field("error", &self.error)
            .field("duration_ms", &self.duration_ms)
            .field("correlation", &self.correlation)
            .field("request_body", &length(&self.request_body))
            .field("response_body", &length(&self.response_body))
            .finish()
    }
}

/// The receipts of one client.
pub(crate) struct Receipts {
    masker: Masker,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    receipts: VecDeque<Receipt>,
    /// Bytes of all bodies.
    size: usize,
    /// How many of the oldest have lost their bodies already.
    bare: usize,
}

impl Receipts {
    pub(crate) fn new(masker: Masker) -> Self {
        Self {
            masker,
            kept: Mutex::default(),
        }
    }

    pub(crate) fn note(
        &self,
        time: SystemTime,
        took: Duration,
        request: &Request,
        outcome: &Result<Response, Error>,
    ) {
        let (status, received) = match outcome {
            Ok(response) => (
                Some(response.status()),
                Some((response.content_type(), response.body())),
            ),
            Err(error) => (error.status(), error.content_type().zip(error.body())),
        };
        self.lock().push(Receipt {
            time: timestamp(time),
            party: party(&request.url),
            method: request.method.to_owned(),
            path: self.masker.mask(request.url.path()).into_owned(),
            status,
            error: outcome
                .as_ref()
                .err()
                .map(|error| self.masker.mask(&redact::chain(error)).into_owned()),
            duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            correlation: request.correlation.clone(),
            request_body: self.sent(&request.body),
            response_body: received.and_then(|(content_type, body)| self.text(content_type, body)),
        });
    }

    pub(crate) fn all(&self) -> Vec<Receipt> {
        let receipts: Vec<Receipt> = self.lock().receipts.iter().cloned().collect();
        self.masked(receipts)
    }

    pub(crate) fn take(&self) -> Vec<Receipt> {
        let kept = std::mem::take(&mut *self.lock());
        self.masked(kept.receipts.into())
    }

    fn masked(&self, mut receipts: Vec<Receipt>) -> Vec<Receipt> {
        for receipt in &mut receipts {
            let texts = [
                &mut receipt.request_body,
                &mut receipt.response_body,
                &mut receipt.error,
            ];
            for text in texts.into_iter().flatten() {
                *text = self.masker.mask(text).into_owned();
            }
        }
        receipts
    }

    fn sent(&self, body: &Body) -> Option<String> {
        match body {
            Body::None => None,
            Body::Json(value) => self.text("application/json", value.to_string().as_bytes()),
            Body::Form(pairs) => self.text(
                "application/x-www-form-urlencoded",
                encode_form(pairs, Text::shown).as_bytes(),
            ),
            Body::Bytes {
                content_type,
                bytes,
            } => self.text(content_type, bytes),
        }
    }

    /// The body as it may be kept: text masked and cut, anything else as its size.
    fn text(&self, content_type: &str, body: &[u8]) -> Option<String> {
        if body.is_empty() {
            return None;
        }
        if !is_text(content_type) {
            return Some(format!("[{} bytes, not text]", body.len()));
        }
        let looked_at = &body[..body.len().min(LOOKED_AT)];
        let hidden = hide::secret_members(&String::from_utf8_lossy(looked_at));
        let mut masked = self.masker.mask(&hidden).into_owned();
        if masked.len() > BODY || body.len() > LOOKED_AT {
            masked.truncate(masked.floor_char_boundary(BODY));
            masked.push_str(&format!("[cut, {} bytes in all]", body.len()));
        }
        Some(masked)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, receipt: Receipt) {
        self.size += receipt.size();
        self.receipts.push_back(receipt);
        if self.receipts.len() > MOST {
            let dropped = self.receipts.pop_front();
            self.size -= dropped.map_or(0, |receipt| receipt.size());
            self.bare = self.bare.saturating_sub(1);
        }
        while self.size > ALL_BODIES && self.bare < self.receipts.len() {
            let oldest = &mut self.receipts[self.bare];
            self.size -= oldest.size();
            for body in [&mut oldest.request_body, &mut oldest.response_body] {
                *body = None;
            }
            self.bare += 1;
        }
    }
}

fn is_text(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.starts_with("text/")
        || ["json", "xml", "x-www-form-urlencoded", "yaml", "javascript"]
            .iter()
            .any(|kind| essence.ends_with(kind))
}

fn timestamp(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|time| format!("{time:.3}"))
        .unwrap_or_default()
}
