//! A simulated organization and a client of it.

use azure_devops::{Auth, Organization};
use azure_devops_sim::{Options, Sim};
use redact::Secret;

use crate::canned::http;

pub(crate) fn sim() -> Sim {
    Sim::start(Options::default())
}

pub(crate) fn signed_in(sim: &Sim, auth: Auth) -> Organization {
    Organization::new(sim.collection().parse().unwrap(), auth, http())
}

/// As a job of a pipeline.
pub(crate) fn job(sim: &Sim) -> Organization {
    signed_in(sim, Auth::Bearer(Secret::new(sim.job_token())))
}

/// Nothing was asked that a careful client would not have asked.
pub(crate) fn assert_clean(sim: &Sim) {
    let findings = sim.findings();
    assert!(findings.is_empty(), "{findings:?}");
}

/// How often a path was asked for.
pub(crate) fn asked(sim: &Sim, part: &str) -> usize {
    let requests = sim.requests();
    requests
        .iter()
        .filter(|request| request.path.contains(part))
        .count()
}
