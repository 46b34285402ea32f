//! What Azure DevOps says about one stage of one run.

use jiff::Timestamp;
use serde::Serialize;

use super::{Gap, Link, Person, Told};

/// How something ended: a run, a stage, a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ended {
    /// It could not be found out.
    #[default]
    Unknown,
    /// It goes on.
    Running,
    /// It was left out.
    Skipped,
    /// It succeeded.
    Succeeded,
    /// It succeeded, with issues.
    SucceededWithIssues,
    /// It was cancelled.
    Canceled,
    /// Its agent was lost.
    Abandoned,
    /// It failed.
    Failed,
}

impl Ended {
    /// In words, as the rest of "it ...".
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Unknown => "ended in a way that could not be read",
            Self::Running => "is still running",
            Self::Skipped => "was skipped",
            Self::Succeeded => "succeeded",
            Self::SucceededWithIssues => "succeeded with issues",
            Self::Canceled => "was cancelled",
            Self::Abandoned => "was abandoned",
            Self::Failed => "failed",
        }
    }

    pub(crate) fn is_known(self) -> bool {
        !matches!(self, Self::Unknown | Self::Running)
    }

    pub(crate) fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Abandoned)
    }
}

/// One stage of one run or classic release.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The stage's key, first generation.
    pub key: String,
    /// Whether it is a classic release rather than a run.
    pub is_release: bool,
    /// Whether it could be read: by retention rules a run may be gone.
    pub readable: bool,
    /// The id of the run or release.
    pub id: String,
    /// The run's number or the release's name.
    pub number: String,
    /// Its page.
    pub page: Option<Link>,
    /// The project's name.
    pub project: String,
    /// The pipeline's name.
    pub pipeline: String,
    /// Why it was started.
    pub reason: String,
    /// How the whole run ended.
    pub result: Ended,
    /// When it was queued.
    pub queued: Option<Timestamp>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// When it was finished.
    pub finished: Option<Timestamp>,
    /// The commit it was started from.
    pub source_version: Option<String>,
    /// The branch.
    pub source_branch: Option<String>,
    /// The repository's name.
    pub repository: Option<String>,
    /// The kind of repository, as Azure DevOps calls it.
    pub repository_kind: Option<String>,
    /// For whom it ran.
    pub requested_for: Option<Person>,
    /// Who asked for it.
    pub requested_by: Option<Person>,
    /// For a release: the runs that built what it deploys.
    pub built: Vec<Built>,
    /// The stage.
    pub stage: Stage,
    /// Records of deployments to environments.
    pub deployments: Vec<EnvironmentDeployment>,
    /// Approvals of a classic release's stage, and checks of a YAML stage.
    pub checks: Vec<Check>,
}

/// A run that built what a release deploys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// The run's id.
    pub id: String,
    /// The run's number.
    pub number: String,
    /// Its page.
    pub page: Option<Link>,
    /// The commit it was built from.
    pub source_version: Option<String>,
    /// For whom it ran.
    pub requested_for: Option<Person>,
}

/// The stage that deployed, in its newest attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Its name, as far as the key or the timeline says it.
    pub name: String,
    /// The attempt.
    pub attempt: u32,
    /// How it ended.
    pub result: Ended,
    /// The gate of this extension in it.
    pub gate: Option<Gate>,
    /// When its deployment began, where the timeline shows it.
    pub began: Option<Told>,
    /// When its deployment ended, where the timeline shows it.
    pub ended: Option<Told>,
    /// Whether nothing that could have deployed ran: the gate stopped it, or it was skipped.
    pub held_back: bool,
    /// Jobs that did not succeed.
    pub failed_jobs: Vec<FailedJob>,
}

/// The step that held the stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// The job it ran in.
    pub job: String,
    /// How it ended.
    pub result: Ended,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When it finished.
    pub finished: Option<Timestamp>,
}

/// A job that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedJob {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub result: Ended,
    /// When it finished.
    pub finished: Option<Timestamp>,
    /// Its first errors, in the log's words.
    pub errors: Vec<String>,
}

/// One job's deployment to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentDeployment {
    /// The environment's name.
    pub environment: String,
    /// The stage's attempt.
    pub stage_attempt: u32,
    /// The job.
    pub job: String,
    /// The job's attempt.
    pub job_attempt: u32,
    /// When it started.
    pub started: Option<Timestamp>,
    /// When it finished.
    pub finished: Option<Timestamp>,
    /// How it ended.
    pub result: Ended,
}

/// An approval or check of Azure's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What it is.
    pub name: String,
    /// Who decided, where it says so.
    pub by: Option<Person>,
    /// The answer.
    pub answer: String,
    /// The words that came with it.
    pub comment: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

/// Everything read from Azure DevOps about one stage of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunTrail {
    /// The run and its stage.
    pub run: Run,
    /// What it brought along.
    pub code: super::Code,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}
