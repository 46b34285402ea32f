//! What the gate's stories share: an instance, the packed chain, and words for what a sample came to.

use std::sync::OnceLock;
use std::time::Duration;

use agentless::{Definition, Gate, Job, Outcome, Sample, Settings};
use serde_json::{Map, Value, json};
use servicenow_sim::{Options, Sim};

use crate::connection::{connection_type, done, ours};
use crate::world::task_named;

/// The project of every story.
pub(super) const PROJECT: &str = "d4f5a6b7-2222-4333-8444-555566667777";

/// The key of the release's stage.
pub(super) const RELEASE: &str = "azdo:d4f5a6b7-2222-4333-8444-555566667777:release:33:9";

/// The key of the run's stage.
pub(super) const RUN: &str = crate::world::KEY;

/// Where the server plays the task: gates and checks ask again and again, the other two are agentless jobs.
pub(super) const HOSTS: [&str; 4] = ["gates", "release", "build", "checks"];

/// The text of the packed `task.json`.
pub(super) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let file = task_named("ServiceNowReleaseGate").folder.join("task.json");
        std::fs::read_to_string(file).expect("the packed task.json")
    })
}

/// The packed chain.
pub(super) fn chain() -> &'static Definition {
    static CHAIN: OnceLock<Definition> = OnceLock::new();
    CHAIN.get_or_init(|| Definition::read(text()).expect("a chain that can be played"))
}

/// One instance, and the stages that wait for its changes.
pub(super) struct Stand {
    pub(super) sim: Sim,
}

impl Stand {
    pub(super) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(super) fn with(options: Options) -> Self {
        Self {
            sim: Sim::start(options),
        }
    }

    /// A stage's task in that place, all inputs at their defaults.
    pub(super) fn job(&self, host: &str) -> Job {
        job(&self.sim, host)
    }

    /// A gate of a release that opens a normal change of the network people.
    pub(super) fn opener(&self) -> Job {
        self.job("gates")
            .input("changeAction", "open")
            .input("assignmentGroup", &self.group())
    }

    pub(super) fn group(&self) -> String {
        self.sim.id_of("sys_user_group", "name", "Network")
    }

    /// Plants a change under a key, as somebody left it; gives its `sys_id`.
    pub(super) fn plant(&self, key: &str, state: &str, approval: &str) -> String {
        self.sim.seed(
            "change_request",
            json!({
                "type": "normal",
                "state": state,
                "approval": approval,
                "correlation_id": key,
                "assignment_group": self.group(),
                "short_description": "Deploy shop-web",
            }),
        )
    }

    pub(super) fn set(&self, id: &str, column: &str, value: &str) {
        self.sim.set("change_request", id, column, value);
    }

    pub(super) fn changes(&self) -> Vec<Map<String, Value>> {
        self.sim.records("change_request")
    }

    /// Changes of the release's stage that could still go on, in any generation.
    pub(super) fn open_ones(&self) -> Vec<Map<String, Value>> {
        let over = |row: &Map<String, Value>| {
            ["0", "3", "4"].contains(&column(row, "state")) || column(row, "approval") == "rejected"
        };
        let ours = |row: &Map<String, Value>| {
            let key = column(row, "correlation_id");
            key == RELEASE || key.starts_with(&format!("{RELEASE}:g"))
        };
        let mut rows = self.changes();
        rows.retain(|row| ours(row) && !over(row));
        rows
    }

    /// The keys of all changes, sorted.
    pub(super) fn keys(&self) -> Vec<String> {
        let rows = self.changes();
        let mut keys: Vec<String> = rows
            .iter()
            .map(|row| column(row, "correlation_id").to_owned())
            .collect();
        keys.sort();
        keys
    }

    /// What was asked since the last time: method and last part of the path, one request a word.
    pub(super) fn asked(&self) -> String {
        let requests = self.sim.requests();
        self.sim.forget_requests();
        let word = |method: &str, path: &str| {
            let on = if path.ends_with("/change_request") {
                "all"
            } else {
                "one"
            };
            format!("{method}-{on}")
        };
        let words: Vec<String> = requests
            .iter()
            .map(|request| word(&request.method, &request.path))
            .collect();
        words.join(" ")
    }
}

/// A stage's task in that place, all inputs at their defaults.
pub(super) fn job(sim: &Sim, host: &str) -> Job {
    let job = Job::new()
        .connection("serviceNowConnection", &connection_type(), ours(sim))
        .variable("system.hosttype", host)
        .variable("system.teamProjectId", PROJECT)
        .variable(
            "system.teamFoundationCollectionUri",
            "http://127.0.0.1/contoso/",
        );
    match host {
        "gates" | "release" => job
            .variable("release.releaseId", "33")
            .variable("release.definitionEnvironmentId", "9"),
        _ => job
            .variable("build.buildId", "4711")
            .variable("system.stageName", "Production"),
    }
}

/// A column as text.
pub(super) fn column<'r>(row: &'r Map<String, Value>, name: &str) -> &'r str {
    row[name].as_str().unwrap_or_default()
}

/// The gate, with the platform as its pages and definitions suggest.
pub(super) fn gate(job: &Job) -> Gate {
    under(job, Settings::default())
}

/// The gate, with the platform as said.
pub(super) fn under(job: &Job, settings: Settings) -> Gate {
    Gate::new(chain(), job, settings).expect("a gate")
}

pub(super) fn sample(gate: &mut Gate) -> Sample {
    done(gate.sample())
}

/// What became of the sections, a letter each: skipped, passed, waiting, failed, not reached.
pub(super) fn way(sample: &Sample) -> String {
    let letter = |outcome: &Outcome| match outcome {
        Outcome::Skipped => 's',
        Outcome::Passed => 'P',
        Outcome::Waiting => 'W',
        Outcome::Failed(_) => 'F',
        Outcome::NotReached => '-',
    };
    sample
        .sections
        .iter()
        .map(|section| letter(&section.outcome))
        .collect()
}

/// Settings with a short patience: an agentless job that would go on polling fails at its first pause.
pub(super) fn impatient() -> Settings {
    Settings {
        polling_within: Duration::from_secs(1),
        ..Settings::default()
    }
}
