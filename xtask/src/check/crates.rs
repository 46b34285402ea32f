//! The workspace's crates as their manifests describe them, and what every manifest has to say.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::shell;
use crate::workspace::Workspace;

/// How a crate depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

/// Where a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    Number(u64),
    Beside,
}

/// One member of the workspace.
#[derive(Debug, Clone)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// `None` where the manifest does not say.
    pub(crate) floor: Option<Floor>,
    pub(crate) dependencies: Vec<(String, Kind)>,
    /// Names of the test programs.
    tests: Vec<String>,
    /// Folder from the root, with slashes.
    folder: String,
}

impl Crate {
    #[cfg(test)]
    pub(crate) fn sample(name: &str, floor: Option<Floor>, dependencies: &[(&str, Kind)]) -> Self {
        Self {
            name: name.to_owned(),
            floor,
            dependencies: dependencies
                .iter()
                .map(|(it, kind)| ((*it).to_owned(), *kind))
                .collect(),
            tests: Vec::new(),
            folder: format!("crates/{name}"),
        }
    }
}

pub(crate) fn read(workspace: &Workspace) -> Result<Vec<Crate>> {
    let mut cargo = shell::cargo(
        workspace.root(),
        &["metadata", "--no-deps", "--format-version", "1", "--locked"],
    );
    let metadata: Value = serde_json::from_str(&shell::output(&mut cargo)?)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")?;
    packages
        .iter()
        .map(|package| one(workspace, package))
        .collect()
}

fn one(workspace: &Workspace, package: &Value) -> Result<Crate> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&package["manifest_path"]);
    let folder = std::path::Path::new(&manifest)
        .parent()
        .and_then(|folder| folder.strip_prefix(workspace.root()).ok())
        .and_then(|folder| folder.to_str())
        .with_context(|| format!("{manifest} is outside of the tree"))?;
    let floor = &package["metadata"]["floor"];
    Ok(Crate {
        name: text(&package["name"]),
        floor: match floor.as_u64() {
            Some(number) => Some(Floor::Number(number)),
            None => (floor == "beside").then_some(Floor::Beside),
        },
        dependencies: package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|dependency| {
                let kind = match dependency["kind"].as_str() {
                    Some("dev") => Kind::Dev,
                    Some("build") => Kind::Build,
                    _ => Kind::Normal,
                };
                (text(&dependency["name"]), kind)
            })
            .collect(),
        tests: package["targets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|target| target["kind"] == serde_json::json!(["test"]))
            .map(|target| text(&target["name"]))
            .collect(),
        folder: folder.replace('\\', "/"),
    })
}

/// Manifests that do not inherit, crates without their page, libraries that may leave things undocumented.
pub(crate) fn problems(workspace: &Workspace, crates: &[Crate]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let architecture =
        std::fs::read_to_string(workspace.path("ARCHITECTURE.md")).unwrap_or_default();
    for one in crates {
        let at = |name: &str| format!("{}/{name}", one.folder);
        let manifest: toml::Table = workspace.read(&at("Cargo.toml"))?.parse()?;
        let folder = one.folder.rsplit('/').next();
        if folder != Some(&one.name) {
            problems.push(format!(
                "{}: the folder's name is not the crate's, {}",
                one.folder, one.name
            ));
        }
        problems.extend(
            manifest_problems(&manifest)
                .into_iter()
                .map(|it| format!("{}: {it}", at("Cargo.toml"))),
        );
        // Each further test program is linked by itself.
        if let Some(test) = one.tests.iter().find(|name| *name != "it") {
            problems.push(format!(
                "{}: a crate's tests are one program, tests/it, but there is {test}",
                one.folder
            ));
        }
        if !architecture.contains(&format!("`{}`", one.name)) {
            problems.push(format!(
                "ARCHITECTURE.md does not tell what `{}` is",
                one.name
            ));
        }
        let Ok(library) = workspace.read(&at("src/lib.rs")) else {
            continue;
        };
        if matches!(one.floor, Some(Floor::Number(0..=2)))
            && !library.contains("#![warn(missing_docs)]")
        {
            problems.push(format!("{} lacks #![warn(missing_docs)]", at("src/lib.rs")));
        }
        if matches!(one.floor, Some(Floor::Number(_))) {
            problems.extend(page_problem(workspace, one, &library));
        }
    }
    Ok(problems)
}

/// A library's README is its documentation, and short enough to be read.
fn page_problem(workspace: &Workspace, one: &Crate, library: &str) -> Option<String> {
    let page = format!("{}/README.md", one.folder);
    let Ok(text) = workspace.read(&page) else {
        return Some(format!("{page} is missing"));
    };
    if !library.contains("include_str!(\"../README.md\")") {
        return Some(format!(
            "{}/src/lib.rs does not include its README.md",
            one.folder
        ));
    }
    let lines = text.lines().count();
    (!(15..=60).contains(&lines)).then(|| format!("{page} has {lines} lines; 15 to 60 are wanted"))
}

fn manifest_problems(manifest: &toml::Table) -> Vec<String> {
    let mut problems = Vec::new();
    let inherits = |table: Option<&toml::Value>| {
        table
            .and_then(|it| it.get("workspace"))
            .and_then(toml::Value::as_bool)
            == Some(true)
    };
    if !inherits(manifest.get("lints")) {
        problems.push("lints are not the workspace's".to_owned());
    }
    let package = manifest.get("package");
    for key in ["version", "publish", "license", "rust-version"] {
        if !inherits(package.and_then(|it| it.get(key))) {
            problems.push(format!("package.{key} is not the workspace's"));
        }
    }
    if manifest.contains_key("features") {
        problems.push("has cargo features; a module or a crate does instead".to_owned());
    }
    for (name, dependency) in dependencies(manifest) {
        if !inherits(Some(dependency)) {
            problems.push(format!(
                "dependency {name} is not inherited from the workspace"
            ));
        }
    }
    problems
}

/// Every dependency table, those of single targets included.
fn dependencies(manifest: &toml::Table) -> BTreeMap<&str, &toml::Value> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(toml::Table::values)
        .filter_map(toml::Value::as_table);
    std::iter::once(manifest)
        .chain(tables)
        .flat_map(|table| {
            ["dependencies", "dev-dependencies", "build-dependencies"]
                .into_iter()
                .filter_map(|key| table.get(key).and_then(toml::Value::as_table))
        })
        .flatten()
        .map(|(name, dependency)| (name.as_str(), dependency))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::manifest_problems;

    const GOOD: &str = "\
[package]
name = \"x\"
version.workspace = true
publish.workspace = true
license.workspace = true
rust-version.workspace = true
[lints]
workspace = true
[dependencies]
serde = { workspace = true }
[target.'cfg(windows)'.dependencies]
schannel = { workspace = true }
";

    #[test]
    fn a_manifest_that_inherits_passes() {
        assert_eq!(
            manifest_problems(&GOOD.parse().unwrap()),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_is_not_inherited_is_named() {
        for (from, to, says) in [
            ("[lints]\nworkspace = true", "[lints]", "lints"),
            ("version.workspace", "version.workspaces", "package.version"),
            (
                "serde = { workspace = true }",
                "serde = \"1\"",
                "dependency serde",
            ),
            (
                "schannel = { workspace = true }",
                "schannel = { path = \"x\" }",
                "dependency schannel",
            ),
            ("[lints]", "[features]\na = []\n[lints]", "features"),
        ] {
            let problems = manifest_problems(&GOOD.replacen(from, to, 1).parse().unwrap());
            assert!(
                problems.iter().any(|problem| problem.contains(says)),
                "{problems:?}"
            );
        }
    }
}
