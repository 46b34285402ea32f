//! Reads a classic release: the stage, who approved it there, and the runs that built what it deploys.

use azure_devops::{DeployAttempt, Release, ReleaseId, ReleaseStage};

use super::{Reading, code, convert};
use crate::trail::{Built, Check, Ended, Link, Run, Stage, Told};

/// Runs that are followed from one release.
const MOST_BUILDS: usize = 5;

pub(super) async fn read(reading: &mut Reading<'_, '_>, id: &str) {
    let Ok(id) = id.parse::<ReleaseId>() else {
        reading.miss(
            format!("release {id}"),
            "the change's key holds no release id",
        );
        return;
    };
    let project = reading.stage.place.project_id.as_str();
    let release = reading.organization.releases(project).get(&id).await;
    let what = format!("release {id} and what it brought");
    let Some(release) = reading.take(&what, release) else {
        return;
    };
    facts(reading, &release);
    builds(reading, &release, project).await;
}

fn facts(reading: &mut Reading<'_, '_>, release: &Release) {
    let wanted = &reading.stage.place.stage;
    let stage = release
        .stages
        .iter()
        .find(|s| s.definition_id.to_string() == *wanted);
    let run = &mut reading.trail.run;
    run.readable = true;
    run.number.clone_from(&release.name);
    run.page = Link::new(release.page.as_str());
    run.pipeline.clone_from(&release.definition.name);
    run.reason.clone_from(&release.reason);
    run.queued = release.created;
    run.requested_for = convert::people(release.created_by.as_ref());
    let Some(stage) = stage else {
        reading.miss(
            format!("stage {wanted} of the release"),
            "the release has no such stage",
        );
        return;
    };
    let attempt = attempt(stage, reading.stage.until);
    run.started = attempt.and_then(|attempt| attempt.started);
    run.finished = attempt.and_then(|attempt| attempt.finished);
    run.requested_by = attempt.and_then(|attempt| convert::people(attempt.requested_by.as_ref()));
    run.stage = told_stage(stage, attempt, run.page.as_ref());
    run.result = run.stage.result;
    run.checks = checks(stage);
}

/// The newest attempt that began before the change was over, else the newest.
fn attempt(stage: &ReleaseStage, until: Option<jiff::Timestamp>) -> Option<&DeployAttempt> {
    let in_time = |attempt: &&DeployAttempt| {
        let began = attempt.queued.or(attempt.started);
        until.is_none_or(|until| began.is_some_and(|began| began <= until))
    };
    let newest = |attempt: &&DeployAttempt| attempt.attempt;
    let used = stage.attempts.iter().filter(in_time).max_by_key(newest);
    used.or_else(|| stage.attempts.iter().max_by_key(newest))
}

fn told_stage(stage: &ReleaseStage, attempt: Option<&DeployAttempt>, page: Option<&Link>) -> Stage {
    let told = |at: Option<jiff::Timestamp>, what: &str| {
        Some(Told {
            at: at?,
            source: format!("Azure DevOps release, {what} of stage {}", stage.name),
            link: page.cloned(),
        })
    };
    let result = ended(stage, attempt);
    let began = told(attempt.and_then(|a| a.started), "first job");
    Stage {
        name: stage.name.clone(),
        attempt: attempt.map_or(0, |attempt| attempt.attempt),
        result,
        gate: None,
        // An attempt that was cancelled or rejected may have begun without any job that tells when.
        held_back: result == Ended::Skipped || (result == Ended::Canceled && began.is_none()),
        began,
        ended: told(attempt.and_then(|a| a.finished), "last job"),
        failed_jobs: Vec::new(),
    }
}

/// The attempt's own word, else the stage's.
fn ended(stage: &ReleaseStage, attempt: Option<&DeployAttempt>) -> Ended {
    let word = |status: &str| match status.to_lowercase().as_str() {
        "succeeded" => Ended::Succeeded,
        "partiallysucceeded" => Ended::SucceededWithIssues,
        "failed" => Ended::Failed,
        "rejected" | "canceled" | "cancelled" => Ended::Canceled,
        "notdeployed" | "notstarted" => Ended::Skipped,
        "inprogress" | "queued" | "scheduled" => Ended::Running,
        _ => Ended::Unknown,
    };
    match attempt.map(|attempt| word(&attempt.status)) {
        Some(known) if known != Ended::Unknown => known,
        _ => word(&stage.status),
    }
}

/// Approvals by people; a stage that wants none has automatic ones, which say nothing.
fn checks(stage: &ReleaseStage) -> Vec<Check> {
    let by_people = stage
        .approvals
        .iter()
        .filter(|approval| !approval.automated);
    by_people
        .map(|approval| {
            let when = if approval.before_deployment {
                "before"
            } else {
                "after"
            };
            let by = approval.approved_by.as_ref().or(approval.approver.as_ref());
            Check {
                name: format!(
                    "approval {when} the deployment, attempt {}",
                    approval.attempt
                ),
                by: convert::people(by),
                answer: approval.status.clone(),
                comment: approval.comment.clone(),
                at: approval.at,
            }
        })
        .collect()
}

/// Follows the release's artifacts to the runs that built them, the primary one first.
async fn builds(reading: &mut Reading<'_, '_>, release: &Release, project: &str) {
    let mut artifacts: Vec<_> = release
        .artifacts
        .iter()
        .filter(|a| a.run.is_some())
        .collect();
    artifacts.sort_by_key(|artifact| !artifact.is_primary);
    if artifacts.is_empty() {
        reading.miss(
            "what was built",
            "no artifact of the release names a run of this organization",
        );
    }
    if artifacts.len() > MOST_BUILDS {
        let more = artifacts.len() - MOST_BUILDS;
        reading.miss(
            format!("{more} further artifacts"),
            format!("{MOST_BUILDS} are followed"),
        );
    }
    let mut whole = crate::trail::Code::default();
    for (index, artifact) in artifacts.into_iter().take(MOST_BUILDS).enumerate() {
        let Some(id) = artifact.run else {
            continue;
        };
        let project = artifact.project_id.as_deref().unwrap_or(project);
        let run = reading.organization.runs(project).get(&id).await;
        let what = format!("run {id}, which built {}", artifact.alias);
        if let Some(run) = reading.take(&what, run) {
            built(&mut reading.trail.run, &run, index == 0);
            code::read(reading, project, &run).await;
        }
        let read = std::mem::take(&mut reading.trail.code);
        if index == 0 {
            whole = read;
        } else {
            whole.join(read);
        }
    }
    reading.trail.code = whole;
}

/// Notes a run that built something. The primary artifact's tells what the release deploys.
fn built(told: &mut Run, run: &azure_devops::Run, is_primary: bool) {
    if is_primary {
        let repository = run.repository.as_ref();
        told.source_version.clone_from(&run.source_version);
        told.source_branch.clone_from(&run.source_branch);
        told.project.clone_from(&run.project.name);
        told.repository = repository.map(|r| r.name.clone().unwrap_or_else(|| r.id.clone()));
        told.repository_kind = repository.map(|r| r.kind.clone());
    }
    told.built.push(Built {
        id: run.id.to_string(),
        number: run.number.clone(),
        page: run.page.as_ref().and_then(|page| Link::new(page.as_str())),
        source_version: run.source_version.clone(),
        requested_for: convert::people(run.requested_for.as_ref()),
    });
}
