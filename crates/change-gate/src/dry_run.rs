//! The story without its writes: looks everything up, and says what would be written.

use change::{approval_target, decide, is_reusable};
use change_control::Control;
use servicenow::Instance;

use crate::ending::Ending;
use crate::plan::{Draft, Plan, Target};
use crate::report::Report;
use crate::words;

/// What the plan would do right now.
pub(crate) async fn preview(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    report: &Report,
) -> Result<Ending, Ending> {
    let criteria = plan.criteria.resolve(instance, control).await?;
    let found = match &plan.target {
        Target::Number(number) => Some(
            control
                .open(&change_control::Order::Number(number))
                .await?
                .request,
        ),
        Target::Query(query) => Some(
            control
                .open(&change_control::Order::Query(query))
                .await?
                .request,
        ),
        Target::New { draft, reuse } => {
            let open = open_one(plan, instance, control).await?.filter(|_| *reuse);
            if open.is_none() {
                return opening(plan, instance, control, draft).await;
            }
            open
        }
    };
    let Some(request) = found else {
        return Ok(Ending::DryRun {
            would: Vec::new(),
            request: None,
        });
    };
    report.saw(&request);
    let decision = decide(&request, &criteria, instance.now());
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

async fn open_one(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
) -> Result<Option<change::Request>, Ending> {
    let key = plan.correlation.key(1);
    let rows = control
        .persist(
            || "the change requests of this stage could not be looked up".to_owned(),
            async || instance.change_requests().by_correlation(&key).await,
        )
        .await?;
    Ok(rows.into_iter().find(is_reusable))
}

/// The columns that a new change would be opened with.
async fn opening(
    plan: &Plan,
    instance: &Instance,
    control: &Control<'_>,
    draft: &Draft,
) -> Result<Ending, Ending> {
    let new = draft.resolve(instance, control).await?.at(instance.now());
    let kind = new.kind.clone().unwrap_or(change::Type::Normal);
    let mut would = vec![format!(
        "a {kind} change would be opened under {}",
        plan.correlation
    )];
    would.extend(
        new.fields
            .iter()
            .map(|(column, value)| format!("  {column} = {value}")),
    );
    if plan.request_approval {
        would.push(format!("it would be moved to {}", approval_target(&kind)));
    }
    Ok(Ending::DryRun {
        would,
        request: None,
    })
}
