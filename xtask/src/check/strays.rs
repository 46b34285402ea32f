//! Files under `tasks/` and `extension/` that nothing needs. Whatever lies in a task's folder is packed and sent to every
//! agent; whatever lies in the other looks as if it were.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::manifest;
use crate::workspace::Workspace;

/// Folders that may hold nothing else.
const HELD: [&str; 2] = ["tasks", "extension"];

/// What a task's folder is made of; the rest joins it as it is packed.
const OF_TASKS: [&str; 2] = ["task.json", "icon.png"];

/// Shared by all tasks with a program.
const LAUNCHER: &str = "tasks/launcher.js";

/// Where files are spoken of.
const SPEAKERS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "docs",
    "extension",
    "crates",
    "xtask",
];
const ENDINGS: [&str; 5] = [".md", ".rs", ".yml", ".toml", ".json"];

pub(super) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let root = workspace.root();
    let manifest: Value = serde_json::from_str(&workspace.read("vss-extension.json")?)?;
    let packed: BTreeSet<String> = manifest::packed(root, &manifest)?.into_iter().collect();
    let speakers = speakers(root)?;
    let mut held = Vec::new();
    for folder in HELD {
        manifest::files(root, folder, &mut held)?;
    }
    Ok(held
        .iter()
        .filter_map(|path| fault(path, &packed, &speakers))
        .collect())
}

/// Paths and texts of all files that may speak of others.
fn speakers(root: &Path) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    for place in SPEAKERS {
        manifest::files(root, place, &mut paths)?;
    }
    paths.retain(|path| ENDINGS.iter().any(|ending| path.ends_with(ending)));
    let read = |path: String| {
        let text = std::fs::read_to_string(root.join(&path)).with_context(|| path.clone())?;
        Ok((path, text))
    };
    paths.into_iter().map(read).collect()
}

fn fault(path: &str, packed: &BTreeSet<String>, speakers: &[(String, String)]) -> Option<String> {
    if let Some(in_task) = path.strip_prefix("tasks/") {
        let name = in_task.split_once('/').map(|(_, name)| name);
        let known = path == LAUNCHER || name.is_some_and(|name| OF_TASKS.contains(&name));
        return (!known).then(|| {
            format!("{path} is a stray file: a task's folder holds {OF_TASKS:?} and nothing else")
        });
    }
    // With its folder's name, as pages beside it and code elsewhere both write it.
    let mut ends = path.rsplitn(3, '/');
    let (file, folder) = (ends.next()?, ends.next()?);
    let called = format!("{folder}/{file}");
    let spoken_of = speakers
        .iter()
        .any(|(speaker, text)| speaker != path && text.contains(&called));
    (!packed.contains(path) && !spoken_of).then(|| {
        format!("{path} is a stray file: it is not packed, and no page, example or test speaks of {called}")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{fault, problems};
    use crate::workspace::Workspace;

    #[test]
    fn the_tree_holds_no_stray_file() {
        let found = problems(&Workspace::find().unwrap()).unwrap();
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn what_is_neither_packed_nor_spoken_of_is_named() {
        let packed = BTreeSet::from(["extension/images/icon.png".to_owned()]);
        let speakers = [
            (
                "extension/overview.md".to_owned(),
                "![x](images/gate.png)".to_owned(),
            ),
            (
                "extension/examples/x.yml".to_owned(),
                "# examples/x.yml".to_owned(),
            ),
        ];
        for (path, stray) in [
            ("tasks/launcher.js", false),
            ("tasks/A/task.json", false),
            ("tasks/A/icon.png", false),
            ("tasks/A/notes.txt", true),
            ("tasks/A/bin/linux-x64/program", true),
            ("tasks/other.js", true),
            ("extension/images/icon.png", false),
            ("extension/images/gate.png", false),
            ("extension/images/gate2.png", true),
            // It speaks of itself only.
            ("extension/examples/x.yml", true),
            ("extension/.DS_Store", true),
        ] {
            let found = fault(path, &packed, &speakers);
            assert_eq!(found.is_some(), stray, "{path}: {found:?}");
        }
    }
}
