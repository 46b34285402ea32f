//! The story without its writes: looks everything up, and says what would be written.

use change::{Request, approval_target, decide};
use change_control::{Control, Order, Place};
use servicenow::Instance;

use crate::ending::Ending;
use crate::plan::{Plan, Resolved, Sought};
use crate::report::Report;
use crate::words;

/// What the plan would do right now.
pub(crate) async fn preview(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
) -> Result<Ending, Ending> {
    let known = plan.look_up(instance, control).await?;
    let request = match &known.target {
        Sought::Number(number) => named(plan, control, report, &Order::Number(number)).await?,
        Sought::Query(query) => named(plan, control, report, &Order::Query(query)).await?,
        Sought::New { new, reuse } => match control.seek(&plan.correlation, *reuse).await? {
            Place::Taken { oldest, .. } => *oldest,
            Place::Free { key } => return Ok(opening(plan, instance, new, &key)),
        },
    };
    report.saw(&request);
    let decision = decide(&request, &known.criteria, instance.now());
    let would = vec![
        format!(
            "{} would be used: {}",
            request.number,
            words::standing(&request)
        ),
        format!(
            "its decision right now: {}",
            words::decided(&decision, &request)
        ),
    ];
    Ok(Ending::DryRun {
        would,
        request: Some(request),
    })
}

async fn named(
    plan: &Plan,
    control: &Control<'_>,
    report: &Report,
    order: &Order<'_>,
) -> Result<Request, Ending> {
    let request = control.open(order).await?.request;
    report.belongs_elsewhere(&request, &plan.correlation);
    Ok(request)
}

/// The columns that a new change would be opened with.
fn opening(plan: &Plan, instance: &Instance, new: &Resolved, key: &str) -> Ending {
    let new = new.at(instance.now());
    let kind = new.kind.clone().unwrap_or(change::Type::Normal);
    let mut would = vec![format!("a {kind} change would be opened under {key}")];
    let keys = [("template", &new.template), ("model", &new.model)];
    for (what, id) in keys {
        would.extend(id.as_ref().map(|id| format!("  {what} {id}")));
    }
    would.extend(
        new.fields
            .iter()
            .map(|(column, value)| format!("  {column} = {value}")),
    );
    // A model has steps of its own, which only an open change can be asked for.
    match (plan.request_approval, &new.model) {
        (true, None) => would.push(format!("it would be moved to {}", approval_target(&kind))),
        (true, Some(_)) => would.push("it would be moved towards its approvers".to_owned()),
        (false, _) => {}
    }
    Ending::DryRun {
        would,
        request: None,
    }
}
