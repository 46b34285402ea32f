//! The same tree in another folder makes the same package: packed there once more, and compared byte by byte.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::platform;
use crate::shell::{self, heading, note};
use crate::workspace::Workspace;

/// Of another depth than an ordinary checkout, so that no path has the length it has there.
const ELSEWHERE: &str = "target/reproduce/in/another/folder";

/// Packs a copy of the tree and compares the outcome with `vsix` and what was written beside it.
pub(crate) fn check(workspace: &Workspace, targets: Option<&str>, vsix: &Path) -> Result<()> {
    heading("pack once more, in another folder");
    let tree = workspace.path(ELSEWHERE);
    copy(workspace, &tree)?;
    let out = workspace.path("target/reproduce/there");
    let mut cargo = shell::cargo(
        &tree,
        &["run", "--quiet", "--locked", "--package", "xtask", "--"],
    );
    // It would lead back into this folder.
    cargo.env_remove("CARGO_TARGET_DIR");
    cargo.args([
        "package",
        "--targets",
        targets.unwrap_or(platform::ALL),
        "--out",
    ]);
    shell::output(cargo.arg(&out))?;
    for path in [vsix.to_path_buf(), vsix.with_extension("vsix.cdx.json")] {
        let there = out.join(path.file_name().context("a package has a name")?);
        compare(&path, &there)?;
    }
    fs::remove_dir_all(workspace.path("target/reproduce"))?;
    note("the same tree made the same bytes in another folder");
    Ok(())
}

fn compare(here: &Path, there: &Path) -> Result<()> {
    let read =
        |path: &Path| fs::read(path).with_context(|| format!("could not read {}", path.display()));
    if read(here)? != read(there)? {
        bail!(
            "{} and {} differ, though they were made of the same tree",
            here.display(),
            there.display()
        );
    }
    Ok(())
}

/// Copies the tree to `to`, which is emptied first.
fn copy(workspace: &Workspace, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("could not empty {}", to.display()))?;
    }
    copy_folder(workspace.root(), to, &["target", ".git"])
}

fn copy_folder(from: &Path, to: &Path, but: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if but.iter().any(|it| name == *it) {
            continue;
        }
        if path.is_dir() {
            copy_folder(&path, &to.join(name), &[])?;
        } else {
            fs::copy(&path, to.join(name))
                .with_context(|| format!("could not copy {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{compare, copy};
    use crate::workspace::Workspace;

    #[test]
    fn a_single_other_byte_is_a_difference() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        fs::write(&here, "package").unwrap();
        assert!(compare(&here, &there).is_err());
        fs::write(&there, "package").unwrap();
        compare(&here, &there).unwrap();
        fs::write(&there, "Package").unwrap();
        let error = compare(&here, &there).unwrap_err();
        assert!(error.to_string().contains("differ"), "{error}");
    }

    #[test]
    fn the_copy_holds_the_tree_and_nothing_of_before() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("stale"), "").unwrap();
        let workspace = Workspace::find().unwrap();
        copy(&workspace, &tree).unwrap();
        for file in ["Cargo.lock", ".cargo/config.toml", "tasks/launcher.js"] {
            let read = |path| fs::read(path).unwrap();
            assert_eq!(read(tree.join(file)), read(workspace.path(file)), "{file}");
        }
        assert!(!tree.join("stale").exists() && !tree.join("target").exists());
    }
}
