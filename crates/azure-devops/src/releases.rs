//! Classic releases. At the public service they live on a host of their own.

use jiff::Timestamp;
use outbound::Request;
use url::Url;

use crate::error::{Error, Operation, Scope};
use crate::organization::{Organization, Place};
use crate::runs::{Definition, definition};
use crate::wire::{Missing, Node, Person};
use crate::{ReleaseId, RunId};

/// Verbs on the classic releases of one project.
#[derive(Debug, Clone, Copy)]
pub struct Releases<'a> {
    organization: &'a Organization,
    project: &'a str,
}

/// A classic release: artifacts on their way through stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its id, unique in the project.
    pub id: ReleaseId,
    /// Its name, such as `Release-33`.
    pub name: String,
    /// What it was made from.
    pub definition: Definition,
    /// Who created it.
    pub created_by: Option<Person>,
    /// When.
    pub created: Option<Timestamp>,
    /// Why: `manual`, `continuousIntegration`, `schedule`, ...
    pub reason: String,
    /// What it deploys.
    pub artifacts: Vec<ReleaseArtifact>,
    /// Where to.
    pub stages: Vec<ReleaseStage>,
    /// Its page for people.
    pub page: Url,
}

/// What a release deploys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseArtifact {
    /// Its name in the release.
    pub alias: String,
    /// Its kind: `Build`, `Git`, `GitHub`, `Jenkins`, ...
    pub kind: String,
    /// The run that published it, where one of this organization did.
    pub run: Option<RunId>,
    /// The project of that run, a GUID.
    pub project_id: Option<String>,
    /// Its version for people, such as a run's number.
    pub version: Option<String>,
    /// Whether the release is named after it.
    pub is_primary: bool,
}

/// A stage of a release; the service calls it an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseStage {
    /// Its id in this release.
    pub id: u64,
    /// The id of its definition, the same in every release.
    pub definition_id: u64,
    /// Its name.
    pub name: String,
    /// How far it is: `notStarted`, `inProgress`, `succeeded`, `rejected`, `canceled`, ...
    pub status: String,
    /// Approvals before and after the deployment, of all attempts.
    pub approvals: Vec<StageApproval>,
    /// The attempts to deploy.
    pub attempts: Vec<DeployAttempt>,
}

/// An approval of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageApproval {
    /// Who was asked: a person or a group.
    pub approver: Option<Person>,
    /// Who answered.
    pub approved_by: Option<Person>,
    /// `pending`, `approved`, `rejected`, `reassigned`, `skipped`, ...
    pub status: String,
    /// What they wrote.
    pub comment: Option<String>,
    /// Whether nobody had to be asked: the stage wants no approval here.
    pub automated: bool,
    /// Whether it comes before the deployment.
    pub before_deployment: bool,
    /// Which attempt of the stage it is for, from 1.
    pub attempt: u32,
    /// When it last changed: for one that was given, when.
    pub at: Option<Timestamp>,
}

/// An attempt to deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployAttempt {
    /// Which one, from 1.
    pub attempt: u32,
    /// `notDeployed`, `inProgress`, `succeeded`, `partiallySucceeded`, `failed`, ...
    pub status: String,
    /// Who asked for it.
    pub requested_by: Option<Person>,
    /// When it was queued.
    pub queued: Option<Timestamp>,
    /// When its first job, or else its first phase, began, where the service shows one.
    pub started: Option<Timestamp>,
    /// When its last job ended, where all have. Not the attempt's own last change, which approvals after the deployment
    /// move.
    pub finished: Option<Timestamp>,
}

impl<'a> Releases<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a str) -> Self {
        Self {
            organization,
            project,
        }
    }

    /// One release, with its stages, approvals and attempts.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get(&self, id: &ReleaseId) -> Result<Release, Box<Error>> {
        let operation = Operation::new(Scope::Release, "read release", id);
        let place = self.organization.place(&operation, self.project)?;
        let answer = self.organization.send(&operation, get(&place, *id)).await?;
        if answer.is_empty() {
            return Err(answer.absent());
        }
        let release = answer.decode(|node| decode(node, &place))?;
        match release.id == *id {
            true => Ok(release),
            false => Err(answer.lacks("id")),
        }
    }
}

fn get(place: &Place<'_>, id: ReleaseId) -> Request {
    Request::get(place.release_api(&["release", "releases", &id.to_string()], "7.1"))
}

fn decode(node: Node<'_>, place: &Place<'_>) -> Result<Release, Missing> {
    let number = node.need_number("id")?;
    let id = ReleaseId::new(number).ok_or_else(|| Missing::at("id"))?;
    let link = node.at("_links").at("web").text("href");
    let release = id.to_string();
    let query = [
        ("_a", "release-pipeline-progress"),
        ("releaseId", release.as_str()),
    ];
    let composed = place.page(&["_releaseProgress"], &query);
    Ok(Release {
        id,
        name: node.text_or_empty("name"),
        definition: definition(node.at("releaseDefinition")),
        created_by: node.person("createdBy"),
        created: node.moment("createdOn"),
        reason: node.text_or_empty("reason"),
        artifacts: node.list_or_empty("artifacts", |node| Ok(artifact(node)))?,
        stages: node.list_or_empty("environments", stage)?,
        page: place.link_or(link, composed),
    })
}

fn artifact(node: Node<'_>) -> ReleaseArtifact {
    let kind = node.text_or_empty("type");
    let reference = node.at("definitionReference");
    let version = reference.at("version");
    // A version of another kind may be a number as well, of something else.
    let run = (kind == "Build").then(|| version.number("id")).flatten();
    ReleaseArtifact {
        alias: node.text_or_empty("alias"),
        kind,
        run: run.and_then(RunId::new),
        project_id: reference.at("project").text("id"),
        version: version.text("name"),
        is_primary: node.flag("isPrimary"),
    }
}

fn stage(node: Node<'_>) -> Result<ReleaseStage, Missing> {
    let approvals =
        |key: &str, before: bool| node.list_or_empty(key, |node| Ok(approval(node, before)));
    let mut all = approvals("preDeployApprovals", true)?;
    all.extend(approvals("postDeployApprovals", false)?);
    Ok(ReleaseStage {
        id: node.need_number("id")?,
        definition_id: node.number("definitionEnvironmentId").unwrap_or_default(),
        name: node.text_or_empty("name"),
        status: node.text_or_empty("status"),
        approvals: all,
        attempts: node.list_or_empty("deploySteps", |node| Ok(attempt(node)))?,
    })
}

fn approval(node: Node<'_>, before_deployment: bool) -> StageApproval {
    StageApproval {
        approver: node.person("approver"),
        approved_by: node.person("approvedBy"),
        status: node.text_or_empty("status"),
        comment: node.text("comments"),
        automated: node.flag("isAutomated"),
        before_deployment,
        attempt: node.ordinal("attempt"),
        at: node.moment("modifiedOn"),
    }
}

fn attempt(node: Node<'_>) -> DeployAttempt {
    let phases: Vec<Node<'_>> = node.items("releaseDeployPhases").collect();
    let jobs: Vec<Node<'_>> = phases
        .iter()
        .flat_map(|phase| phase.items("deploymentJobs"))
        .map(|entry| entry.at("job"))
        .collect();
    let of_jobs = jobs.iter().filter_map(|job| job.moment("startTime")).min();
    let of_phases = || {
        phases
            .iter()
            .filter_map(|phase| phase.moment("startedOn"))
            .min()
    };
    let ends: Option<Vec<Timestamp>> = jobs.iter().map(|job| job.moment("finishTime")).collect();
    DeployAttempt {
        attempt: node.ordinal("attempt"),
        status: node.text_or_empty("status"),
        requested_by: node.person("requestedBy"),
        queued: node.moment("queuedOn"),
        started: of_jobs.or_else(of_phases),
        finished: ends.unwrap_or_default().into_iter().max(),
    }
}

#[cfg(test)]
mod tests;
