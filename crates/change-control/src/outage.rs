//! An instance that does not answer, and how long it is waited for.

use std::time::Duration;

use outbound::Class;
use tokio::time::{Instant, sleep};

use crate::{Control, Error, News};

/// First and longest pause between two tries while an instance is unreachable.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(30);

/// One stretch of time in which an instance does not answer.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    since: Option<Instant>,
    pause: Duration,
}

impl Outage {
    /// Whether the instance answered last time.
    pub(crate) fn is_over(&self) -> bool {
        self.since.is_none()
    }

    /// Takes a failure. A passing one is told once and gives the pause before the next try; a lasting one, or one
    /// that has nothing to do with reachability, is the error to end with.
    pub(crate) fn failed(
        &mut self,
        control: &Control<'_>,
        what: impl FnOnce() -> String,
        source: servicenow::Error,
    ) -> Result<Duration, Error> {
        let Class::Transient { retry_after } = source.class() else {
            return Err(Error::Refused {
                what: what(),
                source,
            });
        };
        let lasted = match self.since {
            Some(since) => since.elapsed(),
            None => {
                self.since = Some(Instant::now());
                self.pause = FIRST;
                control.tell(News::Unreachable {
                    error: &source,
                    patience: control.unavailable,
                });
                Duration::ZERO
            }
        };
        let left = control.unavailable.saturating_sub(lasted);
        if left.is_zero() {
            return Err(Error::Unavailable { lasted, source });
        }
        let pause = self.pause.max(retry_after.unwrap_or_default()).min(left);
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(pause)
    }

    /// The error to end with when there is no time for another try.
    pub(crate) fn last(&self, what: impl FnOnce() -> String, source: servicenow::Error) -> Error {
        match source.class() {
            Class::Transient { .. } => {
                let lasted = self.since.map(|since| since.elapsed()).unwrap_or_default();
                Error::Unavailable { lasted, source }
            }
            _ => Error::Refused {
                what: what(),
                source,
            },
        }
    }

    /// Takes an answer.
    pub(crate) fn answered(&mut self, control: &Control<'_>) {
        if let Some(since) = self.since.take() {
            control.tell(News::Reachable {
                after: since.elapsed(),
            });
        }
    }
}

impl Control<'_> {
    /// Does `once` until it gives an answer, through an outage. For reads, and for writes that compare before they
    /// are repeated.
    ///
    /// # Errors
    /// When the instance stays unreachable, or fails in another way.
    pub async fn persist<T>(
        &self,
        what: impl Fn() -> String,
        mut once: impl AsyncFnMut() -> Result<T, servicenow::Error>,
    ) -> Result<T, Error> {
        let mut outage = Outage::default();
        loop {
            match once().await {
                Ok(answer) => {
                    outage.answered(self);
                    return Ok(answer);
                }
                Err(error) => sleep(outage.failed(self, &what, error)?).await,
            }
        }
    }
}
