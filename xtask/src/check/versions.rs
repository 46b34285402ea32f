//! One version, in the root manifest: `cargo xtask version` sets it there, and nothing else holds it. Tasks and extension
//! hold placeholders, crates inherit it; those rules stand with them.

use anyhow::Result;

use super::manifest::files;
use crate::workspace::{Version, Workspace};

/// Pages, examples and the launcher: nobody would think of them when the version changes.
const FOLDERS: [&str; 5] = ["README.md", "ARCHITECTURE.md", "docs", "extension", "tasks"];
const ENDINGS: [&str; 4] = [".md", ".yml", ".js", ".json"];

pub(super) fn problems(workspace: &Workspace) -> Result<Vec<String>> {
    let version = workspace.version()?;
    let mut problems = manifests(
        &workspace.read("Cargo.toml")?.parse()?,
        &workspace.read("Cargo.lock")?.parse()?,
        version,
    );
    let mut paths = Vec::new();
    for folder in FOLDERS {
        files(workspace.root(), folder, &mut paths)?;
    }
    for path in paths {
        if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
            let found = lines(&workspace.read(&path)?, version);
            problems.extend(found.into_iter().map(|line| {
                format!("{path}, line {line} holds the version; it would be wrong with the next")
            }));
        }
    }
    Ok(problems)
}

fn manifests(root: &toml::Table, lock: &toml::Table, version: Version) -> Vec<String> {
    let mut problems = Vec::new();
    let shared = root
        .get("workspace")
        .and_then(|it| it.get("dependencies"))
        .and_then(toml::Value::as_table);
    for (name, dependency) in shared.into_iter().flatten() {
        if dependency.get("path").is_some() && dependency.get("version").is_some() {
            problems.push(format!(
                "Cargo.toml: workspace.dependencies.{name} holds a version beside its path"
            ));
        }
    }
    let text = |package: &toml::Value, key: &str| {
        let text = package.get(key).and_then(toml::Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let packages = lock.get("package").and_then(toml::Value::as_array);
    for package in packages.into_iter().flatten() {
        let locked = text(package, "version");
        if package.get("source").is_none() && locked != version.to_string() {
            problems.push(format!(
                "Cargo.lock has {} {locked}, the workspace is {version}; `cargo xtask version` sets both",
                text(package, "name")
            ));
        }
    }
    problems
}

/// Lines where our name stands right before the version: as a file, as a program, in a sentence.
fn lines(text: &str, version: Version) -> Vec<usize> {
    let version = version.to_string();
    let named = |line: &str| {
        let line = line.to_lowercase();
        line.match_indices(&version).any(|(at, _)| {
            let before = line[..at].trim_end_matches(['-', '/', ' ', 'v']);
            let after = line[at + version.len()..].chars().next();
            before.ends_with("snowgate") && !after.is_some_and(|c| c.is_ascii_digit())
        })
    };
    let numbered = (1..).zip(text.lines());
    numbered
        .filter(|(_, line)| named(line))
        .map(|(number, _)| number)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{lines, manifests, problems};
    use crate::workspace::Workspace;

    #[test]
    fn the_tree_holds_one_version() {
        let found = problems(&Workspace::find().unwrap()).unwrap();
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_version_elsewhere_is_named() {
        let root = "[workspace.dependencies]\na = { path = \"a\" }\nb = { path = \"b\", version = \"1\" }\n";
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n[[package]]\nname = \"b\"\nversion = \"1.2.2\"\n\
                    [[package]]\nname = \"c\"\nversion = \"9.0.0\"\nsource = \"x\"\n";
        let version = "1.2.3".parse().unwrap();
        let found = manifests(&root.parse().unwrap(), &lock.parse().unwrap(), version);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("workspace.dependencies.b"), "{found:?}");
        assert!(found[1].contains("b 1.2.2"), "{found:?}");
    }

    #[test]
    fn a_version_on_a_page_is_found_by_our_name_before_it() {
        let page = "snowgate.snowgate-1.2.3.vsix\nSnowgate 1.2.3 is out\nsnowgate/v1.2.3\nagent 1.2.3\nsnowgate-1.2.30\n";
        assert_eq!(lines(page, "1.2.3".parse().unwrap()), [1, 2, 3]);
    }
}
