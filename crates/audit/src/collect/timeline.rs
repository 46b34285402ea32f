//! Reads from a run's timeline when its stage began to deploy, when that ended, and how.
//!
//! A stage that holds a gate begins to deploy after it: with the first step that follows the gate in its job or, where
//! the gate has a job of its own, with the first job that started after it. Steps of this extension, and those that the
//! agent adds to every job, deploy nothing.

use azure_devops::{PreviousAttempt, Timeline, TimelineRecord};
use change::{Correlation, Origin, Place, RunKey};

use super::StagePlace;
use super::convert::{ended, title};
use crate::trail::{Check, Ended, FailedJob, Gate, Link, Stage, Told};

/// The gate, by its task's id and name.
const GATE: (&str, &str) = (
    "c954e9bd-39e7-408f-9686-a6979d32f462",
    "ServiceNowChangeGate",
);

/// The step that records the deployment.
const RECORD: (&str, &str) = (
    "aef49df3-65f7-44c9-951c-a2155c94aab1",
    "ServiceNowDeploymentRecord",
);

/// The step by which the agent fetches sources, before or after the steps of the pipeline.
const CHECKOUT: (&str, &str) = ("6d15af64-176c-496d-b583-fd2ae21d4df4", "Checkout");

/// Errors that are told of one job.
const MOST_ERRORS: usize = 3;

/// The stage of a place, and Azure's own checks on it.
pub(super) fn stage(
    timeline: &Timeline,
    stage: &StagePlace,
    page: Option<&Link>,
) -> (Stage, Vec<Check>) {
    let place = &stage.place;
    let record = find(timeline, stage);
    let records: Vec<&TimelineRecord> = match record {
        Some(stage) => timeline.below(stage).collect(),
        // A pipeline of the classic editor has no stages: its jobs are the run's.
        None if !timeline.records.iter().any(|r| r.kind == "Stage") => {
            timeline.records.iter().collect()
        }
        None => Vec::new(),
    };
    let tree = Tree { records };
    let result = match record {
        Some(record) => known(record),
        None => tree.jobs().map(known).max().unwrap_or_default(),
    };
    let gate = tree.gate();
    let work = tree.work(gate);
    // A stage that went well without any work is a gate for stages that follow: it held nothing back.
    let ran_idle = matches!(result, Ended::Skipped) || result.is_failure();
    let told = |at: Option<jiff::Timestamp>, what: &str, name: &str| {
        Some(Told {
            at: at?,
            source: format!("Azure DevOps timeline, {what} {name}"),
            link: page.cloned(),
        })
    };
    let stage = Stage {
        name: record.map_or_else(|| place.stage.clone(), |r| r.name.clone()),
        attempt: record.map_or(1, |record| record.attempt),
        result,
        gate: gate.map(|gate| Gate {
            job: tree
                .job_of(gate)
                .map(|job| job.name.clone())
                .unwrap_or_default(),
            result: known(gate),
            started: gate.started,
            finished: gate.finished,
        }),
        held_back: ran_idle && work.is_empty(),
        began: first(&work)
            .filter(|_| !gate.is_some_and(stopped))
            .and_then(|r| told(r.started, kind(r), &r.name)),
        ended: last(&work)
            .filter(|_| !gate.is_some_and(stopped))
            .and_then(|r| told(r.finished, kind(r), &r.name)),
        failed_jobs: tree.failed_jobs(),
    };
    (stage, tree.checks())
}

/// The attempts of a stage that are kept elsewhere and may have used the change, the newest first: none where one that is
/// here did.
pub(super) fn earlier<'a>(timeline: &'a Timeline, stage: &StagePlace) -> Vec<&'a PreviousAttempt> {
    let newest = find(timeline, stage).filter(|_| !began_in_time(timeline, stage));
    let mut previous: Vec<_> = newest.into_iter().flat_map(|r| &r.previous).collect();
    previous.sort_by_key(|previous| std::cmp::Reverse(previous.attempt));
    previous
}

/// Whether an attempt of the stage that is here began before the change was over.
pub(super) fn began_in_time(timeline: &Timeline, stage: &StagePlace) -> bool {
    attempts(timeline, &stage.place)
        .iter()
        .any(|attempt| is_in_time(attempt, stage))
}

fn is_in_time(attempt: &TimelineRecord, stage: &StagePlace) -> bool {
    stage
        .until
        .is_none_or(|until| attempt.started.is_some_and(|started| started <= until))
}

/// The newest attempt of the stage that used the change, else the newest.
fn find<'a>(timeline: &'a Timeline, stage: &StagePlace) -> Option<&'a TimelineRecord> {
    let attempts = attempts(timeline, &stage.place);
    let newest = |in_time: bool| {
        let of_these = attempts.iter().copied();
        of_these
            .filter(|attempt| !in_time || is_in_time(attempt, stage))
            .max_by_key(|attempt| attempt.attempt)
    };
    newest(true).or_else(|| newest(false))
}

/// The attempts of the stage that a key was made for: by its name for programs, else by its name for people, either of
/// which may be cut and hashed in the key.
fn attempts<'a>(timeline: &'a Timeline, place: &Place) -> Vec<&'a TimelineRecord> {
    let RunKey::Run(run_id) = &place.run else {
        return Vec::new();
    };
    let in_key = |name: &str| {
        let origin = Origin::Run {
            project_id: &place.project_id,
            run_id,
            stage: name,
        };
        Correlation::read(&Correlation::of(&origin).key(1))
            .is_some_and(|own| own.stage == place.stage)
    };
    let named = |matches: &dyn Fn(&TimelineRecord) -> bool| -> Vec<&'a TimelineRecord> {
        let stages = timeline.records.iter().filter(|r| r.kind == "Stage");
        stages.filter(|record| matches(record)).collect()
    };
    let by = [
        named(&|r| r.identifier.as_deref() == Some(place.stage.as_str())),
        named(&|r| r.name == place.stage),
        named(&|r| r.identifier.as_deref().is_some_and(in_key) || in_key(&r.name)),
    ];
    by.into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// What is below a stage.
struct Tree<'a> {
    records: Vec<&'a TimelineRecord>,
}

impl<'a> Tree<'a> {
    fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &'a TimelineRecord> {
        self.records
            .iter()
            .copied()
            .filter(move |record| record.kind == kind)
    }

    fn jobs(&self) -> impl Iterator<Item = &'a TimelineRecord> {
        self.of_kind("Job")
    }

    fn job_of(&self, task: &TimelineRecord) -> Option<&'a TimelineRecord> {
        self.jobs()
            .find(|job| task.parent.as_ref() == Some(&job.id))
    }

    fn tasks_of(&self, job: &'a TimelineRecord) -> impl Iterator<Item = &'a TimelineRecord> {
        self.of_kind("Task")
            .filter(|task| task.parent.as_ref() == Some(&job.id))
    }

    /// The last gate that ran: a stage may hold several.
    fn gate(&self) -> Option<&'a TimelineRecord> {
        let gates = self
            .of_kind("Task")
            .filter(|task| is_task(task, GATE) && ran(task));
        gates.max_by_key(|gate| gate.started)
    }

    /// The steps and jobs that may have deployed something.
    fn work(&self, gate: Option<&'a TimelineRecord>) -> Vec<&'a TimelineRecord> {
        let Some(gate) = gate else {
            return self
                .jobs()
                .filter(|job| ran(job) && self.works(job))
                .collect();
        };
        let after = |record: &TimelineRecord| ran(record) && record.started >= gate.finished;
        let beside = self.job_of(gate).map(|job| self.tasks_of(job));
        let mut work: Vec<_> = beside
            .into_iter()
            .flatten()
            .filter(|r| deploys(r) && after(r))
            .collect();
        work.extend(self.jobs().filter(|job| after(job) && self.works(job)));
        work
    }

    /// Whether a job holds a step that may deploy. One without any step is a job of the server's, which may.
    fn works(&self, job: &'a TimelineRecord) -> bool {
        self.tasks_of(job).next().is_none()
            || self.tasks_of(job).any(|task| deploys(task) && ran(task))
    }

    fn failed_jobs(&self) -> Vec<FailedJob> {
        let failed = self.jobs().filter(|job| known(job).is_failure());
        failed
            .map(|job| {
                let records = std::iter::once(job).chain(self.tasks_of(job));
                let errors = records
                    .flat_map(|record| &record.issues)
                    .filter(|i| i.kind == "error");
                let mut told: Vec<String> = Vec::new();
                for error in errors.map(|error| title(&error.message)) {
                    if told.len() < MOST_ERRORS && !told.contains(&error) {
                        told.push(error);
                    }
                }
                FailedJob {
                    name: job.name.clone(),
                    result: known(job),
                    finished: job.finished,
                    errors: told,
                }
            })
            .collect()
    }

    /// Checks of resources, such as approvals of an environment. The timeline says what was asked and how it ended,
    /// not who answered.
    fn checks(&self) -> Vec<Check> {
        let checks = self
            .records
            .iter()
            .filter(|r| r.kind.starts_with("Checkpoint."));
        checks
            .map(|record| Check {
                name: title(&record.name),
                by: None,
                answer: known(record).told().to_owned(),
                comment: None,
                at: record.finished,
            })
            .collect()
    }
}

/// Whether a gate ended the stage. One that went on in spite of itself succeeded with issues.
fn stopped(gate: &TimelineRecord) -> bool {
    known(gate).is_failure()
}

fn first<'a>(work: &[&'a TimelineRecord]) -> Option<&'a TimelineRecord> {
    work.iter().copied().min_by_key(|record| record.started)
}

fn last<'a>(work: &[&'a TimelineRecord]) -> Option<&'a TimelineRecord> {
    let over = work.iter().all(|record| record.finished.is_some());
    work.iter()
        .copied()
        .max_by_key(|record| record.finished)
        .filter(|_| over)
}

fn kind(record: &TimelineRecord) -> &'static str {
    if record.kind == "Job" { "job" } else { "step" }
}

/// Whether it was started and not left out.
fn ran(record: &TimelineRecord) -> bool {
    record.started.is_some() && known(record) != Ended::Skipped
}

/// Whether a step may deploy: it is one of the pipeline's own.
fn deploys(task: &TimelineRecord) -> bool {
    let ours = [GATE, RECORD, CHECKOUT]
        .iter()
        .any(|named| is_task(task, *named));
    task.task.is_some() && !ours
}

fn is_task(record: &TimelineRecord, (id, name): (&str, &str)) -> bool {
    let task = record.task.as_ref();
    task.is_some_and(|task| {
        task.id.eq_ignore_ascii_case(id) || task.name.eq_ignore_ascii_case(name)
    })
}

/// How a record ended; one without a result goes on, or has yet to begin.
fn known(record: &TimelineRecord) -> Ended {
    ended(record.result.as_ref())
}

#[cfg(test)]
mod tests;
