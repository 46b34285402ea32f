//! Peak memory of a record, for an ordinary run and for one that brought a great deal.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::agent::{Process, Running, Step, TaskResult};
use testkit::node::{self, Version};

use crate::parties::{Evidence, JUNIT, LARGE, Load, ORDINARY, Parties};
use crate::subject::{PROJECT, Subject};

const RUN: u64 = 6000;

const BOUND: Duration = Duration::from_secs(120);

/// Every answer takes that long, so that the memory can be read in between: it only ever grows.
const ANSWER: u64 = 20;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!("\npeak memory of a record with everything, KiB");
    for load in [ORDINARY, LARGE] {
        for version in [Version::V20, Version::V24] {
            let peaks = peaks(subject, load, version)?;
            println!(
                "  {} commits, {} work items, Node {}",
                load.commits,
                load.work_items,
                version.exact()
            );
            for process in peaks {
                println!("    {:<20} {:>8}", process.name, process.peak_memory);
            }
        }
    }
    Ok(())
}

fn peaks(subject: &Subject, load: Load, version: Version) -> Result<Vec<Process>> {
    let parties = Parties::start();
    parties.deployed(RUN, load);
    parties
        .servicenow
        .configure(|options| options.response_delay_ms = ANSWER);
    parties
        .azure
        .configure(|options| options.response_delay_ms = ANSWER);
    let collection = parties.azure.collection();
    let mut step = Step::new(&subject.task, &node::executable(version)?)
        .connection("serviceNowConnection", &parties.connection())
        .variable("System.CollectionUri", &collection)
        .variable("System.TeamProject", &parties.azure.project().name)
        .variable("System.TeamProjectId", PROJECT)
        .variable("Build.BuildId", &RUN.to_string())
        .secret("System.AccessToken", &parties.azure.job_token())
        .file("TEST-smoke.xml", JUNIT);
    for (name, value) in Evidence::Everything.inputs() {
        step = step.input(name, value);
    }
    let mut running = step.start()?;
    let peaks = watched(&mut running);
    let finished = running.wait(BOUND);
    ensure!(
        finished.result == TaskResult::Succeeded,
        "the record ended so: {finished:?}"
    );
    // The system shows the first 15 characters of the program's name.
    let is_program = |process: &Process| process.name.starts_with("deployment-reco");
    peaks
        .iter()
        .any(is_program)
        .then_some(peaks)
        .context("the program was never seen: memory is read on Linux only")
}

/// The step's processes with the most memory that each had, until the step says that it is done.
///
/// What becomes another program keeps its id and begins anew with its memory, so that the last look at an id counts.
fn watched(running: &mut Running) -> Vec<Process> {
    let mut seen = BTreeMap::new();
    while !is_done(running) {
        let now = running.processes().into_iter();
        seen.extend(now.map(|process| (process.id, process)));
        std::thread::sleep(Duration::from_millis(2));
    }
    seen.into_values().collect()
}

fn is_done(running: &Running) -> bool {
    let entries = running.entries();
    entries
        .iter()
        .any(|entry| entry.raw.contains("##vso[task.complete"))
}
