use azure_devops::{Issue, RecordResult, TaskRef};
use jiff::Timestamp;

use super::*;
use crate::rules::tests::at;

const DEPLOY: (&str, &str) = ("d9bafed4-0b18-4f58-968d-86655b4d2ce9", "CmdLine");

/// A run's timeline, record by record: times as `HH:MM:SS`, none where it never began.
#[derive(Default)]
struct Run(Timeline);

fn time(text: &str) -> Option<Timestamp> {
    (!text.is_empty()).then(|| at(text))
}

impl Run {
    fn add(
        &mut self,
        kind: &str,
        name: &str,
        parent: &str,
        times: (&str, &str),
        result: Option<RecordResult>,
    ) -> &mut TimelineRecord {
        self.0.records.push(TimelineRecord {
            id: format!("{parent}/{name}"),
            parent: (!parent.is_empty()).then(|| parent.to_owned()),
            kind: kind.to_owned(),
            name: name.to_owned(),
            identifier: None,
            state: "completed".to_owned(),
            result,
            started: time(times.0),
            finished: time(times.1),
            attempt: 1,
            worker: None,
            task: None,
            issues: Vec::new(),
            previous: Vec::new(),
        });
        self.0.records.last_mut().unwrap()
    }

    fn stage(result: Option<RecordResult>) -> Self {
        let mut run = Self::default();
        run.add("Stage", "Production", "", ("09:00:00", "11:00:00"), result);
        run.add(
            "Phase",
            "phase",
            "/Production",
            ("09:00:00", "11:00:00"),
            None,
        );
        run
    }

    fn job(&mut self, name: &str, times: (&str, &str), result: RecordResult) -> &mut Self {
        self.add("Job", name, "/Production/phase", times, Some(result));
        self.step("Initialize job", name, None, (times.0, times.0), Succeeded)
    }

    fn step(
        &mut self,
        name: &str,
        job: &str,
        task: Option<(&str, &str)>,
        times: (&str, &str),
        result: RecordResult,
    ) -> &mut Self {
        let job = format!("/Production/phase/{job}");
        let record = self.add("Task", name, &job, times, Some(result));
        record.task = task.map(|(id, name)| TaskRef {
            id: id.to_owned(),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
        });
        self
    }

    fn read(&self) -> Stage {
        stage(&self.0, &place("Production"), None).0
    }
}

fn place(stage: &str) -> StagePlace {
    StagePlace {
        place: Place {
            project_id: "p".to_owned(),
            run: RunKey::Run("1".to_owned()),
            stage: stage.to_owned(),
            generation: 1,
        },
        environment_id: None,
        environment: None,
        until: None,
    }
}

fn span(stage: &Stage) -> (Option<Timestamp>, Option<Timestamp>) {
    (
        stage.began.as_ref().map(|t| t.at),
        stage.ended.as_ref().map(|t| t.at),
    )
}

use RecordResult::{Canceled, Failed, Skipped, Succeeded, SucceededWithIssues};

#[test]
fn tasks_of_ours_bear_the_ids_of_their_manifests() {
    let gate = include_str!("../../../../../tasks/ServiceNowChangeGate/task.json");
    let record = include_str!("../../../../../tasks/ServiceNowDeploymentRecord/task.json");
    for (text, (id, name)) in [(gate, GATE), (record, RECORD)] {
        assert!(text.contains(&format!("\"id\": \"{id}\"")), "{name}");
        assert!(text.contains(&format!("\"name\": \"{name}\"")), "{name}");
    }
}

#[test]
fn a_gate_in_the_deploying_job_is_followed_by_the_deployment() {
    let mut run = Run::stage(Some(Succeeded));
    run.job("Deploy", ("09:00:00", "10:30:00"), Succeeded)
        .step(
            "checkout",
            "Deploy",
            Some(CHECKOUT),
            ("09:00:05", "09:00:10"),
            Succeeded,
        )
        .step(
            "build",
            "Deploy",
            Some(DEPLOY),
            ("09:00:11", "09:00:12"),
            Succeeded,
        )
        .step(
            "gate",
            "Deploy",
            Some(GATE),
            ("09:01:00", "10:00:00"),
            Succeeded,
        )
        .step(
            "skipped",
            "Deploy",
            Some(DEPLOY),
            ("10:00:00", "10:00:00"),
            Skipped,
        )
        .step(
            "deploy",
            "Deploy",
            Some(DEPLOY),
            ("10:00:01", "10:10:00"),
            Succeeded,
        )
        .step(
            "smoke test",
            "Deploy",
            Some(DEPLOY),
            ("10:10:01", "10:12:00"),
            Succeeded,
        )
        .step(
            "record",
            "Deploy",
            Some(RECORD),
            ("10:12:01", "10:20:00"),
            Succeeded,
        )
        .step(
            "Post-job: checkout",
            "Deploy",
            Some(CHECKOUT),
            ("10:20:01", "10:21:00"),
            Succeeded,
        );
    let stage = run.read();
    assert_eq!(span(&stage), (time("10:00:01"), time("10:12:00")));
    assert_eq!(
        stage.began.as_ref().map(|t| t.source.as_str()),
        Some("Azure DevOps timeline, step deploy")
    );
    assert_eq!(
        stage.gate.as_ref().map(|g| (g.job.as_str(), g.result)),
        Some(("Deploy", Ended::Succeeded))
    );
    assert!(!stage.held_back);
}

#[test]
fn a_gate_in_a_job_of_its_own_is_followed_by_the_next_job() {
    let mut run = Run::stage(Some(Succeeded));
    run.job("Warm up", ("08:00:00", "08:10:00"), Succeeded)
        .step(
            "warm",
            "Warm up",
            Some(DEPLOY),
            ("08:00:00", "08:10:00"),
            Succeeded,
        )
        .job("Gate", ("09:00:00", "10:00:05"), Succeeded)
        .step(
            "gate",
            "Gate",
            Some(GATE),
            ("09:00:10", "10:00:00"),
            SucceededWithIssues,
        )
        .job("Deploy", ("10:01:00", "10:20:00"), Succeeded)
        .step(
            "deploy",
            "Deploy",
            Some(DEPLOY),
            ("10:01:10", "10:19:00"),
            Succeeded,
        )
        .job("Record", ("10:21:00", "10:22:00"), Succeeded)
        .step(
            "record",
            "Record",
            Some(RECORD),
            ("10:21:10", "10:21:50"),
            Succeeded,
        );
    assert_eq!(span(&run.read()), (time("10:01:00"), time("10:20:00")));
}

#[test]
fn a_stage_without_a_gate_deploys_from_its_first_job() {
    let mut run = Run::stage(Some(Succeeded));
    run.job("Deploy", ("10:01:00", "10:20:00"), Succeeded).step(
        "deploy",
        "Deploy",
        Some(DEPLOY),
        ("10:01:10", "10:19:00"),
        Succeeded,
    );
    let stage = run.read();
    assert_eq!(
        (span(&stage), stage.gate),
        ((time("10:01:00"), time("10:20:00")), None)
    );
    // A gate that was left out gates nothing.
    run.step(
        "gate",
        "Deploy",
        Some(GATE),
        ("10:19:30", "10:19:30"),
        Skipped,
    );
    assert_eq!(span(&run.read()).0, time("10:01:00"));
}

#[test]
fn a_gate_that_stopped_the_stage_held_it_back() {
    for result in [Failed, Canceled] {
        let mut run = Run::stage(Some(result.clone()));
        run.job("Deploy", ("09:00:00", "10:00:20"), result.clone())
            .step(
                "gate",
                "Deploy",
                Some(GATE),
                ("09:01:00", "10:00:00"),
                result.clone(),
            )
            .step(
                "deploy",
                "Deploy",
                Some(DEPLOY),
                ("10:00:00", "10:00:00"),
                Skipped,
            )
            .step(
                "record",
                "Deploy",
                Some(RECORD),
                ("10:00:01", "10:00:10"),
                Succeeded,
            );
        let stage = run.read();
        assert_eq!((span(&stage), stage.held_back), ((None, None), true));
        // A step that runs in any case may have deployed or not: nobody can tell.
        run.step(
            "always",
            "Deploy",
            Some(DEPLOY),
            ("10:00:11", "10:00:12"),
            Succeeded,
        );
        let stage = run.read();
        assert_eq!((span(&stage), stage.held_back), ((None, None), false));
    }
}

#[test]
fn a_stage_that_never_ran_held_nothing_but_itself() {
    for result in [Skipped, Canceled] {
        let mut run = Run::default();
        run.add("Stage", "Production", "", ("", ""), Some(result));
        assert!(run.read().held_back);
    }
    // One that only holds a gate is followed by stages that deploy.
    let mut run = Run::stage(Some(Succeeded));
    run.job("Gate", ("09:00:00", "10:00:05"), Succeeded).step(
        "gate",
        "Gate",
        Some(GATE),
        ("09:00:10", "10:00:00"),
        Succeeded,
    );
    assert!(!run.read().held_back);
    // One that goes on may still deploy.
    let mut run = Run::default();
    run.add("Stage", "Production", "", ("09:00:00", ""), None);
    let stage = run.read();
    assert_eq!((stage.result, stage.held_back), (Ended::Running, false));
}

#[test]
fn the_newest_attempt_counts_and_long_names_are_found_by_their_key() {
    let name = "Produktion Süd ".repeat(12);
    let origin = Origin::Run {
        project_id: "p",
        run_id: "1",
        stage: &name,
    };
    let key = Correlation::read(&Correlation::of(&origin).key(1)).unwrap();
    let mut asked = place(&key.stage);
    let mut run = Run::default();
    run.add(
        "Stage",
        &name,
        "old",
        ("09:00:00", "09:10:00"),
        Some(Failed),
    );
    run.add(
        "Stage",
        &name,
        "new",
        ("10:00:00", "10:10:00"),
        Some(Succeeded),
    )
    .attempt = 2;
    let newest = stage(&run.0, &asked, None).0;
    assert_eq!(
        (newest.name.as_str(), newest.attempt, newest.result),
        (name.as_str(), 2, Ended::Succeeded)
    );
    // A change that was over at a moment was used by the attempt that had begun by then.
    for (until, attempt) in [
        ("08:00:00", 2),
        ("09:00:00", 1),
        ("09:59:59", 1),
        ("10:00:00", 2),
    ] {
        asked.until = time(until);
        let used = stage(&run.0, &asked, None).0;
        assert_eq!(used.attempt, attempt, "{until}");
    }
}

#[test]
fn a_stage_that_the_timeline_lacks_is_unknown() {
    let run = Run::stage(Some(Succeeded));
    let (stage, _) = stage(&run.0, &place("Elsewhere"), None);
    assert_eq!(
        (stage.result, stage.held_back, stage.name.as_str()),
        (Ended::Unknown, false, "Elsewhere")
    );
}

#[test]
fn a_pipeline_without_stages_is_read_by_its_jobs() {
    let mut run = Run::default();
    run.add("Job", "Build", "", ("10:00:00", "10:05:00"), Some(Failed));
    let read = stage(&run.0, &place("Production"), None).0;
    assert_eq!(
        (read.result, span(&read).0),
        (Ended::Failed, time("10:00:00"))
    );
}

#[test]
fn failed_jobs_tell_their_first_errors_and_checks_are_listed() {
    let mut run = Run::stage(Some(Failed));
    run.job("Deploy", ("10:00:00", "10:05:00"), Failed).step(
        "deploy",
        "Deploy",
        Some(DEPLOY),
        ("10:00:01", "10:05:00"),
        Failed,
    );
    let issue = |kind: &str, message: &str| Issue {
        kind: kind.to_owned(),
        message: message.to_owned(),
    };
    run.0.records.last_mut().unwrap().issues = vec![
        issue("warning", "old agent"),
        issue("error", "exit code 1\nsecond line"),
        issue("error", "exit code 1"),
        issue("error", "b"),
        issue("error", "c"),
        issue("error", "d"),
    ];
    run.add(
        "Checkpoint",
        "Checkpoint",
        "/Production",
        ("09:00:00", "09:30:00"),
        Some(Succeeded),
    );
    run.add(
        "Checkpoint.Approval",
        "Approval",
        "/Production/Checkpoint",
        ("09:00:00", "09:30:00"),
        Some(Succeeded),
    );
    let (stage, checks) = stage(&run.0, &place("Production"), None);
    assert_eq!(stage.failed_jobs.len(), 1);
    assert_eq!(stage.failed_jobs[0].errors, ["exit code 1", "b", "c"]);
    assert_eq!(checks.len(), 1);
    assert_eq!(
        (checks[0].name.as_str(), checks[0].answer.as_str()),
        ("Approval", "succeeded")
    );
}
