//! The auditor's desk: the operator's program, asked as a person would ask it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::scene::Scene;
use crate::telling::{aside, fact, say};

/// An account that reads changes with their work notes, and writes nothing.
const READER: (&str, &str, [&str; 2]) = (
    "audit.reader",
    "demo-Passw0rd!",
    ["sn_change_read", "change_manager"],
);

/// The program and who it signs in as.
pub(crate) struct Desk<'a> {
    scene: &'a Scene,
    snowgate: PathBuf,
}

impl<'a> Desk<'a> {
    /// A desk with an account of its own.
    pub(crate) fn new(scene: &'a Scene, snowgate: PathBuf) -> Self {
        let (user, password, roles) = READER;
        scene.servicenow.add_user(user, password, &roles);
        Self { scene, snowgate }
    }

    /// The report of one change: as a page, and what it says of each rule.
    pub(crate) fn one_change(&self, number: &str) -> Result<()> {
        let page = self.scene.out.join(format!("{number}.html"));
        self.run(&[number, "--out", &page.to_string_lossy()])?;
        let report = self.json(&[number])?;
        fact("verdict", text(&report["verdict"]));
        for rule in list(&report["rules"]) {
            fact(text(&rule["verdict"]), text(&rule["says"]));
        }
        all_held(number, &report["findings"])
    }

    /// The report of everything that was deployed today, one line per deployment: as a page, for a spreadsheet, and what it
    /// comes to.
    pub(crate) fn period(&self) -> Result<()> {
        let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
        let from = day(self.scene.began);
        let to = day(self.scene.now()? + SignedDuration::from_hours(24));
        let period = ["--from", &from, "--to", &to];
        for name in ["period.html", "period.csv"] {
            let file = self.scene.out.join(name);
            let out = file.to_string_lossy();
            self.run(&[&period[..], &["--out", &*out]].concat())?;
        }
        let report = self.json(&period)?;
        let rows = list(&report["rows"]);
        for row in rows {
            let findings = list(&row["findings"]).len();
            let told = format!(
                "deployment {}, closed as {}, {findings} findings",
                text(&row["ended"]),
                text(&row["closeCode"])
            );
            fact(text(&row["number"]), &told);
        }
        ensure!(rows.len() == 3, "the period has {} deployments", rows.len());
        rows.iter()
            .try_for_each(|row| all_held(text(&row["number"]), &row["findings"]))
    }

    fn json(&self, arguments: &[&str]) -> Result<Value> {
        let report = self.run(&[arguments, &["--format", "json"]].concat())?;
        serde_json::from_str(&report).context("the report is no JSON")
    }

    /// Runs the program and gives back what it printed.
    fn run(&self, arguments: &[&str]) -> Result<String> {
        say(&format!("$ snowgate audit {}", arguments.join(" ")));
        let (user, password, _) = READER;
        let azure = &self.scene.azure;
        let output = Command::new(&self.snowgate)
            .arg("audit")
            .args(arguments)
            .env_clear()
            .env("SERVICENOW_URL", self.scene.servicenow.url())
            .env("SERVICENOW_USER", user)
            .env("SERVICENOW_PASSWORD", password)
            .env("ADO_URL", azure.url())
            .env("ADO_ORG", azure.organization())
            .env("ADO_PAT", azure.pat())
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", self.snowgate.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines().for_each(aside);
        ensure!(
            output.status.success(),
            "snowgate ended with {}",
            output.status
        );
        String::from_utf8(output.stdout).context("the report is text")
    }
}

/// Everything here was done by the book, so a rule that does not show to hold is a fault of ours.
fn all_held(number: &str, findings: &Value) -> Result<()> {
    let rules = list(findings).iter().map(|it| text(&it["rule"]));
    let rules: Vec<&str> = rules.collect();
    ensure!(
        rules.is_empty(),
        "the report of {number} has findings: {}",
        rules.join(", ")
    );
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
