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
    let story = async {
        if plan.dry_run {
            return dry_run::preview(plan, instance, &control, report).await;
        }
        // Before anything is opened: a name that means nothing should leave no change behind.
        let known = plan.look_up(instance, &control).await?;
        let (request, how) = open(plan, &known, &control, report).await?;
        let began = Instant::now();
        let request = ask(plan, &control, request, how).await?;
        let patience = Patience {
            timeout: plan.patience.timeout.saturating_sub(began.elapsed()),
            ..plan.patience
        };
        let waiting = (&known.criteria, patience);
        Box::pin(wait(
            plan, instance, &control, report, waiting, request, how,
        ))
        .await
    };
    match story.await {
        Ok(ending) => ending,
        Err(error) => unavailable(plan, report, error),
    }
}

/// Finds or opens the change that the plan asks for.
async fn open(
    plan: &Plan,
    known: &Known<'_>,
    control: &Control<'_>,
    report: &Report,
) -> Result<(Request, How), Ending> {
    let opened = match &known.target {
        Sought::Number(number) => control.open(&Order::Number(number)).await?,
        Sought::Query(query) => control.open(&Order::Query(query)).await?,
        Sought::New { new, reuse } => {
            let at_creation = |now| new.at(now);
            let opening = Opening {
                correlation: &plan.correlation,
                new: &at_creation,
            };
            let order = if *reuse {
                Order::CreateOrReuse(opening)
            } else {
                Order::Create(opening)
            };
            control.open(&order).await?
        }
    };
    if opened.how == How::Named {
        report.belongs_elsewhere(&opened.request, &plan.correlation);
    }
    Ok((opened.request, opened.how))
}

/// Asks the approvers of a change that is still new, once it is not on hold any more: no step is taken before.
async fn ask(
    plan: &Plan,
    control: &Control<'_>,
    mut request: Request,
    how: How,
) -> Result<Request, Ending> {
    if !plan.request_approval {
        return Ok(request);
    }
    if request.on_hold.is_some() && request.state == State::New {
        let released = Criteria {
            proceed_when: ProceedWhen::Created,
            window: WindowPolicy::Ignore,
            conflicts: ConflictPolicy::Ignore,
        };
        let key = key_of(plan, how);
        // However this ends, the wait that follows finds the same and says so.
        request = control
            .wait(request, key, &released, plan.patience)
            .await?
            .into_request();
    }
    Ok(control.ask_approval(request).await?.into_request())
}

/// The key of a change that this stage opened.
fn key_of(plan: &Plan, how: How) -> Option<&Correlation> {
    (how != How::Named).then_some(&plan.correlation)
}

/// Waits for the decision and carries it out.
async fn wait(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
    (criteria, patience): (&Criteria, Patience),
    request: Request,
    how: How,
) -> Result<Ending, Ending> {
    match control
        .wait(request, key_of(plan, how), criteria, patience)
        .await?
    {
        change_control::Ending::Proceed { request, overrides } => {
            go_on(plan, instance, control, report, request, overrides).await
        }
        change_control::Ending::Stop { request, reason } => {
            report.saw(&request);
            report.read_approvals(instance, &request).await;
            Ok(Ending::Stopped { request, reason })
        }
        change_control::Ending::TimedOut { request, reason } => match plan.on_timeout {
            OnTimeout::Fail => Ok(Ending::TimedOut { request, reason }),
            OnTimeout::Proceed => {
                go_on(
                    plan,
                    instance,
                    control,
                    report,
                    request,
                    vec![Override::Timeout],
                )
                .await
            }
        },
    }
    .map(|ending| ending.seen_by(report))
}

/// Lets the stage go on: to Implement where asked, and with a note on the change for every rule set aside.
async fn go_on(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
    request: Request,
    overrides: Vec<Override>,
) -> Result<Ending, Ending> {
    report.saw(&request);
    report.read_approvals(instance, &request).await;
    let request = if plan.move_to_implement {
        begin(control, report, request, &overrides).await?
    } else {
        request
    };
    if !overrides.is_empty() {
        let marker = words::override_marker(&plan.correlation, &overrides);
        let note = words::override_note(&overrides, report.facts(), &marker);
        if let Err(error) = control
            .note(&request.sys_id, &request.number, &note, &marker)
            .await
        {
            report.note_not_written(&error);
        }
    }
    Ok(Ending::Proceeded { request, overrides })
}

/// Walks the change to Implement. Whoever chose to go on at the end of the time does so also where it has no such step
/// yet: the change is not approved, most often, and is not pushed.
async fn begin(
    control: &Control<'_>,
    report: &Report,
    request: Request,
    overrides: &[Override],
) -> Result<Request, Ending> {
    use change_control::Error::{NoStep, Refused};
    match control.start_implementing(request.clone()).await {
        Ok(started) => Ok(started.into_request()),
        Err(error @ (NoStep { .. } | Refused { .. })) if overrides.contains(&Override::Timeout) => {
            report.not_begun(&error);
            Ok(request)
        }
        Err(error) => Err(error.into()),
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
    let why = words::cancel_note(report.facts());
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
