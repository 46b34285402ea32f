//! The environment of a step: what an agent puts there, from a job of a YAML pipeline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::definition::Task;
use super::step::Connection;

/// A job's folders, as the agent lays them out.
#[derive(Debug)]
pub(super) struct Folders {
    pub(super) root: PathBuf,
}

impl Folders {
    pub(super) fn new(root: &Path) -> Result<Self> {
        let folders = Self {
            root: root.to_owned(),
        };
        for folder in [
            folders.temp(),
            folders.sources(),
            root.join("_work/_tool"),
            root.join("_work/1/a"),
        ] {
            std::fs::create_dir_all(folder)?;
        }
        Ok(folders)
    }

    pub(super) fn temp(&self) -> PathBuf {
        self.root.join("_work/_temp")
    }

    pub(super) fn sources(&self) -> PathBuf {
        self.root.join("_work/1/s")
    }

    /// The agent's own variables that name folders.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let path = |path: PathBuf| path.to_string_lossy().into_owned();
        named(&[
            ("Agent.BuildDirectory", &path(self.root.join("_work/1"))),
            ("Agent.HomeDirectory", &path(self.root.clone())),
            ("Agent.RootDirectory", &path(self.root.clone())),
            ("Agent.TempDirectory", &path(self.temp())),
            ("Agent.ToolsDirectory", &path(self.root.join("_work/_tool"))),
            ("Agent.WorkFolder", &path(self.root.join("_work"))),
            (
                "Build.ArtifactStagingDirectory",
                &path(self.root.join("_work/1/a")),
            ),
            ("Build.Repository.LocalPath", &path(self.sources())),
            ("Build.SourcesDirectory", &path(self.sources())),
            ("System.DefaultWorkingDirectory", &path(self.sources())),
        ])
    }
}

/// The variables of a deployment job in a YAML pipeline.
pub(super) fn yaml_job() -> BTreeMap<String, String> {
    let mut all = named(&[
        ("Build.BuildId", "4711"),
        ("Build.BuildNumber", "20260105.3"),
        ("Build.BuildUri", "vstfs:///Build/Build/4711"),
        ("Build.DefinitionName", "shop-web"),
        ("Build.DefinitionId", "12"),
        ("Build.DefinitionVersion", "7"),
        ("Build.QueuedBy", "Pat Doe"),
        ("Build.QueuedById", "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02"),
        ("Build.Reason", "IndividualCI"),
        ("Build.Repository.Clean", "False"),
        (
            "Build.Repository.ID",
            "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11",
        ),
        ("Build.Repository.Name", "shop-web"),
        ("Build.Repository.Provider", "TfsGit"),
        (
            "Build.Repository.Uri",
            "http://127.0.0.1/contoso/Shop/_git/shop-web",
        ),
        ("Build.RequestedFor", "Pat Doe"),
        ("Build.RequestedForEmail", "pat@shop.example"),
        (
            "Build.RequestedForId",
            "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02",
        ),
        ("Build.SourceBranch", "refs/heads/main"),
        ("Build.SourceBranchName", "main"),
        (
            "Build.SourceVersion",
            "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b",
        ),
        ("Build.SourceVersionAuthor", "Pat Doe"),
        ("Build.SourceVersionMessage", "Sell blue shoes"),
        ("Environment.Id", "3"),
        ("Environment.Name", "production"),
    ]);
    all.extend(system());
    all.extend(agent());
    all
}

/// The variables that a classic release has and a YAML job has not.
pub(super) fn classic_release() -> BTreeMap<String, String> {
    named(&[
        ("System.HostType", "release"),
        ("Release.AttemptNumber", "1"),
        ("Release.DefinitionEnvironmentId", "9"),
        ("Release.DefinitionId", "5"),
        ("Release.DefinitionName", "shop-web release"),
        ("Release.Deployment.RequestedFor", "Kim Roe"),
        ("Release.DeploymentID", "77"),
        ("Release.EnvironmentId", "44"),
        ("Release.EnvironmentName", "Production"),
        (
            "Release.EnvironmentUri",
            "vstfs:///ReleaseManagement/Environment/44",
        ),
        ("Release.ReleaseDescription", "Blue shoes"),
        ("Release.ReleaseId", "33"),
        ("Release.ReleaseName", "Release-33"),
        (
            "Release.ReleaseWebUrl",
            "http://127.0.0.1/contoso/Shop/_release?releaseId=33",
        ),
        ("Release.RequestedFor", "Kim Roe"),
    ])
}

/// Names of the variables that a classic release lacks.
pub(super) fn is_yaml_only(name: &str) -> bool {
    [
        "System.Stage",
        "System.Phase",
        "System.Job",
        "System.Pipeline",
        "Environment.",
        "Build.Reason",
    ]
    .iter()
    .any(|start| name.starts_with(start))
}

fn system() -> BTreeMap<String, String> {
    named(&[
        ("System", "build"),
        (
            "System.CollectionId",
            "6c1f2b9e-3b0a-4ed1-9b57-0f2a4c6d8e10",
        ),
        ("System.CollectionUri", "http://127.0.0.1/contoso/"),
        ("System.Culture", "en-US"),
        ("System.DefinitionId", "12"),
        ("System.DefinitionName", "shop-web"),
        ("System.EnableAccessToken", "SecretVariable"),
        ("System.HostType", "build"),
        ("System.JobAttempt", "1"),
        ("System.JobDisplayName", "Deploy"),
        ("System.JobId", "b1a2c3d4-0000-5000-8000-1234567890ab"),
        ("System.JobIdentifier", "Production.Deploy.__default"),
        ("System.JobName", "Deploy"),
        ("System.PhaseAttempt", "1"),
        ("System.PhaseDisplayName", "Deploy"),
        ("System.PhaseName", "Deploy"),
        ("System.PipelineStartTime", "2026-01-05 09:00:00+00:00"),
        ("System.PlanId", "aa0b1c2d-1111-4222-8333-444455556666"),
        ("System.ServerType", "Hosted"),
        ("System.StageAttempt", "1"),
        ("System.StageDisplayName", "To production"),
        ("System.StageId", "96ac2280-8cb4-5df5-99de-dd2da759617d"),
        ("System.StageName", "Production"),
        (
            "System.TeamFoundationCollectionUri",
            "http://127.0.0.1/contoso/",
        ),
        ("System.TeamProject", "Shop"),
        (
            "System.TeamProjectId",
            "d4f5a6b7-2222-4333-8444-555566667777",
        ),
        ("System.TimelineId", "aa0b1c2d-1111-4222-8333-444455556666"),
    ])
}

fn agent() -> BTreeMap<String, String> {
    named(&[
        ("Agent.Id", "8"),
        ("Agent.IsSelfHosted", "1"),
        ("Agent.JobName", "Deploy"),
        ("Agent.MachineName", "agent-8"),
        ("Agent.Name", "Agent 8"),
        (
            "Agent.OS",
            if cfg!(windows) {
                "Windows_NT"
            } else if cfg!(target_os = "macos") {
                "Darwin"
            } else {
                "Linux"
            },
        ),
        (
            "Agent.OSArchitecture",
            if cfg!(target_arch = "aarch64") {
                "ARM64"
            } else {
                "X64"
            },
        ),
        ("Agent.Version", "4.275.0"),
    ])
}

/// Variable or input name to environment name.
pub(super) fn mangle(name: &str) -> String {
    name.replace(['.', ' '], "_").to_uppercase()
}

/// The entries of one service connection.
pub(super) fn endpoint(id: &str, connection: &Connection) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([
        (format!("ENDPOINT_URL_{id}"), connection.url.clone()),
        (
            format!("ENDPOINT_AUTH_SCHEME_{id}"),
            connection.scheme.clone(),
        ),
        (
            format!("ENDPOINT_AUTH_{id}"),
            json!({ "parameters": connection.parameters, "scheme": connection.scheme }).to_string(),
        ),
        (
            format!("ENDPOINT_DATA_{id}"),
            json!(connection.data).to_string(),
        ),
    ]);
    for (key, value) in &connection.parameters {
        all.insert(
            format!("ENDPOINT_AUTH_PARAMETER_{id}_{}", mangle(key)),
            value.clone(),
        );
    }
    for (key, value) in &connection.data {
        all.insert(format!("ENDPOINT_DATA_{id}_{}", mangle(key)), value.clone());
    }
    all
}

/// The inputs as the step gets them: defaults, overlaid by what was given, trimmed, macros expanded once, paths made
/// absolute. An empty path becomes the sources' folder, as with the real agent.
pub(super) fn inputs(
    task: &Task,
    given: &BTreeMap<String, String>,
    variables: &BTreeMap<String, String>,
    sources: &Path,
) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, kind, default) in task.inputs() {
        let value = given.get(name).unwrap_or(&default).trim();
        let value = expand(value, variables);
        let value = if kind == "filePath" {
            rooted(sources, &value)
        } else {
            value
        };
        all.insert(format!("INPUT_{}", mangle(name)), value);
    }
    all
}

fn rooted(sources: &Path, value: &str) -> String {
    let path = if value.is_empty() {
        sources.to_owned()
    } else {
        sources.join(value)
    };
    path.to_string_lossy().into_owned()
}

/// Replaces `$(name)` by the variable's text, once; what no variable has stays.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$(") {
        expanded.push_str(before);
        let known = after.split_once(')').and_then(|(name, tail)| {
            variables
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| (value, tail))
        });
        match known {
            Some((value, tail)) => {
                expanded.push_str(value);
                rest = tail;
            }
            None => {
                expanded.push_str("$(");
                rest = after;
            }
        }
    }
    expanded + rest
}

fn named(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_expanded_once_and_unknown_ones_stay() {
        let variables = named(&[("Build.BuildId", "7"), ("Outer", "$(Build.BuildId)")]);
        assert_eq!(
            expand("a $(build.buildid) $(Outer) $(x) $(", &variables),
            "a 7 $(Build.BuildId) $(x) $("
        );
    }

    #[test]
    fn names_are_mangled_and_a_hyphen_stays() {
        assert_eq!(
            mangle("Release.Artifacts.my-alias.Build Id"),
            "RELEASE_ARTIFACTS_MY-ALIAS_BUILD_ID"
        );
    }
}
