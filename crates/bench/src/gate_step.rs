//! The whole gate step through the launcher, in pairs with `node -e 0`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use servicenow_sim::{Options, Sim};
use testkit::node::{self, Version};
use tokio::time::Instant;

use crate::spread::Spread;
use crate::subject::{Account, Subject};

const PAIRS: usize = 30;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!("\nwhole gate step (look-up, create, read) and `node -e 0`, ms ({PAIRS} pairs each)");
    println!("  {:<22} {:>9} {:>9} {:>9}", "", "min", "median", "max");
    for (index, version) in [Version::V20, Version::V24].into_iter().enumerate() {
        let node = node::executable(version)?;
        let (steps, bare) = pairs(subject, &node, index)?;
        let ratios = steps
            .iter()
            .zip(&bare)
            .map(|(step, bare)| step.as_secs_f64() / bare.as_secs_f64());
        println!(
            "  {:<22} {}",
            format!("step, Node {}", version.exact()),
            Spread::of_millis(&steps)
        );
        println!("  {:<22} {}", "node -e 0", Spread::of_millis(&bare));
        println!(
            "  {:<22} {}",
            "ratio, pair by pair",
            Spread::of(ratios.collect())
        );
    }
    Ok(())
}

fn pairs(subject: &Subject, node: &Path, index: usize) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let sim = Sim::start(Options::default());
    let credentials = sim.credentials();
    let account = Account {
        url: sim.url(),
        user: &credentials.user,
        password: &credentials.password,
    };
    let (mut steps, mut bare) = (Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let run = index * 1000 + pair;
        let mut step = subject.step(node, &account, run);
        step.arg(subject.launcher());
        let step = timed(step)?;
        let mut empty = Command::new(node);
        empty.args(["-e", "0"]).env_clear().stdin(Stdio::null());
        let empty = timed(empty)?;
        if pair > 0 {
            steps.push(step);
            bare.push(empty);
        }
    }
    let per_step = sim.requests().len() / (PAIRS + 1);
    ensure!(
        per_step == 3,
        "a step made {per_step} requests instead of 3"
    );
    Ok((steps, bare))
}

fn timed(mut command: Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command.output()?;
    let time = start.elapsed();
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(time)
}
