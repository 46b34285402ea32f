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
    Program(Program),
    /// One of the two files that hold the programs for further platforms.
    Packed {
        crate_name: &'static str,
        file: PackedFile,
    },
}

/// What a task runs on one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) crate_name: &'static str,
    pub(crate) platform: Platform,
}

impl Program {
    pub(crate) fn file_name(self) -> String {
        self.platform.file_name(self.crate_name)
    }
}

/// The files that several programs are packed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackedFile {
    Stream,
    /// Where each program lies in the stream.
    Index,
}

impl PackedFile {
    /// By this name the launcher looks for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stream => "packed.br",
            Self::Index => "packed.json",
        }
    }
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
            entries.extend(programs(folder, crate_name, platforms));
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
        licences::Parts::of(workspace, &self.platforms)
    }

    /// The crates whose programs the tasks carry, one for each platform.
    pub(crate) fn crates(&self) -> Vec<&'static str> {
        let folders = self.extension.task_folders();
        let carried = TASK_PROGRAMS
            .iter()
            .filter(|(folder, _)| folders.contains(folder));
        carried.map(|(_, crate_name)| *crate_name).collect()
    }

    /// The platforms whose programs lie in the stream of packed ones, in the order of packing.
    pub(crate) fn packed(&self) -> Vec<Platform> {
        packed(&self.platforms)
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
                Source::Program(program) => writeln!(
                    f,
                    "program {} for {}",
                    program.crate_name,
                    program.platform.folder()
                )?,
                Source::Packed {
                    crate_name,
                    file: PackedFile::Stream,
                } => {
                    let platforms = self.packed().into_iter().map(Platform::folder);
                    let platforms: Vec<_> = platforms.collect();
                    writeln!(f, "programs {crate_name} for {}", platforms.join(", "))?;
                }
                Source::Packed {
                    file: PackedFile::Index,
                    ..
                } => writeln!(
                    f,
                    "where each program lies in {}",
                    PackedFile::Stream.name()
                )?,
            }
        }
        Ok(())
    }
}

/// The platforms whose programs are packed together: all but the one that most agents run on, which costs those
/// nothing to unpack. The only program of a package lies there as it is, whatever it is for.
fn packed(platforms: &[Platform]) -> Vec<Platform> {
    if platforms.len() < 2 {
        return Vec::new();
    }
    let rest = platforms.iter().filter(|it| **it != Platform::LinuxX64);
    rest.copied().collect()
}

/// A task's programs: where they lie in its folder.
fn programs(folder: &str, crate_name: &'static str, platforms: &[Platform]) -> Vec<Entry> {
    let packed = packed(platforms);
    let mut entries = Vec::new();
    for &platform in platforms.iter().filter(|it| !packed.contains(it)) {
        let program = Program {
            crate_name,
            platform,
        };
        entries.push(Entry {
            to: format!("{folder}/bin/{}/{}", platform.folder(), program.file_name()),
            from: Source::Program(program),
        });
    }
    if !packed.is_empty() {
        entries.extend([PackedFile::Stream, PackedFile::Index].map(|file| Entry {
            to: format!("{folder}/bin/{}", file.name()),
            from: Source::Packed { crate_name, file },
        }));
    }
    entries
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
    use crate::package::platform::{Platform, chosen};
    use crate::workspace::Workspace;

    #[test]
    fn the_plan_is_as_recorded() {
        let workspace = Workspace::find().unwrap();
        let platforms = chosen(Some("darwin-x64,linux-x64,win32-x64")).unwrap();
        let plan = Plan::new(&workspace, &platforms).unwrap();
        let version = workspace.version().unwrap().to_string();
        assert_eq!(
            plan.to_string().replace(&version, "VERSION"),
            "\
snowgate.snowgate-VERSION.vsix
  LICENSE  <-  LICENSE
  NOTICE.txt  <-  generated from the crates that are linked
  extension/images/icon.png  <-  extension/images/icon.png
  extension/images/release-gate.png  <-  extension/images/release-gate.png
  extension/images/report.png  <-  extension/images/report.png
  extension/images/summary-gate.png  <-  extension/images/summary-gate.png
  extension/images/summary-record.png  <-  extension/images/summary-record.png
  extension/overview.md  <-  extension/overview.md
  tasks/ServiceNowChangeGate/bin/linux-x64/change-gate  <-  program change-gate for linux-x64
  tasks/ServiceNowChangeGate/bin/packed.br  <-  programs change-gate for win32-x64, darwin-x64
  tasks/ServiceNowChangeGate/bin/packed.json  <-  where each program lies in packed.br
  tasks/ServiceNowChangeGate/icon.png  <-  tasks/ServiceNowChangeGate/icon.png
  tasks/ServiceNowChangeGate/launcher.js  <-  tasks/launcher.js
  tasks/ServiceNowChangeGate/task.json  <-  tasks/ServiceNowChangeGate/task.json, version VERSION
  tasks/ServiceNowDeploymentRecord/bin/linux-x64/deployment-record  <-  program deployment-record for linux-x64
  tasks/ServiceNowDeploymentRecord/bin/packed.br  <-  programs deployment-record for win32-x64, darwin-x64
  tasks/ServiceNowDeploymentRecord/bin/packed.json  <-  where each program lies in packed.br
  tasks/ServiceNowDeploymentRecord/icon.png  <-  tasks/ServiceNowDeploymentRecord/icon.png
  tasks/ServiceNowDeploymentRecord/launcher.js  <-  tasks/launcher.js
  tasks/ServiceNowDeploymentRecord/task.json  <-  tasks/ServiceNowDeploymentRecord/task.json, version VERSION
  tasks/ServiceNowReleaseGate/icon.png  <-  tasks/ServiceNowReleaseGate/icon.png
  tasks/ServiceNowReleaseGate/task.json  <-  tasks/ServiceNowReleaseGate/task.json, version VERSION
"
        );
    }

    #[test]
    fn a_single_program_lies_there_as_it_is() {
        let workspace = Workspace::find().unwrap();
        let plan = Plan::new(&workspace, &[Platform::WindowsX64]).unwrap();
        assert_eq!(plan.packed(), []);
        assert_eq!(plan.crates(), ["change-gate", "deployment-record"]);
        let path = "tasks/ServiceNowChangeGate/bin/win32-x64/change-gate.exe";
        assert!(plan.entries.iter().any(|entry| entry.to == path));
    }
}
