//! Faults on demand: which requests they strike, and what becomes of the answer.

use serde::Deserialize;

use crate::http::{Reply, Request};
use crate::refusal::Refusal;
use crate::throttle;
use crate::world::World;

/// What goes wrong. "After commit" means the request did its work and only the answer is lost.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// First stage of throttling: a good answer, late, with `Retry-After` and `X-RateLimit-*`.
    Slowed {
        /// Seconds to hold back, as told in `Retry-After`.
        retry_after: u32,
        /// Milliseconds the answer is late.
        delay_ms: u64,
    },
    /// Second stage of throttling: 429 `TF400733` with `Retry-After`, nothing done.
    Throttled {
        /// Seconds to hold back.
        retry_after: u32,
        /// The body is a page instead of JSON.
        html: bool,
    },
    /// An error status with an HTML page, nothing done.
    Gateway {
        /// 500, 502, 503, 504 or any other.
        status: u16,
    },
    /// An error status with an HTML page, although done.
    GatewayAfterCommit {
        /// 500, 502, 503, 504 or any other.
        status: u16,
    },
    /// 503 with `X-VSS-HostOfflineError`: the organization is offline, and asking again soon is no use.
    Offline,
    /// The connection closes without an answer, nothing done.
    Reset,
    /// The connection closes without an answer, although done.
    ResetAfterCommit,
    /// The connection closes in the middle of the body, although done.
    CutBody,
    /// 200 with a whole but unfinished JSON text, although done.
    Truncated,
    /// A good answer after a pause.
    Slow {
        /// Milliseconds.
        delay_ms: u64,
    },
    /// The answer comes in pieces of a few bytes.
    SlowDrip {
        /// Milliseconds between two pieces.
        pause_ms: u64,
    },
    /// No answer at all while the connection stays open, nothing done.
    Hang,
    /// No answer at all while the connection stays open, although done.
    HangAfterCommit,
    /// The sign-in page with status 203, whatever the credential and the headers.
    SignInPage,
    /// 302.
    Redirect {
        /// Value of `Location`.
        location: String,
    },
    /// 200 with JSON grown to this size.
    Oversize {
        /// Bytes of the body, at least.
        bytes: usize,
    },
    /// 401 `TF400813` as for unknown credentials.
    Unauthorized,
    /// 403 as for a missing permission.
    Forbidden,
    /// This answer word for word, nothing done: JSON where the body starts with a brace, text where it starts with a
    /// letter, else a page.
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
    /// Paths that contain this text only, in any letter case, as routes are.
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
        let path = request.path.to_ascii_lowercase();
        self.method
            .as_ref()
            .is_none_or(|m| m.eq_ignore_ascii_case(&request.method))
            && path.contains(&self.path.to_ascii_lowercase())
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
    /// Whole, after this many milliseconds.
    Late(Reply, u64),
    /// Close without a byte.
    Nothing,
    /// Headers and half of the body, then close.
    Half(Reply),
    /// A few bytes, a pause, a few bytes.
    Drip(Reply, u64),
    Silence,
}

impl Delivery {
    /// The answer, where there is one at all.
    pub(crate) fn reply_mut(&mut self) -> Option<&mut Reply> {
        match self {
            Self::Whole(reply)
            | Self::Late(reply, _)
            | Self::Half(reply)
            | Self::Drip(reply, _) => Some(reply),
            Self::Nothing | Self::Silence => None,
        }
    }
}

impl Fault {
    /// Short name, as in the recorder and the control endpoint.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Slowed { .. } => "slowed",
            Self::Throttled { .. } => "throttled",
            Self::Gateway { .. } => "gateway",
            Self::GatewayAfterCommit { .. } => "gateway_after_commit",
            Self::Offline => "offline",
            Self::Reset => "reset",
            Self::ResetAfterCommit => "reset_after_commit",
            Self::CutBody => "cut_body",
            Self::Truncated => "truncated",
            Self::Slow { .. } => "slow",
            Self::SlowDrip { .. } => "slow_drip",
            Self::Hang => "hang",
            Self::HangAfterCommit => "hang_after_commit",
            Self::SignInPage => "sign_in_page",
            Self::Redirect { .. } => "redirect",
            Self::Oversize { .. } => "oversize",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Answer { .. } => "answer",
        }
    }

    /// Whether the caller cannot tell from the answer if the request took effect.
    pub(crate) fn leaves_unclear(&self) -> bool {
        match self {
            Self::Answer { status, .. } => !(400..500).contains(status),
            Self::Gateway { .. }
            | Self::GatewayAfterCommit { .. }
            | Self::Reset
            | Self::ResetAfterCommit
            | Self::CutBody
            | Self::Truncated
            | Self::Hang
            | Self::HangAfterCommit => true,
            Self::Slowed { .. }
            | Self::Throttled { .. }
            | Self::Offline
            | Self::Slow { .. }
            | Self::SlowDrip { .. }
            | Self::SignInPage
            | Self::Redirect { .. }
            | Self::Oversize { .. }
            | Self::Unauthorized
            | Self::Forbidden => false,
        }
    }

    /// Whether the request does its work first.
    pub(crate) fn commits(&self) -> bool {
        matches!(
            self,
            Self::Slowed { .. }
                | Self::GatewayAfterCommit { .. }
                | Self::ResetAfterCommit
                | Self::CutBody
                | Self::Truncated
                | Self::Slow { .. }
                | Self::SlowDrip { .. }
                | Self::HangAfterCommit
                | Self::Oversize { .. }
        )
    }

    /// The spoiled answer; `honest` is the one a committed request would have had.
    pub(crate) fn spoil(&self, world: &World, honest: Reply) -> Delivery {
        let whole = match self {
            Self::Reset | Self::ResetAfterCommit => return Delivery::Nothing,
            Self::Hang | Self::HangAfterCommit => return Delivery::Silence,
            Self::CutBody => return Delivery::Half(honest),
            Self::Slow { delay_ms } => return Delivery::Late(honest, *delay_ms),
            Self::SlowDrip { pause_ms } => return Delivery::Drip(honest, *pause_ms),
            Self::Slowed {
                retry_after,
                delay_ms,
            } => {
                let slowed = throttle::slowed(world, honest, *retry_after, *delay_ms);
                return Delivery::Late(slowed, *delay_ms);
            }
            Self::Throttled { retry_after, html } => throttle::blocked(world, *retry_after, *html),
            Self::Gateway { status } | Self::GatewayAfterCommit { status } => {
                Reply::html(*status, GATEWAY)
            }
            Self::Offline => Refusal::offline().reply(),
            Self::Truncated => truncated(honest),
            Self::SignInPage => crate::auth::sign_in_page(),
            Self::Redirect { location } => Reply::empty(302).with("Location", location.clone()),
            Self::Oversize { bytes } => oversize(honest, *bytes),
            Self::Unauthorized => Refusal::unauthorized(None).reply(),
            Self::Forbidden => Refusal::forbidden(403, "Use of this resource").reply(),
            Self::Answer { status, body } => verbatim(*status, body),
        };
        Delivery::Whole(whole)
    }
}

const GATEWAY: &str = "<!DOCTYPE html><html><head><title>Azure DevOps Services Unavailable</title></head>\
<body><h1>The service is unavailable.</h1></body></html>";

fn verbatim(status: u16, body: &str) -> Reply {
    let media = match body.chars().next() {
        Some('{' | '[') => "application/json; charset=utf-8",
        Some(first) if first.is_alphabetic() => "text/plain",
        _ => "text/html; charset=utf-8",
    };
    Reply::bytes(status, media, body.as_bytes().to_vec())
}

fn truncated(mut honest: Reply) -> Reply {
    let half = honest.body.len() / 2;
    honest.body.truncate(half.max(1));
    honest
}

/// White space between two JSON tokens: valid, and as long as asked.
fn oversize(mut honest: Reply, bytes: usize) -> Reply {
    let missing = bytes.saturating_sub(honest.body.len());
    let at = honest.body.len().min(1);
    let filling = std::iter::repeat_n(b' ', missing);
    honest.body.splice(at..at, filling);
    honest
}
