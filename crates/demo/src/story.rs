//! The three deployments of the story: gate, deployment, record, each as its log shows it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use servicenow_sim::Rounds;
use testkit::agent::{Finished, Step, TaskResult};

use crate::live::{self, Live};
use crate::pipeline::Run;
use crate::scene::Scene;
use crate::telling::{aside, fact, say, think};

/// How long any single thing may take before something is wrong.
const BOUND: Duration = Duration::from_secs(60);

/// What the stage's deploying script prints, and what becomes of it.
pub(crate) struct Deployment {
    pub(crate) lines: &'static [&'static str],
    pub(crate) error: Option<&'static str>,
    pub(crate) tests: &'static str,
}

/// A stage that has ended, and its change.
pub(crate) struct Ended {
    pub(crate) number: String,
    /// The page that the gate adds to the run, in Markdown.
    pub(crate) gate_page: String,
    /// The page that the record adds to it.
    pub(crate) record_page: String,
}

/// Plays one attempt of the stage from its gate to its record.
pub(crate) fn play(scene: &Scene, run: &mut Run<'_>, deployment: &Deployment) -> Result<Ended> {
    run.begin_stage(scene.now()?);
    let gate = gate(scene, run)?;
    let number = gate
        .log
        .output("changeNumber")
        .context("the gate names its change")?
        .to_owned();
    run.open_gate(scene.now()?);
    deploy(deployment);
    run.deployed(deployment.error, scene.now()?);
    let record = record(scene, run, &gate, deployment)?;
    run.end(deployment.error.is_none(), scene.now()?);
    tell(scene, &number, &record)?;
    let kept = keep_report(scene, &record)?;
    fact("copy of the report", &kept.display().to_string());
    ensure!(
        scene.column(&number, "state") == "3",
        "{number} was not closed"
    );
    Ok(Ended {
        number,
        gate_page: page(&gate)?,
        record_page: page(&record)?,
    })
}

/// Runs the gate while people approve.
fn gate(scene: &Scene, run: &Run<'_>) -> Result<Finished> {
    say("The stage's first step: the gate. It opens a change request and waits");
    let step = run
        .job(scene.step("ServiceNowChangeGate", "gate")?)
        .input("changeType", "normal")
        .input("assignmentGroup", "Platform Operations")
        .input("configurationItem", "payments-api")
        .input("plannedStart", "PT1S")
        .input("plannedEnd", "PT2H")
        .input(
            "justification",
            "Release {{ run.number }}, asked for by {{ requestedFor }}",
        )
        .input("pollSeconds", "2");
    let mut live = Live::start(&step)?;
    let number = live
        .until(" opened: ", BOUND)
        .number()
        .context("the log names the change")?;
    live.until("waiting for approval", BOUND);
    think();
    aside("the assignment group approves");
    scene.servicenow.approve(&number, Rounds::Current)?;
    live.until("Authorize", BOUND);
    think();
    aside("the change advisory board approves");
    scene.servicenow.approve(&number, Rounds::Current)?;
    let finished = live.finish(BOUND);
    ensure!(
        finished.result == TaskResult::Succeeded,
        "the gate did not open"
    );
    Ok(finished)
}

fn deploy(deployment: &Deployment) {
    say("The stage's second step: a script that deploys, and tests what it deployed");
    for line in deployment.lines {
        live::line(line);
        think();
    }
    if let Some(error) = deployment.error {
        live::line(&format!("##[error]{error}"));
    }
}

/// Runs the record with what the gate left to later steps.
fn record(
    scene: &Scene,
    run: &Run<'_>,
    gate: &Finished,
    deployment: &Deployment,
) -> Result<Finished> {
    say("The stage's last step, with condition: always(). It tells the change what happened");
    let status = match deployment.error {
        None => "Succeeded",
        Some(_) => "Failed",
    };
    let step = run.job(scene.step("ServiceNowDeploymentRecord", "record")?);
    let step = gate
        .log
        .variables
        .iter()
        .fold(step, |step, (name, value)| step.variable(name, value))
        .variable("Agent.JobStatus", status)
        .file("results/TEST-smoke.xml", deployment.tests)
        .input("evidenceFiles", "**/TEST-*.xml");
    let finished = ended(&step)?;
    ensure!(
        finished.result == TaskResult::Succeeded,
        "the deployment was not recorded"
    );
    Ok(finished)
}

fn ended(step: &Step) -> Result<Finished> {
    Ok(Live::start(step)?.finish(BOUND))
}

fn page(step: &Finished) -> Result<String> {
    let page = step.log.summaries.first().cloned();
    page.context("the step adds a page to the run")
}

/// What the instance holds now: not what the step says of it.
fn tell(scene: &Scene, number: &str, record: &Finished) -> Result<()> {
    say(&format!("What ServiceNow has on {number} now"));
    let columns = [
        ("state", "changeState"),
        ("close code", "close_code"),
        ("actual start", "work_start"),
        ("actual end", "work_end"),
        ("belongs to", "correlation_id"),
    ];
    for (what, column) in columns {
        let text = record.log.output(column).map(str::to_owned);
        fact(what, &text.unwrap_or_else(|| scene.column(number, column)));
    }
    let notes = scene.column(number, "close_notes");
    let mut lines = notes.lines();
    fact("close notes", lines.next().unwrap_or_default());
    lines.for_each(|line| fact("", line));
    let id = scene.column(number, "sys_id");
    let work_notes = scene.servicenow.journal(&id, "work_notes");
    fact("work notes", &work_notes.len().to_string());
    for (name, bytes) in scene.files(number) {
        fact("file", &format!("{name} ({bytes} bytes)"));
    }
    let address = record.log.output("changeUrl");
    if let Some(address) = address {
        fact("page", address);
    }
    Ok(())
}

/// Copies the report that the step made, whose folder goes with the job.
fn keep_report(scene: &Scene, record: &Finished) -> Result<PathBuf> {
    let path = record.log.output("auditReportPath");
    let path = PathBuf::from(path.context("the record names its report")?);
    let name = path.file_name().context("a report has a name")?;
    let kept = scene.out.join(name);
    std::fs::copy(&path, &kept).with_context(|| format!("cannot copy {}", path.display()))?;
    Ok(kept)
}
