//! Reads a run and the stage of it that deployed.

use azure_devops::{EnvironmentId, RunId, Runs, Timeline};

use super::{Reading, code, convert, timeline};
use crate::trail::{Ended, EnvironmentDeployment, Link, Run};

/// Attempts of a stage that are looked through for the one that used the change.
const MOST_ATTEMPTS: usize = 20;

pub(super) async fn read(reading: &mut Reading<'_, '_>, id: &str) {
    let Ok(id) = id.parse::<RunId>() else {
        reading.miss(format!("run {id}"), "the change's key holds no run id");
        return;
    };
    let stage = reading.stage;
    let project = stage.place.project_id.as_str();
    let runs = reading.organization.runs(project);
    let run = runs.get(&id).await;
    let Some(run) = reading.take(&format!("run {id} and what it brought"), run) else {
        return;
    };
    facts(&mut reading.trail.run, &run);
    let records = runs.timeline(&id).await;
    if let Some(records) = reading.take("the run's timeline", records) {
        let page = reading.trail.run.page.clone();
        let Some(records) = with_attempt(reading, runs, &id, records).await else {
            // What else tells how the stage ended is about the newest attempt.
            reading.trail.run.result = Ended::Unknown;
            code::read(reading, project, &run).await;
            return;
        };
        let (found, checks) = timeline::stage(&records, stage, page.as_ref());
        reading.trail.run.stage = found;
        reading.trail.run.checks = checks;
    }
    deployments(reading, project, &run).await;
    code::read(reading, project, &run).await;
}

/// The records that hold the attempt of the stage in which the change was used: the main timeline, or where the stage was
/// run again since, the one that keeps the earlier attempt. Nothing where that cannot be read: the newest attempt would
/// tell of another deployment.
async fn with_attempt(
    reading: &mut Reading<'_, '_>,
    runs: Runs<'_>,
    id: &RunId,
    newest: Timeline,
) -> Option<Timeline> {
    let stage = reading.stage;
    for previous in timeline::earlier(&newest, stage)
        .into_iter()
        .take(MOST_ATTEMPTS)
    {
        let read = runs.earlier_timeline(id, &previous.timeline).await;
        let what = format!("attempt {} of the stage", previous.attempt);
        let records = reading.take(&what, read)?;
        if timeline::began_in_time(&records, stage) {
            return Some(records);
        }
    }
    Some(newest)
}

fn facts(told: &mut Run, run: &azure_devops::Run) {
    told.readable = true;
    told.number.clone_from(&run.number);
    told.page = run.page.as_ref().and_then(|page| Link::new(page.as_str()));
    told.project.clone_from(&run.project.name);
    told.pipeline.clone_from(&run.definition.name);
    told.reason.clone_from(&run.reason);
    told.result = convert::run_ended(run);
    told.queued = run.queued;
    told.started = run.started;
    told.finished = run.finished;
    told.source_version.clone_from(&run.source_version);
    told.source_branch.clone_from(&run.source_branch);
    let repository = run.repository.as_ref();
    told.repository = repository.map(|r| r.name.clone().unwrap_or_else(|| r.id.clone()));
    told.repository_kind = repository.map(|r| r.kind.clone());
    told.requested_for = convert::people(run.requested_for.as_ref());
    told.requested_by = convert::people(run.requested_by.as_ref());
}

/// Reads what the run deployed to the environment, where one is known.
async fn deployments(reading: &mut Reading<'_, '_>, project: &str, run: &azure_devops::Run) {
    let deployments = reading.organization.deployments(project);
    let Some((environment, name)) = environment(reading, project).await else {
        return;
    };
    let found = deployments.of_run(&environment, &run.id, run.queued).await;
    let Some(found) = reading.take("deployments to the environment", found) else {
        return;
    };
    reading.trail.run.deployments = found
        .into_iter()
        .map(|deployment| EnvironmentDeployment {
            environment: name.clone(),
            stage_attempt: deployment.stage_attempt,
            job: deployment.job,
            job_attempt: deployment.job_attempt,
            started: deployment.started,
            finished: deployment.finished,
            result: convert::ended(deployment.result.as_ref()),
        })
        .collect();
}

async fn environment(
    reading: &mut Reading<'_, '_>,
    project: &str,
) -> Option<(EnvironmentId, String)> {
    let stage = reading.stage;
    let name = stage.environment.as_deref();
    match (stage.environment_id, name) {
        (Some(id), name) => Some((id, name.map_or_else(|| id.to_string(), str::to_owned))),
        (None, Some(name)) => {
            // The caller's word for the environment need not be the name of one in Azure DevOps.
            let found = reading
                .organization
                .deployments(project)
                .environment_opt(name)
                .await;
            let found = reading.take("the environment", found)??;
            Some((found.id, found.name))
        }
        (None, None) => None,
    }
}
