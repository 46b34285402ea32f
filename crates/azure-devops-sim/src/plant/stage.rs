//! A whole stage in one go: stage, phase, job and steps, with an approver check in front where there was one.

use crate::ids;
use crate::plant;
use crate::seeds::{PreviousAttempt, RecordSeed, SeededStage, StageSeed, TaskRef};
use crate::world::World;

/// Plants one attempt of a stage. An earlier attempt moves to a timeline of its own, as when a stage is run again.
pub(crate) fn plant(
    world: &mut World,
    run: u64,
    stage: &str,
    attempt: u32,
    seed: &StageSeed,
) -> SeededStage {
    let previous = set_aside(world, run, stage);
    let mut planter = Planter {
        world,
        run,
        stage,
        attempt,
        seed,
    };
    let top = planter.stage(previous);
    let approval = planter.approval(&top);
    let phase = planter.under("Phase", &seed.job, &top, 1);
    let job = planter.under("Job", &seed.job, &phase, 1);
    planter.prepare(&job);
    let gate = seed.gate_task.as_ref();
    let gate_task = gate.map(|task| planter.gate(&job, task));
    let deploy_task = planter.deploy(&job);
    SeededStage {
        stage: top,
        phase,
        job,
        gate_task,
        deploy_task,
        approval,
    }
}

/// Moves the records of a stage that is about to be run again; tells where each attempt is kept.
fn set_aside(world: &mut World, run: u64, stage: &str) -> Vec<PreviousAttempt> {
    let keep = world.options.earlier_attempts_in_main_timeline;
    let run = plant::existing(world, run);
    let Some(main) = run.timelines.get_mut(&run.plan_id) else {
        return Vec::new();
    };
    let is_stage = |r: &&RecordSeed| r.kind == "Stage" && r.identifier.as_deref() == Some(stage);
    let Some(old) = main
        .iter()
        .filter(is_stage)
        .max_by_key(|r| r.attempt)
        .cloned()
    else {
        return Vec::new();
    };
    let root = old.id.clone().unwrap_or_default();
    let mut inside = vec![root.clone()];
    // Parents are planted before their children.
    for record in main.iter() {
        if record.parent.as_ref().is_some_and(|p| inside.contains(p)) {
            inside.extend(record.id.clone());
        }
    }
    let is_inside = |r: &RecordSeed| r.id.as_ref().is_some_and(|id| inside.contains(id));
    let moved: Vec<RecordSeed> = main.iter().filter(|r| is_inside(r)).cloned().collect();
    if !keep {
        main.retain(|r| !is_inside(r));
    }
    let place = format!("{} {stage} {}", run.plan_id, old.attempt);
    let timeline_id = ids::stable_guid("timeline", &place);
    run.timelines.insert(timeline_id.clone(), moved);
    let mut previous = old.previous_attempts;
    previous.push(PreviousAttempt {
        attempt: old.attempt,
        timeline_id,
        record_id: root,
    });
    previous
}

struct Planter<'w> {
    world: &'w mut World,
    run: u64,
    stage: &'w str,
    attempt: u32,
    seed: &'w StageSeed,
}

impl Planter<'_> {
    fn add(&mut self, record: RecordSeed) -> String {
        plant::record(self.world, self.run, record)
    }

    /// A record with the outcome of the whole stage. Ids follow from names, so that a job's id can be known before.
    fn whole(&self, kind: &str, name: &str, identifier: String) -> RecordSeed {
        let place = format!("{} {identifier} {}", self.run, self.attempt);
        RecordSeed {
            id: Some(ids::stable_guid(kind, &place)),
            kind: kind.to_owned(),
            name: name.to_owned(),
            identifier: Some(identifier),
            state: state(self.seed.result.as_ref()),
            result: self.seed.result.clone(),
            start_time: Some(self.seed.start_time.clone()),
            finish_time: self.seed.finish_time.clone(),
            attempt: self.attempt,
            ..RecordSeed::default()
        }
    }

    fn stage(&mut self, previous_attempts: Vec<PreviousAttempt>) -> String {
        let name = self.seed.display_name.as_deref().unwrap_or(self.stage);
        let mut record = self.whole("Stage", name, self.stage.to_owned());
        // A stage keeps its id from attempt to attempt; in one timeline they have to be told apart.
        let flat = self.world.options.earlier_attempts_in_main_timeline;
        if let Some(last) = previous_attempts.last().filter(|_| !flat) {
            record.id = Some(last.record_id.clone());
        }
        let stages = self.world.org.runs.get(&self.run);
        let stages = stages
            .into_iter()
            .flat_map(|run| run.timelines.get(&run.plan_id));
        let before = stages.flatten().filter(|r| r.kind == "Stage").count();
        self.add(RecordSeed {
            previous_attempts,
            order: u32::try_from(before + 1).unwrap_or(1),
            ..record
        })
    }

    /// The checkpoint in front of a stage, and the approval under it.
    fn approval(&mut self, stage: &str) -> Option<String> {
        let approval = self.seed.approval.clone()?;
        let record = RecordSeed {
            parent: Some(stage.to_owned()),
            kind: "Checkpoint".to_owned(),
            name: "Checkpoint".to_owned(),
            identifier: Some("Checkpoint".to_owned()),
            state: state(approval.result.as_ref()),
            result: approval.result,
            start_time: Some(approval.start_time),
            finish_time: approval.finish_time,
            attempt: self.attempt,
            ..RecordSeed::default()
        };
        let checkpoint = self.add(record.clone());
        Some(self.add(RecordSeed {
            parent: Some(checkpoint),
            kind: "Checkpoint.Approval".to_owned(),
            name: "Checkpoint.Approval".to_owned(),
            identifier: None,
            ..record
        }))
    }

    fn under(&mut self, kind: &str, name: &str, parent: &str, order: u32) -> String {
        let end = if kind == "Job" { ".__default" } else { "" };
        let identifier = format!("{}.{}{end}", self.stage, self.seed.job);
        let record = self.whole(kind, name, identifier);
        let worker = (kind == "Job").then(|| self.seed.worker_name.clone());
        self.add(RecordSeed {
            parent: Some(parent.to_owned()),
            order,
            worker_name: worker,
            ..record
        })
    }

    fn step(&self, job: &str, name: &str, order: u32) -> RecordSeed {
        RecordSeed {
            parent: Some(job.to_owned()),
            name: name.to_owned(),
            start_time: Some(self.seed.start_time.clone()),
            finish_time: Some(self.seed.start_time.clone()),
            attempt: self.attempt,
            order,
            worker_name: Some(self.seed.worker_name.clone()),
            ..RecordSeed::default()
        }
    }

    /// What the agent does first; it is no task.
    fn prepare(&mut self, job: &str) {
        let record = self.step(job, "Initialize job", 1);
        self.add(record);
    }

    fn gate(&mut self, job: &str, task: &TaskRef) -> String {
        let result = self.seed.gate_result.clone();
        let ended = result.is_some().then(|| self.seed.gate_finish_time.clone());
        let record = self.step(job, "Hold for the change", 2);
        self.add(RecordSeed {
            state: state(result.as_ref()),
            result,
            finish_time: ended,
            task: Some(task.clone()),
            ..record
        })
    }

    /// Begins when the gate opened; while the gate holds, it has not begun.
    fn deploy(&mut self, job: &str) -> String {
        let held = self.seed.gate_task.is_some() && self.seed.gate_result.is_none();
        let result = self.seed.deploy_result.clone().filter(|_| !held);
        let start = match &self.seed.gate_task {
            Some(_) => &self.seed.gate_finish_time,
            None => &self.seed.start_time,
        };
        let skipped = result.as_deref() == Some("skipped");
        let end = self
            .seed
            .finish_time
            .as_ref()
            .filter(|_| !skipped)
            .unwrap_or(start);
        let record = self.step(job, "Deploy", 3);
        self.add(RecordSeed {
            state: if held {
                "pending".to_owned()
            } else {
                state(result.as_ref())
            },
            start_time: (!held).then(|| start.clone()),
            finish_time: result.is_some().then(|| end.clone()),
            result,
            task: Some(self.seed.deploy_task.clone()),
            issues: self.seed.issues.clone(),
            ..record
        })
    }
}

fn state(result: Option<&String>) -> String {
    let word = if result.is_some() {
        "completed"
    } else {
        "inProgress"
    };
    word.to_owned()
}
