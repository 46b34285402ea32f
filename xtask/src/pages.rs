//! `pages [--check]`: the tables of inputs and outputs on our pages, made from each `task.json`.
//!
//! A page holds a pair of markers where a table belongs:
//!
//! ```text
//! <!-- inputs: ServiceNowChangeGate -->
//! <!-- end -->
//! ```
//!
//! Whatever stands between them is replaced.

mod definition;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use crate::args::Args;
use crate::shell::{heading, note};
use crate::workspace::Workspace;
use anyhow::{Context as _, Result, bail};
use definition::Definition;

/// Where pages lie.
const FOLDERS: [&str; 4] = ["", "docs", "extension", "extension/examples"];

/// What follows every table.
const END: &str = "<!-- end -->";

/// Task definitions by name.
type Tasks = BTreeMap<String, Definition>;

/// A page as it is, and as it should be.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    pub(crate) text: String,
    made: String,
}

impl Page {
    /// Whether every table says what `task.json` says.
    pub(crate) fn is_current(&self) -> bool {
        self.text == self.made
    }
}

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let check = args.flag("--check");
    args.finish()?;
    heading("tables of inputs and outputs");
    let stale: Vec<Page> = read(workspace)?
        .into_iter()
        .filter(|page| !page.is_current())
        .collect();
    for page in &stale {
        note(&page.path);
        if !check {
            std::fs::write(workspace.path(&page.path), &page.made)
                .with_context(|| format!("could not write {}", page.path))?;
        }
    }
    if check && !stale.is_empty() {
        bail!("these pages do not say what task.json says; run: cargo xtask pages");
    }
    Ok(())
}

/// Every page.
pub(crate) fn read(workspace: &Workspace) -> Result<Vec<Page>> {
    let tasks = tasks(workspace)?;
    let mut pages = Vec::new();
    for folder in FOLDERS {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(workspace.path(folder)).with_context(|| folder.to_owned())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        for name in names.iter().filter(|name| name.ends_with(".md")) {
            let path = Path::new(folder).join(name).display().to_string();
            let text = workspace.read(&path)?;
            let made = made(&text, &tasks).with_context(|| path.clone())?;
            pages.push(Page { path, text, made });
        }
    }
    Ok(pages)
}

fn tasks(workspace: &Workspace) -> Result<Tasks> {
    let mut tasks = Tasks::new();
    for entry in std::fs::read_dir(workspace.path("tasks"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("tasks/{name}/task.json");
            let task = serde_json::from_str(&workspace.read(&path)?).context(path)?;
            tasks.insert(name, task);
        }
    }
    Ok(tasks)
}

/// The marker that a table stands behind.
pub(crate) fn marker(what: &str, task: &str) -> String {
    format!("<!-- {what}: {task} -->")
}

/// The page with every table made anew.
fn made(text: &str, tasks: &Tasks) -> Result<String> {
    let mut made = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        made.push_str(line);
        made.push('\n');
        let Some(table) = table_behind(line, tasks)? else {
            continue;
        };
        if !lines.by_ref().any(|line| line == END) {
            bail!("no {END} follows {line}");
        }
        made.push_str(&format!("\n{table}\n{END}\n"));
    }
    Ok(made)
}

/// The table that belongs behind this line, if it is a marker.
fn table_behind(line: &str, tasks: &Tasks) -> Result<Option<String>> {
    let inside = line
        .strip_prefix("<!-- ")
        .and_then(|rest| rest.strip_suffix(" -->"));
    let Some((what, name)) = inside.and_then(|inside| inside.split_once(": ")) else {
        return Ok(None);
    };
    let task = || {
        let task = tasks.get(name);
        task.with_context(|| format!("{line}: there is no task {name}"))
    };
    match what {
        "inputs" => Ok(Some(table::inputs(task()?))),
        "outputs" => Ok(Some(table::outputs(task()?))),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Tasks, made};

    fn tasks() -> Tasks {
        let task = r#"{ "outputVariables": [{ "name": "number", "description": "Its number." }] }"#;
        Tasks::from([("X".to_owned(), serde_json::from_str(task).unwrap())])
    }

    #[test]
    fn what_stands_between_the_markers_is_replaced() {
        let page = "# A\n<!-- outputs: X -->\nold\n<!-- end -->\nafter\n<!-- a remark: X -->\n";
        let once = made(page, &tasks()).unwrap();
        assert_eq!(
            once,
            "# A\n<!-- outputs: X -->\n\n| output | what it holds |\n|---|---|\n| `number` | Its number. |\n\n\
             <!-- end -->\nafter\n<!-- a remark: X -->\n"
        );
        assert_eq!(made(&once, &tasks()).unwrap(), once);
    }

    #[test]
    fn a_marker_without_end_or_task_is_refused() {
        for (page, says) in [
            ("<!-- outputs: X -->\nold\n", "no <!-- end --> follows"),
            ("<!-- inputs: Y -->\n<!-- end -->\n", "there is no task Y"),
        ] {
            let error = made(page, &tasks()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
