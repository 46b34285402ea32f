//! What a user reads at the end: the last words of the log, and the page on the run's summary tab.

use pipelines_agent::interrupt::Cause;
use task::words::standing;
use task::{Log, Page};

use crate::ending::{Ending, Record};
use crate::plan::Plan;
use crate::report::Seen;
use crate::words;

/// The last words of the log.
pub(crate) struct LastWords {
    /// How it ended, where that is no problem.
    pub(crate) good: Option<String>,
    /// What bears the step's code word, one problem a line.
    pub(crate) problems: Vec<String>,
    /// Further problems, which are not what the step's result is about: missing evidence.
    pub(crate) asides: Vec<String>,
}

impl LastWords {
    pub(crate) fn of(ending: &Ending, last: Option<&str>) -> Self {
        let Ending::Recorded(record) = ending else {
            return Self {
                good: None,
                problems: lines(ending, last),
                asides: Vec::new(),
            };
        };
        match problem(record) {
            Some(problem) => Self {
                good: None,
                problems: vec![problem],
                asides: record.missing.clone(),
            },
            None => Self {
                good: Some(recorded(record)),
                problems: record.missing.clone(),
                asides: Vec::new(),
            },
        }
    }

    /// The first of them.
    pub(crate) fn headline(&self) -> &str {
        let first = self.good.as_ref().or(self.problems.first());
        first.map_or("", String::as_str)
    }
}

fn lines(ending: &Ending, last: Option<&str>) -> Vec<String> {
    match ending {
        Ending::Recorded(record) => vec![recorded(record)],
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

/// What keeps the record from being as it should.
fn problem(record: &Record) -> Option<String> {
    let request = &record.request;
    if let Some(left) = &record.left {
        let left = words::left(left, request);
        let late = "it was opened after the fact; run this step again once it is approved";
        return Some(if record.retrospective {
            format!("{left}; {late}")
        } else {
            left
        });
    }
    if let Some(code) = &record.differs {
        return Some(format!(
            "{} is closed as '{code}', but the deployment was {}; somebody has to look at it",
            request.number, record.outcome
        ));
    }
    record.retrospective.then(|| {
        format!(
            "{}; it was opened after the fact, and nobody approved it before",
            recorded(record)
        )
    })
}

fn recorded(record: &Record) -> String {
    let request = &record.request;
    let again = if record.noted {
        ""
    } else {
        "; all of it was noted before"
    };
    format!(
        "{} tells that the deployment was {} ({}){again}",
        request.number,
        record.outcome,
        standing(request)
    )
}

/// The page on the run's summary tab, in Markdown.
pub(crate) fn page(plan: &Plan, ending: &Ending, seen: &Seen, log: &Log) -> String {
    let masker = log.masker();
    let mut page = Page::new(&headline(ending), &masker);
    page.quote(&LastWords::of(ending, None).problems);
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
    page.list("Audit", &seen.findings);
    page.list("Evidence", &seen.files);
    page.list("Warnings", &log.warnings());
    page.list("What happened", &log.history());
    page.into_text()
}

fn headline(ending: &Ending) -> String {
    let fixed = match ending {
        Ending::Recorded(record) => return recorded_headline(record),
        Ending::Missing { .. } => "⚠️ No change belongs to this deployment",
        Ending::Unreachable { .. } => "⛔ ServiceNow was down",
        Ending::Refused { .. } => "⛔ ServiceNow refused",
        Ending::BadInput(_) => "⛔ Wrong inputs",
        Ending::DryRun(_) => "🔍 Dry run",
        Ending::Interrupted(_) => "⏹️ Stopped before the record was made",
        Ending::Internal(_) => "⛔ A bug of this task",
    };
    fixed.to_owned()
}

fn recorded_headline(record: &Record) -> String {
    let outcome = record.outcome;
    if record.left.is_some() {
        "⚠️ The deployment is noted, the change is not where it should be".to_owned()
    } else if record.differs.is_some() {
        "⚠️ The change says something else than the run".to_owned()
    } else if record.retrospective {
        format!("⚠️ The deployment is recorded as {outcome}, after the fact")
    } else if record.missing.is_empty() {
        format!("✅ The deployment is recorded as {outcome}")
    } else {
        format!("⚠️ The deployment is recorded as {outcome}, some evidence is missing")
    }
}
