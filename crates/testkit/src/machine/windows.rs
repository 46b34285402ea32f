//! Windows by wine, without a window: a folder of its own as `C:`, and what wine lacks built from small C files.

mod prefix;
mod trust;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

pub(super) use prefix::wine;
pub use trust::Trust;

/// An installed wine with a Windows of ours.
#[derive(Debug)]
pub(super) struct Wine {
    /// wine's own program.
    loader: PathBuf,
    /// The folder that holds `drive_c` and the registry, canonical.
    prefix: PathBuf,
}

/// What starts Node as the agent for Windows does.
const AGENT: &str = r"C:\testkit\agent.exe";

impl Wine {
    fn drive(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// Below a folder whose name has a space, as many agents' have.
    pub(super) fn scratch(&self) -> Result<TempDir> {
        let agents = self.drive().join("Build Agents");
        std::fs::create_dir_all(&agents)?;
        tempfile::Builder::new()
            .prefix("agent-")
            .tempdir_in(&agents)
            .context("cannot create a folder on the emulated C:")
    }

    /// `C:` is the emulated drive, `Z:` everything else.
    pub(super) fn path(&self, here: &Path) -> String {
        let (drive, rest) = match here.strip_prefix(self.drive()) {
            Ok(rest) => ('C', rest),
            Err(_) => ('Z', here.strip_prefix("/").unwrap_or(here)),
        };
        let parts: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
        format!(r"{drive}:\{}", parts.join("\\"))
    }

    pub(super) fn here(&self, path: &str) -> Option<PathBuf> {
        let (drive, rest) = path.split_once(':')?;
        let root = match drive {
            "C" | "c" => self.drive(),
            "Z" | "z" => PathBuf::from("/"),
            _ => return None,
        };
        let rest = rest.strip_prefix(['\\', '/'])?;
        Some(root.join(rest.replace('\\', "/")))
    }

    pub(super) fn rooted(&self, folder: &Path, value: &str) -> String {
        let value = value.replace('/', "\\");
        if self.here(&value).is_some() {
            return value;
        }
        let folder = self.path(folder);
        if value.is_empty() {
            folder
        } else {
            format!(r"{folder}\{value}")
        }
    }

    pub(super) fn node(&self, node: &Path, script: &Path) -> Command {
        let mut command = Command::new(&self.loader);
        command
            .arg(AGENT)
            .arg(self.path(node))
            .arg(self.path(script));
        command
    }

    /// The encoding is what wine takes the environment and file names to be in.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("WINEPREFIX", self.prefix.to_string_lossy().into_owned()),
            ("WINEDEBUG", "-all".to_owned()),
            (
                "WINEDLLOVERRIDES",
                "mscoree,mshtml,winemenubuilder.exe=".to_owned(),
            ),
            ("LC_ALL", "C.UTF-8".to_owned()),
        ]
    }

    /// A program of this Windows, outside any step.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(&self.loader);
        command
            .arg(program)
            .current_dir(&self.prefix)
            .envs(self.environment())
            .env_remove("DISPLAY");
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Wine {
        Wine {
            loader: PathBuf::from("/usr/bin/true"),
            prefix: PathBuf::from("/p"),
        }
    }

    #[test]
    fn paths_go_there_and_come_back() {
        let wine = sample();
        for (here, there) in [
            ("/p/drive_c/Build Agents/a", r"C:\Build Agents\a"),
            ("/tmp/x.vsix", r"Z:\tmp\x.vsix"),
        ] {
            assert_eq!(wine.path(Path::new(here)), there);
            assert_eq!(wine.here(there), Some(PathBuf::from(here)));
        }
        for relative in [r"a\b", "C:a", r"\a", r"D:\a", ""] {
            assert_eq!(wine.here(relative), None, "{relative}");
        }
    }

    #[test]
    fn path_inputs_become_absolute_with_backslashes() {
        let wine = sample();
        let sources = Path::new("/p/drive_c/s");
        assert_eq!(wine.rooted(sources, "a/b.yml"), r"C:\s\a\b.yml");
        assert_eq!(wine.rooted(sources, r"c:\x\y"), r"c:\x\y");
        assert_eq!(wine.rooted(sources, ""), r"C:\s");
    }
}
