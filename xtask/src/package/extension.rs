//! `vss-extension.json` as the packer understands it.
//!
//! The reader is strict: a key that nothing here carries into the package is refused, so that no setting is
//! written in good faith and lost.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::workspace::Version;

/// What stands in tracked manifests in place of the version.
pub(crate) const PLACEHOLDER: &str = "0.0.0";

/// The extension's manifest, its version stamped.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Extension {
    pub(crate) manifest_version: u32,
    pub(crate) id: String,
    pub(crate) publisher: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) categories: Vec<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) gallery_flags: Vec<String>,
    pub(crate) targets: Vec<Target>,
    #[serde(default)]
    pub(crate) demands: Vec<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    pub(crate) icons: BTreeMap<String, String>,
    pub(crate) content: BTreeMap<String, Content>,
    pub(crate) branding: Option<Branding>,
    /// Whether the listing's pages are GitHub's kind of Markdown, with its tables.
    pub(crate) git_hub_flavored_markdown: Option<bool>,
    pub(crate) files: Vec<FileEntry>,
    pub(crate) contributions: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) version: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    pub(crate) path: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Branding {
    pub(crate) color: String,
    pub(crate) theme: String,
}

/// A file or folder to pack; addressable files are reachable from the listing page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) addressable: bool,
}

impl Extension {
    /// Reads the tracked manifest, placeholder and all.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let extension: Self = serde_json::from_str(text)
            .context("vss-extension.json is not as the packer knows it")?;
        extension.check()?;
        Ok(extension)
    }

    pub(crate) fn stamped(mut self, version: Version) -> Self {
        self.version = version.to_string();
        self
    }

    /// File name of the package.
    pub(crate) fn vsix_name(&self) -> String {
        format!("{}.{}-{}.vsix", self.publisher, self.id, self.version)
    }

    /// Package paths of the folders that the task contributions name.
    pub(crate) fn task_folders(&self) -> Vec<&str> {
        self.contributions
            .iter()
            .filter(|it| it["type"] == "ms.vss-distributed-task.task")
            .filter_map(|it| it["properties"]["name"].as_str())
            .collect()
    }

    /// The rules that the listing service is known to refuse by, and the traps it says nothing about.
    fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        if self.version != PLACEHOLDER {
            problems.push(format!(
                "version is {:?}; it is stamped and stays {PLACEHOLDER:?} here",
                self.version
            ));
        }
        for (what, id) in [("id", &self.id), ("publisher", &self.publisher)] {
            let good = id.starts_with(|c: char| c.is_ascii_alphanumeric())
                && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if !good {
                problems.push(format!(
                    "{what} {id:?} may hold letters, digits and hyphens"
                ));
            }
        }
        if self.description.chars().count() > 200 {
            problems.push("description has more than 200 characters".to_owned());
        }
        if !self.icons.contains_key("default") || !self.content.contains_key("details") {
            problems.push("icons.default and content.details are needed for a listing".to_owned());
        }
        self.check_contributions(&mut problems);
        if !problems.is_empty() {
            bail!("vss-extension.json: {}", problems.join("; "));
        }
        Ok(())
    }

    fn check_contributions(&self, problems: &mut Vec<String>) {
        let mut ids = Vec::new();
        for contribution in &self.contributions {
            match contribution["id"].as_str() {
                Some(id) if ids.contains(&id) => problems.push(format!("contribution {id} twice")),
                Some(id) => ids.push(id),
                None => problems.push("a contribution without id".to_owned()),
            }
        }
        let folders = self.task_folders();
        for folder in &folders {
            if !self.files.iter().any(|file| file.path == *folder) {
                problems.push(format!("the task folder {folder} is not among the files"));
            }
            // The service collects a task's files by the prefix of their path.
            for other in &folders {
                if folder != other && other.starts_with(folder) {
                    problems.push(format!("the path of {other} begins with that of {folder}"));
                }
            }
        }
        // Listed again without `addressable`, such a file would lose its asset in Microsoft's own packer.
        let assets = self
            .icons
            .values()
            .chain(self.content.values().map(|it| &it.path));
        for asset in assets {
            if self.files.iter().any(|f| asset.starts_with(&f.path)) {
                problems.push(format!(
                    "{asset} is an icon or page and stands among the files too"
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Extension;
    use crate::workspace::Workspace;

    fn tracked() -> String {
        Workspace::find()
            .unwrap()
            .read("vss-extension.json")
            .unwrap()
    }

    #[test]
    fn the_tracked_manifest_is_understood() {
        let extension = Extension::parse(&tracked())
            .unwrap()
            .stamped("2.3.4".parse().unwrap());
        assert_eq!(extension.vsix_name(), "snowgate.snowgate-2.3.4.vsix");
        assert_eq!(
            extension.task_folders(),
            [
                "tasks/ServiceNowChangeGate",
                "tasks/ServiceNowDeploymentRecord",
                "tasks/ServiceNowReleaseGate"
            ]
        );
    }

    #[test]
    fn what_the_packer_would_lose_or_the_service_refuse_is_refused() {
        for (from, to, says) in [
            ("\"demands\":", "\"demand\":", "not as the packer knows it"),
            (
                "\"version\": \"0.0.0\"",
                "\"version\": \"1.0.0\"",
                "stamped",
            ),
            (
                "\"publisher\": \"snowgate\"",
                "\"publisher\": \"snow gate\"",
                "publisher",
            ),
            (
                "\"id\": \"servicenow-connection\"",
                "\"id\": \"change-gate\"",
                "twice",
            ),
            (
                "{ \"path\": \"tasks/ServiceNowChangeGate\" }",
                "{ \"path\": \"extension\" }",
                "not among the files",
            ),
            (
                "{ \"path\": \"tasks/ServiceNowChangeGate\" }",
                "{ \"path\": \"extension\" }",
                "stands among the files too",
            ),
        ] {
            let text = tracked();
            assert!(text.contains(from), "{from}");
            let error = format!(
                "{:#}",
                Extension::parse(&text.replace(from, to)).unwrap_err()
            );
            assert!(error.contains(says), "{error}");
        }
    }
}
