//! An instance that does not answer, and how long it is waited for.

use std::pin::Pin;
use std::time::Duration;

use outbound::Class;
use tokio::time::{Instant, sleep, timeout};

use crate::{Control, Error, News};

/// First and longest pause between two tries while an instance is unreachable.
const FIRST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(30);

/// Once an instance is known not to answer, a try gets at least this long, and else what is left of the patience. The
/// way out alone would give it more than a minute, by which the end would come late.
const LAST_TRY: Duration = Duration::from_secs(10);

/// One try, of whatever kind: every question of a task goes through here, so that this code is there once for each type
/// of answer, and not for each question.
pub(crate) type Try<'a, T> = Pin<Box<dyn Future<Output = Result<T, Box<servicenow::Error>>> + 'a>>;

/// One stretch of time in which an instance does not answer.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    since: Option<Instant>,
    pause: Duration,
    /// The last failure that says why.
    cause: Option<Box<servicenow::Error>>,
}

impl Outage {
    /// Whether the instance answered last time.
    pub(crate) fn is_over(&self) -> bool {
        self.since.is_none()
    }

    /// Makes one try, which during an outage may not last much longer than the instance is waited for. A failure
    /// gives the pause before the next try; a lasting one, or one that has nothing to do with reachability, is the
    /// error to end with. `grace` is how long an instance that only asks for time may have it, where that is longer
    /// than one that does not answer is waited for.
    pub(crate) async fn attempt<T>(
        &mut self,
        control: &Control<'_>,
        what: &dyn Fn() -> String,
        grace: Duration,
        once: Try<'_, T>,
    ) -> Result<Result<T, Duration>, Box<Error>> {
        let began = Instant::now();
        let answered = match self.since {
            None => once.await,
            Some(since) => {
                let left = control.unavailable.saturating_sub(since.elapsed());
                match timeout(left.max(LAST_TRY), once).await {
                    Ok(answered) => answered,
                    Err(_) => return Err(self.unavailable()),
                }
            }
        };
        match answered {
            Ok(answer) => {
                self.answered(control);
                Ok(Ok(answer))
            }
            Err(error) => self
                .failed(control, began, what, grace, error)
                .map(Err::<T, _>),
        }
    }

    /// Takes the failure of a try that began at `began`. A passing one is told once.
    pub(crate) fn failed(
        &mut self,
        control: &Control<'_>,
        began: Instant,
        what: &dyn Fn() -> String,
        grace: Duration,
        source: Box<servicenow::Error>,
    ) -> Result<Duration, Box<Error>> {
        let Class::Transient { retry_after } = source.class() else {
            return Err(Box::new(Error::Refused {
                what: what(),
                source,
            }));
        };
        // A breaker's rest is our own, not a wish of the instance.
        let asked = retry_after.filter(|_| !is_resting(&source));
        let patience = match asked {
            Some(_) => control.unavailable.max(grace),
            None => control.unavailable,
        };
        if self.since.is_none() {
            // Time that the first try took counts: without an answer it may have been minutes.
            self.since = Some(began);
            self.pause = FIRST;
            control.tell(News::Unreachable {
                error: &source,
                asked,
                patience,
            });
        }
        let since = self.since.unwrap_or(began);
        let left = patience.saturating_sub(since.elapsed());
        if self.cause.is_none() || !is_resting(&source) {
            self.cause = Some(source);
        }
        if left.is_zero() {
            return Err(self.unavailable());
        }
        let pause = match asked {
            // Asking earlier would be no use, and would be held against us.
            Some(asked) if asked > left => return Err(self.busy(asked)),
            Some(asked) => self.pause.min(left).max(asked),
            None => self.pause.max(retry_after.unwrap_or_default()).min(left),
        };
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(pause)
    }

    /// The error to end with when there is no time for another try.
    pub(crate) fn unavailable(&mut self) -> Box<Error> {
        let lasted = self.since.map(|since| since.elapsed()).unwrap_or_default();
        let source = self
            .cause
            .take()
            .expect("an outage begins with a failure, which is kept");
        Box::new(Error::Unavailable { lasted, source })
    }

    fn busy(&mut self, asked: Duration) -> Box<Error> {
        let source = self
            .cause
            .take()
            .expect("an instance asks for time by a failure, which is kept");
        Box::new(Error::Busy { asked, source })
    }

    /// Takes an answer.
    pub(crate) fn answered(&mut self, control: &Control<'_>) {
        self.cause = None;
        if let Some(since) = self.since.take() {
            control.tell(News::Reachable {
                after: since.elapsed(),
            });
        }
    }
}

/// Whether nothing was asked, because it failed too often before.
fn is_resting(error: &servicenow::Error) -> bool {
    matches!(error, servicenow::Error::Failed { source, .. } if matches!(**source, outbound::Error::Resting { .. }))
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
        mut once: impl AsyncFnMut() -> Result<T, Box<servicenow::Error>>,
    ) -> Result<T, Box<Error>> {
        let mut outage = Outage::default();
        loop {
            // A call is deep, and stories hold many: on the heap it costs them a pointer.
            let call: Try<'_, T> = Box::pin(once());
            let tried = outage.attempt(self, &what, Duration::ZERO, call).await?;
            match tried {
                Ok(answer) => return Ok(answer),
                Err(pause) => sleep(pause).await,
            }
        }
    }

    /// Like [`Control::persist`], for writes that append: one whose outcome is unclear is not tried again.
    ///
    /// # Errors
    /// When the instance stays unreachable, fails in another way, or leaves the outcome unclear.
    pub(crate) async fn persist_while_clear<T>(
        &self,
        what: impl Fn() -> String,
        mut once: impl AsyncFnMut() -> Result<T, Box<servicenow::Error>>,
    ) -> Result<T, Box<Error>> {
        let tried = self.persist(&what, async || match once().await {
            Err(error) if error.may_have_happened() => Ok(Err(error)),
            other => other.map(Ok),
        });
        tried.await?.map_err(|source| {
            Box::new(Error::Refused {
                what: what(),
                source,
            })
        })
    }
}
