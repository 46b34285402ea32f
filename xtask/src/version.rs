//! `version`: sets the one version in the root manifest, and has cargo carry it into the lock file.

use std::fs;

use anyhow::{Context as _, Result};

use crate::args::Args;
use crate::shell;
use crate::workspace::{Version, Workspace};

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let version: Version = args
        .word()
        .context("version needs MAJOR.MINOR.PATCH")?
        .parse()?;
    args.finish()?;
    let old = workspace.version()?;
    let manifest = with_version(&workspace.read("Cargo.toml")?, version)?;
    fs::write(workspace.path("Cargo.toml"), manifest)?;
    // Nothing but the members' own entries changes.
    shell::run(&mut shell::cargo(
        workspace.root(),
        &["update", "--quiet", "--workspace"],
    ))?;
    println!("{old} -> {version}");
    Ok(())
}

/// Changes one line; comments and order stay as they are.
fn with_version(manifest: &str, version: Version) -> Result<String> {
    let (before, section) = manifest
        .split_once("[workspace.package]")
        .context("the root manifest has no [workspace.package]")?;
    let start = section
        .find("\nversion = \"")
        .context("no version in [workspace.package]")?;
    let value = start + "\nversion = \"".len();
    let end = value
        + section[value..]
            .find('"')
            .context("the version has no end")?;
    Ok(format!(
        "{before}[workspace.package]{}{version}{}",
        &section[..value],
        &section[end..]
    ))
}

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn only_the_workspaces_version_changes() {
        let manifest = "[x]\nversion = \"9\"\n[workspace.package]\n# one\nversion = \"1.0.0\"\nrust-version = \"1.95\"\n";
        assert_eq!(
            with_version(manifest, "1.1.0".parse().unwrap()).unwrap(),
            manifest.replace("1.0.0", "1.1.0")
        );
    }

    #[test]
    fn a_manifest_without_version_is_refused() {
        assert!(
            with_version("[package]\nversion = \"1.0.0\"\n", "1.1.0".parse().unwrap()).is_err()
        );
    }
}
