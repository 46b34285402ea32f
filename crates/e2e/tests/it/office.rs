//! What the stories of deployment records share: both parties, and the two steps of a stage.

use azure_devops_sim as azure;
use change::State;
use servicenow_sim::{Options, Rounds};
use testkit::agent::{Finished, Step, TaskResult};
use testkit::node::{self, Version};

use crate::world::{BOUND, KEY, World, task_named};

/// An instance and an organization.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) azure: azure::Sim,
}

/// The run that an ordinary step runs in.
pub(crate) const RUN: u64 = 4711;

impl Office {
    /// Strict parties, with their default worlds in them.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        Self {
            world: World::with(options),
            azure: azure::Sim::start(azure::Options::default()),
        }
    }

    /// A record in the job that deployed, which went well.
    pub(crate) fn record(&self) -> Step {
        self.record_by(Version::V24)
    }

    pub(crate) fn record_by(&self, node: Version) -> Step {
        let task = task_named("ServiceNowDeploymentRecord");
        let step = Step::new(task, &node::executable(node).expect("Node")).reference("record");
        self.in_organization(step)
            .connection("serviceNowConnection", &self.world.connection())
    }

    /// Moves a step's job into the organization.
    pub(crate) fn in_organization(&self, step: Step) -> Step {
        step.variable("System.CollectionUri", &self.azure.collection())
            .variable(
                "System.TeamFoundationCollectionUri",
                &self.azure.collection(),
            )
            .variable("System.TeamProject", &self.azure.project().name)
            .variable("System.TeamProjectId", &self.azure.project().id)
            .secret("System.AccessToken", &self.azure.job_token())
    }

    /// The change of the ordinary stage, as its gate leaves it: opened, approved, in Implement.
    pub(crate) fn gated(&self) -> String {
        self.change_in("normal", State::Implement)
    }

    /// A change of the ordinary stage, walked to a state by those who may.
    pub(crate) fn change_in(&self, kind: &str, state: State) -> String {
        let sim = &self.world.sim;
        let group = sim.id_of("sys_user_group", "name", "Network");
        let mut columns = serde_json::json!({
            "type": kind, "short_description": "Deploy shop-web", "assignment_group": group,
            "correlation_id": KEY,
        });
        if kind == "standard" {
            let template = &sim.records("std_change_producer_version")[0];
            columns["std_change_producer_version"] = template["sys_id"].clone();
        }
        let id = sim.seed("change_request", columns);
        let change = sim.record("change_request", &id);
        let number = change["number"].as_str().expect("a number").to_owned();
        self.walk(&number, kind, state);
        number
    }

    /// Walks a new change to a state.
    pub(crate) fn walk(&self, number: &str, kind: &str, state: State) {
        let sim = &self.world.sim;
        let go = |columns: &[(&str, &str)]| {
            sim.move_as(number, "admin", columns).expect("a legal step");
        };
        if state == State::New {
            return;
        }
        match kind {
            "standard" => go(&[("state", "-2")]),
            "emergency" => go(&[("state", "-3")]),
            _ => go(&[("state", "-4")]),
        }
        if matches!(state, State::Assess | State::Authorize) {
            return;
        }
        if kind != "standard" {
            sim.approve(number, Rounds::All).expect("approvers wait");
        }
        if change::is_past(state, State::Implement) {
            go(&[("state", "-1"), ("work_start", "2026-01-05 09:10:00")]);
        }
        if change::is_past(state, State::Review) {
            go(&[("state", "0"), ("work_end", "2026-01-05 09:40:00")]);
        }
        if state == State::Closed {
            go(&[
                ("state", "3"),
                ("close_code", "successful"),
                ("close_notes", "Closed by hand"),
            ]);
        }
    }

    /// Runs a step to its end.
    pub(crate) fn run(&self, step: &Step) -> Finished {
        step.start().expect("a step").wait(BOUND)
    }

    /// Runs a record that has to succeed.
    pub(crate) fn recorded(&self, step: &Step) -> Finished {
        let finished = self.run(step);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        finished
    }

    /// A column of a change.
    pub(crate) fn column(&self, number: &str, column: &str) -> String {
        let change = self.world.sim.change(number);
        change[column].as_str().unwrap_or_default().to_owned()
    }

    /// The work notes of a change.
    pub(crate) fn notes(&self, number: &str) -> Vec<String> {
        let id = self.column(number, "sys_id");
        self.world.sim.journal(&id, "work_notes")
    }

    /// The names of the files on a change, sorted.
    pub(crate) fn files(&self, number: &str) -> Vec<String> {
        let id = self.column(number, "sys_id");
        let rows = self.world.sim.find("sys_attachment", "table_sys_id", &id);
        let mut names: Vec<String> = rows
            .iter()
            .map(|row| row["file_name"].as_str().unwrap_or_default().to_owned())
            .collect();
        names.sort();
        names
    }

    /// What is in the one file on a change whose name begins so.
    pub(crate) fn file(&self, number: &str, begin: &str) -> String {
        let id = self.column(number, "sys_id");
        let rows = self.world.sim.find("sys_attachment", "table_sys_id", &id);
        let named = |row: &&serde_json::Map<String, serde_json::Value>| {
            row["file_name"]
                .as_str()
                .unwrap_or_default()
                .starts_with(begin)
        };
        let found: Vec<_> = rows.iter().filter(named).collect();
        assert_eq!(found.len(), 1, "{begin}: {:?}", self.files(number));
        let id = found[0]["sys_id"].as_str().unwrap_or_default();
        let bytes = self.world.sim.attachment_opt(id).expect("its bytes");
        String::from_utf8(bytes).expect("text")
    }

    /// Neither party saw a request that a careful client would not have sent.
    pub(crate) fn is_content(&self) {
        assert_eq!(self.world.sim.findings(), []);
        assert_eq!(self.azure.findings(), []);
    }
}
