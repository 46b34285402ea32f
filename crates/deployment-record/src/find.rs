//! Which change this deployment belongs to.

use change::Request;
use change_control::{Control, Opening, Order};
use servicenow::{Instance, NewChange};
use task::{Draft, Lookup};

use crate::ending::Ending;
use crate::plan::{Plan, WhenMissing};
use crate::report::Report;

/// A change, and whether it was opened just now, after the fact.
pub(crate) struct Found {
    pub(crate) request: Request,
    pub(crate) retrospective: bool,
}

/// What the title of a change that was opened after the fact begins with.
const AFTER_THE_FACT: &str = "Retrospective: ";

/// Finds the change: by its number, else by the stage's key.
pub(crate) async fn find_opt(
    plan: &Plan,
    control: &Control<'_>,
    report: &Report,
) -> Result<Option<Request>, Ending> {
    let Some(number) = &plan.number else {
        let found = control.latest(&plan.correlation).await?;
        if let Some(request) = &found {
            report.found(request);
        }
        return Ok(found);
    };
    match control.open(&Order::Number(number)).await {
        Ok(opened) => {
            report
                .log()
                .belongs_elsewhere(&opened.request, &plan.correlation);
            Ok(Some(opened.request))
        }
        Err(error) if matches!(*error, change_control::Error::NoSuchNumber(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Finds the change, or does what the user wants done where there is none.
pub(crate) async fn find(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
) -> Result<Found, Ending> {
    let create = match &plan.when_missing {
        WhenMissing::CreateRetrospective(draft) => Some(draft),
        WhenMissing::Fail | WhenMissing::Warn => None,
    };
    let mut known = find_opt(plan, control, report).await?;
    if known.is_none() && create.is_some() && plan.number.is_some() {
        // An earlier attempt with the same number that leads nowhere may have opened one under the stage's key.
        let latest = control.latest(&plan.correlation).await?;
        known = latest.filter(is_retrospective);
        known.iter().for_each(|request| report.found(request));
    }
    if let Some(request) = known {
        let retrospective = is_retrospective(&request);
        let request = match create {
            // An earlier attempt that opened it may have ended before it asked the approvers.
            Some(_) if retrospective => control.ask_approval(request).await?.into_request(),
            _ => request,
        };
        return Ok(Found {
            request,
            retrospective,
        });
    }
    let what = missing(plan);
    match create {
        Some(draft) => Ok(Found {
            request: open_retrospective(plan, draft, instance, control).await?,
            retrospective: true,
        }),
        None => Err(Ending::Missing {
            what,
            fails: matches!(plan.when_missing, WhenMissing::Fail),
        }),
    }
}

fn is_retrospective(request: &Request) -> bool {
    request.short_description.starts_with(AFTER_THE_FACT)
}

/// What was looked for in vain.
pub(crate) fn missing(plan: &Plan) -> String {
    match &plan.number {
        Some(number) => {
            format!("there is no change request {number}, or the account may not see it")
        }
        None => format!(
            "no change request carries this stage's key {}: did its gate run, with the same connection?",
            plan.correlation
        ),
    }
}

/// Opens the change that should have been there before, and asks its approvers.
async fn open_retrospective(
    plan: &Plan,
    draft: &Draft,
    instance: &Instance,
    control: &Control<'_>,
) -> Result<Request, Ending> {
    let mut look = Lookup::new(control);
    let resolved = draft.resolve(instance, &mut look).await?;
    look.done().map_err(Ending::BadInput)?;
    let new = |now| after_the_fact(resolved.at(now));
    let opening = Opening {
        correlation: &plan.correlation,
        new: &new,
    };
    let opened = control.open(&Order::CreateOrReuse(opening)).await?;
    Ok(control.ask_approval(opened.request).await?.into_request())
}

/// A change that says in its title that it was opened after the fact.
pub(crate) fn after_the_fact(mut new: NewChange) -> NewChange {
    let title = new.fields.get("short_description").unwrap_or_default();
    let title = task::texts::Width::Short.fit(&format!("{AFTER_THE_FACT}{title}"));
    new.fields.insert("short_description", title);
    new
}
