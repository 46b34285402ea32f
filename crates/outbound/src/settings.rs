//! What a client is made from.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::{Breaker, Identity, Proxy, Retry, Trust};

/// Everything a [`crate::Client`] needs to know; `Default` is a direct way with the bundled and the
/// system's roots.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How we introduce ourselves, `snowgate/<version>` by default.
    pub user_agent: String,
    /// The proxy, if there is one. The variables `HTTPS_PROXY` and the like are not read.
    pub proxy: Option<Proxy>,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Our own certificate, for parties that ask for one.
    pub identity: Option<Identity>,
    /// Time and size limits.
    pub limits: Limits,
    /// How often and after which waits a request is repeated.
    pub retry: Retry,
    /// When a party that fails is left alone for a while.
    pub breaker: Breaker,
    /// Where the secrets of requests are made known, and what receipts are masked with.
    pub masker: redact::Masker,
    /// Whether each attempt leaves a [`crate::Receipt`].
    pub keep_receipts: bool,
    /// Wall time, for receipts and for answers without a `Date` header.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("snowgate/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxy: None,
            trust: Trust::default(),
            identity: None,
            limits: Limits::default(),
            retry: Retry::default(),
            breaker: Breaker::default(),
            masker: redact::Masker::default(),
            keep_receipts: false,
            clock: Clock::default(),
        }
    }
}

/// Time and size limits of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the connection: name look-up, TCP, proxy and TLS together. 10 s.
    pub connect: Duration,
    /// For the whole attempt, up to the last byte of the answer. 70 s: an instance gives a REST
    /// transaction 60 s before it cancels it, and its answer to that is worth having.
    pub total: Duration,
    /// Bytes of an answer's body. 8 MiB; a longer one is an error and is not read to its end.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(70),
            body: 8 << 20,
        }
    }
}

/// Where wall time comes from; tests hand in their own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// A clock that asks `now` each time.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time now.
    pub fn now(&self) -> SystemTime {
        (self.0)()
    }
}

impl Default for Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock that is handed in where no test hands in another"
    )]
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
