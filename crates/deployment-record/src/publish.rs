//! The audit report: collected, attached to the change, and offered for download with the run's logs.

use std::path::PathBuf;

use audit::SummaryLine;
use audit::claims::Claim;
use audit::collect::{Scope, StagePlace};
use audit::trail::{Ended, RunTrail, Trail};
use change::{Correlation, Outcome, Place, Request, RunKey};
use jiff::Timestamp;
use pipelines_agent::RunFacts;

use crate::attach::{Attacher, Same};
use crate::evidence::files::clean;
use crate::plan::Plan;
use crate::record::Story;

/// Characters of run and stage in a file's name.
const PLACE: usize = 50;

/// What this step knows better than the timeline of a run that is not over.
pub(crate) struct Hints {
    pub(crate) started: Option<Timestamp>,
    pub(crate) finished: Timestamp,
    pub(crate) outcome: Outcome,
    /// Whether the change is left short of where it should be.
    pub(crate) left: bool,
    /// What was attached.
    pub(crate) claims: Vec<Claim>,
}

/// Makes the report of a change that was just recorded.
///
/// # Errors
/// In words: a report that cannot be made or attached is told, and changes nothing about the record.
pub(crate) async fn report(
    story: &Story<'_, '_>,
    request: &Request,
    run: RunTrail,
    hints: &Hints,
    mut attacher: Attacher<'_, '_>,
) -> Result<(), String> {
    let read = audit::collect::change(story.instance, request)
        .await
        .map_err(|error| redact::chain(&error))?;
    let names = &story.plan.names;
    let known = audit::Hints {
        service: Some(names.service.clone()),
        environment: Some(names.environment.clone()),
        started: hints.started,
        finished: Some(hints.finished),
        ended: Some(ended(story.facts(), hints.outcome)),
        claims: hints.claims.clone(),
        ..audit::Hints::default()
    };
    let trail = Trail::new(read, vec![run], &known, task::wall_clock());
    let page = story.report.hidden(&audit::html(&trail));
    let name = report_name(story.plan, story.facts(), request, hints.left);
    let path = kept(story, &name, &page)?;
    let findings = audit::summary(&trail).into_iter().filter(is_finding);
    let findings = findings
        .map(|line| format!("{}: {}", line.label, line.text))
        .collect();
    story.report.reported(path, &trail.verdict, findings);
    let attached = attacher.attach(&name, "text/html", page.into_bytes(), Same::Name);
    attached
        .await
        .map(|_| ())
        .map_err(|error| redact::chain(&error))
}

/// What the page of the run should show of the report; the rest is on the change, or told already.
fn is_finding(line: &SummaryLine) -> bool {
    matches!(line.label, "Not held" | "Not shown" | "Approved by")
}

/// Writes the page where the agent looks after it.
fn kept(story: &Story<'_, '_>, name: &str, page: &str) -> Result<PathBuf, String> {
    let folder = story.facts().agent.temp_dir.clone();
    let folder =
        folder.ok_or("the agent names no folder for the audit report (Agent.TempDirectory)")?;
    let path = folder.join(name);
    std::fs::write(&path, page).map_err(|error| {
        format!(
            "the audit report could not be written to {}: {error}",
            path.display()
        )
    })?;
    Ok(path)
}

/// The stage that this step runs in.
pub(crate) fn place(plan: &Plan, facts: &RunFacts) -> StagePlace {
    let key = Correlation::read(&plan.correlation.key(1));
    let known = key.unwrap_or_else(|| Place {
        project_id: facts.project_id.clone().unwrap_or_default(),
        run: RunKey::Run(facts.run.id.clone().unwrap_or_default()),
        stage: String::new(),
        generation: 1,
    });
    // A key cuts long names, and this step knows the whole one.
    let stage = match &known.run {
        RunKey::Run(_) => facts.stage.name.clone().unwrap_or(known.stage),
        RunKey::Release(_) => known.stage,
    };
    StagePlace {
        place: Place { stage, ..known },
        environment_id: plan.environment_id,
        environment: facts.environment.clone(),
        // The attempt that this step belongs to is the newest.
        until: None,
    }
}

/// What is collected of the run.
pub(crate) fn scope(plan: &Plan) -> Scope {
    let evidence = plan.evidence;
    Scope {
        commits: evidence.commits,
        work_items: evidence.work_items,
        pull_requests: evidence.commits && plan.audit_report,
        tests: evidence.tests,
        artifacts: evidence.artifacts,
    }
}

/// How the run stands as far as this step knows: its own job is not over.
fn ended(facts: &RunFacts, outcome: Outcome) -> Ended {
    let canceled = facts
        .job
        .status
        .as_deref()
        .is_some_and(|status| status.starts_with("Cancel"));
    match outcome {
        Outcome::Successful => Ended::Succeeded,
        Outcome::SuccessfulWithIssues => Ended::SucceededWithIssues,
        Outcome::Unsuccessful if canceled => Ended::Canceled,
        Outcome::Unsuccessful => Ended::Failed,
    }
}

/// The name of the record of everything collected: one for each stage and outcome.
pub(crate) fn record_name(plan: &Plan, facts: &RunFacts, outcome: Outcome) -> String {
    clean(&format!(
        "snowgate-record-{}-{}.json",
        place_name(plan, facts),
        outcome.word()
    ))
}

/// The name of the report: one for each stage of each run that used the change. A report of a change that is not where
/// it should be has a name of its own, so that the last word stands beside it and not behind it.
pub(crate) fn report_name(plan: &Plan, facts: &RunFacts, request: &Request, left: bool) -> String {
    let open = if left { "-open" } else { "" };
    clean(&format!(
        "snowgate-audit-{}-{}{open}.html",
        request.number,
        place_name(plan, facts)
    ))
}

/// Run and stage, as part of a file's name.
fn place_name(plan: &Plan, facts: &RunFacts) -> String {
    let release = facts.release.as_ref();
    let run = release
        .map(|release| release.id.clone())
        .or(facts.run.id.clone());
    let stage = release.and_then(|release| release.environment.clone());
    let stage = stage.or(facts.stage.name.clone());
    let all = format!(
        "{}-{}",
        run.unwrap_or_default(),
        stage.unwrap_or_else(|| plan.names.environment.clone())
    );
    let safe = |c: char| if c == ' ' { '_' } else { c };
    if all.chars().count() <= PLACE {
        return all.chars().map(safe).collect();
    }
    // Two long names may differ in their ends only.
    let mark = &crate::attach::claim("", all.as_bytes()).sha256[..8];
    let head = all.chars().take(PLACE - 9).map(safe);
    head.chain(format!("-{mark}").chars()).collect()
}
