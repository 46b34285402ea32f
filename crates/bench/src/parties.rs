//! Both parties of a deployment record, and deployments that wait to be recorded.

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use azure_devops_sim as azure;
use serde_json::json;
use servicenow_sim as servicenow;
use testkit::agent::Connection;

use crate::subject::{Account, PROJECT, Subject};

/// What a record is asked to collect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Nothing, and no report: the walk alone.
    Nothing,
    /// What a step collects that sets nothing: all kinds, a file, and the report.
    Everything,
}

impl Evidence {
    pub(crate) const BOTH: [Self; 2] = [Self::Nothing, Self::Everything];

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Nothing => "no evidence",
            Self::Everything => "everything",
        }
    }

    pub(crate) fn inputs(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Nothing => &[("evidence", "none"), ("auditReport", "false")],
            Self::Everything => &[("evidenceFiles", "**/TEST-*.xml")],
        }
    }
}

/// How much a run brought.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) commits: usize,
    pub(crate) work_items: usize,
}

/// A run as most are.
pub(crate) const ORDINARY: Load = Load {
    commits: 5,
    work_items: 3,
};

/// A run after a long time without one.
pub(crate) const LARGE: Load = Load {
    commits: 5000,
    work_items: 800,
};

/// The evidence file of every job.
pub(crate) const JUNIT: &str = r#"<testsuite name="smoke" tests="2" failures="0"><testcase name="cart"/><testcase name="pay"/></testsuite>"#;

/// Both simulators.
pub(crate) struct Parties {
    pub(crate) servicenow: servicenow::Sim,
    pub(crate) azure: azure::Sim,
}

impl Parties {
    pub(crate) fn start() -> Self {
        Self {
            servicenow: servicenow::Sim::start(servicenow::Options::default()),
            azure: azure::Sim::start(azure::Options::default()),
        }
    }

    /// A run whose stage has deployed, and its change, which is approved and in Implement.
    pub(crate) fn deployed(&self, run: u64, load: Load) {
        self.azure.seed_run(azure::RunSeed {
            id: Some(run),
            status: "inProgress".to_owned(),
            result: None,
            finish_time: None,
            ..azure::RunSeed::default()
        });
        self.azure.add_many_commits(run, load.commits);
        let items: Vec<u64> = (0..load.work_items)
            .map(|_| self.azure.add_work_item(azure::WorkItemSeed::default()))
            .collect();
        self.azure.link_work_items(run, &items);
        self.azure.add_test_run(run, azure::TestRunSeed::default());
        self.azure.add_artifact(run, azure::ArtifactSeed::default());
        let stage = azure::StageSeed {
            result: None,
            finish_time: None,
            ..azure::StageSeed::default()
        };
        self.azure.seed_stage(run, "Production", 1, stage);
        let sim = &self.servicenow;
        sim.seed(
            "change_request",
            json!({
                "type": "normal",
                "state": "-1",
                "approval": "approved",
                "short_description": "Deploy shop-web",
                "assignment_group": sim.id_of("sys_user_group", "name", "Network"),
                "work_start": "2026-11-25 09:20:00",
                "correlation_id": format!("azdo:{PROJECT}:run:{run}:Production"),
            }),
        );
    }

    /// How a step signs in to the instance.
    pub(crate) fn connection(&self) -> Connection {
        let account = self.servicenow.credentials();
        Connection::basic(self.servicenow.url(), &account.user, &account.password)
    }

    /// A command in the environment of a record, without an agent around it. Its working folder holds one test result.
    pub(crate) fn record(
        &self,
        subject: &Subject,
        program: &Path,
        run: u64,
        evidence: Evidence,
    ) -> Result<Command> {
        let credentials = self.servicenow.credentials();
        let account = Account {
            url: self.servicenow.url(),
            user: &credentials.user,
            password: &credentials.password,
        };
        let sources = subject.temp().join("sources");
        std::fs::create_dir_all(&sources)?;
        std::fs::write(sources.join("TEST-smoke.xml"), JUNIT)?;
        let mut command = subject.step(program, &account, run);
        let collection = self.azure.collection();
        command
            .env("AGENT_JOBSTATUS", "Succeeded")
            .env("SYSTEM_COLLECTIONURI", &collection)
            .env("SYSTEM_TEAMPROJECT", &self.azure.project().name)
            .env("SYSTEM_DEFAULTWORKINGDIRECTORY", &sources)
            .env("ENDPOINT_URL_SYSTEMVSSCONNECTION", &collection)
            .env("ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION", "OAuth")
            .env(
                "ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN",
                self.azure.job_token(),
            );
        for (name, value) in evidence.inputs() {
            command.env(format!("INPUT_{}", name.to_uppercase()), value);
        }
        Ok(command)
    }
}
