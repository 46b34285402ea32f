//! What happened in a run. Its records form a tree: stages hold phases, those hold jobs, those hold tasks; what a stage
//! waited for hangs below it as checkpoints.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;

use crate::TimelineId;
use crate::wire::{Missing, Node};

/// The records of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// All records, in the order they began; those that have not are last.
    pub records: Vec<TimelineRecord>,
}

/// A stage, phase, job, task, checkpoint, ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineRecord {
    /// Its id, a GUID.
    pub id: String,
    /// The id of what it is part of.
    pub parent: Option<String>,
    /// Its kind. The service names `Stage`, `Phase`, `Job`, `Task`, `Checkpoint`, `Checkpoint.Approval` and others.
    pub kind: String,
    /// Its name for people.
    pub name: String,
    /// Its name for programs, such as `Production.Deploy`.
    pub identifier: Option<String>,
    /// How far it is: `pending`, `inProgress`, `completed`.
    pub state: String,
    /// How it ended, once it has.
    pub result: Option<RecordResult>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The agent it ran on.
    pub worker: Option<String>,
    /// The task, for a record of one.
    pub task: Option<TaskRef>,
    /// Errors and warnings it reported, as far as the service keeps them.
    pub issues: Vec<Issue>,
    /// The attempts before this one, whose records are kept elsewhere.
    pub previous: Vec<PreviousAttempt>,
}

/// An attempt that was followed by another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousAttempt {
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Where its records are kept.
    pub timeline: TimelineId,
}

/// Which task a record is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskRef {
    /// Its GUID.
    pub id: String,
    /// Its name, such as `PublishTestResults`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// An error or a warning of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `error` or `warning`.
    pub kind: String,
    /// What it says.
    pub message: String,
}

/// How a record or a deployment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordResult {
    /// Well.
    Succeeded,
    /// Well, with errors or warnings that did not stop it.
    SucceededWithIssues,
    /// Badly.
    Failed,
    /// Somebody, or a time limit, canceled it.
    Canceled,
    /// Its condition was not met.
    Skipped,
    /// The agent was lost.
    Abandoned,
    /// Something else, in the service's word.
    Other(String),
}

impl RecordResult {
    pub(crate) fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "succeeded" => Self::Succeeded,
            "succeededwithissues" => Self::SucceededWithIssues,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            "skipped" => Self::Skipped,
            "abandoned" => Self::Abandoned,
            _ => Self::Other(word.to_owned()),
        }
    }
}

impl fmt::Display for RecordResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Succeeded => "succeeded",
            Self::SucceededWithIssues => "succeeded with issues",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
            Self::Abandoned => "abandoned",
            Self::Other(word) => word,
        })
    }
}

impl Timeline {
    /// The newest attempt of a stage, by the name for programs, else by the name for people.
    #[must_use]
    pub fn stage(&self, name: &str) -> Option<&TimelineRecord> {
        let stages = || self.records.iter().filter(|record| record.kind == "Stage");
        let newest = |named: &dyn Fn(&TimelineRecord) -> bool| {
            stages()
                .filter(|record| named(record))
                .max_by_key(|record| record.attempt)
        };
        newest(&|record| record.identifier.as_deref() == Some(name))
            .or_else(|| newest(&|record| record.name == name))
    }

    /// Everything that is part of a record, at any depth, in the order of [`Timeline::records`].
    pub fn below<'a>(
        &'a self,
        record: &'a TimelineRecord,
    ) -> impl Iterator<Item = &'a TimelineRecord> {
        let parents: HashMap<&str, &str> = self
            .records
            .iter()
            .filter_map(|record| Some((record.id.as_str(), record.parent.as_deref()?)))
            .collect();
        self.records.iter().filter(move |candidate| {
            // Real trees are five deep. The limit ends the climb where records are each other's parents.
            let ancestors =
                std::iter::successors(candidate.parent.as_deref(), |id| parents.get(id).copied());
            ancestors.take(32).any(|ancestor| ancestor == record.id) && candidate.id != record.id
        })
    }
}

/// Reads all records. The service keeps no order worth relying on.
pub(super) fn decode(node: Node<'_>) -> Result<Timeline, Missing> {
    let mut records = node.list("records", |node| Ok((place_of(node), record(node)?)))?;
    records.sort_by_key(|(place, _)| *place);
    let records = records.into_iter().map(|(_, record)| record).collect();
    Ok(Timeline { records })
}

/// What a record is sorted by: when it began, then its place among its siblings.
fn place_of(node: Node<'_>) -> (bool, Option<Timestamp>, u64) {
    let started = node.moment("startTime");
    let order = node.number("order").unwrap_or(u64::MAX);
    (started.is_none(), started, order)
}

fn record(node: Node<'_>) -> Result<TimelineRecord, Missing> {
    let task = node.at("task");
    Ok(TimelineRecord {
        id: node.need_text("id")?,
        parent: node.text("parentId"),
        kind: node.text_or_empty("type"),
        name: node.text_or_empty("name"),
        identifier: node.text("identifier"),
        state: node.text_or_empty("state"),
        result: node.text("result").as_deref().map(RecordResult::of),
        started: node.moment("startTime"),
        finished: node.moment("finishTime"),
        attempt: node.ordinal("attempt"),
        worker: node.text("workerName"),
        task: (!task.is_null()).then(|| TaskRef {
            id: task.text_or_empty("id"),
            name: task.text_or_empty("name"),
            version: task.text_or_empty("version"),
        }),
        issues: node
            .items("issues")
            .map(|issue| Issue {
                kind: issue.text_or_empty("type"),
                message: issue.text_or_empty("message"),
            })
            .collect(),
        previous: node
            .items("previousAttempts")
            .filter_map(previous)
            .collect(),
    })
}

/// One that was never run has no timeline, and nothing to be read.
fn previous(node: Node<'_>) -> Option<PreviousAttempt> {
    Some(PreviousAttempt {
        attempt: node.ordinal("attempt"),
        timeline: node.text("timelineId")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests;
