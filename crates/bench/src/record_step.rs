//! The whole record step through the launcher, in turn with `node -e 0` and with the program alone.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use testkit::node::{self, Version};

use crate::parties::{Evidence, ORDINARY, Parties};
use crate::spread::Spread;
use crate::subject::Subject;
use crate::timing;

const RUNS: usize = 30;

pub(crate) fn print(subject: &Subject) -> Result<()> {
    println!(
        "\nwhole record step ({} commits, {} work items) and `node -e 0`, ms ({RUNS} runs each, in turn)",
        ORDINARY.commits, ORDINARY.work_items
    );
    println!("  {:<28} {:>9} {:>9} {:>9}", "", "min", "median", "max");
    for evidence in Evidence::BOTH {
        println!("  {}", evidence.told());
        measure(subject, evidence)?;
    }
    Ok(())
}

/// What took how long, run by run.
#[derive(Default)]
struct Times {
    alone: Vec<Duration>,
    steps: [Vec<Duration>; 2],
    bare: [Vec<Duration>; 2],
}

fn measure(subject: &Subject, evidence: Evidence) -> Result<()> {
    let versions = [Version::V24, Version::V20];
    let nodes = [
        node::executable(versions[0])?,
        node::executable(versions[1])?,
    ];
    let parties = Parties::start();
    let mut turn = Turn {
        parties: &parties,
        subject,
        evidence,
        run: 6000,
    };
    let mut times = Times::default();
    for round in 0..=RUNS {
        let alone = turn.record(&subject.program()?, None)?;
        let mut pairs = Vec::new();
        for node in &nodes {
            let step = turn.record(node, Some(&subject.launcher()))?;
            pairs.push((step, timing::bare(node)?));
        }
        // The first round warms the disk's cache.
        if round > 0 {
            times.alone.push(alone);
            for (index, (step, bare)) in pairs.into_iter().enumerate() {
                times.steps[index].push(step);
                times.bare[index].push(bare);
            }
        }
    }
    line("program alone", &Spread::of_millis(&times.alone));
    for (index, version) in versions.into_iter().enumerate() {
        let (steps, bare) = (&times.steps[index], &times.bare[index]);
        let ratios = steps
            .iter()
            .zip(bare)
            .map(|(step, bare)| step.as_secs_f64() / bare.as_secs_f64());
        let name = format!("step, Node {}", version.exact());
        line(&name, &Spread::of_millis(steps));
        line("node -e 0", &Spread::of_millis(bare));
        line("ratio, pair by pair", &Spread::of(ratios.collect()));
    }
    Ok(())
}

/// One record after the other, each of a run and a change of its own.
struct Turn<'a> {
    parties: &'a Parties,
    subject: &'a Subject,
    evidence: Evidence,
    run: u64,
}

impl Turn<'_> {
    fn record(&mut self, program: &Path, script: Option<&Path>) -> Result<Duration> {
        self.run += 1;
        self.parties.deployed(self.run, ORDINARY);
        let mut command = self
            .parties
            .record(self.subject, program, self.run, self.evidence)?;
        command.args(script);
        timing::step(command)
    }
}

fn line(name: &str, spread: &Spread) {
    println!("    {name:<26} {spread}");
}
