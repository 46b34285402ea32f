//! Runs and everything that hangs on one.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Person, Repository};

/// A run of a pipeline ("build" in addresses).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSeed {
    /// Id in the organization; unset, the next free one.
    pub id: Option<u64>,
    /// Number as shown, not unique; unset, made from the date and the id.
    pub number: Option<String>,
    /// Id of the pipeline.
    pub definition_id: u64,
    /// Name of the pipeline.
    pub definition: String,
    /// `none`, `inProgress`, `completed`, `cancelling`, `postponed` or `notStarted`.
    pub status: String,
    /// `none`, `succeeded`, `partiallySucceeded`, `failed` or `canceled`; unset until completed.
    pub result: Option<String>,
    /// `manual`, `individualCI`, `pullRequest`, `schedule`, ...
    pub reason: String,
    /// Commit that was built.
    pub source_version: String,
    /// Full name of the ref.
    pub branch: String,
    /// Where the commit lives.
    pub repository: Repository,
    /// For whom the run was queued.
    pub requested_for: Person,
    /// Who queued it; unset, the same person.
    pub requested_by: Option<Person>,
    /// When it was queued.
    pub queue_time: String,
    /// When it started; unset while it waits.
    pub start_time: Option<String>,
    /// When it ended; unset while it runs.
    pub finish_time: Option<String>,
    /// What triggered it, such as `ci.sourceBranch`, `ci.sourceSha`, `ci.message`, `pr.number`.
    pub trigger_info: BTreeMap<String, String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Id of the orchestration plan, also that of the timeline; unset, made from the id.
    pub plan_id: Option<String>,
}

impl Default for RunSeed {
    fn default() -> Self {
        Self {
            id: None,
            number: None,
            definition_id: 12,
            definition: "shop".to_owned(),
            status: "completed".to_owned(),
            result: Some("succeeded".to_owned()),
            reason: "individualCI".to_owned(),
            source_version: "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b".to_owned(),
            branch: "refs/heads/main".to_owned(),
            repository: Repository::default(),
            requested_for: Person::pat_doe(),
            requested_by: None,
            queue_time: "2026-11-25T08:59:30.1066667Z".to_owned(),
            start_time: Some("2026-11-25T09:00:00.25Z".to_owned()),
            finish_time: Some("2026-11-25T09:42:10.5166667Z".to_owned()),
            trigger_info: BTreeMap::new(),
            tags: Vec::new(),
            plan_id: None,
        }
    }
}

/// A commit ("change" in addresses) that a run brought.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CommitSeed {
    /// Full hash; unset, made up.
    pub id: Option<String>,
    /// Whole message.
    pub message: String,
    /// Who wrote it.
    pub author: Person,
    /// When it was written.
    pub timestamp: String,
    /// Ids of work items that it is linked to; they become those of the run too.
    pub work_items: Vec<u64>,
}

impl Default for CommitSeed {
    fn default() -> Self {
        Self {
            id: None,
            message: "Sell blue shoes".to_owned(),
            author: Person::pat_doe(),
            timestamp: "2026-11-25T08:55:00Z".to_owned(),
            work_items: Vec::new(),
        }
    }
}

/// A published test run.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TestRunSeed {
    /// Id; unset, the next free one.
    pub id: Option<u64>,
    /// Title.
    pub name: String,
    /// `Completed`, `InProgress`, `Aborted`, ...
    pub state: String,
    /// How many passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many did not count, such as skipped ones.
    pub not_applicable: u64,
    /// How many did not end.
    pub incomplete: u64,
    /// When it started.
    pub started: String,
    /// When it ended; unset while it runs.
    pub completed: Option<String>,
}

impl Default for TestRunSeed {
    fn default() -> Self {
        Self {
            id: None,
            name: "JUnit_TestResults".to_owned(),
            state: "Completed".to_owned(),
            passed: 128,
            failed: 0,
            not_applicable: 2,
            incomplete: 0,
            started: "2026-11-25T09:02:00.123Z".to_owned(),
            completed: Some("2026-11-25T09:04:30Z".to_owned()),
        }
    }
}

/// A published artifact.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArtifactSeed {
    /// Name.
    pub name: String,
    /// `PipelineArtifact`, `Container`, `FilePath`, ...
    pub kind: String,
    /// What the kind needs to find it.
    pub data: String,
    /// Size and the like, all texts.
    pub properties: BTreeMap<String, String>,
}

impl Default for ArtifactSeed {
    fn default() -> Self {
        let size = ("artifactsize".to_owned(), "104857600".to_owned());
        Self {
            name: "drop".to_owned(),
            kind: "PipelineArtifact".to_owned(),
            data: "8A1C3E2F0D4B".to_owned(),
            properties: BTreeMap::from([size]),
        }
    }
}

/// One job attempt that deployed to an environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeploymentSeed {
    /// Reference name of the stage.
    pub stage: String,
    /// Attempt of the stage.
    pub stage_attempt: u32,
    /// Name of the job.
    pub job: String,
    /// Attempt of the job.
    pub job_attempt: u32,
    /// When it was queued.
    pub queue_time: String,
    /// When it started.
    pub start_time: String,
    /// When it ended; unset while it runs.
    pub finish_time: Option<String>,
    /// `succeeded`, `succeededWithIssues`, `failed`, `canceled`, `skipped` or `abandoned`; unset while it runs.
    pub result: Option<String>,
}

impl Default for DeploymentSeed {
    fn default() -> Self {
        Self {
            stage: "Production".to_owned(),
            stage_attempt: 1,
            job: "Deploy".to_owned(),
            job_attempt: 1,
            queue_time: "2026-11-25T09:09:50Z".to_owned(),
            start_time: "2026-11-25T09:10:00Z".to_owned(),
            finish_time: Some("2026-11-25T09:40:00.0666667Z".to_owned()),
            result: Some("succeeded".to_owned()),
        }
    }
}
