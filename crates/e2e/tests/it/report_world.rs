//! What the stories of audit reports share: one good deployment, told alike by both parties, and the three reports of it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use azure_devops_sim::{CommitSeed, RunSeed};
use serde_json::{Value, json};
use servicenow_sim::{Options, Rounds};
use testkit::agent::{Finished, Step, TaskResult};

use crate::office::{Office, RUN};
use crate::world::KEY;

/// When the deployment of the good world was over: a minute ago, by the instance's clock.
pub(crate) const FINISHED: &str = "2026-11-25T09:40:00Z";

/// A stage that deployed and is about to say so, and the desk of somebody who asks for the report later.
pub(crate) struct Desk {
    pub(crate) office: Office,
    pub(crate) number: String,
}

/// The three reports of one deployment: as the step attached it, as the desk prints it, and on the run's page.
pub(crate) struct Told {
    pub(crate) finished: Finished,
    pub(crate) html: String,
    pub(crate) json: Value,
    pub(crate) summary: String,
}

/// The instance of the good world: its clock stands still, and an auditor may read its journals.
pub(crate) fn options() -> Options {
    Options {
        clock_start: Some("2026-11-25 09:05:00".to_owned()),
        journal_readers: vec!["itil".to_owned()],
        ..Options::default()
    }
}

impl Desk {
    /// A change that was asked for at 09:05, approved at 09:15 and carried out from 09:20, inside its window.
    pub(crate) fn new() -> Self {
        Self::prepared(&json!({}), |desk| desk.approve())
    }

    /// The same with other columns, and another way to its approval.
    pub(crate) fn prepared(columns: &Value, approve: impl FnOnce(&Self)) -> Self {
        let office = Office::with(options());
        // One commit, which came by the reviewed pull request that the organization knows.
        office.azure.clear_commits(RUN);
        office.azure.add_commits(RUN, vec![reviewed()]);
        let number = asked_for(&office, columns);
        let desk = Self { office, number };
        desk.pass(10);
        approve(&desk);
        desk.pass(5);
        desk.step(&[("state", "-1"), ("work_start", "2026-11-25 09:20:01")]);
        desk.pass(21);
        desk
    }

    pub(crate) fn approve(&self) {
        let approved = self.office.world.sim.approve(&self.number, Rounds::All);
        approved.expect("approvers wait");
    }

    /// Lets minutes pass at the instance.
    pub(crate) fn pass(&self, minutes: u64) {
        self.office
            .world
            .sim
            .advance(Duration::from_secs(60 * minutes));
    }

    /// Somebody who may do anything moves the change.
    pub(crate) fn step(&self, columns: &[(&str, &str)]) {
        let moved = self
            .office
            .world
            .sim
            .move_as(&self.number, "admin", columns);
        moved.expect("a legal step");
    }

    /// Somebody writes on the change as it is.
    pub(crate) fn write(&self, column: &str, value: &str) {
        let id = self.office.column(&self.number, "sys_id");
        self.office
            .world
            .sim
            .set("change_request", &id, column, value);
    }

    /// The step that records the deployment.
    pub(crate) fn record(&self) -> Step {
        self.office.record().input("finishedAt", FINISHED)
    }

    /// Records the deployment, ends the run as the step left it, and reads all three reports.
    pub(crate) fn tell(&self, step: &Step) -> Told {
        let finished = self.office.run(step);
        self.run_ends(if finished.result == TaskResult::Failed {
            "failed"
        } else {
            "succeeded"
        });
        self.reports(finished)
    }

    pub(crate) fn run_ends(&self, result: &str) {
        self.office.azure.finish_run_at(RUN, result, FINISHED);
    }

    /// All three reports, after a step.
    pub(crate) fn reports(&self, finished: Finished) -> Told {
        let html = self.office.file(&self.number, "snowgate-audit-");
        let summary = shown(&finished.log.summaries.join("\n"));
        let json = self.asked(&["audit", &self.number, "--format", "json"]);
        let json = serde_json::from_str(&json).expect("JSON");
        Told {
            finished,
            html,
            json,
            summary,
        }
    }

    /// What the operator program prints.
    pub(crate) fn asked(&self, arguments: &[&str]) -> String {
        let login = self.office.world.sim.credentials();
        let azure = &self.office.azure;
        let done = Command::new(program())
            .args(arguments)
            .env_clear()
            .env("SERVICENOW_URL", self.office.world.sim.url())
            .env("SERVICENOW_USER", &login.user)
            .env("SERVICENOW_PASSWORD", &login.password)
            .env("ADO_URL", azure.collection())
            .env("ADO_PAT", azure.pat())
            .output()
            .expect("the operator program starts");
        let errors = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{:?}: {errors}", done.status);
        String::from_utf8(done.stdout).expect("text")
    }
}

/// The operator program, which is built into the folder of this one.
fn program() -> PathBuf {
    let here = std::env::current_exe().expect("this program is a file");
    let folder = here
        .parent()
        .and_then(|deps| deps.parent())
        .expect("deps has a parent");
    let program = folder.join(format!("snowgate{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "run `cargo build -p bridge` first: no {}",
        program.display()
    );
    program
}

/// The change of the stage, asked for approval.
fn asked_for(office: &Office, columns: &Value) -> String {
    let sim = &office.world.sim;
    let mut all = json!({
        "type": "normal", "short_description": "Deploy shop-web to production",
        "assignment_group": sim.id_of("sys_user_group", "name", "Network"), "correlation_id": KEY,
        "start_date": "2026-11-25 09:00:00", "end_date": "2026-11-25 10:00:00",
    });
    for (column, value) in columns.as_object().into_iter().flatten() {
        all[column] = value.clone();
    }
    let id = sim.seed("change_request", all);
    let number = sim.record("change_request", &id)["number"].clone();
    let number = number.as_str().expect("a number").to_owned();
    sim.move_as(&number, "admin", &[("state", "-4")])
        .expect("a legal step");
    number
}

/// The commit of the organization's pull request.
pub(crate) fn reviewed() -> CommitSeed {
    CommitSeed {
        id: Some(RunSeed::default().source_version),
        ..CommitSeed::default()
    }
}

impl Told {
    /// All three reports tell of a broken rule: HTML and JSON with the records behind it, the page with its sentence.
    #[track_caller]
    pub(crate) fn assert_found(&self, rule: &str, says: &str) {
        let all = self.json["findings"].as_array().expect("findings");
        let finding = all.iter().find(|finding| finding["rule"] == rule);
        let finding =
            finding.unwrap_or_else(|| panic!("{rule} is not in {:#}", self.json["findings"]));
        assert_eq!(finding["verdict"], "broken", "{finding:#}");
        let told = finding["says"].as_str().expect("a sentence");
        assert!(told.contains(says), "{finding:#}");
        let evidence = finding["evidence"].as_array().expect("evidence");
        let source = evidence
            .first()
            .and_then(|record| record["source"].as_str());
        let source = source.unwrap_or_else(|| panic!("no source: {finding:#}"));
        let named = source.starts_with("ServiceNow")
            || source.starts_with("Azure DevOps")
            || source.starts_with("commit");
        assert!(named, "{finding:#}");
        let mark = format!("<code>{rule}</code>");
        let mut articles = self.html.split("<article>").skip(1);
        let article = articles.find(|article| article.contains(&mark));
        let article = article.unwrap_or_else(|| panic!("{rule} is no finding of {}", self.html));
        for part in [says, source] {
            assert!(article.contains(&escaped(part)), "{part} not in {article}");
        }
        assert!(
            self.summary.contains(rule),
            "{rule} not in {}",
            self.summary
        );
        let line = self.finished.shown();
        assert!(line.contains(rule), "{rule} not in {line}");
    }

    /// Nothing is wrong, and nothing could not be shown.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        assert_eq!(
            self.json["findings"],
            json!([]),
            "{:#}",
            self.json["findings"]
        );
        assert_eq!(self.json["gaps"], json!([]), "{:#}", self.json["gaps"]);
        assert!(self.html.contains("Every rule held"), "{}", self.html);
        assert!(
            !self.summary.contains("Not held") && !self.summary.contains("Not shown"),
            "{}",
            self.summary
        );
    }
}

/// Markdown as it is shown: characters that it spells as numbers are characters.
fn shown(markdown: &str) -> String {
    let mut parts = markdown.split("&#");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let spelled = part.split_once(';').and_then(|(number, rest)| {
            let number = number.parse().ok()?;
            Some((char::from_u32(number)?, rest))
        });
        let (c, rest) = spelled.unwrap_or_else(|| panic!("no character: {part}"));
        text.push(c);
        text.push_str(rest);
    }
    text
}

/// Text as it stands in HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
