//! What a user reads at the end: the last words of the log, and the page on the run's summary tab.

use pipelines_agent::interrupt::Cause;
use task::words::standing;
use task::{Log, Page};

use crate::ending::{Ending, Record};
use crate::plan::Plan;
use crate::report::Seen;
use crate::words;

/// The last words of the log: the first line says how it ended, every further one is a problem of its own.
pub(crate) fn last_words(ending: &Ending, last: Option<&str>) -> Vec<String> {
    match ending {
        Ending::Recorded(record) => recorded(record),
        Ending::Missing { what, .. } => vec![what.clone()],
        Ending::Unreachable { error, .. } => {
            let seen = last.map(|last| format!("; {last}")).unwrap_or_default();
            vec![format!(
                "{error}{seen}; run this step again to finish the record"
            )]
        }
        Ending::Refused { error } | Ending::Internal(error) => vec![error.clone()],
        Ending::BadInput(problems) => problems.clone(),
        Ending::DryRun(would) => {
            let mut lines = vec!["Dry run: nothing was written".to_owned()];
            lines.extend(would.iter().cloned());
            lines
        }
        Ending::Interrupted(cause) => {
            let why = match cause {
                Cause::Signal => "the step was told to stop",
                Cause::LauncherGone => "the agent's process is gone",
            };
            let seen = last.unwrap_or("no change was found yet");
            vec![format!(
                "{why}; {seen}. Run this step again to finish the record"
            )]
        }
    }
}

fn recorded(record: &Record) -> Vec<String> {
    let request = &record.request;
    if let Some(left) = &record.left {
        return vec![words::left(left, request)];
    }
    if let Some(code) = &record.differs {
        return vec![format!(
            "{} is closed as '{code}', but the deployment was {}; somebody has to look at it",
            request.number, record.outcome
        )];
    }
    let again = if record.noted {
        ""
    } else {
        ", and all of it was noted before"
    };
    let line = format!(
        "{} tells that the deployment was {} ({}){again}",
        request.number,
        record.outcome,
        standing(request)
    );
    if record.retrospective {
        return vec![format!(
            "{line}; it was opened after the fact, and nobody approved it before"
        )];
    }
    let mut lines = vec![line];
    lines.extend(record.missing.iter().cloned());
    lines
}

/// Evidence that is missing beside another reason for issues.
pub(crate) fn asides(record: &Record) -> Vec<String> {
    let told = record.left.is_none() && record.differs.is_none() && !record.retrospective;
    if told {
        Vec::new()
    } else {
        record.missing.clone()
    }
}

/// The page on the run's summary tab, in Markdown.
pub(crate) fn page(plan: &Plan, ending: &Ending, seen: &Seen, log: &Log) -> String {
    let masker = log.masker();
    let mut page = Page::new(headline(ending), &masker);
    if !matches!(ending, Ending::Recorded(record) if record.left.is_none() && record.differs.is_none())
    {
        page.quote(&last_words(ending, None));
    }
    page.table();
    if let Some(request) = &seen.request {
        page.change(request, log.address_of(request).as_deref());
        page.row("Title", &request.short_description);
        page.row("State", &task::words::state(request));
        if let Some(code) = &request.close_code {
            page.row("Close code", code);
        }
        let at = |when: Option<_>| when.map_or_else(|| "unknown".to_owned(), task::words::moment);
        if request.work_start.is_some() || request.work_end.is_some() {
            let (start, end) = (at(request.work_start), at(request.work_end));
            page.row("Carried out", &format!("{start} to {end}"));
        }
    }
    page.row("Service", &plan.names.service);
    page.row("Environment", &plan.names.environment);
    if let Ending::Recorded(record) = ending {
        page.row("Outcome", &record.outcome.to_string());
    }
    page.list("Audit findings", &seen.findings);
    page.list("Evidence", &seen.files);
    page.list("Warnings", &log.warnings());
    page.list("What happened", &log.history());
    page.into_text()
}

fn headline(ending: &Ending) -> &'static str {
    match ending {
        Ending::Recorded(record) if record.left.is_some() => {
            "⚠️ The deployment is noted, the change is not closed"
        }
        Ending::Recorded(record) if record.differs.is_some() => {
            "⚠️ The change says something else than the run"
        }
        Ending::Recorded(record) if record.retrospective => {
            "⚠️ The deployment is recorded, after the fact"
        }
        Ending::Recorded(_) => "✅ The deployment is recorded",
        Ending::Missing { .. } => "⚠️ No change belongs to this deployment",
        Ending::Unreachable { .. } => "⛔ ServiceNow was down",
        Ending::Refused { .. } => "⛔ ServiceNow refused",
        Ending::BadInput(_) => "⛔ Wrong inputs",
        Ending::DryRun(_) => "🔍 Dry run",
        Ending::Interrupted(_) => "⏹️ Stopped before the record was made",
        Ending::Internal(_) => "⛔ A bug of this task",
    }
}
