//! What a test may do to a running organization, beside talking to it: look, plant, take away, break.

use std::time::Duration;

use crate::access::{ALL_SCOPES, Kind};
use crate::faults::{Fault, On, When};
use crate::options::Options;
pub use crate::organization::Project;
use crate::plant;
use crate::recorder::{Finding, Recorded};
use crate::seeds::{
    ArtifactSeed, CommitSeed, DeploymentSeed, Person, PullRequestSeed, RecordSeed, ReleaseSeed,
    RunSeed, SeededStage, StageSeed, TestRunSeed, WorkItemSeed,
};
use crate::serve;
use crate::sim::Sim;
use crate::world::World;

/// What kind of secret to issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A personal access token: the password of Basic authentication, with any user name.
    Pat,
    /// The token of a job: Basic or Bearer.
    JobToken,
    /// A token as the directory gives a service principal: Bearer.
    PrincipalToken,
}

/// What a service principal needs to get itself a token.
#[derive(Clone, Debug)]
pub struct ServicePrincipal {
    /// Address of the directory, with a slash at its end; tenant and token path come behind it.
    pub authority: String,
    /// Tenant.
    pub tenant: String,
    /// Id of the application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The scope to ask for.
    pub scope: String,
}

impl Sim {
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut serve::lock(&self.world))
    }

    /// Address of the organization, with a slash at its end.
    pub fn collection(&self) -> String {
        self.with(|w| format!("{}/", w.collection()))
    }

    /// Address of the organization at the host of classic releases, with a slash at its end.
    pub fn release_collection(&self) -> String {
        self.with(|w| format!("{}/", w.release_collection()))
    }

    /// Name of the organization.
    pub fn organization(&self) -> String {
        self.with(|w| w.options.organization.clone())
    }

    /// The project that runs, code and releases belong to.
    pub fn project(&self) -> Project {
        self.with(|w| w.org.main_project().clone())
    }

    /// Every project.
    pub fn projects(&self) -> Vec<Project> {
        self.with(|w| w.org.projects.clone())
    }

    /// A personal access token that may read everything and write work items.
    pub fn pat(&self) -> String {
        self.with(|w| w.access.pat.clone())
    }

    /// The token of a job, with the same rights.
    pub fn job_token(&self) -> String {
        self.with(|w| w.access.job_token.clone())
    }

    /// The registered service principal.
    pub fn service_principal(&self) -> ServicePrincipal {
        self.with(|w| ServicePrincipal {
            authority: format!("{}/", w.base_url),
            tenant: w.access.principal.tenant.clone(),
            client_id: w.access.principal.client_id.clone(),
            client_secret: w.access.principal.client_secret.clone(),
            scope: format!("{}/.default", crate::access::AUDIENCE),
        })
    }

    /// Issues another credential with only these scopes, such as `vso.build`.
    pub fn issue(&self, kind: Credential, scopes: &[&str]) -> String {
        self.with(|w| {
            let secret = w.ids.token();
            let kind = match kind {
                Credential::Pat => Kind::Pat,
                Credential::JobToken => Kind::Job,
                Credential::PrincipalToken => Kind::Principal,
            };
            w.access
                .add(secret.clone(), kind, Person::pat_doe(), scopes);
            secret
        })
    }

    /// Leaves a credential only these scopes; an empty list leaves none.
    pub fn restrict(&self, secret: &str, scopes: &[&str]) {
        self.with(|w| {
            if let Some(key) = w.access.find_mut(secret) {
                key.scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
            }
        });
    }

    /// Every scope that a credential of the default world has.
    pub fn all_scopes() -> &'static [&'static str] {
        &ALL_SCOPES
    }

    /// Ends a credential now. A new one can be issued, this one never comes back.
    pub fn expire(&self, secret: &str) {
        self.with(|w| {
            let now = w.now();
            if let Some(key) = w.access.find_mut(secret) {
                key.expires = Some(now);
            }
        });
    }

    /// Ends a credential when the service's clock has gone this far.
    pub fn expire_in(&self, secret: &str, after: Duration) {
        self.with(|w| {
            let after = jiff::SignedDuration::try_from(after).unwrap_or(jiff::SignedDuration::MAX);
            let end = w.now().checked_add(after).unwrap_or(jiff::Timestamp::MAX);
            if let Some(key) = w.access.find_mut(secret) {
                key.expires = Some(end);
            }
        });
    }

    /// Adds a run, replacing one with the same id together with all that hung on it; returns its id.
    pub fn seed_run(&self, seed: RunSeed) -> u64 {
        self.with(|w| plant::run(w, seed))
    }

    /// Changes what a run says of itself.
    ///
    /// # Panics
    ///
    /// When there is no such run, as with everything below that names one.
    pub fn change_run(&self, run: u64, change: impl FnOnce(&mut RunSeed)) {
        self.with(|w| change(&mut plant::existing(w, run).seed));
    }

    /// Ends a run with a result, now: its records and deployments that still ran end with it, steps that had not
    /// begun are skipped.
    pub fn finish_run(&self, run: u64, result: &str) {
        self.with(|w| plant::finish(w, run, result, None));
    }

    /// The same at a moment (RFC 3339) of the caller's choice.
    pub fn finish_run_at(&self, run: u64, result: &str, at: &str) {
        self.with(|w| plant::finish(w, run, result, Some(at)));
    }

    /// Retention takes a run: whatever hung on it answers 404, records of environments and releases stay.
    pub fn delete_run(&self, run: u64) {
        self.with(|w| w.org.runs.remove(&run));
    }

    /// Adds commits, newest first as the service lists them.
    ///
    /// # Panics
    ///
    /// When there is no such run, or one is linked to a work item that does not exist.
    pub fn add_commits(&self, run: u64, commits: Vec<CommitSeed>) {
        self.with(|w| plant::commits(w, run, commits));
    }

    /// Adds this many commits.
    pub fn add_many_commits(&self, run: u64, count: usize) {
        self.with(|w| plant::many_commits(w, run, count));
    }

    /// Forgets the commits of a run.
    pub fn clear_commits(&self, run: u64) {
        self.with(|w| plant::existing(w, run).commits.clear());
    }

    /// Adds a work item; returns its id.
    ///
    /// # Panics
    ///
    /// When it names a project that does not exist.
    pub fn add_work_item(&self, seed: WorkItemSeed) -> u64 {
        self.with(|w| plant::work_item(w, seed))
    }

    /// Associates work items with a run and leaves the link to it on each.
    ///
    /// # Panics
    ///
    /// When there is no such run or item.
    pub fn link_work_items(&self, run: u64, items: &[u64]) {
        self.with(|w| plant::link(w, run, items));
    }

    /// Takes a work item away; runs still name it.
    pub fn delete_work_item(&self, id: u64) {
        self.with(|w| w.org.work_items.remove(&id));
    }

    /// A field of a work item, by reference name.
    pub fn work_item_field(&self, id: u64, field: &str) -> Option<serde_json::Value> {
        self.with(|w| w.org.work_items.get(&id)?.fields.get(field).cloned())
    }

    /// Adds a record to the timeline of a run; returns its id. Parents come before their children.
    pub fn add_record(&self, run: u64, seed: RecordSeed) -> String {
        self.with(|w| plant::record(w, run, seed))
    }

    /// Adds an attempt of a stage with its phase, job, gate step and deploy step.
    pub fn seed_stage(&self, run: u64, stage: &str, attempt: u32, seed: StageSeed) -> SeededStage {
        self.with(|w| plant::stage(w, run, stage, attempt, &seed))
    }

    /// Forgets the timeline of a run.
    pub fn clear_timeline(&self, run: u64) {
        self.with(|w| plant::existing(w, run).timelines.clear());
    }

    /// Adds a published test run; returns its id.
    pub fn add_test_run(&self, run: u64, seed: TestRunSeed) -> u64 {
        self.with(|w| plant::test_run(w, run, seed))
    }

    /// Adds a published artifact.
    pub fn add_artifact(&self, run: u64, seed: ArtifactSeed) {
        self.with(|w| plant::artifact(w, run, seed));
    }

    /// Adds a pull request; returns its id.
    pub fn add_pull_request(&self, seed: PullRequestSeed) -> u64 {
        self.with(|w| plant::pull_request(w, seed))
    }

    /// Adds an environment; returns its id, which is the known one where the name is taken.
    pub fn add_environment(&self, name: &str) -> u64 {
        self.with(|w| plant::environment(w, name, None))
    }

    /// Adds a deployment record, newer than all before; returns its id.
    ///
    /// # Panics
    ///
    /// When there is no such environment or run.
    pub fn add_deployment(&self, environment: u64, run: u64, seed: DeploymentSeed) -> u64 {
        self.with(|w| plant::deployment(w, environment, run, seed))
    }

    /// Adds a classic release, replacing one with the same id; returns its id.
    pub fn add_release(&self, seed: ReleaseSeed) -> u64 {
        self.with(|w| plant::release(w, seed))
    }

    /// Adds a fault; faults struck first were added first.
    pub fn fail(&self, on: On, when: When, fault: Fault) {
        self.with(|w| w.faults.add(on, when, fault));
    }

    /// Removes every fault.
    pub fn heal(&self) {
        self.with(|w| w.faults.clear());
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.with(|w| w.recorder.requests.clone())
    }

    /// Every finding so far, oldest first.
    pub fn findings(&self) -> Vec<Finding> {
        self.with(|w| {
            let requests = w.recorder.requests.iter();
            requests.flat_map(|r| r.findings.clone()).collect()
        })
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.with(|w| w.recorder.requests.clear());
    }

    /// Turns switches of the running organization. Seed, clock and hosts are read at start only.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        self.with(|w| change(&mut w.options));
    }

    /// Moves the service's clock forward.
    pub fn advance(&self, by: Duration) {
        self.with(|w| {
            let by = jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX);
            w.clock.advance(by);
        });
    }
}
