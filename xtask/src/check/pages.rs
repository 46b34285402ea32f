//! The page about a task names every input with its words, and every output; no others.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::pipelines::words;
use crate::workspace::Workspace;

/// Task and its page.
const PAGES: [(&str, &str); 1] = [("ServiceNowDeploymentRecord", "docs/deployment-record.md")];

pub(super) fn problems(
    workspace: &Workspace,
    tasks: &BTreeMap<String, Value>,
) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for (task, path) in PAGES {
        let faults = faults(&workspace.read(path)?, &tasks[task]);
        problems.extend(faults.into_iter().map(|it| format!("{path}: {it}")));
    }
    Ok(problems)
}

fn faults(page: &str, task: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (heading, key) in [("## Inputs", "inputs"), ("## Outputs", "outputVariables")] {
        let rows = rows(page, heading);
        let defined = task[key].as_array().map_or(&[][..], Vec::as_slice);
        let names: BTreeSet<&str> = defined
            .iter()
            .filter_map(|it| it["name"].as_str())
            .collect();
        let told: BTreeSet<&str> = rows.keys().copied().collect();
        for name in names.symmetric_difference(&told) {
            let (has, lacks) = if told.contains(name) {
                ("the page", "task.json")
            } else {
                ("task.json", "the page")
            };
            faults.push(format!("{heading}: {has} has {name}, {lacks} has not"));
        }
        for (name, row) in rows {
            let input = defined.iter().find(|it| it["name"] == *name);
            let words = input
                .and_then(words)
                .into_iter()
                .flat_map(|words| words.keys());
            for word in words.filter(|word| !row.contains(&format!("`{word}`"))) {
                faults.push(format!("{heading}: {name} does not tell of `{word}`"));
            }
        }
    }
    faults
}

/// The rows of all tables under the heading, by the code word in their first cell.
fn rows<'a>(page: &'a str, heading: &str) -> BTreeMap<&'a str, &'a str> {
    let section = page.lines().skip_while(|line| *line != heading).skip(1);
    section
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("| `")?.split_once("` |")?;
            Some((name, rest))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{faults, problems};
    use crate::check::tasks;
    use crate::workspace::Workspace;

    fn found(page: &str) -> Vec<String> {
        let task = json!({
            "inputs": [{ "name": "mode", "options": { "a": "A", "b": "B" } }, { "name": "file" }],
            "outputVariables": [{ "name": "number" }],
        });
        faults(page, &task)
    }

    const PAGE: &str = "\
# Task
| `other` | a table elsewhere |
## Inputs
| input | meaning |
|---|---|
| `mode` | `a` or `b` |
### Files
| `file` | path |
## Outputs
| `number` | number |
";

    #[test]
    fn the_tracked_pages_are_right() {
        let workspace = Workspace::find().unwrap();
        let tasks = tasks::read(&workspace).unwrap();
        assert_eq!(problems(&workspace, &tasks).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_page_that_tells_all_passes() {
        assert_eq!(found(PAGE), Vec::<String>::new());
    }

    #[test]
    fn what_is_left_out_or_made_up_is_named() {
        for (from, to, says) in [
            (
                "| `file` | path |\n",
                "",
                "## Inputs: task.json has file, the page has not",
            ),
            (
                "`file`",
                "`flie`",
                "## Inputs: the page has flie, task.json has not",
            ),
            (" or `b`", "", "mode does not tell of `b`"),
            (
                "| `number` | number |\n",
                "",
                "## Outputs: task.json has number",
            ),
            ("## Inputs", "## Settings", "task.json has mode"),
        ] {
            let found = found(&PAGE.replace(from, to));
            assert!(
                found.iter().any(|fault| fault.contains(says)),
                "{says}: {found:?}"
            );
        }
    }
}
