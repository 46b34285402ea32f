//! Classic releases.

use serde::Deserialize;

use super::Person;

/// A release of a classic definition.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseSeed {
    /// Id; unset, the next free one.
    pub id: Option<u64>,
    /// Name; unset, made from the id.
    pub name: Option<String>,
    /// Id of the definition.
    pub definition_id: u64,
    /// Name of the definition.
    pub definition: String,
    /// Text.
    pub description: String,
    /// `active`, `abandoned` or `draft`.
    pub status: String,
    /// `manual`, `continuousIntegration`, `schedule`, ...
    pub reason: String,
    /// Who created it.
    pub created_by: Person,
    /// For whom.
    pub created_for: Person,
    /// When.
    pub created: String,
    /// What is released.
    pub artifacts: Vec<ReleaseArtifactSeed>,
    /// Its stages ("environments" in addresses).
    pub stages: Vec<ReleaseStageSeed>,
}

impl Default for ReleaseSeed {
    fn default() -> Self {
        Self {
            id: None,
            name: None,
            definition_id: 5,
            definition: "shop-web release".to_owned(),
            description: "Blue shoes".to_owned(),
            status: "active".to_owned(),
            reason: "continuousIntegration".to_owned(),
            created_by: Person::kim_roe(),
            created_for: Person::kim_roe(),
            created: "2026-11-25T09:45:00.07Z".to_owned(),
            artifacts: vec![ReleaseArtifactSeed::default()],
            stages: vec![ReleaseStageSeed::default()],
        }
    }
}

/// A run whose output a release deploys.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseArtifactSeed {
    /// Name inside the release.
    pub alias: String,
    /// Run; the rest of what is shown comes from it.
    pub run: u64,
    /// Whether it is the primary one.
    pub primary: bool,
}

impl Default for ReleaseArtifactSeed {
    fn default() -> Self {
        Self {
            alias: "_shop-web".to_owned(),
            run: 4711,
            primary: true,
        }
    }
}

/// One stage of a release.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseStageSeed {
    /// Id in the organization; unset, the next free one.
    pub id: Option<u64>,
    /// Id of the stage in the definition.
    pub definition_stage_id: u64,
    /// Name.
    pub name: String,
    /// `notStarted`, `inProgress`, `succeeded`, `canceled`, `rejected`, `queued`, `scheduled` or `partiallySucceeded`.
    pub status: String,
    /// Approvals before the deployment.
    pub before: Vec<ReleaseApprovalSeed>,
    /// Approvals after it.
    pub after: Vec<ReleaseApprovalSeed>,
    /// Attempts, oldest first.
    pub attempts: Vec<ReleaseAttemptSeed>,
}

impl Default for ReleaseStageSeed {
    fn default() -> Self {
        Self {
            id: None,
            definition_stage_id: 9,
            name: "Production".to_owned(),
            status: "succeeded".to_owned(),
            before: vec![ReleaseApprovalSeed::default()],
            after: Vec::new(),
            attempts: vec![ReleaseAttemptSeed::default()],
        }
    }
}

/// One approval of one attempt.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseApprovalSeed {
    /// Who is asked.
    pub approver: Person,
    /// Who answered; unset while pending.
    pub approved_by: Option<Person>,
    /// `pending`, `approved`, `rejected`, `reassigned`, `canceled` or `skipped`.
    pub status: String,
    /// What was said.
    pub comments: String,
    /// Nobody was asked; the service approved by itself.
    pub automated: bool,
    /// Attempt it belongs to, from 1.
    pub attempt: u32,
    /// When it was asked.
    pub created: String,
    /// When it was answered.
    pub modified: String,
}

impl Default for ReleaseApprovalSeed {
    fn default() -> Self {
        Self {
            approver: Person::kim_roe(),
            approved_by: Some(Person::kim_roe()),
            status: "approved".to_owned(),
            comments: "Good to go!".to_owned(),
            automated: false,
            attempt: 1,
            created: "2026-11-25T09:46:00.743Z".to_owned(),
            modified: "2026-11-25T09:50:00.79Z".to_owned(),
        }
    }
}

/// One attempt to deploy a stage ("deployment" in addresses).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseAttemptSeed {
    /// Id of the deployment; unset, the next free one.
    pub deployment_id: Option<u64>,
    /// `notDeployed`, `inProgress`, `succeeded`, `partiallySucceeded` or `failed`.
    pub status: String,
    /// `Approved`, `PhaseInProgress`, `PhaseSucceeded`, `PhaseFailed`, `Canceled`, `Rejected`, ...
    pub operation_status: String,
    /// When it was queued.
    pub queued: String,
    /// When it started; unset while it waits.
    pub started: Option<String>,
    /// When it ended; unset while it runs.
    pub completed: Option<String>,
    /// Who asked for it.
    pub requested_by: Person,
    /// For whom.
    pub requested_for: Person,
}

impl Default for ReleaseAttemptSeed {
    fn default() -> Self {
        Self {
            deployment_id: None,
            status: "succeeded".to_owned(),
            operation_status: "PhaseSucceeded".to_owned(),
            queued: "2026-11-25T09:45:30Z".to_owned(),
            started: Some("2026-11-25T09:50:02.09Z".to_owned()),
            completed: Some("2026-11-25T09:58:40.133Z".to_owned()),
            requested_by: Person::kim_roe(),
            requested_for: Person::kim_roe(),
        }
    }
}
