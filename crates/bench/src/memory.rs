//! Peak memory while a step waits for approval.

use std::time::Duration;

use anyhow::Result;
use servicenow_sim::{Options, Sim};
use testkit::agent::{Connection, Step};
use testkit::node::{self, Version};

use crate::subject::Subject;

/// How long the step waits before its memory is read: some polls.
const WAIT: Duration = Duration::from_secs(10);

const BOUND: Duration = Duration::from_secs(30);

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!(
        "\npeak memory of a waiting step after {} s, KiB",
        WAIT.as_secs()
    );
    for version in [Version::V20, Version::V24] {
        let sim = Sim::start(Options::default());
        let account = sim.credentials();
        let connection = Connection::basic(sim.url(), &account.user, &account.password);
        let mut running = Step::new(&subject.task, &node::executable(version)?)
            .connection("serviceNowConnection", &connection)
            .input("assignmentGroup", "Network")
            .input("pollSeconds", "2")
            .start()?;
        running.wait_for_line("waiting for approval", BOUND);
        std::thread::sleep(WAIT);
        for process in running.processes() {
            let label = format!("Node {}: {}", version.exact(), process.name);
            println!("  {label:<28} {:>8}", process.peak_memory);
        }
        drop(running.interrupt());
    }
    Ok(())
}
