//! Faults on demand: which requests they strike, and what becomes of the answer.

use serde::Deserialize;
use serde_json::json;

use crate::clock;
use crate::http::{Reply, Request};
use crate::world::World;

/// What goes wrong. "After commit" means the request did its work and only the answer is lost.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with rate-limit headers and `Retry-After`.
    RateLimited {
        /// Seconds.
        retry_after: u32,
    },
    /// 429 without any of these headers, as from a full semaphore queue.
    TooBusy,
    /// 500 "Transaction cancelled", nothing written.
    TransactionCancelled,
    /// 500 "Transaction cancelled", although written.
    TransactionCancelledAfterCommit,
    /// An error status with an HTML page, nothing written.
    Gateway {
        /// 500, 502, 503, 504 or any other.
        status: u16,
    },
    /// An error status with an HTML page, although written.
    GatewayAfterCommit {
        /// 500, 502, 503, 504 or any other.
        status: u16,
    },
    /// The connection closes without an answer, nothing written.
    Reset,
    /// The connection closes without an answer, although written.
    ResetAfterCommit,
    /// The connection closes in the middle of the body, although written.
    CutBody,
    /// 200 with a whole but unfinished JSON text, although written.
    Truncated,
    /// 200 with a partial result and an error object.
    PartialResult,
    /// 200 with the page of a hibernating developer instance.
    Hibernating,
    /// 200 with a login page.
    LoginPage,
    /// 302.
    Redirect {
        /// Value of `Location`.
        location: String,
    },
    /// 200 with JSON grown to this size, although written.
    Oversize {
        /// Bytes of the body, at least.
        bytes: usize,
    },
    /// The answer comes in pieces of a few bytes, although written.
    SlowDrip {
        /// Milliseconds between two pieces.
        pause_ms: u64,
    },
    /// No answer at all while the connection stays open, nothing written.
    Hang,
    /// No answer at all while the connection stays open, although written.
    HangAfterCommit,
    /// 401 as for unknown credentials.
    Unauthorized,
    /// This answer word for word, nothing written: JSON where the body starts with a brace, else a page.
    Answer {
        /// Any status.
        status: u16,
        /// The body.
        body: String,
    },
}

/// Which of the matching requests are struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The n-th one from now, counted from 1.
    Nth(u32),
    /// The next k.
    Next(u32),
    /// All, until cleared.
    UntilCleared,
}

/// Which requests match.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct On {
    /// This method only.
    pub method: Option<String>,
    /// Paths that contain this text only.
    pub path: String,
}

impl On {
    /// Every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests whose path contains the text.
    pub fn path(part: &str) -> Self {
        Self {
            method: None,
            path: part.to_owned(),
        }
    }

    /// Narrowed to one method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    fn matches(&self, request: &Request) -> bool {
        self.method
            .as_ref()
            .is_none_or(|m| m.eq_ignore_ascii_case(&request.method))
            && request.path.contains(&self.path)
    }
}

#[derive(Clone, Debug)]
struct Rule {
    on: On,
    when: When,
    fault: Fault,
    seen: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    rules: Vec<Rule>,
}

impl Plan {
    pub(crate) fn add(&mut self, on: On, when: When, fault: Fault) {
        self.rules.push(Rule {
            on,
            when,
            fault,
            seen: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Counts the request with every rule it matches; the first rule that strikes gives the fault.
    pub(crate) fn pick(&mut self, request: &Request) -> Option<Fault> {
        let mut struck = None;
        for rule in self.rules.iter_mut().filter(|r| r.on.matches(request)) {
            rule.seen += 1;
            let strikes = match rule.when {
                When::Nth(n) => rule.seen == n,
                When::Next(k) => rule.seen <= k,
                When::UntilCleared => true,
            };
            if strikes && struck.is_none() {
                struck = Some(rule.fault.clone());
            }
        }
        struck
    }
}

/// How an answer leaves.
#[derive(Debug)]
pub(crate) enum Delivery {
    Whole(Reply),
    /// Close without a byte.
    Nothing,
    /// Headers and half of the body, then close.
    Half(Reply),
    /// A few bytes, a pause, a few bytes.
    Drip(Reply, u64),
    Silence,
}

impl Delivery {
    /// The status as the recorder notes it: 0 for none.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Whole(reply) | Self::Half(reply) | Self::Drip(reply, _) => reply.status,
            Self::Nothing | Self::Silence => 0,
        }
    }
}

const CANCELLED: &str = "Transaction cancelled: maximum execution time exceeded";

impl Fault {
    /// Short name, as in the recorder and the control endpoint.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::TooBusy => "too_busy",
            Self::TransactionCancelled => "transaction_cancelled",
            Self::TransactionCancelledAfterCommit => "transaction_cancelled_after_commit",
            Self::Gateway { .. } => "gateway",
            Self::GatewayAfterCommit { .. } => "gateway_after_commit",
            Self::Reset => "reset",
            Self::ResetAfterCommit => "reset_after_commit",
            Self::CutBody => "cut_body",
            Self::Truncated => "truncated",
            Self::PartialResult => "partial_result",
            Self::Hibernating => "hibernating",
            Self::LoginPage => "login_page",
            Self::Redirect { .. } => "redirect",
            Self::Oversize { .. } => "oversize",
            Self::SlowDrip { .. } => "slow_drip",
            Self::Hang => "hang",
            Self::HangAfterCommit => "hang_after_commit",
            Self::Unauthorized => "unauthorized",
            Self::Answer { .. } => "answer",
        }
    }

    /// Whether the caller cannot tell from the answer if the request took effect.
    pub(crate) fn leaves_unclear(&self) -> bool {
        match self {
            Self::Answer { status, .. } => !(400..500).contains(status),
            _ => !matches!(
                self,
                Self::RateLimited { .. }
                    | Self::TooBusy
                    | Self::Unauthorized
                    | Self::Redirect { .. }
                    | Self::SlowDrip { .. }
            ),
        }
    }

    /// Whether the request does its work first.
    pub(crate) fn commits(&self) -> bool {
        matches!(
            self,
            Self::TransactionCancelledAfterCommit
                | Self::GatewayAfterCommit { .. }
                | Self::ResetAfterCommit
                | Self::CutBody
                | Self::Truncated
                | Self::PartialResult
                | Self::Oversize { .. }
                | Self::SlowDrip { .. }
                | Self::HangAfterCommit
        )
    }

    /// The spoiled answer; `honest` is the one a committed request would have had.
    pub(crate) fn spoil(&self, world: &World, honest: Reply) -> Delivery {
        let whole = match self {
            Self::Reset | Self::ResetAfterCommit => return Delivery::Nothing,
            Self::Hang | Self::HangAfterCommit => return Delivery::Silence,
            Self::CutBody => return Delivery::Half(honest),
            Self::SlowDrip { pause_ms } => return Delivery::Drip(honest, *pause_ms),
            Self::RateLimited { retry_after } => rate_limited(world, 100, *retry_after),
            Self::TooBusy => Reply::empty(429),
            Self::TransactionCancelled | Self::TransactionCancelledAfterCommit => Reply::failure(
                500,
                CANCELLED,
                Some("Transaction cancelled, check logs for details"),
            ),
            Self::Gateway { status } | Self::GatewayAfterCommit { status } => Reply::html(
                *status,
                "<html><head><title>Error</title></head><body><h1>Error</h1></body></html>",
            ),
            Self::Truncated => truncated(honest),
            Self::PartialResult => partial(&honest),
            Self::Hibernating => Reply::html(200, HIBERNATING),
            Self::LoginPage => Reply::html(200, LOGIN),
            Self::Redirect { location } => Reply::empty(302).with("Location", location.clone()),
            Self::Oversize { bytes } => oversize(honest, *bytes),
            Self::Unauthorized => crate::refusal::Refusal::NotAuthenticated { mfa: false }.reply(),
            Self::Answer { status, body } if body.starts_with('{') => Reply::bytes(
                *status,
                "application/json;charset=UTF-8",
                body.clone().into_bytes(),
            ),
            Self::Answer { status, body } => Reply::html(*status, body),
        };
        Delivery::Whole(whole)
    }
}

const HIBERNATING: &str = "<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head>\
<body><h1>Your instance is hibernating</h1><p>Sign in to the developer site to wake it up.</p></body></html>";

const LOGIN: &str = "<!DOCTYPE html><html><head><title>Log in</title></head><body>\
<form action=\"/login.do\" method=\"post\"><input name=\"user_name\"><input name=\"user_password\" type=\"password\">\
</form></body></html>";

/// 429 as a rate rule answers, with the reset moment on the instance's own clock.
pub(crate) fn rate_limited(world: &World, limit: u32, retry_after: u32) -> Reply {
    let detail = format!("Rate limit of {limit} requests per hour for Table API exceeded");
    let reset = world.now().as_second() + i64::from(retry_after);
    Reply::failure(429, "Rate limit exceeded", Some(&detail))
        .with("X-RateLimit-Limit", limit.to_string())
        .with("X-RateLimit-Reset", reset.to_string())
        .with(
            "X-RateLimit-Rule",
            crate::ids::stable_id("sys_rate_limit_rules", "all"),
        )
        .with("Retry-After", retry_after.to_string())
        .with("Date", clock::http_date(world.now()))
}

fn truncated(mut honest: Reply) -> Reply {
    let half = honest.body.len() / 2;
    honest.body.truncate(half.max(1));
    honest
}

/// The first half of a list, or the whole of a record, beside an error: still with status 200.
fn partial(honest: &Reply) -> Reply {
    let mut body: serde_json::Value =
        serde_json::from_slice(&honest.body).unwrap_or_else(|_| json!({}));
    if let Some(rows) = body.get_mut("result").and_then(|r| r.as_array_mut()) {
        let half = rows.len() / 2;
        rows.truncate(half);
    }
    body["error"] =
        json!({ "message": CANCELLED, "detail": "Transaction cancelled, check logs for details" });
    body["status"] = json!("failure");
    Reply::json(200, &body)
}

/// White space between two JSON tokens: valid, and as long as asked.
fn oversize(mut honest: Reply, bytes: usize) -> Reply {
    let missing = bytes.saturating_sub(honest.body.len());
    let at = honest.body.len().min(1);
    honest
        .body
        .splice(at..at, std::iter::repeat_n(b' ', missing));
    honest
}
