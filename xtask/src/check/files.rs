//! Source files: how long they get, and what they are not called.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const MOST_LINES: usize = 600;
/// How line 1 of a longer file begins; the reason follows.
const EXCUSE: &str = "// Longer than 600 lines";

/// Names that say nothing about what is inside, and the old way to name a module's file.
const EMPTY_NAMES: [&str; 7] = [
    "util", "utils", "common", "misc", "helper", "helpers", "mod",
];

/// Folders with source of ours.
const FOLDERS: [&str; 3] = ["crates", "xtask", "tasks"];

pub(super) fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in FOLDERS {
        walk(root, folder, &mut problems)?;
    }
    problems.sort();
    Ok(problems)
}

fn walk(root: &Path, folder: &str, problems: &mut Vec<String>) -> Result<()> {
    for entry in
        fs::read_dir(root.join(folder)).with_context(|| format!("could not list {folder}"))?
    {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{folder}/{}", name.to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() && name != "target" {
            walk(root, &path, problems)?;
        } else if kind.is_file() && (path.ends_with(".rs") || path.ends_with(".js")) {
            problems.extend(faults(&path, &fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES && !text.starts_with(EXCUSE) {
        faults.push(format!(
            "{path} has {lines} lines; split it, or say why not on line 1 ({EXCUSE}: ...)"
        ));
    }
    for part in path.split('/') {
        let stem = part.split('.').next().unwrap_or(part);
        if EMPTY_NAMES.contains(&stem) {
            faults.push(format!(
                "{path}: {part:?} says nothing about what is inside"
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn long_files_need_a_reason() {
        let long = "x\n".repeat(601);
        assert_eq!(faults("crates/a/src/b.rs", &long).len(), 1);
        assert_eq!(
            faults("crates/a/src/b.rs", &long[2..]),
            Vec::<String>::new()
        );
        let excused = format!("// Longer than 600 lines: one table.\n{long}");
        assert_eq!(faults("crates/a/src/b.rs", &excused), Vec::<String>::new());
    }

    #[test]
    fn empty_names_are_named() {
        assert_eq!(faults("crates/a/src/utils.rs", "").len(), 1);
        assert_eq!(faults("crates/a/src/b/mod.rs", "").len(), 1);
        assert_eq!(faults("crates/a/src/modes.rs", ""), Vec::<String>::new());
    }
}
