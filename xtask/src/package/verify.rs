//! A written package read back as Azure DevOps and the agent read it, and held against what Microsoft's own packer makes
//! of the same folder.

mod compare;
#[cfg(test)]
mod tests;
mod tfx;
mod types;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use roxmltree::Document;
use serde_json::Value;

use super::vsix::{CONTENT_TYPES, VSIX_MANIFEST, VSO_MANIFEST};
use crate::shell::note;
use crate::workspace::Workspace;
use types::ContentTypes;

/// Checks that nothing gets lost on the way to the agent; every fault found is in the error.
pub(crate) fn check(vsix: &[u8]) -> Result<()> {
    let entries = entries(vsix)?;
    let mut faults = Vec::new();
    content_types(&entries, &mut faults)?;
    let version = listing(&entries, &mut faults)?;
    for folder in task_folders(&entries)? {
        task(&entries, &folder, &version, &mut faults);
    }
    if !faults.is_empty() {
        bail!("the package is not right: {}", faults.join("; "));
    }
    Ok(())
}

/// Holds the package against what Microsoft's packer makes of the staged folder, where that packer is to be had.
pub(crate) fn against_tfx(workspace: &Workspace, staged: &Path, vsix: &[u8]) -> Result<()> {
    let Some(theirs) = tfx::package(workspace, staged)? else {
        return Ok(());
    };
    let differences = compare::differences(vsix, &theirs)?;
    if !differences.is_empty() {
        bail!(
            "Microsoft's packer makes another package of the same files: {}",
            differences.join("; ")
        );
    }
    note(
        "Microsoft's packer has no warning, and its package has the same entries, bytes, manifests and types",
    );
    Ok(())
}

/// Files of a package by their names. Folders are no parts.
type Entries = BTreeMap<String, Vec<u8>>;

fn entries(vsix: &[u8]) -> Result<Entries> {
    let (entries, folders) = read(vsix)?;
    if let Some(name) = folders.first() {
        bail!("{name} is a folder entry");
    }
    Ok(entries)
}

fn read(vsix: &[u8]) -> Result<(Entries, Vec<String>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(vsix))?;
    let mut entries = BTreeMap::new();
    let mut folders = Vec::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let name = entry.name()?.into_owned();
        if entry.is_dir() {
            folders.push(name);
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        entries.insert(name, bytes);
    }
    Ok((entries, folders))
}

fn text<'a>(entries: &'a Entries, name: &str) -> Result<&'a str> {
    let bytes = entries
        .get(name)
        .with_context(|| format!("{name} is not in the package"))?;
    std::str::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))
}

/// Every part has a content type.
fn content_types(entries: &Entries, faults: &mut Vec<String>) -> Result<()> {
    let types = ContentTypes::parse(text(entries, CONTENT_TYPES)?)?;
    for name in entries.keys().filter(|name| *name != CONTENT_TYPES) {
        if types.of(name).is_none() {
            faults.push(format!("{name} has no content type and would vanish"));
        }
    }
    Ok(())
}

/// The listing's assets exist; gives back the extension's version.
fn listing(entries: &Entries, faults: &mut Vec<String>) -> Result<String> {
    let document = Document::parse(text(entries, VSIX_MANIFEST)?)?;
    let mut kinds = Vec::new();
    for asset in document
        .descendants()
        .filter(|node| node.tag_name().name() == "Asset")
    {
        let path = asset.attribute("Path").unwrap_or_default();
        kinds.push(asset.attribute("Type").unwrap_or_default());
        if !entries.contains_key(path) {
            faults.push(format!("the asset {path:?} is not in the package"));
        }
    }
    for needed in ["Manifest", "Content.Details", "Icons.Default"] {
        if !kinds.contains(&&*format!("Microsoft.VisualStudio.Services.{needed}")) {
            faults.push(format!("the asset {needed} is missing"));
        }
    }
    document
        .descendants()
        .find(|node| node.tag_name().name() == "Identity")
        .and_then(|node| node.attribute("Version"))
        .map(str::to_owned)
        .context("the manifest has no version")
}

fn task_folders(entries: &Entries) -> Result<Vec<String>> {
    let manifest: Value = serde_json::from_str(text(entries, VSO_MANIFEST)?)?;
    let contributions = manifest["contributions"]
        .as_array()
        .context("no contributions")?;
    Ok(contributions
        .iter()
        .filter(|it| it["type"] == "ms.vss-distributed-task.task")
        .filter_map(|it| it["properties"]["name"].as_str().map(str::to_owned))
        .collect())
}

/// The task is there with its version, its icon, what its handlers start, and then at least one program.
fn task(entries: &Entries, folder: &str, version: &str, faults: &mut Vec<String>) {
    let path = format!("{folder}/task.json");
    let task: Value = match text(entries, &path).and_then(|text| Ok(serde_json::from_str(text)?)) {
        Ok(task) => task,
        Err(error) => return faults.push(format!("{path}: {error:#}")),
    };
    let stamped = ["Major", "Minor", "Patch"]
        .map(|part| task["version"][part].to_string())
        .join(".");
    if stamped != version {
        faults.push(format!(
            "{path} says version {stamped}, the extension {version}"
        ));
    }
    let handlers = task["execution"].as_object().into_iter().flatten();
    let targets: Vec<&str> = handlers
        .filter_map(|(_, handler)| handler["target"].as_str())
        .collect();
    for &needed in targets.iter().chain(&["icon.png"]) {
        if !entries.contains_key(&format!("{folder}/{needed}")) {
            faults.push(format!("{folder}/{needed} is not in the package"));
        }
    }
    let programs = format!("{folder}/bin/");
    match entries.keys().any(|name| name.starts_with(&programs)) {
        false if !targets.is_empty() => faults.push(format!("{folder} has no program")),
        true if targets.is_empty() => {
            faults.push(format!("{folder} has programs that nothing starts"));
        }
        _ => {}
    }
}
