//! One deployment as both parties tell it, and others beside it.

use azure_devops_sim as azure;
use serde_json::{Value, json};
use servicenow_sim as servicenow;

use crate::harness::{Program, snowgate};

/// The stage of the default run of the stand-in for Azure DevOps.
pub(crate) const RUN: u64 = 4711;

/// Both parties, in which a run has deployed to production.
pub(crate) struct World {
    pub(crate) servicenow: servicenow::Sim,
    pub(crate) azure: azure::Sim,
}

impl World {
    pub(crate) fn start() -> Self {
        let servicenow = servicenow::Sim::start(servicenow::Options {
            // An auditor's account reads what was noted.
            journal_readers: vec!["itil".to_owned()],
            ..servicenow::Options::default()
        });
        let azure = azure::Sim::start(azure::Options::default());
        // One commit, which came by the pull request that the world holds.
        azure.clear_commits(RUN);
        azure.add_commits(RUN, vec![reviewed()]);
        azure.finish_run_at(RUN, "succeeded", "2026-11-25T09:40:00Z");
        Self { servicenow, azure }
    }

    /// The program with the variables of a quick start.
    pub(crate) fn snowgate(&self, arguments: &[&str]) -> Program {
        let login = self.servicenow.credentials();
        snowgate(arguments)
            .with("SERVICENOW_URL", self.servicenow.url())
            .with("SERVICENOW_USER", &login.user)
            .with("SERVICENOW_PASSWORD", &login.password)
            .with("ADO_URL", self.azure.url())
            .with("ADO_ORG", &self.azure.organization())
            .with("ADO_PROJECT", &self.azure.project().name)
            .with("ADO_PAT", &self.azure.pat())
    }

    /// The key of a stage of the run.
    pub(crate) fn key(&self, stage: &str) -> String {
        format!("azdo:{}:run:{RUN}:{stage}", self.azure.project().id)
    }

    /// A change that was approved in time by somebody else and closed as it ended; `columns` say what is otherwise.
    /// Returns its number.
    pub(crate) fn change(&self, columns: Value) -> String {
        let mut change = json!({
            "type": "normal",
            "short_description": "Deploy shop to production",
            "description": "Blue shoes.\nService: shop",
            "correlation_id": self.key("Production"),
            "state": "3",
            "approval": "approved",
            "sys_created_on": "2026-11-25 09:10:02",
            "start_date": "2026-11-25 09:00:00",
            "end_date": "2026-11-25 10:00:00",
            "work_start": "2026-11-25 09:20:01",
            "work_end": "2026-11-25 09:40:00",
            "close_code": "successful",
            "close_notes": "Deployed by run 20261125.1.",
        });
        for (column, value) in columns.as_object().into_iter().flatten() {
            change[column] = value.clone();
        }
        let id = self.servicenow.seed("change_request", change);
        let approver = self
            .servicenow
            .id_of("sys_user", "user_name", "olga.operations");
        let approval = json!({
            "sysapproval": id,
            "document_id": id,
            "source_table": "change_request",
            "approver": approver,
            "state": "approved",
            "sys_updated_on": "2026-11-25 09:15:00",
        });
        self.servicenow.seed("sysapproval_approver", approval);
        let record = self.servicenow.record("change_request", &id);
        let number = record["number"].as_str().unwrap().to_owned();
        // An instance answers alike for a journal that is empty and one that it hides.
        self.note(&number, "Deployed.");
        number
    }

    /// A work note on a change.
    pub(crate) fn note(&self, number: &str, text: &str) {
        let id = self.servicenow.change(number)["sys_id"].clone();
        let entry = json!({ "name": "change_request", "element_id": id, "element": "work_notes", "value": text });
        self.servicenow.seed("sys_journal_field", entry);
    }

    /// Nothing was sent that a careful client would not send.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!(self.servicenow.findings(), []);
        assert_eq!(self.azure.findings(), []);
    }
}

fn reviewed() -> azure::CommitSeed {
    azure::CommitSeed {
        id: Some(azure::RunSeed::default().source_version),
        ..azure::CommitSeed::default()
    }
}

/// Names of the rules that a report says are broken.
pub(crate) fn broken(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    let broken = findings
        .iter()
        .filter(|finding| finding["verdict"] == "broken");
    broken
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}
