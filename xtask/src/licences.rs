//! What is linked into the shipped programs, and under which licences. One list serves three: the rule that `check`
//! keeps, `NOTICE.txt` in the package, and the bill of materials beside it.

mod beside;
mod expression;
mod notice;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::package::Platform;
use crate::shell;
use crate::workspace::Workspace;
pub(crate) use beside::Beside;
pub(crate) use notice::notice;

/// Crates whose programs the package carries.
const PROGRAMS: [&str; 2] = ["change-gate", "deployment-record"];

/// Licences that let programs be passed on in binary form for a notice at most. A crate that offers a choice needs one
/// of them; one under several licences at once needs all of its licences here.
const ALLOWED: [&str; 8] = [
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-3-Clause",
    // The data of the bundled root certificates.
    "CDLA-Permissive-2.0",
    "GPL-3.0-or-later WITH GCC-exception-3.1",
    "ISC",
    "MIT",
    "ZPL-2.1",
];

/// A crate by name and version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// One linked crate.
#[derive(Debug, Clone)]
pub(crate) struct Linked {
    pub(crate) licence: Option<String>,
    /// Whether it is part of this workspace.
    pub(crate) ours: bool,
    folder: PathBuf,
    /// SHA-256 of the crate's archive, as the lock file has it.
    pub(crate) checksum: Option<String>,
    pub(crate) needs: BTreeSet<Id>,
}

/// Everything in the programs of some platforms.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) crates: BTreeMap<Id, Linked>,
    /// What cargo does not know of.
    pub(crate) beside: Vec<&'static Beside>,
}

impl Parts {
    /// What the programs of these platforms are made of.
    pub(crate) fn of(workspace: &Workspace, platforms: &[Platform]) -> Result<Self> {
        let checksums = checksums(&workspace.read("Cargo.lock")?)?;
        let mut parts = Self {
            crates: BTreeMap::new(),
            beside: beside::on(platforms),
        };
        for platform in platforms {
            let graph = Graph::read(workspace.root(), platform.about().target)?;
            graph.add_to(&mut parts.crates, &checksums)?;
        }
        Ok(parts)
    }
}

/// Crates that may not be passed on, or not as they are, with what to do about it.
pub(crate) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let parts = Parts::of(workspace, &Platform::ALL)?;
    let mut problems = Vec::new();
    for (id, linked) in parts.crates.iter().filter(|(_, linked)| !linked.ours) {
        let crate_name = format!("{} {}", id.name, id.version);
        let licence = linked.licence.as_deref().unwrap_or_default();
        if let Some(why) = licence_problem(licence) {
            problems.push(format!("{crate_name} is linked into the programs: {why}"));
        }
        if notice::texts(&linked.folder)?.is_empty() {
            problems.push(format!(
                "{crate_name} is linked into the programs, but its folder holds no licence text for NOTICE.txt"
            ));
        }
    }
    for one in &parts.beside {
        if let Some(why) = licence_problem(one.licence) {
            problems.push(format!("{} is linked into the programs: {why}", one.name));
        }
    }
    Ok(problems)
}

fn licence_problem(licence: &str) -> Option<String> {
    match expression::permits(licence, &ALLOWED) {
        Ok(true) => None,
        Ok(false) => Some(format!(
            "its licence {licence:?} is not among those allowed in xtask/src/licences.rs; leave it out, or read the \
             licence and allow it there"
        )),
        Err(why) => Some(format!("its licence {licence:?} is not understood ({why})")),
    }
}

/// Checksums by crate from the lock file.
fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let lock: toml::Table = lock.parse()?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let text = |package: &toml::Value, key: &str| {
        package
            .get(key)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    Ok(packages
        .context("Cargo.lock has no packages")?
        .iter()
        .filter_map(|package| {
            let id = Id {
                name: text(package, "name")?,
                version: text(package, "version")?,
            };
            Some((id, text(package, "checksum")?))
        })
        .collect())
}

/// Cargo's answer for one target: packages and how they need each other.
struct Graph {
    packages: BTreeMap<String, Value>,
    nodes: BTreeMap<String, Value>,
}

impl Graph {
    fn read(root: &Path, target: &str) -> Result<Self> {
        let mut cargo = shell::cargo(
            root,
            &[
                "metadata",
                "--format-version",
                "1",
                "--locked",
                "--filter-platform",
                target,
            ],
        );
        let metadata: Value = serde_json::from_str(&shell::output(&mut cargo)?)?;
        let by_id = |list: &Value| -> BTreeMap<String, Value> {
            let items = list.as_array().into_iter().flatten();
            items
                .map(|it| (it["id"].as_str().unwrap_or_default().to_owned(), it.clone()))
                .collect()
        };
        Ok(Self {
            packages: by_id(&metadata["packages"]),
            nodes: by_id(&metadata["resolve"]["nodes"]),
        })
    }

    /// Walks from the programs along what is linked: neither build scripts nor macros nor tests are.
    fn add_to(
        &self,
        crates: &mut BTreeMap<Id, Linked>,
        checksums: &BTreeMap<Id, String>,
    ) -> Result<()> {
        let mut open: Vec<&str> = self
            .packages
            .iter()
            .filter(|(_, it)| {
                it["source"].is_null() && PROGRAMS.iter().any(|name| it["name"] == *name)
            })
            .map(|(key, _)| key.as_str())
            .collect();
        let mut seen = BTreeSet::new();
        while let Some(key) = open.pop() {
            if !seen.insert(key) {
                continue;
            }
            let package = &self.packages[key];
            let needs = self.linked_by(key);
            let id = id(package);
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let linked = crates.entry(id.clone()).or_insert_with(|| Linked {
                licence: package["license"].as_str().map(str::to_owned),
                ours: package["source"].is_null(),
                folder: Path::new(manifest)
                    .parent()
                    .map(Path::to_path_buf)
                    .unwrap_or_default(),
                checksum: checksums.get(&id).cloned(),
                needs: BTreeSet::new(),
            });
            linked
                .needs
                .extend(needs.iter().map(|key| self::id(&self.packages[*key])));
            open.extend(needs);
        }
        anyhow::ensure!(!seen.is_empty(), "cargo knows none of {PROGRAMS:?}");
        Ok(())
    }

    fn linked_by(&self, key: &str) -> Vec<&str> {
        let needs = self.nodes[key]["deps"].as_array().into_iter().flatten();
        needs
            .filter(|need| {
                let kinds = need["dep_kinds"].as_array().into_iter().flatten();
                kinds.into_iter().any(|kind| kind["kind"].is_null())
            })
            .filter_map(|need| need["pkg"].as_str())
            .filter(|key| !self.is_macro(key))
            .collect()
    }

    fn is_macro(&self, key: &str) -> bool {
        let targets = self.packages[key]["targets"].as_array();
        targets
            .into_iter()
            .flatten()
            .any(|target| target["kind"] == serde_json::json!(["proc-macro"]))
    }
}

fn id(package: &Value) -> Id {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    Id {
        name: text("name"),
        version: text("version"),
    }
}
