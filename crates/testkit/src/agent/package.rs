//! Unpacking an extension as the service and the agent do between them.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use zip::ZipArchive;

use super::definition::Task;

/// The tasks of an unpacked extension.
#[derive(Debug)]
pub struct Package {
    /// One per version of each task, under `_tasks/<name>_<id>/<version>`.
    pub tasks: Vec<Task>,
    /// Parts without a content type: the service's reader does not see them, so they are not on the agent.
    pub lost: Vec<String>,
    /// The extension's own description, `extension.vsomanifest`.
    pub manifest: Value,
}

impl Package {
    /// Unpacks a VSIX below the agent's work folder. Files lose their mode, as they do on the way through the service.
    ///
    /// # Errors
    /// When the file is no package, or a task contribution has no `task.json`.
    pub fn unpack(vsix: &Path, work: &Path) -> Result<Self> {
        let file = File::open(vsix).with_context(|| format!("cannot open {}", vsix.display()))?;
        let mut zip = ZipArchive::new(file).context("the package is no zip file")?;
        let types = ContentTypes::read(&text(&mut zip, "[Content_Types].xml")?)?;
        let mut names = zip
            .file_names()
            .map(|name| Ok(name?.into_owned()))
            .collect::<Result<Vec<String>>>()?;
        names.retain(|name| !name.ends_with('/') && name != "[Content_Types].xml");
        let (seen, lost): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| types.know(name));
        let manifest: Value = serde_json::from_str(&text(&mut zip, "extension.vsomanifest")?)?;
        let mut tasks = Vec::new();
        for folder in task_contributions(&manifest) {
            tasks.extend(unpack_tasks(&mut zip, &seen, folder, work)?);
        }
        Ok(Self {
            tasks,
            lost,
            manifest,
        })
    }

    /// The task of that name, in its highest version.
    ///
    /// # Errors
    /// When the package has no such task.
    pub fn task(&self, name: &str) -> Result<&Task> {
        self.tasks
            .iter()
            .rfind(|task| task.name() == name)
            .with_context(|| format!("the package has no task {name}"))
    }
}

fn task_contributions(manifest: &Value) -> Vec<&str> {
    let all = manifest["contributions"].as_array().into_iter().flatten();
    all.filter(|one| one["type"] == "ms.vss-distributed-task.task")
        .filter_map(|one| one["properties"]["name"].as_str())
        .collect()
}

/// A task lies in the contribution's folder, or each of its versions one level below. The service goes by the
/// start of the path alone.
fn unpack_tasks(
    zip: &mut ZipArchive<impl Read + Seek>,
    seen: &[String],
    folder: &str,
    work: &Path,
) -> Result<Vec<Task>> {
    let mut roots: Vec<&str> = seen
        .iter()
        .filter(|name| name.starts_with(folder))
        .filter_map(|name| name.strip_suffix("/task.json"))
        .filter(|root| root.matches('/').count() <= folder.matches('/').count() + 1)
        .collect();
    roots.sort_unstable();
    ensure!(
        !roots.is_empty(),
        "task.json was not found in contribution {folder}"
    );
    roots
        .into_iter()
        .map(|root| unpack_task(zip, seen, root, work))
        .collect()
}

fn unpack_task(
    zip: &mut ZipArchive<impl Read + Seek>,
    seen: &[String],
    root: &str,
    work: &Path,
) -> Result<Task> {
    let definition: Value = serde_json::from_str(&text(zip, &format!("{root}/task.json"))?)?;
    let word = |key: &str| {
        definition[key]
            .as_str()
            .with_context(|| format!("{root}/task.json has no {key}"))
    };
    let number = |key: &str| {
        definition["version"][key]
            .as_u64()
            .with_context(|| format!("{root}/task.json: version {key}"))
    };
    let version = format!(
        "{}.{}.{}",
        number("Major")?,
        number("Minor")?,
        number("Patch")?
    );
    let home = work
        .join("_tasks")
        .join(format!("{}_{}", word("name")?, word("id")?))
        .join(version);
    for name in seen
        .iter()
        .filter(|name| name.starts_with(&format!("{root}/")))
    {
        write(zip, name, &home.join(relative(&name[root.len() + 1..])?))?;
    }
    Task::read(&home)
}

fn write(zip: &mut ZipArchive<impl Read + Seek>, name: &str, target: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    zip.by_name(name)?.read_to_end(&mut bytes)?;
    fs::create_dir_all(target.parent().context("a part has a folder")?)?;
    // A fresh file of mode 0644: nothing of the archive's mode survives.
    File::create(target)?.write_all(&bytes)?;
    Ok(())
}

fn relative(name: &str) -> Result<PathBuf> {
    ensure!(
        !name.split('/').any(|part| part == ".." || part.is_empty()),
        "part name {name}"
    );
    Ok(name.split('/').collect())
}

fn text(zip: &mut ZipArchive<impl Read + Seek>, name: &str) -> Result<String> {
    let mut text = String::new();
    zip.by_name(name)
        .with_context(|| format!("the package has no {name}"))?
        .read_to_string(&mut text)?;
    Ok(text)
}

/// `[Content_Types].xml`: which parts the service's reader lists.
struct ContentTypes {
    extensions: Vec<String>,
    parts: Vec<String>,
}

impl ContentTypes {
    fn read(xml: &str) -> Result<Self> {
        let document = roxmltree::Document::parse(xml).context("[Content_Types].xml is no XML")?;
        let (mut extensions, mut parts) = (Vec::new(), Vec::new());
        for node in document
            .root_element()
            .children()
            .filter(roxmltree::Node::is_element)
        {
            ensure!(
                node.attribute("ContentType")
                    .is_some_and(|kind| kind.contains('/')),
                "a content type is missing"
            );
            match (
                node.tag_name().name(),
                node.attribute("Extension"),
                node.attribute("PartName"),
            ) {
                ("Default", Some(extension), None) => {
                    extensions.push(extension.trim_start_matches('.').to_lowercase());
                }
                ("Override", None, Some(part)) => parts.push(part.to_owned()),
                (other, ..) => bail!("[Content_Types].xml holds an unexpected element {other}"),
            }
        }
        Ok(Self { extensions, parts })
    }

    fn know(&self, name: &str) -> bool {
        let file = name.rsplit('/').next().unwrap_or(name);
        let extension = file
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_lowercase());
        self.parts
            .iter()
            .any(|part| part.strip_prefix('/') == Some(name))
            || extension.is_some_and(|extension| self.extensions.contains(&extension))
    }
}

#[cfg(test)]
mod tests;
