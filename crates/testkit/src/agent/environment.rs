//! The environment of a step, as the agent writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;

use super::definition::Task;
use super::sample::named;
use super::step::Connection;
use crate::machine::Machine;

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

    /// The agent's own variables that name folders, in the machine's words.
    pub(super) fn variables(&self, machine: &Machine) -> BTreeMap<String, String> {
        let path = |path: PathBuf| machine.path(&path);
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
    machine: &Machine,
    sources: &Path,
) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, kind, default) in task.inputs() {
        let value = given.get(name).unwrap_or(&default).trim();
        let value = expand(value, variables);
        let value = if kind == "filePath" {
            machine.rooted(sources, &value)
        } else {
            value
        };
        all.insert(format!("INPUT_{}", mangle(name)), value);
    }
    all
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
