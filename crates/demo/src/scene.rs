//! Where the story takes place: both parties, the unpacked package, and the clock they share.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use azure_devops_sim as azure;
use jiff::Timestamp;
use servicenow_sim as servicenow;
use tempfile::TempDir;
use testkit::agent::{Connection, Package, Step};

use crate::arguments::Arguments;

/// Both parties and what an agent has on its disk.
pub(crate) struct Scene {
    pub(crate) servicenow: servicenow::Sim,
    pub(crate) azure: azure::Sim,
    pub(crate) out: PathBuf,
    /// When the story began.
    pub(crate) began: Timestamp,
    package: Package,
    node: PathBuf,
    _work: TempDir,
}

impl Scene {
    /// Starts both parties and unpacks the extension.
    pub(crate) fn set(arguments: &Arguments) -> Result<Self> {
        let work = tempfile::tempdir().context("no scratch folder")?;
        let servicenow = servicenow::Sim::start(servicenow::Options::default());
        Ok(Self {
            began: now(&servicenow)?,
            servicenow,
            azure: azure::Sim::start(azure::Options::default()),
            out: emptied(&arguments.out)?,
            package: Package::unpack(&arguments.vsix, work.path())?,
            node: arguments.node.clone(),
            _work: work,
        })
    }

    /// The folders of the package's tasks.
    pub(crate) fn task_folders(&self) -> impl Iterator<Item = &Path> {
        self.package.tasks.iter().map(|task| task.folder.as_path())
    }

    /// The definition of a task, as it was packed.
    pub(crate) fn task_json(&self, task: &str) -> Result<PathBuf> {
        Ok(self.package.task(task)?.folder.join("task.json"))
    }

    /// What the package says about itself, the connection type among it.
    pub(crate) fn manifest(&self) -> String {
        self.package.manifest.to_string()
    }

    /// The time, on the clock that both parties go by.
    pub(crate) fn now(&self) -> Result<Timestamp> {
        now(&self.servicenow)
    }

    /// A step of the organization's project, with the connection to the instance.
    pub(crate) fn step(&self, task: &str, reference: &str) -> Result<Step> {
        let account = self.servicenow.credentials();
        let connection = Connection::basic(self.servicenow.url(), &account.user, &account.password);
        let project = self.azure.project();
        let collection = self.azure.collection();
        let step = Step::new(self.package.task(task)?, &self.node)
            .reference(reference)
            .variable("System.CollectionUri", &collection)
            .variable("System.TeamFoundationCollectionUri", &collection)
            .variable("System.TeamProject", &project.name)
            .variable("System.TeamProjectId", &project.id)
            .secret("System.AccessToken", &self.azure.job_token())
            .connection("serviceNowConnection", &connection);
        Ok(step)
    }

    /// A column of a change.
    pub(crate) fn column(&self, number: &str, column: &str) -> String {
        let change = self.servicenow.change(number);
        change[column].as_str().unwrap_or_default().to_owned()
    }

    /// Keeps a text beside the reports.
    pub(crate) fn keep(&self, name: &str, text: &str) -> Result<()> {
        let path = self.out.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Names and sizes of the files on a change.
    pub(crate) fn files(&self, number: &str) -> Vec<(String, String)> {
        let id = self.column(number, "sys_id");
        let rows = self.servicenow.find("sys_attachment", "table_sys_id", &id);
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let named = |row: &serde_json::Map<String, serde_json::Value>| {
            (text(&row["file_name"]), text(&row["size_bytes"]))
        };
        let mut files: Vec<_> = rows.iter().map(named).collect();
        files.sort();
        files
    }
}

fn now(servicenow: &servicenow::Sim) -> Result<Timestamp> {
    let text = format!("{}Z", servicenow.now());
    text.parse().context("the instance's clock")
}

/// The folder for reports, made anew: a report of an earlier demo would speak of changes that are no more.
fn emptied(out: &Path) -> Result<PathBuf> {
    let out = std::path::absolute(out)?;
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot empty {}", out.display()))?;
    }
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    Ok(out)
}
