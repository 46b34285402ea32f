#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a program for somebody to watch")]

mod arguments;
mod classic;
mod desk;
mod live;
mod pipeline;
mod scene;
mod story;
mod telling;

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::arguments::Arguments;
use crate::desk::Desk;
use crate::pipeline::{PIPELINE, Run, STAGE, Work};
use crate::scene::Scene;
use crate::story::Deployment;
use crate::telling::{chapter, fact, say, think};

const SHOES: [Work; 2] = [
    Work {
        title: "Sell blue shoes",
        kind: "User Story",
        commit: "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b",
    },
    Work {
        title: "Show the colour in the cart",
        kind: "User Story",
        commit: "3b9c7de1420f5a68c0b1d2e3f4a5162738495c7d",
    },
];

const PAIRS: [Work; 1] = [Work {
    title: "Count shoes in pairs",
    kind: "Bug",
    commit: "f17e0c2b9a8d4e5361b2c3d4e5f60718293a4b5c",
}];

const RETURNS: [Work; 1] = [Work {
    title: "Take shoes back",
    kind: "User Story",
    commit: "c2d84b7f60a91e35d4c5b6a7980f1e2d3c4b5a69",
}];

const GOOD: Deployment = Deployment {
    lines: &[
        "rolling out shop-web to checkout-web-1, checkout-web-2",
        "smoke tests: 3 passed",
    ],
    error: None,
    tests: r#"<testsuite name="smoke" tests="3" failures="0"><testcase name="cart"/><testcase name="pay"/><testcase name="ship"/></testsuite>"#,
};

const BAD: Deployment = Deployment {
    lines: &[
        "rolling out shop-web to checkout-web-1, checkout-web-2",
        "smoke tests: 2 passed, 1 failed",
    ],
    error: Some("checkout-web-2 did not answer its health check; it was taken out of rotation"),
    tests: r#"<testsuite name="smoke" tests="3" failures="1"><testcase name="cart"/><testcase name="pay"><failure message="no answer within 30 s"/></testcase><testcase name="ship"/></testsuite>"#,
};

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
    chapter("The scene");
    let scene = Scene::set(arguments)?;
    say(
        "A ServiceNow instance and an Azure DevOps organization start (simulators, on this machine only)",
    );
    fact("ServiceNow", scene.servicenow.url());
    fact("Azure DevOps", &scene.azure.collection());
    say("An agent unpacks the extension, as it would a download: executable bits are lost");
    scene
        .task_folders()
        .for_each(|folder| fact("task", &folder.display().to_string()));

    let good = deployments(&scene)?;

    chapter("4. The auditor's desk");
    let desk = Desk::new(&scene, arguments.snowgate.clone());
    desk.one_change(&good)?;
    desk.period()?;

    chapter("5. A classic release, whose stage has a gate without an agent");
    let run = Run::queue(&scene.azure, 4803, &RETURNS, scene.now()?);
    classic::play(&scene, &run)?;
    end(&scene, &good)?;
    if arguments.keep {
        keep(&scene);
    }
    Ok(())
}

/// The three deployments; gives back the number of the first change.
fn deployments(scene: &Scene) -> Result<String> {
    chapter(&format!(
        "1. {} pushes to main; {PIPELINE} builds it, and its stage {STAGE} begins",
        Run::author()
    ));
    let mut run = Run::queue(&scene.azure, 4801, &SHOES, scene.now()?);
    let good = story::play(scene, &mut run, &GOOD)?;
    say("The page that the record adds to the run, in Markdown");
    let page = &good.record_page;
    page.lines().for_each(|line| println!("  {line}"));
    scene.keep("summary-gate.md", &good.gate_page)?;
    scene.keep("summary-record.md", &good.record_page)?;

    chapter("2. The next run fails half way");
    let mut run = Run::queue(&scene.azure, 4802, &PAIRS, scene.now()?);
    let failed = story::play(scene, &mut run, &BAD)?;
    think();

    chapter("3. Somebody runs the failed stage again: it needs a change of its own");
    let again = story::play(scene, &mut run, &GOOD)?;
    ensure!(
        failed.number != again.number,
        "a closed change was used again"
    );
    Ok(good.number)
}

/// Where the reports are, and what the simulators have to say about all of it.
fn end(scene: &Scene, good: &str) -> Result<()> {
    let servicenow = scene.servicenow.findings();
    let azure = scene.azure.findings();
    chapter("The end");
    fact("reports are kept in", &scene.out.display().to_string());
    let start = scene.out.join(format!("{good}.html"));
    fact("begin with", &start.display().to_string());
    fact(
        "requests",
        &format!(
            "{} to ServiceNow, {} to Azure DevOps",
            scene.servicenow.requests().len(),
            scene.azure.requests().len()
        ),
    );
    fact(
        "findings",
        &format!(
            "{} (requests that the real services would answer in silence and wrongly)",
            servicenow.len() + azure.len()
        ),
    );
    ensure!(
        servicenow.is_empty() && azure.is_empty(),
        "the simulators found fault with requests: {servicenow:?} {azure:?}"
    );
    Ok(())
}

/// Leaves the simulators up for somebody to look around.
fn keep(scene: &Scene) {
    say("Both simulators stay up; open them to look around, interrupt to end");
    fact("ServiceNow", scene.servicenow.url());
    fact("Azure DevOps", scene.azure.url());
    loop {
        std::thread::park();
    }
}
