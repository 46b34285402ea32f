//! The whole gate step through the launcher, in pairs with `node -e 0`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use servicenow_sim::{Options, Sim};
use testkit::node::{self, Version};

use crate::spread::Spread;
use crate::subject::{Account, Subject};
use crate::timing;

const PAIRS: u64 = 30;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!("\nwhole gate step (look-up, create, read) and `node -e 0`, ms ({PAIRS} pairs each)");
    println!("  {:<22} {:>9} {:>9} {:>9}", "", "min", "median", "max");
    for version in [Version::V20, Version::V24] {
        let node = node::executable(version)?;
        let (steps, bare) = pairs(subject, &node)?;
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

fn pairs(subject: &Subject, node: &Path) -> Result<(Vec<Duration>, Vec<Duration>)> {
    let sim = Sim::start(Options::default());
    let credentials = sim.credentials();
    let account = Account {
        url: sim.url(),
        user: &credentials.user,
        password: &credentials.password,
    };
    let (mut steps, mut bare) = (Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let mut step = subject.step(node, &account, pair);
        step.arg(subject.launcher());
        let step = timing::step(step)?;
        let empty = timing::bare(node)?;
        if pair > 0 {
            steps.push(step);
            bare.push(empty);
        }
    }
    let per_step = sim.requests().len() / (steps.len() + 1);
    ensure!(
        per_step == 3,
        "a step made {per_step} requests instead of 3"
    );
    Ok((steps, bare))
}
