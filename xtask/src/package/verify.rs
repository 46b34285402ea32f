//! A written package read back as Azure DevOps and the agent read it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use anyhow::{Context as _, Result, bail};
use roxmltree::Document;
use serde_json::Value;

use super::vsix::{CONTENT_TYPES, VSIX_MANIFEST, VSO_MANIFEST};

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

fn entries(vsix: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(vsix))?;
    let mut entries = BTreeMap::new();
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let name = entry.name()?.into_owned();
        if entry.is_dir() {
            bail!("{name} is a folder entry");
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        entries.insert(name, bytes);
    }
    Ok(entries)
}

fn text<'a>(entries: &'a BTreeMap<String, Vec<u8>>, name: &str) -> Result<&'a str> {
    let bytes = entries
        .get(name)
        .with_context(|| format!("{name} is not in the package"))?;
    std::str::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))
}

/// Every part has a content type, by the rules of the reader: extensions in any case, overrides with case.
fn content_types(entries: &BTreeMap<String, Vec<u8>>, faults: &mut Vec<String>) -> Result<()> {
    let document = Document::parse(text(entries, CONTENT_TYPES)?)?;
    let attributes = |tag: &'static str, attribute: &'static str| -> Vec<String> {
        let nodes = document
            .descendants()
            .filter(|node| node.tag_name().name() == tag);
        nodes
            .filter_map(|node| node.attribute(attribute).map(str::to_owned))
            .collect()
    };
    let defaults = attributes("Default", "Extension");
    let overrides = attributes("Override", "PartName");
    for name in entries.keys().filter(|name| *name != CONTENT_TYPES) {
        let file = name.rsplit('/').next().unwrap_or(name);
        let by_extension = file.rsplit_once('.').is_some_and(|(_, extension)| {
            defaults
                .iter()
                .any(|it| it.trim_start_matches('.').eq_ignore_ascii_case(extension))
        });
        if !by_extension && !overrides.contains(&format!("/{name}")) {
            faults.push(format!("{name} has no content type and would vanish"));
        }
    }
    Ok(())
}

/// The listing's assets exist; gives back the extension's version.
fn listing(entries: &BTreeMap<String, Vec<u8>>, faults: &mut Vec<String>) -> Result<String> {
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

fn task_folders(entries: &BTreeMap<String, Vec<u8>>) -> Result<Vec<String>> {
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
fn task(
    entries: &BTreeMap<String, Vec<u8>>,
    folder: &str,
    version: &str,
    faults: &mut Vec<String>,
) {
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
