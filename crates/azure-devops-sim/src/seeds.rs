//! What a test can plant: plain values with defaults, the same in code and in a seed file. Times are RFC 3339 text,
//! results and states are the service's own words.

mod codes;
mod releases;
mod runs;
mod timeline;
mod work;

use serde::Deserialize;

pub use codes::{PullRequestSeed, Repository, ReviewerSeed};
pub use releases::{
    ReleaseApprovalSeed, ReleaseArtifactSeed, ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed,
};
pub use runs::{ArtifactSeed, CommitSeed, DeploymentSeed, RunSeed, TestRunSeed};
pub use timeline::{
    ApprovalSeed, Issue, PreviousAttempt, RecordSeed, SeededStage, StageSeed, TaskRef,
};
pub use work::WorkItemSeed;

use crate::ids;

/// Somebody known to the organization.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// GUID of the identity.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Sign-in name, mostly a mail address.
    pub unique_name: String,
}

impl Person {
    /// A person whose id follows from the sign-in name.
    pub fn new(name: &str, unique_name: &str) -> Self {
        Self {
            id: ids::stable_guid("person", unique_name),
            name: name.to_owned(),
            unique_name: unique_name.to_owned(),
        }
    }

    /// The author and requester of the default world's run.
    pub fn pat_doe() -> Self {
        Self {
            id: "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02".to_owned(),
            ..Self::new("Pat Doe", "pat@shop.example")
        }
    }

    /// The approver of the default world.
    pub fn kim_roe() -> Self {
        Self::new("Kim Roe", "kim@shop.example")
    }
}

impl Default for Person {
    fn default() -> Self {
        Self::pat_doe()
    }
}
