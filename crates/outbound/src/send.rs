//! The way out: send a request, repeat what may be repeated, leave a receipt of each attempt.

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use crate::attempt::Attempt;
use crate::breaker::{Breakers, Health};
use crate::error::Error;
use crate::jitter::Jitter;
use crate::receipts::{Receipt, Receipts};
use crate::request::{Request, party};
use crate::response::Response;
use crate::retry;
use crate::settings::Settings;
use crate::setup::{SetupError, Wires};

/// A client: connections, retries, breaker and receipts. Clones share them all.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    settings: Settings,
    wires: Wires,
    breakers: Breakers,
    jitter: Jitter,
    receipts: Receipts,
    notices: Vec<String>,
}

impl Client {
    /// Makes a client. Nothing is connected yet; files of [`crate::Trust`] are read.
    ///
    /// # Errors
    ///
    /// A [`SetupError`] names the file, the proxy or the part of the client certificate that is of no use.
    pub fn new(settings: Settings) -> Result<Self, SetupError> {
        let mut notices = Vec::new();
        let wires = Wires::new(&settings, &mut notices)?;
        if let Some(secret) = settings.proxy.as_ref().and_then(crate::Proxy::secret) {
            settings.masker.add(&secret);
        }
        if let Some(identity) = &settings.identity {
            settings.masker.add(&identity.key_pem);
        }
        let breakers = Breakers::new(settings.breaker.clone());
        let receipts = Receipts::new(settings.masker.clone());
        let jitter = Jitter::new();
        Ok(Self(Arc::new(Shared {
            settings,
            wires,
            breakers,
            jitter,
            receipts,
            notices,
        })))
    }

    /// Sends a request and waits for its answer, with as many attempts as its effect and the errors allow.
    ///
    /// Dropping the future ends the attempt or the wait it is in.
    ///
    /// # Errors
    ///
    /// Everything but a status from 200 to 299 is an [`Error`], the last attempt's.
    pub async fn send(&self, request: &Request) -> Result<Response, Error> {
        let Shared {
            settings,
            breakers,
            jitter,
            ..
        } = &*self.0;
        request.announce(&settings.masker);
        let party = party(&request.url);
        let began = Instant::now();
        let mut made = 0;
        let mut last = None;
        loop {
            let pass = match breakers.admit(&party) {
                Ok(pass) => pass,
                // What made the breaker open says more than that it did.
                Err(retry_in) => return Err(last.unwrap_or(Error::Resting { party, retry_in })),
            };
            let outcome = self.attempt(request).await;
            pass.settle(
                outcome
                    .as_ref()
                    .map_or_else(retry::health, |_| Health::Well),
            );
            made += 1;
            let error = match outcome {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let Some(wait) =
                settings
                    .retry
                    .next_wait(&error, request.effect, made, began.elapsed(), jitter)
            else {
                return Err(error);
            };
            last = Some(error);
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Response, Error> {
        let Shared {
            settings,
            wires,
            receipts,
            ..
        } = &*self.0;
        let Settings { limits, clock, .. } = settings;
        let attempt = Attempt {
            wires,
            limits,
            clock,
            request,
        };
        if !settings.keep_receipts {
            return attempt.make().await;
        }
        let (time, start) = (clock.now(), Instant::now());
        let outcome = attempt.make().await;
        receipts.note(time, start.elapsed(), request, &outcome);
        outcome
    }

    /// The receipts of all attempts so far, oldest first; empty unless [`Settings::keep_receipts`] is set.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.0.receipts.all()
    }

    /// Like [`Client::receipts`], and forgets them: for programs that run for long.
    pub fn take_receipts(&self) -> Vec<Receipt> {
        self.0.receipts.take()
    }

    /// What a person should know about the settings although they work: bypass expressions that are not
    /// understood, certificates that are passed over.
    pub fn notices(&self) -> &[String] {
        &self.0.notices
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared {
            settings,
            wires,
            notices,
            ..
        } = &*self.0;
        f.debug_struct("Client")
            .field("settings", settings)
            .field("wires", wires)
            .field("notices", notices)
            .finish_non_exhaustive()
    }
}
