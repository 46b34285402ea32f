//! The machine that a step runs on: this one, or one of another system whose programs an emulator runs.

mod arm;
mod windows;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use tempfile::TempDir;

use crate::agent::Isolation;
use crate::node::{self, Version};
use windows::Wine;

pub use windows::Trust;

/// A machine with an agent's Node on it.
#[derive(Debug, Clone)]
pub struct Machine {
    node: PathBuf,
    system: System,
}

#[derive(Debug, Clone)]
enum System {
    This,
    LinuxArm64,
    WindowsX64(&'static Wine),
}

impl Machine {
    /// This one, with that Node.
    pub fn this(node: &Path) -> Self {
        Self {
            node: node.to_owned(),
            system: System::This,
        }
    }

    /// Linux on 64-bit ARM: Node and the program run by qemu, system calls by this machine's kernel.
    ///
    /// # Errors
    /// When qemu, the ARM libraries of Node or Node itself are missing; the message names the one command to run.
    pub fn linux_arm64(version: Version) -> Result<Self> {
        arm::check()?;
        Ok(Self {
            node: node::executable_for("linux-arm64", version)?,
            system: System::LinuxArm64,
        })
    }

    /// Windows as far as wine goes, made once under `target/wine`. Its Node is 16 or 20.
    ///
    /// # Errors
    /// When wine, a compiler for Windows or Node is missing; the message names the one command to run.
    pub fn windows_x64(version: Version) -> Result<Self> {
        ensure!(
            version != Version::V24,
            "wine 8 lacks the reserved memory that Node 24 asks for"
        );
        Ok(Self {
            system: System::WindowsX64(windows::wine()?),
            node: node::executable_for("win-x64", version)?,
        })
    }

    /// A fresh folder where the machine's agent would work.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch(&self) -> Result<TempDir> {
        match &self.system {
            System::This | System::LinuxArm64 => {
                Ok(tempfile::Builder::new().prefix("agent-").tempdir()?)
            }
            System::WindowsX64(wine) => wine.scratch(),
        }
    }

    /// What the machine calls a file or folder of this one.
    pub fn path(&self, here: &Path) -> String {
        match &self.system {
            System::This | System::LinuxArm64 => here.to_string_lossy().into_owned(),
            System::WindowsX64(wine) => wine.path(here),
        }
    }

    /// Where an absolute path of the machine lies here; `None` when it is not absolute there.
    pub fn here(&self, path: &str) -> Option<PathBuf> {
        match &self.system {
            System::This | System::LinuxArm64 => {
                Some(PathBuf::from(path)).filter(|path| path.is_absolute())
            }
            System::WindowsX64(wine) => wine.here(path),
        }
    }

    /// Has the machine's own store believe a certificate authority (DER), until the guard goes.
    ///
    /// # Errors
    /// On a machine whose store is not its own, or when the certificate is refused.
    pub fn trust(&self, authority: &[u8]) -> Result<Trust> {
        match &self.system {
            System::WindowsX64(wine) => wine.trust(authority),
            System::This | System::LinuxArm64 => {
                bail!("only the emulated Windows has a store that belongs to the tests")
            }
        }
    }

    /// `Agent.OS` and `Agent.OSArchitecture`; `None` on this machine, whose own the sample job holds.
    pub(crate) fn agent_words(&self) -> Option<(&'static str, &'static str)> {
        match &self.system {
            System::This => None,
            System::LinuxArm64 => Some(("Linux", "ARM64")),
            System::WindowsX64(_) => Some(("Windows_NT", "X64")),
        }
    }

    /// A path input as the agent hands it over: absolute, in the machine's words.
    pub(crate) fn rooted(&self, folder: &Path, value: &str) -> String {
        match &self.system {
            System::This | System::LinuxArm64 => {
                let path = if value.is_empty() {
                    folder.to_owned()
                } else {
                    folder.join(value)
                };
                path.to_string_lossy().into_owned()
            }
            System::WindowsX64(wine) => wine.rooted(folder, value),
        }
    }

    /// The command that has Node run a script, without arguments of the step's own.
    pub(crate) fn node(
        &self,
        script: &Path,
        isolation: Isolation,
        task: &Path,
        temp: &Path,
    ) -> Command {
        match &self.system {
            System::This => {
                let mut command = isolation.command(&self.node, task, temp);
                command.arg(script);
                command
            }
            System::LinuxArm64 => {
                let mut command = isolation.command(Path::new(arm::EMULATOR), task, temp);
                command.args(arm::node_arguments(&self.node)).arg(script);
                command
            }
            System::WindowsX64(wine) => wine.node(&self.node, script),
        }
    }

    /// What the emulator itself needs in the environment.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        match &self.system {
            System::This | System::LinuxArm64 => Vec::new(),
            System::WindowsX64(wine) => wine.environment(),
        }
    }

    /// Whether an interrupt is a word to the console, on the standard input of what was started, and no signal.
    pub(crate) fn has_console(&self) -> bool {
        matches!(self.system, System::WindowsX64(_))
    }
}
