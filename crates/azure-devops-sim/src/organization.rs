//! What the organization knows: runs, work items, pull requests, environments, releases.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::seeds::{
    ArtifactSeed, CommitSeed, DeploymentSeed, PullRequestSeed, RecordSeed, ReleaseSeed, RunSeed,
    TestRunSeed,
};

/// A project of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// GUID.
    pub id: String,
    /// Name, which may be changed and may contain spaces.
    pub name: String,
}

/// A run with what hangs on it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) number: String,
    pub(crate) plan_id: String,
    pub(crate) seed: RunSeed,
    pub(crate) commits: Vec<CommitSeed>,
    pub(crate) work_items: Vec<u64>,
    /// Timeline id to its records; the main one has the id of the plan.
    pub(crate) timelines: BTreeMap<String, Vec<RecordSeed>>,
    pub(crate) artifacts: Vec<ArtifactSeed>,
    pub(crate) test_runs: Vec<(u64, TestRunSeed)>,
}

#[derive(Clone, Debug)]
pub(crate) struct WorkItem {
    pub(crate) id: u64,
    pub(crate) rev: u64,
    /// GUID of its project.
    pub(crate) project: String,
    pub(crate) fields: Map<String, Value>,
    pub(crate) relations: Vec<Value>,
}

#[derive(Clone, Debug)]
pub(crate) struct Environment {
    pub(crate) name: String,
    /// Id, run, and the record itself; newest last.
    pub(crate) deployments: Vec<(u64, Owner, DeploymentSeed)>,
}

/// The run a deployment belongs to, as it was then: the record outlives the run.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) run: u64,
    pub(crate) number: String,
    pub(crate) definition_id: u64,
    pub(crate) definition: String,
    pub(crate) plan_id: String,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Organization {
    /// The first is the one that runs, code and releases belong to.
    pub(crate) projects: Vec<Project>,
    pub(crate) runs: BTreeMap<u64, Run>,
    pub(crate) work_items: BTreeMap<u64, WorkItem>,
    pub(crate) pull_requests: BTreeMap<u64, PullRequestSeed>,
    pub(crate) environments: BTreeMap<u64, Environment>,
    pub(crate) releases: BTreeMap<u64, ReleaseSeed>,
    /// Last id given out, by kind.
    pub(crate) counters: BTreeMap<&'static str, u64>,
}

impl Organization {
    pub(crate) fn main_project(&self) -> &Project {
        &self.projects[0]
    }

    /// By GUID or by name, in any letter case.
    pub(crate) fn project(&self, given: &str) -> Option<&Project> {
        let same = |p: &&Project| {
            p.id.eq_ignore_ascii_case(given) || p.name.to_lowercase() == given.to_lowercase()
        };
        self.projects.iter().find(same)
    }

    /// The id asked for, or the next free one of this kind.
    pub(crate) fn next_id(&mut self, kind: &'static str, wanted: Option<u64>) -> u64 {
        let last = self.counters.entry(kind).or_insert(0);
        let id = wanted.unwrap_or(*last + 1);
        *last = (*last).max(id);
        id
    }
}
