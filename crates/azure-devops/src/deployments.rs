//! What YAML pipelines deployed to environments.

use jiff::Timestamp;
use url::Url;

use crate::error::{Error, Operation, Scope};
use crate::organization::{Organization, Pages, Place};
use crate::runs::{RecordResult, run_id};
use crate::wire::{Missing, Node};
use crate::{EnvironmentId, RunId};

/// Environments and their records are in preview: the service wants that said.
const VERSION: &str = "7.2-preview.1";

/// Records in one page. Nothing says how many the service would give at most; a hundred is what its other lists do.
const PAGE: &str = "100";

/// Verbs on the environments of one project.
#[derive(Debug, Clone, Copy)]
pub struct Deployments<'a> {
    organization: &'a Organization,
    project: &'a str,
}

/// A place that YAML pipelines deploy to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its id, unique in the project.
    pub id: EnvironmentId,
    /// Its name.
    pub name: String,
}

/// One attempt of a job to deploy to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The record's id.
    pub id: u64,
    /// The environment.
    pub environment: EnvironmentId,
    /// The run.
    pub run: RunId,
    /// The stage, by its name for programs.
    pub stage: String,
    /// Which attempt of the stage, from 1.
    pub stage_attempt: u32,
    /// Which attempt of the job, from 1.
    pub job_attempt: u32,
    /// The job.
    pub job: String,
    /// When it was queued.
    pub queued: Option<Timestamp>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// How it ended, once it has.
    pub result: Option<RecordResult>,
}

impl<'a> Deployments<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a str) -> Self {
        Self {
            organization,
            project,
        }
    }

    /// What a run deployed to an environment, attempt by attempt, in the service's order.
    ///
    /// The service cannot be asked for one run's records, so this reads the environment's history, 100 records at a time,
    /// and keeps what belongs to the run. Where `since` says when the run was queued and the history comes newest first,
    /// it stops at what is older; in any other order it reads all of it.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn of_run(
        &self,
        environment: &EnvironmentId,
        run: &RunId,
        since: Option<Timestamp>,
    ) -> Result<Vec<Deployment>, Box<Error>> {
        let operation = Operation::new(
            Scope::Build,
            "read the deployments to environment",
            environment,
        );
        let place = self.organization.place(&operation, self.project)?;
        let first = records(&place, *environment);
        let mut pages = Pages::new(self.organization, operation, Some(first), decode);
        let mut of_run = Vec::new();
        let mut order = Order::default();
        while let Some(page) = pages.next().await? {
            let page: Vec<Deployment> = page.into_iter().flatten().collect();
            order.saw(&page);
            of_run.extend(page.into_iter().filter(|record| record.run == *run));
            if since.is_some_and(|since| order.is_past(since)) {
                break;
            }
        }
        Ok(of_run)
    }

    /// The environment of a name, if there is one this identity may see. Case is no difference to the service.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn environment_opt(&self, name: &str) -> Result<Option<Environment>, Box<Error>> {
        let operation = Operation::new(Scope::Build, "find environment", name);
        let place = self.organization.place(&operation, self.project)?;
        let mut url = place.api(&["pipelines", "environments"], VERSION);
        url.query_pairs_mut().append_pair("name", name);
        let mut pages = Pages::new(self.organization, operation, Some(url), environment);
        // The filter may find names that only begin alike.
        while let Some(page) = pages.next().await? {
            let same = |found: &Environment| found.name.to_lowercase() == name.to_lowercase();
            if let Some(found) = page.into_iter().find(same) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// Whether records came newest first so far, which nothing promises.
#[derive(Debug, Default)]
struct Order {
    last: Option<Timestamp>,
    broken: bool,
}

impl Order {
    fn saw(&mut self, page: &[Deployment]) {
        for record in page {
            match (self.last, record.queued) {
                (_, None) => self.broken = true,
                (Some(last), Some(queued)) if queued > last => self.broken = true,
                (_, queued) => self.last = queued,
            }
        }
    }

    /// Whether everything that follows is older than this moment.
    fn is_past(&self, moment: Timestamp) -> bool {
        !self.broken && self.last.is_some_and(|last| last < moment)
    }
}

fn records(place: &Place<'_>, environment: EnvironmentId) -> Url {
    let id = environment.to_string();
    let segments = [
        "pipelines",
        "environments",
        &id,
        "environmentdeploymentrecords",
    ];
    let mut url = place.api(&segments, VERSION);
    // Without the dollar sign that it has elsewhere.
    url.query_pairs_mut().append_pair("top", PAGE);
    url
}

fn environment_id(node: Node<'_>, key: &str) -> Result<EnvironmentId, Missing> {
    let number = node.need_number(key)?;
    EnvironmentId::new(number).ok_or_else(|| Missing::at(key))
}

fn environment(node: Node<'_>) -> Result<Environment, Missing> {
    Ok(Environment {
        id: environment_id(node, "id")?,
        name: node.need_text("name")?,
    })
}

/// A record; none where it belongs to no run, as those of former runs may once these are deleted.
fn decode(node: Node<'_>) -> Result<Option<Deployment>, Missing> {
    let Ok(run) = run_id(node.at("owner"), "id") else {
        return Ok(None);
    };
    Ok(Some(Deployment {
        id: node.need_number("id")?,
        environment: environment_id(node, "environmentId")?,
        run,
        stage: node.text_or_empty("stageName"),
        stage_attempt: node.ordinal("stageAttempt"),
        job_attempt: node.ordinal("jobAttempt"),
        job: node.text_or_empty("jobName"),
        queued: node.moment("queueTime"),
        started: node.moment("startTime"),
        finished: node.moment("finishTime"),
        result: node.text("result").as_deref().map(RecordResult::of),
    }))
}

#[cfg(test)]
mod tests;
