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
}

impl Default for CommitSeed {
    fn default() -> Self {
        Self {
            id: None,
            message: "Sell blue shoes".to_owned(),
            author: Person::pat_doe(),
            timestamp: "2026-11-25T08:55:00Z".to_owned(),
        }
    }
}

/// Which task a timeline record ran.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskRef {
    /// GUID of the task.
    pub id: String,
    /// Its reference name, without the version.
    pub name: String,
    /// Full version.
    pub version: String,
}

impl TaskRef {
    /// The gate task of the extension.
    pub fn change_gate() -> Self {
        Self {
            id: "c954e9bd-39e7-408f-9686-a6979d32f462".to_owned(),
            name: "ServiceNowChangeGate".to_owned(),
            version: "1.0.0".to_owned(),
        }
    }

    /// The plain script task.
    pub fn script() -> Self {
        Self {
            id: "d9bafed4-0b18-4f58-968d-86655b4d2ce9".to_owned(),
            name: "CmdLine".to_owned(),
            version: "2.250.1".to_owned(),
        }
    }
}

/// Something a record complained about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// `error` or `warning`.
    pub kind: String,
    /// The text.
    pub message: String,
}

/// Where the records of an earlier attempt are kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousAttempt {
    /// Number of the attempt, from 1.
    pub attempt: u32,
    /// Timeline that holds its records.
    pub timeline_id: String,
    /// Id of the record there.
    pub record_id: String,
}

/// One row of a run's timeline.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordSeed {
    /// Id; unset, made up.
    pub id: Option<String>,
    /// Id of the record above.
    pub parent: Option<String>,
    /// `Stage`, `Phase`, `Job`, `Task`, `Checkpoint`, `Checkpoint.Approval`, ...
    pub kind: String,
    /// Shown name.
    pub name: String,
    /// Reference name or path of names, such as `Production.Deploy.__default`.
    pub identifier: Option<String>,
    /// `pending`, `inProgress` or `completed`.
    pub state: String,
    /// `succeeded`, `succeededWithIssues`, `failed`, `canceled`, `skipped` or `abandoned`; unset until completed.
    pub result: Option<String>,
    /// When it started.
    pub start_time: Option<String>,
    /// When it ended.
    pub finish_time: Option<String>,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Place among its siblings, from 1.
    pub order: u32,
    /// Agent that ran it.
    pub worker_name: Option<String>,
    /// Which task it ran.
    pub task: Option<TaskRef>,
    /// What it complained about.
    pub issues: Vec<Issue>,
    /// Earlier attempts.
    pub previous_attempts: Vec<PreviousAttempt>,
}

impl Default for RecordSeed {
    fn default() -> Self {
        Self {
            id: None,
            parent: None,
            kind: "Task".to_owned(),
            name: "Deploy".to_owned(),
            identifier: None,
            state: "completed".to_owned(),
            result: Some("succeeded".to_owned()),
            start_time: None,
            finish_time: None,
            attempt: 1,
            order: 1,
            worker_name: None,
            task: None,
            issues: Vec::new(),
            previous_attempts: Vec::new(),
        }
    }
}

/// An approver check in front of a stage.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalSeed {
    /// `succeeded` when approved, `failed` when rejected; unset while pending.
    pub result: Option<String>,
    /// When it began to wait.
    pub start_time: String,
    /// When it was decided.
    pub finish_time: Option<String>,
}

impl Default for ApprovalSeed {
    fn default() -> Self {
        Self {
            result: Some("succeeded".to_owned()),
            start_time: "2026-11-25T09:01:00Z".to_owned(),
            finish_time: Some("2026-11-25T09:09:00Z".to_owned()),
        }
    }
}

/// A whole stage with one deployment job: prepare, gate, deploy. An unset result means that part still runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StageSeed {
    /// Shown name; unset, the reference name.
    pub display_name: Option<String>,
    /// Outcome of stage, phase and job.
    pub result: Option<String>,
    /// Reference name of the job.
    pub job: String,
    /// Agent that ran the job.
    pub worker_name: String,
    /// An approver check in front.
    pub approval: Option<ApprovalSeed>,
    /// When the stage started.
    pub start_time: String,
    /// When the gate step ended, which is when the deploy step started.
    pub gate_finish_time: String,
    /// When the stage ended.
    pub finish_time: Option<String>,
    /// The gate step; unset, the stage has none.
    pub gate_task: Option<TaskRef>,
    /// Outcome of the gate step.
    pub gate_result: Option<String>,
    /// The deploy step.
    pub deploy_task: TaskRef,
    /// Outcome of the deploy step.
    pub deploy_result: Option<String>,
    /// What the deploy step complained about.
    pub issues: Vec<Issue>,
}

impl Default for StageSeed {
    fn default() -> Self {
        let succeeded = || Some("succeeded".to_owned());
        Self {
            display_name: None,
            result: succeeded(),
            job: "Deploy".to_owned(),
            worker_name: "Agent 8".to_owned(),
            approval: None,
            start_time: "2026-11-25T09:10:00Z".to_owned(),
            gate_finish_time: "2026-11-25T09:20:00.5Z".to_owned(),
            finish_time: Some("2026-11-25T09:40:00.0666667Z".to_owned()),
            gate_task: Some(TaskRef::change_gate()),
            gate_result: succeeded(),
            deploy_task: TaskRef::script(),
            deploy_result: succeeded(),
            issues: Vec::new(),
        }
    }
}

/// Ids of the records that a seeded stage consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeededStage {
    /// The stage.
    pub stage: String,
    /// Its one phase.
    pub phase: String,
    /// Its one job.
    pub job: String,
    /// The gate step, where there is one.
    pub gate_task: Option<String>,
    /// The deploy step.
    pub deploy_task: String,
    /// The approver check, where there is one.
    pub approval: Option<String>,
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
