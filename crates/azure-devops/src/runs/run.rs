//! A run, as the service tells of it.

use std::fmt;

use jiff::Timestamp;
use url::Url;

use super::run_id;
use crate::RunId;
use crate::organization::Place;
use crate::wire::{Missing, Node, Person};

/// A run of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id, unique in the organization.
    pub id: RunId,
    /// Its number for people. The pipeline's author chooses the format, so that two runs may bear the same.
    pub number: String,
    /// Where it belongs.
    pub project: Project,
    /// The pipeline.
    pub definition: Definition,
    /// How far it is.
    pub status: RunStatus,
    /// How it ended, once it has.
    pub result: Option<RunResult>,
    /// Why it runs: `manual`, `individualCI`, `pullRequest`, `schedule`, ...
    pub reason: String,
    /// When it was asked for.
    pub queued: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// The commit (or changeset) it was built from.
    pub source_version: Option<String>,
    /// The branch, such as `refs/heads/main`.
    pub source_branch: Option<String>,
    /// Where the source is.
    pub repository: Option<Repository>,
    /// For whom it runs: the author of the push, or who started it.
    pub requested_for: Option<Person>,
    /// Who asked for it: for a run that a push triggered, the service itself.
    pub requested_by: Option<Person>,
    /// The number of the pull request it validates.
    pub pull_request: Option<u64>,
    /// Its page for people.
    pub page: Option<Url>,
}

/// A project of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    /// Its GUID, which stays the same when it is renamed.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A pipeline, or the definition of a classic release.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Definition {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its id: a GUID in Azure Repos, `owner/name` at GitHub.
    pub id: String,
    /// Its kind: `TfsGit`, `GitHub`, `TfsVersionControl`, ...
    pub kind: String,
    /// Its name, where the service tells.
    pub name: Option<String>,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStatus {
    /// Waits for its turn.
    NotStarted,
    /// Runs.
    InProgress,
    /// Is being canceled.
    Cancelling,
    /// Held back.
    Postponed,
    /// Has ended.
    Completed,
    /// Something else, in the service's word.
    Other(String),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunResult {
    /// Well.
    Succeeded,
    /// With something that failed and was allowed to.
    PartiallySucceeded,
    /// Badly.
    Failed,
    /// Somebody canceled it.
    Canceled,
    /// Something else, in the service's word.
    Other(String),
}

impl RunStatus {
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "notstarted" => Self::NotStarted,
            "inprogress" => Self::InProgress,
            "cancelling" => Self::Cancelling,
            "postponed" => Self::Postponed,
            "completed" => Self::Completed,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl RunResult {
    /// `none` is how the service says that there is no result yet.
    fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "none" => return None,
            "succeeded" => Self::Succeeded,
            "partiallysucceeded" => Self::PartiallySucceeded,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            _ => Self::Other(word.to_owned()),
        })
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotStarted => "not started",
            Self::InProgress => "in progress",
            Self::Cancelling => "being canceled",
            Self::Postponed => "postponed",
            Self::Completed => "completed",
            Self::Other(word) => word,
        })
    }
}

impl fmt::Display for RunResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::PartiallySucceeded => "partially succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Other(word) => word,
        })
    }
}

pub(super) fn decode(node: Node<'_>, place: &Place<'_>) -> Result<Run, Missing> {
    let id = run_id(node, "id")?;
    let composed = place.page(&["_build", "results"], &[("buildId", &id.to_string())]);
    let link = node.at("_links").at("web").text("href");
    let source_branch = node.text("sourceBranch");
    Ok(Run {
        id,
        number: node.text_or_empty("buildNumber"),
        project: project(node.at("project")),
        definition: definition(node.at("definition")),
        status: RunStatus::of(&node.need_text("status")?),
        result: node.text("result").as_deref().and_then(RunResult::of),
        reason: node.text_or_empty("reason"),
        queued: node.moment("queueTime"),
        started: node.moment("startTime"),
        finished: node.moment("finishTime"),
        source_version: node.text("sourceVersion"),
        repository: repository(node.at("repository")),
        requested_for: node.person("requestedFor"),
        requested_by: node.person("requestedBy"),
        pull_request: pull_request(node, source_branch.as_deref()),
        source_branch,
        page: Some(place.link_or(link, composed)),
    })
}

pub(crate) fn project(node: Node<'_>) -> Project {
    Project {
        id: node.text_or_empty("id"),
        name: node.text_or_empty("name"),
    }
}

pub(crate) fn definition(node: Node<'_>) -> Definition {
    Definition {
        id: node.number("id").unwrap_or_default(),
        name: node.text_or_empty("name"),
    }
}

fn repository(node: Node<'_>) -> Option<Repository> {
    Some(Repository {
        id: node.text("id")?,
        kind: node.text_or_empty("type"),
        name: node.text("name"),
    })
}

/// The trigger names the pull request; a run that was started by hand on one has only the branch that was made for it.
fn pull_request(node: Node<'_>, branch: Option<&str>) -> Option<u64> {
    let of_branch = || {
        let (number, _) = branch?.strip_prefix("refs/pull/")?.split_once('/')?;
        crate::ids::digits(number)
    };
    node.at("triggerInfo")
        .number("pr.number")
        .or_else(of_branch)
}
