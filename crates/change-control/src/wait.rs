//! The wait: cheap readings until the rule of `change::decide` says proceed or stop, or time is up.

use std::time::Duration;

use change::{
    ConflictPolicy, Conflicts, Correlation, Criteria, Decision, Override, Request, StopReason,
    WaitReason, decide, is_reusable,
};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::outage::Outage;
use crate::pace::Pace;
use crate::{Control, Error, News};

/// How long, and how often.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first pause between two readings.
    pub poll: Duration,
    /// How long to wait in all.
    pub timeout: Duration,
}

/// How a wait ended.
#[derive(Debug)]
pub enum Ending {
    /// The stage may go on.
    Proceed {
        /// The change as last read.
        request: Request,
        /// Rules that the user chose to set aside.
        overrides: Vec<Override>,
    },
    /// The stage may not go on.
    Stop {
        /// The change as last read.
        request: Request,
        /// Why.
        reason: StopReason,
    },
    /// Nobody decided in time.
    TimedOut {
        /// The change as last read.
        request: Request,
        /// What was missing.
        reason: WaitReason,
    },
}

impl Ending {
    /// The change as last read.
    #[must_use]
    pub fn into_request(self) -> Request {
        match self {
            Self::Proceed { request, .. }
            | Self::Stop { request, .. }
            | Self::TimedOut { request, .. } => request,
        }
    }
}

/// What one wait knows.
struct Wait<'a> {
    criteria: &'a Criteria,
    pace: Pace,
    deadline: Instant,
    outage: Outage,
    request: Request,
    told: Option<(Request, WaitReason)>,
    detection_started: bool,
}

impl Control<'_> {
    /// Waits for a decision on a change. `correlation` is given for a change that this stage opened: if that one is
    /// cancelled because a racing gate kept another, the wait goes on with the other.
    ///
    /// # Errors
    /// When the instance refuses a reading or stays unreachable, also at the end of the time.
    pub async fn wait(
        &self,
        request: Request,
        correlation: Option<&Correlation>,
        criteria: &Criteria,
        patience: Patience,
    ) -> Result<Ending, Box<Error>> {
        let mut wait = Wait {
            criteria,
            pace: Pace::new(patience.poll),
            deadline: Instant::now() + patience.timeout,
            outage: Outage::default(),
            request,
            told: None,
            detection_started: false,
        };
        loop {
            let reason = match self.judge(&mut wait).await? {
                Decision::Proceed { overrides } => {
                    return Ok(Ending::Proceed {
                        request: wait.request,
                        overrides,
                    });
                }
                Decision::Stop(StopReason::Canceled) if correlation.is_some() => {
                    match self.kept_instead(&wait.request, correlation).await? {
                        Some(kept) => {
                            self.tell(News::Adopted(&kept));
                            wait.request = kept;
                            continue;
                        }
                        None => {
                            return Ok(Ending::Stop {
                                request: wait.request,
                                reason: StopReason::Canceled,
                            });
                        }
                    }
                }
                Decision::Stop(reason) => {
                    return Ok(Ending::Stop {
                        request: wait.request,
                        reason,
                    });
                }
                Decision::Wait(reason) => reason,
            };
            self.tell_once(&mut wait, &reason);
            if Instant::now() >= wait.deadline {
                return Ok(Ending::TimedOut {
                    request: wait.request,
                    reason,
                });
            }
            self.read_again(&mut wait, &reason).await?;
        }
    }

    /// The decision on what was last read, with conflicts asked for where they matter and everything else is met.
    async fn judge(&self, wait: &mut Wait<'_>) -> Result<Decision, Box<Error>> {
        let binding = wait.criteria.conflicts != ConflictPolicy::Ignore;
        if !binding {
            return Ok(decide(&wait.request, wait.criteria, self.instance.now()));
        }
        wait.request.conflicts = Conflicts::Unknown;
        let decision = decide(&wait.request, wait.criteria, self.instance.now());
        if decision != Decision::Wait(WaitReason::ConflictDetection) {
            return Ok(decision);
        }
        let (id, number) = (&wait.request.sys_id, &wait.request.number);
        let conflicts = self
            .persist(
                || format!("the conflicts of {number} could not be read"),
                async || self.instance.change_requests().conflicts(id).await,
            )
            .await?;
        if conflicts == Conflicts::Unknown && !wait.detection_started {
            let started = self
                .persist(
                    || format!("conflict detection of {number} could not be started"),
                    async || {
                        self.instance
                            .change_requests()
                            .start_conflict_detection(id)
                            .await
                    },
                )
                .await?;
            if !started {
                self.tell(News::NoDetection(&wait.request));
            }
            wait.detection_started = true;
        }
        wait.request.conflicts = conflicts;
        Ok(decide(&wait.request, wait.criteria, self.instance.now()))
    }

    /// The open change of the stage that another gate kept when ours was cancelled, if there is one.
    async fn kept_instead(
        &self,
        ours: &Request,
        correlation: Option<&Correlation>,
    ) -> Result<Option<Request>, Box<Error>> {
        if !correlation.is_some_and(|key| key.is_same_run(&ours.correlation)) {
            return Ok(None);
        }
        let rows = self.under(&ours.correlation).await?;
        Ok(rows
            .into_iter()
            .find(|row| row.sys_id != ours.sys_id && is_reusable(row)))
    }

    /// Tells a reading that says something new.
    fn tell_once(&self, wait: &mut Wait<'_>, reason: &WaitReason) {
        let reading = (wait.request.clone(), reason.clone());
        if wait.told.as_ref() != Some(&reading) {
            self.tell(News::Waiting {
                request: &wait.request,
                reason,
            });
            wait.told = Some(reading);
            wait.pace.news();
        }
    }

    /// Sleeps and reads until a reading succeeds or time is up.
    async fn read_again(&self, wait: &mut Wait<'_>, reason: &WaitReason) -> Result<(), Box<Error>> {
        let mut pause = pause_before(wait.pace.next(), reason, self.instance.now());
        loop {
            let left = wait.deadline.saturating_duration_since(Instant::now());
            sleep(pause.min(left)).await;
            if !wait.outage.is_over() && pause > left {
                // Not a time-out: whether the change is approved or refused is simply not known.
                return Err(wait.outage.unavailable());
            }
            let left = left.saturating_sub(pause);
            let what = || format!("{} could not be read", wait.request.number);
            let reading = self.read(&wait.request, wait.outage.is_over(), reason);
            match wait
                .outage
                .attempt(self, &what, left, Box::pin(reading))
                .await?
            {
                Ok(Some(fresh)) => {
                    wait.request = fresh;
                    return Ok(());
                }
                Ok(None) => return Ok(()),
                Err(_) if Instant::now() >= wait.deadline => return Err(wait.outage.unavailable()),
                Err(next) => pause = next,
            }
        }
    }

    /// One reading: three columns, and the whole row when they say something new or are not what is waited for.
    async fn read(
        &self,
        known: &Request,
        in_touch: bool,
        reason: &WaitReason,
    ) -> Result<Option<Request>, Box<servicenow::Error>> {
        let changes = self.instance.change_requests();
        let by_columns = matches!(
            reason,
            WaitReason::Approval | WaitReason::State(_) | WaitReason::Hold(_)
        );
        if by_columns && in_touch {
            let poll = changes.poll(&known.sys_id).await?;
            let same = poll.state == known.state
                && poll.approval == known.approval
                && poll.on_hold == known.on_hold.is_some();
            if same {
                return Ok(None);
            }
        }
        changes.get(&known.sys_id).await.map(Some)
    }
}

/// The pause, cut short so that the next reading falls on the opening of the window.
fn pause_before(pause: Duration, reason: &WaitReason, now: Timestamp) -> Duration {
    let WaitReason::Window(start) = reason else {
        return pause;
    };
    let until = Duration::try_from(start.duration_since(now)).unwrap_or_default();
    pause.min(until + Duration::from_millis(200))
}

#[cfg(test)]
mod tests {
    use change::State;

    use super::*;

    #[test]
    fn the_reading_falls_on_the_opening_of_the_window() {
        let now = Timestamp::from_second(1_000).unwrap();
        let window = |s| WaitReason::Window(Timestamp::from_second(s).unwrap());
        let pause = Duration::from_secs(60);
        let table = [
            (WaitReason::Approval, 60_000),
            (window(5_000), 60_000),
            (window(1_010), 10_200),
            (window(900), 200),
            (WaitReason::State(State::Scheduled), 60_000),
        ];
        for (reason, millis) in table {
            assert_eq!(
                pause_before(pause, &reason, now).as_millis(),
                millis,
                "{reason:?}"
            );
        }
    }
}
