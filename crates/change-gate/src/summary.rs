//! What a user reads at the end: the last words of the log, and the page on the run's summary tab.

use std::time::Duration;

use change::{ApprovalRow, Conflicts, Override, Request, Window};
use pipelines_agent::interrupt::Cause;
use task::words::{length, moment, standing, state};
use task::{Log, Page};

use crate::ending::Ending;
use crate::plan::Plan;
use crate::seen::Seen;
use crate::words;

/// The last words of the log: the first line says how it ended, every further one is a problem of its own.
pub(crate) fn last_words(ending: &Ending, rows: &[ApprovalRow], waited: Duration) -> Vec<String> {
    let waited = length(waited);
    match ending {
        Ending::Proceeded { request, overrides } if overrides.is_empty() => {
            vec![format!(
                "{} allows this stage ({}{}); waited {waited}",
                request.number,
                standing(request),
                words::approved_by(rows)
            )]
        }
        Ending::Proceeded { request, overrides } => overrides
            .iter()
            .map(|what| {
                format!(
                    "the stage goes on although {} is {}",
                    request.number,
                    words::overridden(what)
                )
            })
            .collect(),
        Ending::Stopped { request, reason } => vec![words::stopped(reason, request, rows)],
        Ending::TimedOut { request, reason } => vec![format!(
            "{} is still {}, {} after {waited}; the change is left open, and a rerun of this stage goes on with it",
            request.number,
            standing(request),
            words::waiting_for(reason)
        )],
        Ending::Manual { error, .. } => vec![format!(
            "ServiceNow could not be asked ({error}); a person has to decide (whenUnavailable: manual)"
        )],
        Ending::Unreachable { error, .. } => vec![error.clone()],
        Ending::Refused { error } | Ending::Internal(error) => vec![error.clone()],
        Ending::BadInput(problems) => problems.clone(),
        Ending::DryRun { would, .. } => {
            let mut lines = vec!["Dry run: nothing was written".to_owned()];
            lines.extend(would.iter().cloned());
            lines
        }
        Ending::Interrupted {
            cause,
            request,
            opening,
            canceled,
        } => vec![interrupted(
            *cause,
            request.as_ref(),
            opening.as_deref(),
            canceled.as_ref(),
        )],
    }
}

fn interrupted(
    cause: Cause,
    request: Option<&Request>,
    opening: Option<&str>,
    canceled: Option<&Result<(), String>>,
) -> String {
    let why = match cause {
        Cause::Signal => "the step was told to stop",
        Cause::LauncherGone => "the agent's process is gone",
    };
    let Some(request) = request else {
        return match opening {
            Some(key) => format!(
                "{why} while a change was being opened; look in ServiceNow whether one with the correlation id {key} \
                 appeared. A rerun of this stage goes on with it"
            ),
            None => format!("{why} before a change was opened or found"),
        };
    };
    let number = &request.number;
    let standing = standing(request);
    match canceled {
        None => format!("{why}; {number} is left as it was last seen: {standing}"),
        Some(Ok(())) => format!("{why}; {number} was cancelled (onCancel: cancelChange)"),
        Some(Err(error)) => {
            format!("{why}; {number} could not be cancelled ({error}), last seen: {standing}")
        }
    }
}

/// The page on the run's summary tab, in Markdown.
pub(crate) fn page(
    plan: &Plan,
    ending: &Ending,
    seen: &Seen,
    log: &Log,
    waited: Duration,
) -> String {
    let masker = log.masker();
    let mut page = Page::new(headline(ending), &masker);
    if !matches!(ending, Ending::Proceeded { overrides, .. } if overrides.is_empty()) {
        page.quote(&last_words(ending, &seen.approvals, waited));
    }
    page.table();
    if let Some(request) = ending.request().or(seen.request.as_ref()) {
        change_rows(&mut page, request, seen.address.as_deref());
    }
    page.row("Service", &plan.names.service);
    page.row("Environment", &plan.names.environment);
    if let Some(who) = &log.facts().requested_for {
        page.row("Requested by", who);
    }
    page.row("Waited", &length(waited));
    if let Ending::Proceeded { overrides, .. } = ending {
        overridden(&mut page, overrides);
    }
    approvers(&mut page, &seen.approvals);
    page.list("Warnings", &log.warnings());
    page.list("What happened", &log.history());
    page.into_text()
}

fn headline(ending: &Ending) -> &'static str {
    match ending {
        Ending::Proceeded { overrides, .. } if overrides.is_empty() => {
            "✅ The change allows this stage"
        }
        Ending::Proceeded { .. } => "⚠️ This stage went on by override",
        Ending::Stopped { .. } => "⛔ The change stops this stage",
        Ending::TimedOut { .. } => "⌛ Nobody decided in time",
        Ending::Manual { .. } => "⚠️ ServiceNow was down: a person has to decide",
        Ending::Unreachable { .. } => "⛔ ServiceNow was down",
        Ending::Refused { .. } => "⛔ ServiceNow refused",
        Ending::BadInput(_) => "⛔ Wrong inputs",
        Ending::DryRun { .. } => "🔍 Dry run",
        Ending::Interrupted { .. } => "⏹️ Stopped while waiting",
        Ending::Internal(_) => "⛔ A bug of this task",
    }
}

fn change_rows(page: &mut Page<'_>, request: &Request, address: Option<&str>) {
    page.change(request, address);
    page.row("Title", &request.short_description);
    page.row("Type", request.kind.value());
    page.row("State", &state(request));
    page.row("Approval", request.approval.value());
    if let Some(group) = &request.assignment_group {
        page.row("Assignment group", group);
    }
    if request.window != Window::default() {
        let at = |when: Option<_>| when.map_or_else(|| "open".to_owned(), moment);
        let window = format!("{} to {}", at(request.window.start), at(request.window.end));
        page.row("Window", &window);
    }
    match &request.conflicts {
        Conflicts::Unknown => {}
        Conflicts::None => page.row("Conflicts", "none"),
        Conflicts::Found(with) => page.row("Conflicts", &format!("found {}", with.join(", "))),
    }
}

fn overridden(page: &mut Page<'_>, overrides: &[Override]) {
    let lines: Vec<String> = overrides.iter().map(words::overridden).collect();
    page.list("Overridden", &lines);
}

fn approvers(page: &mut Page<'_>, rows: &[ApprovalRow]) {
    if rows.is_empty() {
        return;
    }
    page.line(
        "\n#### Approvers\n\n| Approver | Group | Answer | When | Comment |\n|---|---|---|---|---|",
    );
    for row in rows {
        let cells = [
            page.shown(&row.approver),
            page.shown(row.group.as_deref().unwrap_or("")),
            page.shown(&row.state.to_string()),
            row.at.map(moment).unwrap_or_default(),
            page.shown(row.comment.as_deref().unwrap_or("")),
        ];
        page.line(&format!("| {} |", cells.join(" | ")));
    }
}
