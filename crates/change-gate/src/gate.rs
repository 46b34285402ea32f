//! The story: find or open the change, ask its approvers, wait, let the stage go on.

use std::time::Duration;

use change::{
    ConflictPolicy, Correlation, Criteria, Override, ProceedWhen, Request, State, WindowPolicy,
};
use change_control::{Control, How, Opening, Order, Patience};
use pipelines_agent::interrupt::Cause;
use servicenow::Instance;
use tokio::time::{Instant, sleep, timeout};

use crate::ending::Ending;
use crate::plan::{Known, OnCancel, OnTimeout, Plan, Sought, WhenUnavailable};
use crate::report::Report;
use crate::{dry_run, words};

/// How long the last look and the last words to the instance may take, one after the other: the agent terminates the
/// step 7.5 seconds after its interrupt.
const LAST_LOOK: Duration = Duration::from_millis(1_500);
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The pause between two looks for a change whose creation was interrupted.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// Holds the stage until its change may proceed, or until it is clear that it may not.
pub(crate) async fn hold_stage(plan: &Plan, instance: &Instance, report: &Report) -> Ending {
    let mut listener = |news: change_control::News<'_>| report.tell(&news);
    let control = Control::new(instance, plan.unavailable, &mut listener);
    let told = if plan.dry_run {
        dry_run::preview(plan, instance, &control, report).await
    } else {
        let story = Story {
            plan,
            instance,
            control: &control,
            report,
        };
        story.tell().await
    };
    match told {
        Ok(ending) => ending,
        Err(ending) => unavailable(plan, report, ending),
    }
}

/// The chapters share what the stage asked for, whom to ask, and whom to tell.
struct Story<'a> {
    plan: &'a Plan,
    instance: &'a Instance,
    control: &'a Control<'a>,
    report: &'a Report,
}

impl Story<'_> {
    async fn tell(&self) -> Result<Ending, Ending> {
        // Before anything is opened: a name that means nothing should leave no change behind.
        let known = self.plan.look_up(self.instance, self.control).await?;
        let (request, how) = self.open(&known).await?;
        let began = Instant::now();
        let request = self.ask(request, how).await?;
        let patience = Patience {
            timeout: self.plan.patience.timeout.saturating_sub(began.elapsed()),
            ..self.plan.patience
        };
        let ending = Box::pin(self.wait(request, how, &known.criteria, patience)).await?;
        if let Some(request) = ending.request() {
            self.report.saw(request);
        }
        Ok(ending)
    }

    /// Finds or opens the change that the plan asks for.
    async fn open(&self, known: &Known<'_>) -> Result<(Request, How), Ending> {
        let opened = match &known.target {
            Sought::Number(number) => self.control.open(&Order::Number(number)).await?,
            Sought::Query(query) => self.control.open(&Order::Query(query)).await?,
            Sought::New { new, reuse } => {
                let at_creation = |now| new.at(now);
                let opening = Opening {
                    correlation: &self.plan.correlation,
                    new: &at_creation,
                };
                let order = if *reuse {
                    Order::CreateOrReuse(opening)
                } else {
                    Order::Create(opening)
                };
                self.control.open(&order).await?
            }
        };
        if opened.how == How::Named {
            self.report
                .log()
                .belongs_elsewhere(&opened.request, &self.plan.correlation);
        }
        Ok((opened.request, opened.how))
    }

    /// Asks the approvers of a change that is still new, once it is not on hold any more: no step is taken before.
    async fn ask(&self, mut request: Request, how: How) -> Result<Request, Ending> {
        if !self.plan.request_approval {
            return Ok(request);
        }
        if request.on_hold.is_some() && request.state == State::New {
            let released = Criteria {
                proceed_when: ProceedWhen::Created,
                window: WindowPolicy::Ignore,
                conflicts: ConflictPolicy::Ignore,
            };
            // However this ends, the wait that follows finds the same and says so.
            request = self
                .control
                .wait(request, self.key_of(how), &released, self.plan.patience)
                .await?
                .into_request();
        }
        Ok(self.control.ask_approval(request).await?.into_request())
    }

    /// Waits for the decision and carries it out.
    async fn wait(
        &self,
        request: Request,
        how: How,
        criteria: &Criteria,
        patience: Patience,
    ) -> Result<Ending, Ending> {
        use change_control::Ending as Waited;
        let key = self.key_of(how);
        match self.control.wait(request, key, criteria, patience).await? {
            Waited::Proceed { request, overrides } => self.go_on(request, overrides).await,
            Waited::Stop { request, reason } => {
                self.report.saw(&request);
                self.report.read_approvals(self.instance, &request).await;
                Ok(Ending::Stopped { request, reason })
            }
            Waited::TimedOut { request, reason } => match self.plan.on_timeout {
                OnTimeout::Fail => Ok(Ending::TimedOut { request, reason }),
                OnTimeout::Proceed => Box::pin(self.go_on(request, vec![Override::Timeout])).await,
            },
        }
    }

    /// Lets the stage go on: to Implement where asked, and with a note on the change for every rule set aside.
    async fn go_on(&self, request: Request, overrides: Vec<Override>) -> Result<Ending, Ending> {
        self.report.saw(&request);
        self.report.read_approvals(self.instance, &request).await;
        let request = if self.plan.move_to_implement {
            self.begin(request, &overrides).await?
        } else {
            request
        };
        if !overrides.is_empty() {
            let marker = words::override_marker(&self.plan.correlation, &overrides);
            let note = words::override_note(&overrides, self.report.log().facts(), &marker);
            let (id, number) = (&request.sys_id, &request.number);
            if let Err(error) = self.control.note(id, number, &note, &marker).await {
                self.report.note_not_written(&error);
            }
        }
        Ok(Ending::Proceeded { request, overrides })
    }

    /// Walks the change to Implement. Whoever chose to go on at the end of the time does so also where it has no such
    /// step yet: the change is not approved, most often, and is not pushed.
    async fn begin(&self, request: Request, overrides: &[Override]) -> Result<Request, Ending> {
        use change_control::Error::{NoStep, Refused};
        let timed_out = overrides.contains(&Override::Timeout);
        match self.control.start_implementing(request.clone()).await {
            Ok(started) => Ok(started.into_request()),
            Err(error) if timed_out && matches!(*error, NoStep { .. } | Refused { .. }) => {
                self.report.not_begun(&error);
                Ok(request)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The key of a change that this stage opened.
    fn key_of(&self, how: How) -> Option<&Correlation> {
        (how != How::Named).then_some(&self.plan.correlation)
    }
}

/// What an instance that stays down means, by the user's choice.
fn unavailable(plan: &Plan, report: &Report, ending: Ending) -> Ending {
    match (ending, plan.when_unavailable) {
        (Ending::Unreachable { error, .. }, WhenUnavailable::Manual) => Ending::Manual {
            error,
            request: report.last(),
        },
        (Ending::Unreachable { error, .. }, WhenUnavailable::Fail) => Ending::Unreachable {
            error,
            request: report.last(),
        },
        (other, _) => other,
    }
}

/// The step is told to stop: says in which state the change is left, and cancels it where the user chose so.
pub(crate) async fn leave(
    plan: &Plan,
    instance: &Instance,
    report: &Report,
    cause: Cause,
) -> Ending {
    // The interrupt may have come between a creation and its answer.
    let mut opening = report.opening();
    let mut request = report.last();
    if let Some(key) = &opening {
        request = timeout(LAST_LOOK, lost_change(instance, key))
            .await
            .unwrap_or_default();
    }
    if request.is_some() {
        opening = None;
    }
    let cancels = plan.on_cancel == OnCancel::CancelChange && !plan.dry_run;
    let canceled = match &mut request {
        Some(request) if cancels => Some(cancel(instance, report, request).await),
        _ => None,
    };
    Ending::Interrupted {
        cause,
        request,
        opening,
        canceled,
    }
}

/// Cancels the change; when that fails, says why.
async fn cancel(instance: &Instance, report: &Report, request: &mut Request) -> Result<(), String> {
    let mut silent = |_: change_control::News<'_>| {};
    let control = Control::new(instance, Duration::ZERO, &mut silent);
    let why = words::cancel_note(report.log().facts());
    match timeout(LAST_WORDS, control.cancel(request, &why)).await {
        Ok(Ok(canceled)) => {
            *request = canceled;
            Ok(())
        }
        Ok(Err(error)) => Err(redact::chain(&error)),
        Err(_) => Err("ServiceNow did not answer in time".to_owned()),
    }
}

/// The change of a creation that nobody waited for: it may be written a moment after its connection is gone.
async fn lost_change(instance: &Instance, key: &str) -> Option<Request> {
    loop {
        let found = instance.change_requests().by_correlation(key).await;
        let open = found.into_iter().flatten().find(change::is_reusable);
        if open.is_some() {
            return open;
        }
        sleep(LOOK_AGAIN).await;
    }
}
