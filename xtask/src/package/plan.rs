//! What goes into the package, from where, to where: a value, made before anything is built or written.

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::extension::Extension;
use super::platform::Platform;
use crate::licences;
use crate::workspace::{Version, Workspace};

/// The file every agent task is started through; it is the same in each of them.
const LAUNCHER: &str = "tasks/launcher.js";

/// Task folder and the crate whose program it carries.
const TASK_PROGRAMS: [(&str, &str); 2] = [
    ("tasks/ServiceNowChangeGate", "change-gate"),
    ("tasks/ServiceNowDeploymentRecord", "deployment-record"),
];

/// The task that Azure DevOps itself carries out: its task.json is all of it.
const WITHOUT_PROGRAM: &str = "tasks/ServiceNowReleaseGate";

/// Not in the tree: it is generated from the crates that the programs link.
pub(super) const NOTICE: &str = "NOTICE.txt";

/// Where the bytes of one entry come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A tracked file, as it is.
    File(String),
    /// A tracked file whose version placeholder is replaced.
    Stamped(String),
    /// Who made what the programs hold, and under which terms it comes.
    Notice,
    /// A program that has to be built.
    Program {
        crate_name: &'static str,
        platform: Platform,
    },
}

/// One entry of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Package path, with slashes, without one in front.
    pub(crate) to: String,
    pub(crate) from: Source,
}

/// The whole package but for the three files that the writer makes from the rest.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) version: Version,
    pub(crate) extension: Extension,
    pub(crate) platforms: Vec<Platform>,
    /// Sorted by package path.
    pub(crate) entries: Vec<Entry>,
}

impl Plan {
    pub(crate) fn new(workspace: &Workspace, platforms: &[Platform]) -> Result<Self> {
        let version = workspace.version()?;
        let extension = Extension::parse(&workspace.read("vss-extension.json")?)?.stamped(version);
        let mut entries = Vec::new();
        let pages = extension.content.values().map(|it| it.path.as_str());
        for path in extension.icons.values().map(String::as_str).chain(pages) {
            entries.push(tracked(path));
        }
        for file in &extension.files {
            if file.path == NOTICE {
                entries.push(Entry {
                    to: NOTICE.to_owned(),
                    from: Source::Notice,
                });
                continue;
            }
            for path in listed(workspace.root(), &file.path)? {
                entries.push(tracked(&path));
            }
        }
        let on_agents = extension.task_folders().into_iter();
        for folder in on_agents.filter(|folder| *folder != WITHOUT_PROGRAM) {
            let (_, crate_name) = TASK_PROGRAMS
                .iter()
                .find(|(known, _)| *known == folder)
                .with_context(|| {
                    format!("which program runs in {folder} is not known to the plan")
                })?;
            entries.push(Entry {
                to: format!("{folder}/launcher.js"),
                from: Source::File(LAUNCHER.to_owned()),
            });
            entries.extend(platforms.iter().map(|&platform| Entry {
                to: format!(
                    "{folder}/bin/{}/{}",
                    platform.folder(),
                    platform.file_name(crate_name)
                ),
                from: Source::Program {
                    crate_name,
                    platform,
                },
            }));
        }
        entries.sort_by(|a, b| a.to.cmp(&b.to));
        if let Some(twice) = entries.windows(2).find(|pair| pair[0].to == pair[1].to) {
            bail!("{} would be packed twice", twice[0].to);
        }
        Ok(Self {
            version,
            extension,
            platforms: platforms.to_vec(),
            entries,
        })
    }

    /// What the programs are made of.
    pub(crate) fn parts(&self, workspace: &Workspace) -> Result<licences::Parts> {
        let platforms: Vec<&str> = self.platforms.iter().map(|it| it.folder()).collect();
        licences::Parts::of(workspace, &platforms)
    }

    /// The programs to build, by platform: those of one platform come out of one build.
    pub(crate) fn programs(&self) -> Vec<(Platform, Vec<&'static str>)> {
        let mut programs: Vec<(Platform, Vec<&'static str>)> = Vec::new();
        for entry in &self.entries {
            let Source::Program {
                crate_name,
                platform,
            } = entry.from
            else {
                continue;
            };
            match programs.iter_mut().find(|(known, _)| *known == platform) {
                Some((_, crates)) if crates.contains(&crate_name) => {}
                Some((_, crates)) => crates.push(crate_name),
                None => programs.push((platform, vec![crate_name])),
            }
        }
        programs
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.extension.vsix_name())?;
        for entry in &self.entries {
            write!(f, "  {}  <-  ", entry.to)?;
            match &entry.from {
                Source::File(path) => writeln!(f, "{path}")?,
                Source::Stamped(path) => writeln!(f, "{path}, version {}", self.version)?,
                Source::Notice => writeln!(f, "generated from the crates that are linked")?,
                Source::Program {
                    crate_name,
                    platform,
                } => writeln!(f, "program {crate_name} for {}", platform.folder())?,
            }
        }
        Ok(())
    }
}

fn tracked(path: &str) -> Entry {
    let from = if path.ends_with("/task.json") {
        Source::Stamped(path.to_owned())
    } else {
        Source::File(path.to_owned())
    };
    Entry {
        to: path.to_owned(),
        from,
    }
}

/// A file by itself, or all files below a folder, by paths from the root with slashes.
fn listed(root: &Path, path: &str) -> Result<Vec<String>> {
    let full = root.join(path);
    let kind = std::fs::symlink_metadata(&full)
        .with_context(|| format!("{path} is among the files, but not in the tree"))?
        .file_type();
    if kind.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !kind.is_dir() {
        bail!("{path} is neither file nor folder");
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&full)? {
        let name = entry?.file_name();
        let name = name
            .to_str()
            .with_context(|| format!("a name in {path} is not UTF-8"))?;
        files.extend(listed(root, &format!("{path}/{name}"))?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::package::platform::Platform;
    use crate::workspace::Workspace;

    #[test]
    fn the_plan_is_as_recorded() {
        let workspace = Workspace::find().unwrap();
        let plan = Plan::new(&workspace, &[Platform::LinuxX64, Platform::WindowsArm64]).unwrap();
        let version = workspace.version().unwrap().to_string();
        assert_eq!(
            plan.to_string().replace(&version, "VERSION"),
            "\
snowgate.snowgate-VERSION.vsix
  LICENSE  <-  LICENSE
  NOTICE.txt  <-  generated from the crates that are linked
  extension/images/icon.png  <-  extension/images/icon.png
  extension/overview.md  <-  extension/overview.md
  tasks/ServiceNowChangeGate/bin/linux-x64/change-gate  <-  program change-gate for linux-x64
  tasks/ServiceNowChangeGate/bin/win32-arm64/change-gate.exe  <-  program change-gate for win32-arm64
  tasks/ServiceNowChangeGate/icon.png  <-  tasks/ServiceNowChangeGate/icon.png
  tasks/ServiceNowChangeGate/launcher.js  <-  tasks/launcher.js
  tasks/ServiceNowChangeGate/task.json  <-  tasks/ServiceNowChangeGate/task.json, version VERSION
  tasks/ServiceNowDeploymentRecord/bin/linux-x64/deployment-record  <-  program deployment-record for linux-x64
  tasks/ServiceNowDeploymentRecord/bin/win32-arm64/deployment-record.exe  <-  program deployment-record for win32-arm64
  tasks/ServiceNowDeploymentRecord/icon.png  <-  tasks/ServiceNowDeploymentRecord/icon.png
  tasks/ServiceNowDeploymentRecord/launcher.js  <-  tasks/launcher.js
  tasks/ServiceNowDeploymentRecord/task.json  <-  tasks/ServiceNowDeploymentRecord/task.json, version VERSION
  tasks/ServiceNowReleaseGate/icon.png  <-  tasks/ServiceNowReleaseGate/icon.png
  tasks/ServiceNowReleaseGate/task.json  <-  tasks/ServiceNowReleaseGate/task.json, version VERSION
"
        );
    }

    #[test]
    fn programs_of_one_platform_are_built_together() {
        let workspace = Workspace::find().unwrap();
        let plan = Plan::new(&workspace, &[Platform::LinuxX64, Platform::MacArm64]).unwrap();
        let both = || vec!["change-gate", "deployment-record"];
        let mut programs = plan.programs();
        programs.sort_by_key(|(platform, _)| platform.folder());
        assert_eq!(
            programs,
            [(Platform::MacArm64, both()), (Platform::LinuxX64, both())]
        );
    }
}
