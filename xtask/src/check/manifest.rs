//! `vss-extension.json`: what the Marketplace refuses, what Microsoft's packer loses without a word, and that the extension
//! asks for no more than it needs. The packer's own reader refuses the rest.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::images;
use crate::package::{self, Extension};
use crate::workspace::Workspace;

const PATH: &str = "vss-extension.json";

/// Generated as the package is made.
const GENERATED: &str = "NOTICE.txt";

/// The most that the Marketplace takes for name and description.
const LONGEST: usize = 200;

/// Names of others' products: the Marketplace asks to leave them out of an extension's name.
const BRANDS: [&str; 3] = ["azure", "microsoft", "servicenow"];

const CATEGORIES: [&str; 5] = [
    "Azure Repos",
    "Azure Boards",
    "Azure Pipelines",
    "Azure Test Plans",
    "Azure Artifacts",
];

/// `Public` is for who publishes to say, once the extension is tried; `Paid` cannot be taken back.
const FLAGS: [&str; 1] = ["Preview"];

const TARGETS: [&str; 3] = [
    "Microsoft.VisualStudio.Services",
    "Microsoft.VisualStudio.Services.Cloud",
    "Microsoft.TeamFoundation.Server",
];

const TASK: &str = "ms.vss-distributed-task.task";

/// Types of contributions, and what each of them is contributed to.
const CONTRIBUTIONS: [(&str, &str); 2] = [
    (TASK, "ms.vss-distributed-task.tasks"),
    (
        "ms.vss-endpoint.service-endpoint-type",
        "ms.vss-endpoint.endpoint-types",
    ),
];

/// Smallest side of the extension's picture.
const ICON: u32 = 128;

pub(super) fn problems(
    workspace: &Workspace,
    tasks: &BTreeMap<String, Value>,
) -> Result<Vec<String>> {
    let text = workspace.read(PATH)?;
    let manifest: Value = serde_json::from_str(&text).context(PATH)?;
    let mut faults = Vec::new();
    if let Err(error) = Extension::parse(&text) {
        faults.push(format!("{error:#}"));
    }
    faults.extend(self::faults(workspace, &manifest, tasks));
    Ok(faults
        .into_iter()
        .map(|it| format!("{PATH}: {it}"))
        .collect())
}

fn faults(workspace: &Workspace, manifest: &Value, tasks: &BTreeMap<String, Value>) -> Vec<String> {
    let mut faults = Vec::new();
    listing(manifest, &mut faults);
    pictures(workspace, manifest, &mut faults);
    contributions(manifest, tasks, &mut faults);
    match packed(workspace.root(), manifest) {
        Ok(names) => faults.extend(package::check_names(&names).err().map(|it| it.to_string())),
        Err(error) => faults.push(format!("{error:#}")),
    }
    faults
}

fn listing(manifest: &Value, faults: &mut Vec<String>) {
    if manifest["manifestVersion"] != 1 {
        faults.push("manifestVersion is not 1".to_owned());
    }
    for key in ["name", "description"] {
        let length = text(manifest, key).chars().count();
        if !(1..=LONGEST).contains(&length) {
            faults.push(format!(
                "{key} has {length} characters; 1 to {LONGEST} are taken"
            ));
        }
    }
    let name = text(manifest, "name").to_lowercase();
    for brand in BRANDS.iter().filter(|brand| name.contains(*brand)) {
        faults.push(format!("name holds somebody else's brand, {brand}"));
    }
    for (key, known) in [("categories", &CATEGORIES[..]), ("galleryFlags", &FLAGS)] {
        for word in list(manifest, key) {
            if !known.iter().any(|it| word == it) {
                faults.push(format!("{key}: {word} is none of {known:?}"));
            }
        }
    }
    if list(manifest, "categories").next().is_none() {
        faults.push("categories is empty".to_owned());
    }
    // They are joined with commas.
    let mut seen = BTreeSet::new();
    for tag in list(manifest, "tags") {
        let tag = tag.as_str().unwrap_or_default();
        if tag.is_empty() || tag.contains(',') || !seen.insert(tag.to_lowercase()) {
            faults.push(format!(
                "tags: {tag:?} is empty, holds a comma, or is there twice"
            ));
        }
    }
    for key in ["scopes", "demands"] {
        if manifest[key] != serde_json::json!([]) {
            faults.push(format!(
                "{key} is {}; nothing here needs any",
                manifest[key]
            ));
        }
    }
    for target in list(manifest, "targets") {
        if !TARGETS.iter().any(|it| target["id"] == *it) {
            faults.push(format!("targets: {} is none of {TARGETS:?}", target["id"]));
        }
    }
    if list(manifest, "targets").next().is_none() {
        faults.push("targets is empty".to_owned());
    }
}

fn pictures(workspace: &Workspace, manifest: &Value, faults: &mut Vec<String>) {
    for (key, path) in manifest["icons"].as_object().into_iter().flatten() {
        let path = path.as_str().unwrap_or_default();
        let size = std::fs::read(workspace.path(path)).map(|bytes| images::size(&bytes));
        match size {
            Err(_) => faults.push(format!("icons.{key}: {path} is not in the tree")),
            Ok(Some((width, height))) if width == height && width >= ICON => {}
            Ok(other) => faults.push(format!(
                "icons.{key}: {path} is {}, not a square PNG of at least {ICON} x {ICON}",
                images::told(other)
            )),
        }
    }
    for (key, page) in manifest["content"].as_object().into_iter().flatten() {
        let path = text(page, "path");
        if !workspace.path(path).is_file() {
            faults.push(format!("content.{key}: {path:?} is not in the tree"));
        }
    }
}

fn contributions(manifest: &Value, tasks: &BTreeMap<String, Value>, faults: &mut Vec<String>) {
    let mut contributed = BTreeSet::new();
    for contribution in list(manifest, "contributions") {
        let id = text(contribution, "id");
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(good) {
            faults.push(format!(
                "contribution {id:?}: small letters, digits and hyphens make an id"
            ));
        }
        if text(contribution, "description").is_empty() {
            faults.push(format!("contribution {id} has no description"));
        }
        let kind = text(contribution, "type");
        match CONTRIBUTIONS.iter().find(|(known, _)| *known == kind) {
            None => faults.push(format!("contribution {id}: type {kind:?} is not known")),
            Some((_, target)) if contribution["targets"] != serde_json::json!([target]) => {
                faults.push(format!("contribution {id}: targets is not [{target:?}]"));
            }
            Some(_) => {}
        }
        if kind == TASK {
            let folder = text(&contribution["properties"], "name");
            let name = folder.strip_prefix("tasks/").unwrap_or_default();
            if !tasks.contains_key(name) {
                faults.push(format!("contribution {id}: there is no task in {folder:?}"));
            } else if !contributed.insert(name) {
                faults.push(format!("contribution {id}: {folder} is contributed twice"));
            }
        }
    }
    for name in tasks.keys().filter(|it| !contributed.contains(it.as_str())) {
        faults.push(format!("tasks/{name} is not contributed"));
    }
}

/// Paths of all tracked files that the manifest has packed, and of what is generated.
pub(super) fn packed(root: &Path, manifest: &Value) -> Result<Vec<String>> {
    let icons = manifest["icons"].as_object().into_iter().flatten();
    let pages = manifest["content"].as_object().into_iter().flatten();
    let mut paths: Vec<String> = icons
        .filter_map(|(_, path)| path.as_str())
        .chain(pages.map(|(_, page)| text(page, "path")))
        .map(str::to_owned)
        .collect();
    for file in list(manifest, "files") {
        let path = text(file, "path");
        if path == GENERATED {
            paths.push(path.to_owned());
        } else {
            files(root, path, &mut paths)?;
        }
    }
    Ok(paths)
}

/// A file, or all files below a folder, by their paths from the root.
pub(super) fn files(root: &Path, path: &str, found: &mut Vec<String>) -> Result<()> {
    let full = root.join(path);
    if full.is_file() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(&full).with_context(|| format!("could not list {path}"))?;
    for entry in entries {
        let name = entry?.file_name();
        files(root, &format!("{path}/{}", name.to_string_lossy()), found)?;
    }
    found.sort();
    Ok(())
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
