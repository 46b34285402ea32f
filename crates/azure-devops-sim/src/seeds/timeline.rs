//! Timeline records, one by one and as whole stages.

use serde::Deserialize;

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
