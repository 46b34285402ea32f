//! Zig as C compiler and linker for other systems: it brings their C libraries along. It comes from Python's package
//! registry, as does the helper that has cargo use it, and lives under `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::setup;
use crate::shell::{self, note};
use crate::workspace::Workspace;

/// To the last digit: another linker makes another program.
const PINNED: [&str; 2] = ["ziglang==0.17.1", "cargo-zigbuild==0.24.0"];

/// Zig and its helper, installed.
#[derive(Debug)]
pub(crate) struct Zig {
    folder: PathBuf,
}

impl Zig {
    /// What making a Python environment needs beyond Python.
    pub(crate) const PACKAGES: [&str; 1] = ["python3-venv"];

    /// Finds both under `target/`, or installs them there.
    pub(crate) fn find(workspace: &Workspace) -> Result<Self> {
        let zig = Self {
            folder: workspace.path("target/zig"),
        };
        if !zig.is_as_pinned(workspace.root()) {
            setup::make_venv(workspace, &zig.folder, "programs for other systems")?;
            setup::pip_install(workspace, &zig.folder, &PINNED)?;
            if !zig.is_as_pinned(workspace.root()) {
                bail!("{} were installed, but do not start", PINNED.join(" and "));
            }
        }
        note(&PINNED.join(", "));
        Ok(zig)
    }

    fn is_as_pinned(&self, root: &Path) -> bool {
        let is = |command: &mut Command, pinned: &str| {
            let version = pinned.rsplit('=').next().unwrap_or_default();
            let told = shell::output_opt(command);
            told.is_some_and(|told| told.split_whitespace().any(|word| word == version))
        };
        let mut python = shell::command(self.bin().join("python"), root);
        let mut helper = shell::command(self.helper(), root);
        is(python.args(["-m", "ziglang", "version"]), PINNED[0])
            && is(helper.arg("--version"), PINNED[1])
    }

    fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// What is started in cargo's place, with `zigbuild` as its command.
    pub(crate) fn helper(&self) -> PathBuf {
        self.bin().join("cargo-zigbuild")
    }

    /// Has the helper find this zig, and both keep what they make under `target/`.
    pub(crate) fn steer(&self, cargo: &mut Command) {
        cargo.env("CARGO_ZIGBUILD_PYTHON_PATH", self.bin().join("python"));
        cargo.env("CARGO_ZIGBUILD_CACHE_DIR", self.folder.join("wrappers"));
        cargo.env("ZIG_GLOBAL_CACHE_DIR", self.folder.join("cache"));
        cargo.env("ZIG_LOCAL_CACHE_DIR", self.folder.join("cache"));
    }
}
