//! Runs of pipelines, and what belongs to one.

mod artifact;
mod commit;
mod run;
mod test_run;
mod timeline;

use std::collections::HashSet;

use outbound::Request;

use crate::error::{Error, Operation, Scope};
use crate::organization::{Organization, Pages, Place};
use crate::wire::{Missing, Node};
use crate::{RunId, TimelineId};

pub use artifact::Artifact;
pub use commit::Commit;
pub(crate) use run::definition;
pub use run::{Definition, Project, Repository, Run, RunResult, RunStatus};
pub use test_run::TestRun;
pub use timeline::{Issue, PreviousAttempt, RecordResult, TaskRef, Timeline, TimelineRecord};

const VERSION: &str = "7.1";

/// Entries in one page of a list.
const PAGE: &str = "200";

/// The service documents no way to ask for a second page of a run's work items, so the first is asked to be large.
const MOST_WORK_ITEMS: &str = "10000";

/// Verbs on the runs of one project.
#[derive(Debug, Clone, Copy)]
pub struct Runs<'a> {
    organization: &'a Organization,
    project: &'a str,
}

impl<'a> Runs<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a str) -> Self {
        Self {
            organization,
            project,
        }
    }

    /// One run.
    ///
    /// # Errors
    /// [`Error::NotFound`] also where retention has deleted the run; otherwise see [`Error`].
    pub async fn get(&self, id: &RunId) -> Result<Run, Box<Error>> {
        let operation = Operation::new(Scope::Build, "read run", id);
        let place = self.organization.place(&operation, self.project)?;
        let request = Request::get(build(&place, *id, &[]));
        let answer = self.organization.send(&operation, request).await?;
        if answer.is_empty() {
            return Err(answer.absent());
        }
        let run = answer.decode(|node| run::decode(node, &place))?;
        match run.id == *id {
            true => Ok(run),
            // Whatever this is, its facts are not those of the run that was asked for.
            false => Err(answer.lacks("id")),
        }
    }

    /// What changed since the run before: newest first as the service gives them, page by page.
    ///
    /// Commits of Azure Repos have their message cut by the service, see [`Commit::truncated`].
    #[must_use]
    pub fn commits(&self, id: &RunId) -> Pages<'a, Commit> {
        let operation = Operation::new(Scope::Build, "read the commits of run", id);
        let first = self.organization.place(&operation, self.project).ok();
        let first = first.map(|place| {
            let mut url = build(&place, *id, &["changes"]);
            url.query_pairs_mut().append_pair("$top", PAGE);
            url
        });
        Pages::new(self.organization, operation, first, commit::decode)
    }

    /// The ids of the work items linked to a run: by its commits, its pull requests or by hand. The service only knows
    /// those of the run's own project.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn work_item_ids(&self, id: &RunId) -> Result<Vec<u64>, Box<Error>> {
        let operation = Operation::new(Scope::Build, "read the work items of run", id);
        let place = self.organization.place(&operation, self.project)?;
        let mut url = build(&place, *id, &["workitems"]);
        url.query_pairs_mut().append_pair("$top", MOST_WORK_ITEMS);
        let decode = |node: Node<'_>| node.need_number("id");
        let mut ids = Pages::new(self.organization, operation, Some(url), decode)
            .all()
            .await?;
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        Ok(ids)
    }

    /// What happened in a run, record by record: stages, jobs, tasks, and what held them up. Empty for a run that has not
    /// begun.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn timeline(&self, id: &RunId) -> Result<Timeline, Box<Error>> {
        let operation = Operation::new(Scope::Build, "read the timeline of run", id);
        let place = self.organization.place(&operation, self.project)?;
        self.records(&operation, build(&place, *id, &["timeline"]))
            .await
    }

    /// What happened in an earlier attempt, as [`TimelineRecord::previous`] names it: the records of what was run again,
    /// not of the rest of the run.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn earlier_timeline(
        &self,
        id: &RunId,
        timeline: &TimelineId,
    ) -> Result<Timeline, Box<Error>> {
        let operation = Operation::new(Scope::Build, "read an earlier attempt of run", id);
        let place = self.organization.place(&operation, self.project)?;
        let url = build(&place, *id, &["timeline", timeline.as_str()]);
        self.records(&operation, url).await
    }

    async fn records(&self, operation: &Operation, url: url::Url) -> Result<Timeline, Box<Error>> {
        let answer = self.organization.send(operation, Request::get(url)).await?;
        match answer.is_empty() {
            true => Ok(Timeline::default()),
            false => answer.decode(timeline::decode),
        }
    }

    /// What a run published.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn artifacts(&self, id: &RunId) -> Result<Vec<Artifact>, Box<Error>> {
        let operation = Operation::new(Scope::Build, "read the artifacts of run", id);
        let place = self.organization.place(&operation, self.project)?;
        let request = Request::get(build(&place, *id, &["artifacts"]));
        let answer = self.organization.send(&operation, request).await?;
        answer.items("value", |node| artifact::decode(node, &place, *id))
    }

    /// The test runs that a run published, in numbers.
    ///
    /// # Errors
    /// [`Error::Endless`] where the service gives the same page again; otherwise see [`Error`].
    pub async fn tests(&self, id: &RunId) -> Result<Vec<TestRun>, Box<Error>> {
        let operation = Operation::new(Scope::Test, "read the test runs of run", id);
        let place = self.organization.place(&operation, self.project)?;
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        let mut skip = 0;
        loop {
            let request = test_run::page(&place, *id, skip);
            let answer = self.organization.send(&operation, request).await?;
            let page = answer.items("value", |node| test_run::decode(node, &place))?;
            let (found, known) = (page.len(), all.len());
            // One that moved between two pages, because another was published, is one.
            all.extend(
                page.into_iter()
                    .filter(|test: &TestRun| seen.insert(test.id)),
            );
            if found < test_run::PAGE {
                return Ok(all);
            }
            skip += found;
            if all.len() == known || skip > test_run::MOST {
                return Err(Box::new(Error::Endless { operation }));
            }
        }
    }
}

/// An address below a run.
fn build(place: &Place<'_>, id: RunId, below: &[&str]) -> url::Url {
    let id = id.to_string();
    let mut segments = vec!["build", "builds", &id];
    segments.extend(below);
    place.api(&segments, VERSION)
}

/// The id of a run that an answer names.
pub(crate) fn run_id(node: Node<'_>, key: &str) -> Result<RunId, Missing> {
    let number = node.need_number(key)?;
    RunId::new(number).ok_or_else(|| Missing::at(key))
}

#[cfg(test)]
mod tests;
