//! The story without its writes: looks everything up, and says what would be written.

use change::{Request, approval_target, decide};
use change_control::{Control, Order, Place};
use servicenow::Instance;
use task::Resolved;
use task::words::standing;

use crate::ending::Ending;
use crate::plan::{Plan, Sought};
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
        format!("{} would be used: {}", request.number, standing(&request)),
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
    report.log().belongs_elsewhere(&request, &plan.correlation);
    Ok(request)
}

/// The columns that a new change would be opened with.
fn opening(plan: &Plan, instance: &Instance, new: &Resolved, key: &str) -> Ending {
    let new = new.at(instance.now());
    let what = match &new.kind {
        Some(kind) => format!("a {kind} change"),
        None => "a change of its model's type".to_owned(),
    };
    let mut would = vec![format!("{what} would be opened under {key}")];
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
    if plan.request_approval {
        let goal = match (&new.kind, &new.model) {
            (Some(kind), None) => approval_target(kind).to_string(),
            _ => "its approvers".to_owned(),
        };
        would.push(format!("it would be moved to {goal}"));
    }
    Ending::DryRun {
        would,
        request: None,
    }
}
