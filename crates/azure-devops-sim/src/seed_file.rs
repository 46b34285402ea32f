//! The seed file of the program: options, and what is planted beside the default world.

use serde::Deserialize;
use serde_json::Value;

use crate::options::Options;
use crate::plant;
use crate::seeds::{
    ArtifactSeed, CommitSeed, DeploymentSeed, PullRequestSeed, RecordSeed, ReleaseSeed, RunSeed,
    StageSeed, TestRunSeed, WorkItemSeed,
};
use crate::world::World;

/// Why a seed file was refused.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A key that does not exist, or a value of the wrong kind.
    #[error("not the shape of a seed file")]
    Syntax(#[source] serde_json::Error),
    /// A project, a work item or a run that does not exist.
    #[error("something that does not exist: {0}")]
    Unknown(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    options: Options,
    work_items: Vec<WorkItemSeed>,
    runs: Vec<RunEntry>,
    pull_requests: Vec<PullRequestSeed>,
    environments: Vec<EnvironmentEntry>,
    releases: Vec<ReleaseSeed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RunEntry {
    run: RunSeed,
    commits: Vec<CommitSeed>,
    work_items: Vec<u64>,
    records: Vec<RecordSeed>,
    stages: Vec<StageEntry>,
    test_runs: Vec<TestRunSeed>,
    artifacts: Vec<ArtifactSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageEntry {
    name: String,
    #[serde(default = "first")]
    attempt: u32,
    #[serde(default)]
    stage: StageSeed,
}

fn first() -> u32 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvironmentEntry {
    name: String,
    id: Option<u64>,
    #[serde(default)]
    deployments: Vec<DeploymentEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeploymentEntry {
    run: u64,
    #[serde(default)]
    deployment: DeploymentSeed,
}

fn parse(file: &Value) -> Result<File, SeedError> {
    serde_json::from_value(file.clone()).map_err(SeedError::Syntax)
}

/// The options a seed file asks for.
pub(crate) fn options(file: &Value) -> Result<Options, SeedError> {
    Ok(parse(file)?.options)
}

/// Adds what the file names to a world made with its options.
pub(crate) fn apply(world: &mut World, file: &Value) -> Result<(), SeedError> {
    let file = parse(file)?;
    let unknown = |what: String| Err(SeedError::Unknown(what));
    for item in file.work_items {
        if let Some(project) = item
            .project
            .as_ref()
            .filter(|p| world.org.project(p).is_none())
        {
            return unknown(format!("project {project}"));
        }
        plant::work_item(world, item);
    }
    for entry in file.runs {
        let of_commits = entry.commits.iter().flat_map(|c| &c.work_items);
        let mut named = entry.work_items.iter().chain(of_commits);
        if let Some(id) = named.find(|id| !world.org.work_items.contains_key(id)) {
            return unknown(format!("work item {id}"));
        }
        apply_run(world, entry);
    }
    for request in file.pull_requests {
        plant::pull_request(world, request);
    }
    for entry in file.environments {
        let environment = plant::environment(world, &entry.name, entry.id);
        for deployment in entry.deployments {
            if !world.org.runs.contains_key(&deployment.run) {
                return unknown(format!("run {}", deployment.run));
            }
            plant::deployment(world, environment, deployment.run, deployment.deployment);
        }
    }
    for release in file.releases {
        plant::release(world, release);
    }
    Ok(())
}

fn apply_run(world: &mut World, entry: RunEntry) {
    let id = plant::run(world, entry.run);
    plant::commits(world, id, entry.commits);
    plant::link(world, id, &entry.work_items);
    for record in entry.records {
        plant::record(world, id, record);
    }
    for stage in entry.stages {
        plant::stage(world, id, &stage.name, stage.attempt, &stage.stage);
    }
    for test_run in entry.test_runs {
        plant::test_run(world, id, test_run);
    }
    for artifact in entry.artifacts {
        plant::artifact(world, id, artifact);
    }
}
