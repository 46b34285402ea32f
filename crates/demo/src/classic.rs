//! A stage of a classic release: its gate needs no agent, and the agent's tasks find the change that it opened.

use std::time::Duration;

use agentless::{
    ConnectionType, Definition, Endpoint, Exchange, Gate, Job, Outcome, Sample, Settings,
};
use anyhow::{Context as _, Result, ensure};
use azure_devops_sim as azure;
use serde_json::Value;
use servicenow_sim::Rounds;
use testkit::agent::TaskResult;
use tokio::runtime::Runtime;
use url::Url;

use crate::live::{self, Live};
use crate::pipeline::Run;
use crate::scene::Scene;
use crate::telling::{aside, fact, say, think};

/// Ids of the release and of its stage, as the emulated agent has them too.
const RELEASE: (&str, &str) = ("33", "9");

/// No step of this chapter waits for anybody.
const BOUND: Duration = Duration::from_secs(60);

/// The gate of a stage, as Azure DevOps evaluates it.
struct Asked<'a> {
    scene: &'a Scene,
    gate: Gate,
    runtime: Runtime,
    samples: u32,
    log: String,
}

/// Plays the stage from its gate to its record. What is released is what the run built.
pub(crate) fn play(scene: &Scene, run: &Run<'_>) -> Result<()> {
    scene.azure.add_release(azure::ReleaseSeed {
        id: Some(RELEASE.0.parse()?),
        artifacts: vec![azure::ReleaseArtifactSeed {
            run: run.id,
            ..azure::ReleaseArtifactSeed::default()
        }],
        ..azure::ReleaseSeed::default()
    });
    say(
        "Azure DevOps evaluates the stage's gate: it sends the requests that the task is made of (an interpreter stands in)",
    );
    let mut asked = Asked::new(scene)?;
    asked.sample(false)?;
    let number = asked.gate.output("changeNumber").map(str::to_owned);
    let number = number.context("the gate names its change")?;
    for who in ["the assignment group", "the change advisory board"] {
        think();
        aside(&format!("{who} approves"));
        scene.servicenow.approve(&number, Rounds::Current)?;
        asked.sample(who.ends_with("board"))?;
    }
    scene.keep("release-gate.log", &asked.log)?;
    job(scene, run, &number)
}

/// The stage's job: the agent's gate finds the change approved, the record closes it.
fn job(scene: &Scene, run: &Run<'_>, number: &str) -> Result<()> {
    say(
        "The gate passed, and the stage's agent job begins. Its first step finds the same change, and begins it",
    );
    let gate = run
        .job(scene.step("ServiceNowChangeGate", "gate")?)
        .in_classic_release()
        .input("assignmentGroup", "Platform Operations");
    let gate = Live::start(&gate)?.finish(BOUND);
    ensure!(
        gate.result == TaskResult::Succeeded && gate.log.output("changeNumber") == Some(number),
        "the agent's gate did not go on with {number}"
    );
    say("Its second step deploys");
    live::line("rolling out shop-web to checkout-web-1, checkout-web-2");
    think();
    say("Its last step tells the change");
    let record = run
        .job(scene.step("ServiceNowDeploymentRecord", "record")?)
        .in_classic_release();
    let record = Live::start(&record)?.finish(BOUND);
    ensure!(
        record.result == TaskResult::Succeeded && scene.column(number, "state") == "3",
        "{number} was not closed"
    );
    fact("belongs to", &scene.column(number, "correlation_id"));
    fact("close code", &scene.column(number, "close_code"));
    Ok(())
}

impl<'a> Asked<'a> {
    fn new(scene: &'a Scene) -> Result<Self> {
        let task = std::fs::read_to_string(scene.task_json("ServiceNowReleaseGate")?)?;
        let definition = Definition::read(&task).context("the gate's task.json")?;
        let kind = ConnectionType::read(&scene.manifest()).context("the connection type")?;
        let account = scene.servicenow.credentials();
        let endpoint = Endpoint::basic(scene.servicenow.url(), &account.user, &account.password);
        let groups = scene
            .servicenow
            .find("sys_user_group", "name", "Platform Operations");
        let group = groups.first().and_then(|group| group["sys_id"].as_str());
        let job = Job::new()
            .connection("serviceNowConnection", &kind, endpoint)
            .input("changeAction", "open")
            .input(
                "assignmentGroup",
                group.context("the instance has the group")?,
            )
            .variable("system.hosttype", "gates")
            .variable("system.teamProjectId", &scene.azure.project().id)
            .variable(
                "system.teamFoundationCollectionUri",
                &scene.azure.collection(),
            )
            .variable("release.releaseId", RELEASE.0)
            .variable("release.definitionEnvironmentId", RELEASE.1);
        Ok(Self {
            scene,
            gate: Gate::new(&definition, &job, Settings::default())?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            samples: 0,
            log: String::new(),
        })
    }

    /// One evaluation, told line by line.
    fn sample(&mut self, passes: bool) -> Result<()> {
        let sample = self.runtime.block_on(self.gate.sample());
        self.samples += 1;
        let at = self.scene.now()?.strftime("%H:%M:%S");
        self.tell(&format!("Sample {}, at {at}", self.samples));
        for exchange in sample.sections.iter().flat_map(|it| &it.requests) {
            told(exchange)?.iter().for_each(|line| self.tell(line));
        }
        let verdict = if sample.passed {
            "passed"
        } else {
            "not passed"
        };
        self.tell(&format!("  {verdict}"));
        ensure!(
            sample.passed == passes && failure(&sample).is_none(),
            "sample {} is {verdict}: {:?}\n{}",
            self.samples,
            failure(&sample),
            sample.log
        );
        Ok(())
    }

    fn tell(&mut self, line: &str) {
        println!("   {line}");
        self.log.push_str(line);
        self.log.push('\n');
    }
}

fn failure(sample: &Sample) -> Option<String> {
    sample.sections.iter().find_map(|it| match &it.outcome {
        Outcome::Failed(failure) => Some(failure.to_string()),
        Outcome::Skipped | Outcome::Passed | Outcome::Waiting | Outcome::NotReached => None,
    })
}

/// A request and its answer, each on a line that fits a screen.
fn told(exchange: &Exchange) -> Result<Vec<String>> {
    let url = Url::parse(&exchange.url)?;
    let mut lines = vec![format!("  {:<5} {}", exchange.method, url.path())];
    let query = url.query_pairs().find(|(name, _)| name == "sysparm_query");
    lines.extend(query.map(|(_, query)| format!("        where {query}")));
    lines.extend(exchange.body.as_ref().map(|body| format!("        {body}")));
    let status = exchange.status.map_or(0, u16::from);
    lines.push(format!("        {status}, {}", answer(&exchange.content)));
    Ok(lines)
}

/// What an answer of the Table API says, without what nobody looks at.
fn answer(content: &str) -> String {
    let body: Value = serde_json::from_str(content).unwrap_or_default();
    let row = match &body["result"] {
        Value::Array(rows) => match &rows[..] {
            [row] => row,
            rows => return format!("{} rows", rows.len()),
        },
        row => row,
    };
    let columns = ["number", "state", "approval", "on_hold"];
    let told: Vec<String> = columns
        .into_iter()
        .filter_map(|name| Some(format!("{name} {}", row[name].as_str()?)))
        .collect();
    match told.join(", ") {
        told if told.is_empty() => "1 row".to_owned(),
        told => told,
    }
}
