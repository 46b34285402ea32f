#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod organization;

mod deployments;
mod pull_requests;
mod releases;
mod runs;
mod work_items;

mod auth;
mod error;
mod ids;
mod moment;
mod wire;

#[cfg(test)]
mod fixture;

pub use auth::{Auth, ServicePrincipal};
pub use deployments::{Deployment, Deployments, Environment};
pub use error::{Error, Operation, Saying, Scope};
pub use ids::{EnvironmentId, ParseIdError, ParseTimelineIdError, ReleaseId, RunId, TimelineId};
pub use organization::{Clock, OnNewSecret, Organization, Pages};
pub use pull_requests::{PullRequest, PullRequests, Reviewer};
pub use releases::{
    DeployAttempt, Release, ReleaseArtifact, ReleaseStage, Releases, StageApproval,
};
pub use runs::{
    Artifact, Commit, Definition, Issue, PreviousAttempt, Project, RecordResult, Repository, Run,
    RunResult, RunStatus, Runs, TaskRef, TestRun, Timeline, TimelineRecord,
};
pub use wire::Person;
pub use work_items::{WorkItem, WorkItems};
