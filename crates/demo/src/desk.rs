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

    /// The report of one change, as a page and as its findings.
    pub(crate) fn one_change(&self, number: &str) -> Result<()> {
        let page = self.scene.out.join(format!("{number}.html"));
        self.run(&[number, "--out", &page.to_string_lossy()])?;
        let report = self.run(&[number, "--format", "json"])?;
        let report: Value = serde_json::from_str(&report).context("the report is JSON")?;
        fact("verdict", text(&report["verdict"]));
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        for verdict in ["broken", "unproven", "held"] {
            let these = findings.iter().filter(|it| it["verdict"] == verdict);
            these.for_each(|it| fact(verdict, text(&it["says"])));
        }
        fact("report", &page.display().to_string());
        let broken = findings.iter().filter(|it| it["verdict"] == "broken");
        ensure!(broken.count() == 0, "the report of {number} has findings");
        Ok(())
    }

    /// The report of everything deployed today, one line per deployment.
    pub(crate) fn period(&self) -> Result<()> {
        let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
        let from = day(self.scene.began);
        let to = day(self.scene.now()? + SignedDuration::from_hours(24));
        let page = self.scene.out.join("period.html");
        let sheet = self.scene.out.join("period.csv");
        for file in [&page, &sheet] {
            self.run(&[
                "--from",
                &from,
                "--to",
                &to,
                "--out",
                &file.to_string_lossy(),
            ])?;
        }
        Ok(())
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

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
