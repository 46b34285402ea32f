//! The pipeline whose runs the story tells: what a run brings, and how its timeline looks while a stage goes on.

use azure_devops_sim as azure;
use jiff::{SignedDuration, Timestamp};
use testkit::agent::Step;

/// The stage that deploys.
pub(crate) const STAGE: &str = "Production";

/// What people call the pipeline.
pub(crate) const PIPELINE: &str = "shop-web";

/// The environment it deploys to.
const ENVIRONMENT: &str = "production";

/// One pull request, squashed into one commit, for one work item.
pub(crate) struct Work {
    pub(crate) title: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) commit: &'static str,
}

/// A run of the pipeline, and every attempt of its stage so far.
pub(crate) struct Run<'a> {
    azure: &'a azure::Sim,
    pub(crate) id: u64,
    pub(crate) number: String,
    head: &'static str,
    environment: u64,
    built: azure::StageSeed,
    attempts: Vec<azure::StageSeed>,
}

impl<'a> Run<'a> {
    /// Queues a run: somebody pushed this work, the newest first, and the build stage has just ended.
    pub(crate) fn queue(azure: &'a azure::Sim, id: u64, works: &[Work], now: Timestamp) -> Self {
        let number = format!("{}.{}", now.strftime("%Y%m%d"), id - 4800);
        let queued = now - SignedDuration::from_mins(4);
        let head = works.first().map(|work| work.commit).unwrap_or_default();
        azure.seed_run(azure::RunSeed {
            id: Some(id),
            number: Some(number.clone()),
            definition: PIPELINE.to_owned(),
            status: "inProgress".to_owned(),
            result: None,
            source_version: head.to_owned(),
            queue_time: text(queued),
            start_time: Some(text(queued)),
            finish_time: None,
            ..azure::RunSeed::default()
        });
        let built = azure::StageSeed {
            job: "Compile".to_owned(),
            gate_task: None,
            start_time: text(queued),
            finish_time: Some(text(now)),
            ..azure::StageSeed::default()
        };
        let environment = azure.add_environment(ENVIRONMENT);
        let run = Self {
            azure,
            id,
            number,
            head,
            environment,
            built,
            attempts: Vec::new(),
        };
        works.iter().for_each(|work| run.bring(work, queued));
        azure.add_artifact(id, azure::ArtifactSeed::default());
        azure.add_test_run(
            id,
            azure::TestRunSeed {
                started: text(queued),
                completed: Some(text(now)),
                ..azure::TestRunSeed::default()
            },
        );
        run
    }

    /// Whose run it is.
    pub(crate) fn author() -> String {
        azure::Person::pat_doe().name
    }

    fn bring(&self, work: &Work, queued: Timestamp) {
        let merged = text(queued - SignedDuration::from_mins(2));
        self.azure.add_commits(
            self.id,
            vec![azure::CommitSeed {
                id: Some(work.commit.to_owned()),
                message: work.title.to_owned(),
                timestamp: merged.clone(),
                ..azure::CommitSeed::default()
            }],
        );
        let item = self.azure.add_work_item(azure::WorkItemSeed {
            kind: work.kind.to_owned(),
            title: work.title.to_owned(),
            created: text(queued - SignedDuration::from_hours(30)),
            ..azure::WorkItemSeed::default()
        });
        self.azure.link_work_items(self.id, &[item]);
        self.azure.add_pull_request(azure::PullRequestSeed {
            title: work.title.to_owned(),
            created: text(queued - SignedDuration::from_hours(3)),
            closed: Some(merged),
            merge_commit: work.commit.to_owned(),
            work_items: vec![item],
            ..azure::PullRequestSeed::default()
        });
    }

    /// A step of the stage's job in its present attempt.
    pub(crate) fn job(&self, step: Step) -> Step {
        let attempt = self.attempts.len().to_string();
        step.variable("Build.BuildId", &self.id.to_string())
            .variable("Build.BuildNumber", &self.number)
            .variable(
                "Build.BuildUri",
                &format!("vstfs:///Build/Build/{}", self.id),
            )
            .variable("Build.SourceVersion", self.head)
            .variable("Environment.Id", &self.environment.to_string())
            .variable("System.StageAttempt", &attempt)
            .variable("System.PhaseAttempt", &attempt)
            .variable("System.JobAttempt", &attempt)
    }

    /// The stage begins, for the first time or again; its gate holds it.
    pub(crate) fn begin_stage(&mut self, now: Timestamp) {
        self.azure.change_run(self.id, |run| {
            run.status = "inProgress".to_owned();
            run.result = None;
            run.finish_time = None;
        });
        self.attempts.push(azure::StageSeed {
            display_name: Some("To production".to_owned()),
            result: None,
            gate_result: None,
            deploy_result: None,
            start_time: text(now),
            finish_time: None,
            ..azure::StageSeed::default()
        });
        self.draw();
        let deployment = azure::DeploymentSeed {
            stage: STAGE.to_owned(),
            stage_attempt: u32::try_from(self.attempts.len()).unwrap_or(1),
            queue_time: text(now),
            start_time: text(now),
            finish_time: None,
            result: None,
            ..azure::DeploymentSeed::default()
        };
        self.azure
            .add_deployment(self.environment, self.id, deployment);
    }

    /// The gate lets the stage go on, and its deployment begins.
    pub(crate) fn open_gate(&mut self, now: Timestamp) {
        self.change(|stage| {
            stage.gate_result = Some("succeeded".to_owned());
            stage.gate_finish_time = text(now);
        });
    }

    /// The deploying step ends, so or with an error. The job goes on: the record is behind it.
    pub(crate) fn deployed(&mut self, error: Option<&str>, now: Timestamp) {
        self.change(|stage| {
            stage.deploy_result = Some(word(error.is_none()));
            stage.finish_time = Some(text(now));
            stage.issues = error
                .map(|message| azure::Issue {
                    kind: "error".to_owned(),
                    message: message.to_owned(),
                })
                .into_iter()
                .collect();
        });
    }

    /// Stage and run end.
    pub(crate) fn end(&mut self, succeeded: bool, now: Timestamp) {
        self.change(|stage| stage.result = Some(word(succeeded)));
        self.azure
            .finish_run_at(self.id, &word(succeeded), &text(now));
    }

    fn change(&mut self, change: impl FnOnce(&mut azure::StageSeed)) {
        if let Some(stage) = self.attempts.last_mut() {
            change(stage);
        }
        self.draw();
    }

    /// Writes the timeline anew: its records follow from the attempts.
    fn draw(&self) {
        self.azure.clear_timeline(self.id);
        self.azure
            .seed_stage(self.id, "Build", 1, self.built.clone());
        for (attempt, stage) in (1..).zip(&self.attempts) {
            self.azure
                .seed_stage(self.id, STAGE, attempt, stage.clone());
        }
    }
}

fn word(succeeded: bool) -> String {
    if succeeded { "succeeded" } else { "failed" }.to_owned()
}

fn text(at: Timestamp) -> String {
    at.to_string()
}
