//! The story without its writes: looks everything up, and says what would be written.

use change::{Outcome, Request, State, is_past};
use change_control::obstacle;
use task::words::standing;

use crate::ending::Ending;
use crate::evidence::files;
use crate::find;
use crate::plan::WhenMissing;
use crate::record::Story;
use crate::words;

/// What the record would do right now.
pub(crate) async fn preview(story: &Story<'_, '_>) -> Result<Ending, Ending> {
    let plan = story.plan;
    let request = find::find_opt(plan, story.control, story.report).await?;
    let collected = Box::pin(story.collect()).await;
    let mut would = match &request {
        Some(request) => walk(request, plan.goal, collected.outcome),
        None => vec![missing(&plan.when_missing, &find::missing(plan))],
    };
    would.push(format!(
        "the record of it would hold {} commits and {} work items",
        collected.bundle.commits(),
        collected.bundle.work_items()
    ));
    let (found, problems) = files::find(&story.report.folder(), &plan.files);
    would.extend(
        found
            .iter()
            .map(|file| format!("{} would be attached", file.name)),
    );
    would.extend(problems);
    if let Some(table) = &plan.table {
        would.push(format!("one row would be in {}", table.name));
    }
    Ok(Ending::DryRun(would))
}

fn walk(request: &Request, goal: Option<State>, outcome: Outcome) -> Vec<String> {
    let number = &request.number;
    let told = format!(
        "{number} ({}) would be told that the deployment was {outcome}",
        standing(request)
    );
    let moves = match (goal, obstacle(request)) {
        (None, _) => format!("{number} would not be moved"),
        (Some(goal), _) if is_past(request.state, goal) => {
            format!("{number} is where it should be")
        }
        (Some(_), Some(left)) => words::left(&left, request),
        (Some(goal), None) => {
            format!(
                "{number} would be walked from {} to {goal}",
                task::words::state(request)
            )
        }
    };
    vec![told, moves]
}

fn missing(when: &WhenMissing, what: &str) -> String {
    match when {
        WhenMissing::CreateRetrospective(_) => {
            format!("{what}; a change would be opened after the fact")
        }
        WhenMissing::Fail => format!("{what}; the step would fail"),
        WhenMissing::Warn => format!("{what}; the step would end with issues"),
    }
}
