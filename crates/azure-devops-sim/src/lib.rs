#![doc = include_str!("../README.md")]

mod faults;
mod handle;
mod options;
mod recorder;
mod seeds;
mod sim;

mod access;
mod auth;
mod builds;
mod clock;
mod control;
mod discovery;
mod environments;
mod exchange;
mod git;
mod http;
mod ids;
mod oauth;
mod organization;
mod page;
mod paging;
mod pipelines;
mod plant;
mod protocol;
mod refusal;
mod releases;
mod render;
mod routes;
mod seed_file;
mod serve;
mod tests_area;
mod throttle;
mod timeline;
mod versions;
mod work_items;
mod world;

pub use faults::{Fault, On, When};
pub use handle::{Credential, Project, ServicePrincipal};
pub use options::{Options, Page, SignIn};
pub use recorder::{Finding, FindingKind, Recorded};
pub use seed_file::SeedError;
pub use seeds::{
    ApprovalSeed, ArtifactSeed, CommitSeed, DeploymentSeed, Issue, Person, PreviousAttempt,
    PullRequestSeed, RecordSeed, ReleaseApprovalSeed, ReleaseArtifactSeed, ReleaseAttemptSeed,
    ReleaseSeed, ReleaseStageSeed, Repository, ReviewerSeed, RunSeed, SeededStage, StageSeed,
    TaskRef, TestRunSeed, WorkItemSeed,
};
pub use sim::{Sim, StartError};
