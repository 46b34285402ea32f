//! The plan carried out under `target/`: a folder that looks as the package will. Tracked files stay untouched.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::extension::PLACEHOLDER;
use super::plan::{Plan, Source};
use crate::licences;
use crate::workspace::{Version, Workspace};

const TASK_PLACEHOLDER: &str = r#""version": { "Major": 0, "Minor": 0, "Patch": 0 }"#;

/// Writes the plan's files into `folder`, which is emptied first. `made` finds a built program, or what several were
/// packed into.
pub(crate) fn stage(
    workspace: &Workspace,
    plan: &Plan,
    folder: &Path,
    made: impl Fn(&Source) -> Option<PathBuf>,
) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    for entry in &plan.entries {
        let to = folder.join(&entry.to);
        fs::create_dir_all(to.parent().unwrap_or(folder))?;
        match &entry.from {
            Source::File(path) => {
                fs::copy(workspace.path(path), &to)
                    .with_context(|| format!("could not copy {path}"))?;
            }
            Source::Stamped(path) => fs::write(
                &to,
                stamped_task(path, &workspace.read(path)?, plan.version)?,
            )?,
            Source::Notice => {
                let notice = licences::notice(workspace, plan.version, &plan.parts(workspace)?)?;
                fs::write(&to, notice)?;
            }
            Source::Program(_) | Source::Packed { .. } => {
                let made =
                    made(&entry.from).with_context(|| format!("{} was not made", entry.to))?;
                fs::copy(&made, &to)
                    .with_context(|| format!("could not copy {}", made.display()))?;
            }
        }
    }
    // Not packed: with it the folder is complete for Microsoft's own packer too, to compare by hand.
    let manifest = workspace.read("vss-extension.json")?;
    fs::write(
        folder.join("vss-extension.json"),
        stamped_manifest(&manifest, plan.version)?,
    )?;
    Ok(())
}

fn stamped_task(path: &str, text: &str, version: Version) -> Result<String> {
    let Version {
        major,
        minor,
        patch,
    } = version;
    let stamp = format!(r#""version": {{ "Major": {major}, "Minor": {minor}, "Patch": {patch} }}"#);
    replaced_once(path, text, TASK_PLACEHOLDER, &stamp)
}

fn stamped_manifest(text: &str, version: Version) -> Result<String> {
    let placeholder = format!(r#""version": "{PLACEHOLDER}""#);
    replaced_once(
        "vss-extension.json",
        text,
        &placeholder,
        &format!(r#""version": "{version}""#),
    )
}

/// Text replacement keeps the file as its author laid it out; the placeholder has to be there exactly once.
fn replaced_once(path: &str, text: &str, placeholder: &str, stamp: &str) -> Result<String> {
    if text.matches(placeholder).count() != 1 {
        bail!("{path} has to hold {placeholder} exactly once: the version is stamped there");
    }
    Ok(text.replace(placeholder, stamp))
}

#[cfg(test)]
mod tests {
    use super::{stamped_manifest, stamped_task};

    #[test]
    fn placeholders_become_the_version() {
        let version = "1.22.3".parse().unwrap();
        let task = stamped_task(
            "t",
            r#"{ "version": { "Major": 0, "Minor": 0, "Patch": 0 } }"#,
            version,
        );
        assert_eq!(
            task.unwrap(),
            r#"{ "version": { "Major": 1, "Minor": 22, "Patch": 3 } }"#
        );
        let manifest = stamped_manifest(r#"{ "version": "0.0.0" }"#, version);
        assert_eq!(manifest.unwrap(), r#"{ "version": "1.22.3" }"#);
    }

    #[test]
    fn a_file_without_placeholder_is_refused() {
        let version = "1.0.0".parse().unwrap();
        assert!(stamped_task("t", r#"{ "version": { "Major": 1 } }"#, version).is_err());
        assert!(stamped_manifest(r#"{ "version": "1.0.0" }"#, version).is_err());
    }
}
