//! The versions of Node that agents bring along, from npm's package of Node itself.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The versions agents start tasks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Node 16, which the agent falls back to on machines with an old C library.
    V16,
    /// Node 20, the default today.
    V20,
    /// Node 24, which can replace itself by the program (`process.execve`).
    V24,
}

impl Version {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::V16, Self::V20, Self::V24];

    /// The exact version tested with.
    pub fn exact(self) -> &'static str {
        match self {
            Self::V16 => "16.20.2",
            Self::V20 => "20.20.2",
            Self::V24 => "24.21.0",
        }
    }
}

/// The executable of that version; installed under `target/nodes` at first use, by one process at a time.
///
/// # Errors
/// When npm is missing or cannot install; the message names the one command to run.
pub fn executable(version: Version) -> Result<PathBuf> {
    installed(&package(), version, version.exact())
}

/// The same for another platform than this machine's, in npm's words: `linux-arm64`, `win-x64`.
pub(crate) fn executable_for(platform: &str, version: Version) -> Result<PathBuf> {
    let folder = format!("{platform}-{}", version.exact());
    installed(&format!("node-{platform}"), version, &folder)
}

fn installed(package: &str, version: Version, folder: &str) -> Result<PathBuf> {
    let nodes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/nodes");
    fs::create_dir_all(&nodes).with_context(|| format!("cannot create {}", nodes.display()))?;
    let nodes = nodes.canonicalize()?;
    let home = nodes.join(folder);
    let windows = package.starts_with("node-win-");
    let node = home
        .join("node_modules")
        .join(package)
        .join("bin")
        .join(if windows { "node.exe" } else { "node" });
    let lock = File::create(nodes.join(".lock"))?;
    lock.lock().context("cannot lock target/nodes")?;
    if !node.is_file() {
        install(&home, &format!("{package}@{}", version.exact()))?;
    }
    if !node.is_file() {
        bail!("{package} {} has no {}", version.exact(), node.display());
    }
    Ok(node)
}

fn install(home: &Path, what: &str) -> Result<()> {
    // Without `--force`, npm refuses what is made for another platform.
    let arguments = [
        "install",
        "--force",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--prefix",
    ];
    let by_hand = format!("npm {} {} {what}", arguments.join(" "), home.display());
    fs::create_dir_all(home)?;
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(npm)
        .args(arguments)
        .arg(home)
        .arg(what)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("npm is not installed; with it, run: {by_hand}"))?;
    if !done.status.success() {
        bail!(
            "npm failed: {}\nrun: {by_hand}",
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    Ok(())
}

/// npm's package of Node for this machine.
fn package() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win",
        other => other,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("node-{os}-{architecture}")
}
