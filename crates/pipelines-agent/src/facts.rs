//! What the run says about itself, as data and for text templates.

use std::path::PathBuf;

use serde_json::{Map, Value};
use url::Url;

use crate::env::Environment;

/// What kind of run the step belongs to (`System.HostType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HostType {
    /// A pipeline run (YAML or classic build).
    #[default]
    Build,
    /// A classic release.
    Release,
    /// A deployment-group job of a classic release.
    Deployment,
    /// A gate of a classic release stage.
    Gates,
    /// A check on a resource.
    Checks,
    /// A word we do not know.
    Other,
}

/// The facts of the run. Texts are as the agent gave them: several can be chosen by whoever commits.
#[derive(Debug, Clone, Default)]
pub struct RunFacts {
    /// The kind of run.
    pub host_type: HostType,
    /// The address of the organization or collection.
    pub collection_uri: Option<String>,
    /// The organization's (or collection's) name, taken from that address.
    pub organization: Option<String>,
    /// The project's name.
    pub project: Option<String>,
    /// The project's id.
    pub project_id: Option<String>,
    /// The pipeline run; in a classic release that of the primary artifact.
    pub run: Run,
    /// Where the code came from.
    pub source: Source,
    /// Who asked for the run, or for the deployment.
    pub requested_for: Option<String>,
    /// That person's address.
    pub requested_for_email: Option<String>,
    /// The YAML stage.
    pub stage: Stage,
    /// The job.
    pub job: Job,
    /// The YAML environment the job deploys to.
    pub environment: Option<String>,
    /// The classic release, when there is one.
    pub release: Option<Release>,
    /// The agent.
    pub agent: Agent,
    /// The run was started with diagnostics on (`System.Debug`).
    pub debug: bool,
}

/// A pipeline run.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// `Build.BuildId`.
    pub id: Option<String>,
    /// `Build.BuildNumber`.
    pub number: Option<String>,
    /// The pipeline's name.
    pub definition: Option<String>,
    /// The pipeline's id.
    pub definition_id: Option<String>,
    /// Why it was started (`Build.Reason`).
    pub reason: Option<String>,
    /// Its page. No variable holds it: it is made of the collection's address, the project and the id, and absent in
    /// a release, where the run may belong to another project.
    pub url: Option<String>,
}

/// The commit and its repository.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The commit.
    pub version: Option<String>,
    /// The full reference, such as `refs/heads/main`.
    pub branch: Option<String>,
    /// The reference's short name.
    pub branch_name: Option<String>,
    /// The repository's name.
    pub repository: Option<String>,
    /// The repository's address.
    pub repository_uri: Option<String>,
    /// The kind of repository, such as `TfsGit` or `GitHub`.
    pub provider: Option<String>,
}

/// A YAML stage.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// Its name in the file.
    pub name: Option<String>,
    /// Its name on the page.
    pub display_name: Option<String>,
    /// Counts from 1 with each rerun.
    pub attempt: Option<u32>,
}

/// A job.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// Its name in the file.
    pub name: Option<String>,
    /// Its name on the page.
    pub display_name: Option<String>,
    /// Counts from 1 with each rerun.
    pub attempt: Option<u32>,
    /// How it went so far (`Agent.JobStatus`): `Succeeded`, `SucceededWithIssues`, `Failed` or `Canceled`.
    pub status: Option<String>,
}

/// A classic release and the stage it is in.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// `Release.ReleaseId`.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// The release pipeline's name.
    pub definition: Option<String>,
    /// The release pipeline's id.
    pub definition_id: Option<String>,
    /// The stage's name.
    pub environment: Option<String>,
    /// The stage's id within this release.
    pub environment_id: Option<String>,
    /// The stage's id in the release pipeline, the same in every release.
    pub definition_environment_id: Option<String>,
    /// Counts from 1 with each redeployment.
    pub attempt: Option<u32>,
}

/// The agent that runs the step.
#[derive(Debug, Clone, Default)]
pub struct Agent {
    /// Its name.
    pub name: Option<String>,
    /// `Windows_NT`, `Linux` or `Darwin`.
    pub os: Option<String>,
    /// A folder that is emptied before and after each job.
    pub temp_dir: Option<PathBuf>,
}

impl RunFacts {
    /// Reads the facts. Whatever the agent did not give is `None`.
    pub fn read(environment: &Environment) -> Self {
        let reader = Reader(environment);
        let host_type = host_type(environment.public_variable("System.HostType"));
        let collection_uri = reader
            .text("System.CollectionUri")
            .or_else(|| reader.text("System.TeamFoundationCollectionUri"));
        let project = reader.text("System.TeamProject");
        let release = reader.release();
        let mut run = reader.run();
        if release.is_none() {
            run.url = run_url(
                collection_uri.as_deref(),
                project.as_deref(),
                run.id.as_deref(),
            );
        }
        let person = |of: &str| {
            release
                .as_ref()
                .and_then(|_| {
                    reader
                        .text(&format!("Release.Deployment.{of}"))
                        .or_else(|| reader.text(&format!("Release.{of}")))
                })
                .or_else(|| reader.text(&format!("Build.{of}")))
        };
        Self {
            host_type,
            organization: collection_uri.as_deref().and_then(organization),
            project_id: reader.text("System.TeamProjectId"),
            source: reader.source(),
            requested_for: person("RequestedFor"),
            requested_for_email: person("RequestedForEmail"),
            stage: reader.stage(),
            job: reader.job(),
            environment: reader.text("Environment.Name"),
            agent: reader.agent(),
            debug: reader
                .text("System.Debug")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
            collection_uri,
            project,
            run,
            release,
        }
    }

    /// The page of the release, else of the run.
    pub fn page(&self) -> Option<&str> {
        match &self.release {
            Some(release) => release.url.as_deref(),
            None => self.run.url.as_deref(),
        }
    }

    /// The facts for text templates: nested objects of texts. A fact that is absent is an empty text, so that a
    /// template can name it anywhere.
    ///
    /// `organization project projectId requestedFor requestedForEmail reason stage stageDisplayName stageAttempt
    /// environment repository commit branch branchName hostType page`, and in objects: `run.id run.number run.url`,
    /// `pipeline.name pipeline.id`, `job.name job.displayName job.attempt job.status`, `release.id release.name
    /// release.url release.definition release.environment release.attempt`, `agent.name agent.os`.
    pub fn to_json(&self) -> Value {
        let mut root = Map::new();
        for (name, value) in self.named() {
            let value = Value::String(value);
            match name.split_once('.') {
                Some((object, key)) => {
                    let inner = root
                        .entry(object)
                        .or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(inner) = inner {
                        inner.insert(key.to_owned(), value);
                    }
                }
                None => {
                    root.insert(name.to_owned(), value);
                }
            }
        }
        Value::Object(root)
    }

    fn named(&self) -> Vec<(&'static str, String)> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let count = |value: Option<u32>| value.map(|count| count.to_string()).unwrap_or_default();
        let release = self.release.clone().unwrap_or_default();
        let definition = if self.release.is_some() {
            &release.definition
        } else {
            &self.run.definition
        };
        let definition_id = if self.release.is_some() {
            &release.definition_id
        } else {
            &self.run.definition_id
        };
        vec![
            ("organization", text(&self.organization)),
            ("project", text(&self.project)),
            ("projectId", text(&self.project_id)),
            ("requestedFor", text(&self.requested_for)),
            ("requestedForEmail", text(&self.requested_for_email)),
            ("reason", text(&self.run.reason)),
            ("stage", text(&self.stage.name)),
            ("stageDisplayName", text(&self.stage.display_name)),
            ("stageAttempt", count(self.stage.attempt)),
            ("environment", text(&self.environment)),
            ("repository", text(&self.source.repository)),
            ("commit", text(&self.source.version)),
            ("branch", text(&self.source.branch)),
            ("branchName", text(&self.source.branch_name)),
            ("hostType", self.host_type.word().to_owned()),
            ("page", self.page().unwrap_or_default().to_owned()),
            ("run.id", text(&self.run.id)),
            ("run.number", text(&self.run.number)),
            ("run.url", text(&self.run.url)),
            ("pipeline.name", text(definition)),
            ("pipeline.id", text(definition_id)),
            ("job.name", text(&self.job.name)),
            ("job.displayName", text(&self.job.display_name)),
            ("job.attempt", count(self.job.attempt)),
            ("job.status", text(&self.job.status)),
            ("release.id", release.id.clone()),
            ("release.name", text(&release.name)),
            ("release.url", text(&release.url)),
            ("release.definition", text(&release.definition)),
            ("release.environment", text(&release.environment)),
            ("release.attempt", count(release.attempt)),
            ("agent.name", text(&self.agent.name)),
            ("agent.os", text(&self.agent.os)),
        ]
    }
}

impl HostType {
    /// The word for it, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Release => "release",
            Self::Deployment => "deployment",
            Self::Gates => "gates",
            Self::Checks => "checks",
            Self::Other => "other",
        }
    }
}

fn host_type(word: Option<&str>) -> HostType {
    let known = [
        HostType::Build,
        HostType::Release,
        HostType::Deployment,
        HostType::Gates,
        HostType::Checks,
    ];
    let Some(word) = word else {
        return HostType::Build;
    };
    known
        .into_iter()
        .find(|host| host.word().eq_ignore_ascii_case(word))
        .unwrap_or(HostType::Other)
}

/// `https://dev.azure.com/contoso/` and `https://contoso.visualstudio.com/` are both `contoso`; on premises the
/// collection is the path's last part.
fn organization(collection_uri: &str) -> Option<String> {
    let url = Url::parse(collection_uri).ok()?;
    let last = url
        .path_segments()?
        .rfind(|part| !part.is_empty())
        .map(str::to_owned);
    last.or_else(|| {
        url.host_str()?
            .strip_suffix(".visualstudio.com")
            .map(str::to_owned)
    })
}

fn run_url(
    collection_uri: Option<&str>,
    project: Option<&str>,
    id: Option<&str>,
) -> Option<String> {
    let mut url = Url::parse(collection_uri?).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend([project?, "_build", "results"]);
    url.query_pairs_mut().append_pair("buildId", id?);
    Some(url.into())
}

mod reader;
use reader::Reader;

#[cfg(test)]
mod tests;
