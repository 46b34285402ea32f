#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a program for somebody to watch")]

mod arguments;
mod live;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use servicenow_sim::{Options, Rounds, Sim};
use testkit::agent::{Connection, Finished, Package, Step, TaskResult};

use crate::arguments::Arguments;
use crate::live::Live;

/// How long the approvers think.
const THINKING: Duration = Duration::from_secs(3);

/// How long any single thing may take before something is wrong.
const BOUND: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match Arguments::read().and_then(|arguments| play(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("The demo failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Result<()> {
    say("A ServiceNow instance starts (a simulator, on this machine only)");
    let sim = Sim::start(Options::default());
    println!("  {}", sim.url());

    say("An agent unpacks the extension, as it would a download: executable bits are lost");
    let work = tempfile::tempdir().context("no scratch folder")?;
    let package = Package::unpack(&arguments.vsix, work.path())?;
    let task = package.task("ServiceNowChangeGate")?;
    println!("  {}", task.folder.display());

    say("The stage Production of a pipeline reaches its gate. This is its log:");
    let account = sim.credentials();
    let connection = Connection::basic(sim.url(), &account.user, &account.password);
    let step = Step::new(task, &arguments.node)
        .connection("serviceNowConnection", &connection)
        .input("changeType", "normal")
        .input("assignmentGroup", "Platform Operations")
        .input(
            "justification",
            "Demonstration of run {{ run.number }}, asked for by {{ requestedFor }}",
        )
        .input("pollSeconds", "2");
    let finished = gate(&sim, &step)?;
    tell_the_end(&sim, &finished)?;
    ensure!(
        finished.result == TaskResult::Succeeded,
        "the gate did not open"
    );
    if arguments.keep {
        keep(&sim);
    }
    Ok(())
}

/// Runs the step while somebody approves.
fn gate(sim: &Sim, step: &Step) -> Result<Finished> {
    let mut live = Live::start(step)?;
    let number = live
        .until("CHG", BOUND)
        .number()
        .context("the log names the change")?;
    live.until("waiting for approval", BOUND);
    think();
    aside("the assignment group approves");
    sim.approve(&number, Rounds::Current)?;
    live.until("Authorize", BOUND);
    think();
    aside("the change advisory board approves");
    sim.approve(&number, Rounds::Current)?;
    Ok(live.finish(BOUND))
}

fn tell_the_end(sim: &Sim, finished: &Finished) -> Result<()> {
    let output = |name| finished.log.output(name).unwrap_or("(not set)");
    say("What happened");
    println!(
        "  result           {:?} in {:.1} s",
        finished.result,
        finished.duration.as_secs_f64()
    );
    for name in [
        "changeNumber",
        "changeState",
        "changeApproval",
        "changeDecision",
        "changeUrl",
    ] {
        println!("  {name:<16} {}", output(name));
    }
    println!("  requests         {} to ServiceNow", sim.requests().len());
    let findings = sim.findings();
    println!(
        "  findings         {} (requests that a real instance would answer in silence and wrongly)",
        findings.len()
    );
    let summary = finished
        .log
        .summaries
        .first()
        .context("the step leaves a summary")?;
    say("The page it adds to the run, in Markdown");
    summary.lines().for_each(|line| println!("  {line}"));
    ensure!(
        findings.is_empty(),
        "the simulator found fault with a request: {findings:?}"
    );
    Ok(())
}

/// Leaves the simulator up for somebody to look around.
fn keep(sim: &Sim) {
    say("The simulator stays up: open it to see the change, approve and reject; interrupt to end");
    println!("  {}", sim.url());
    loop {
        std::thread::park();
    }
}

fn say(what: &str) {
    println!("\n== {what}");
}

fn aside(what: &str) {
    println!("   ({what})");
}

fn think() {
    std::thread::sleep(THINKING);
}
