//! What the machine needs beyond Rust and Node. Where it may (as root on a Debian-like system) it is installed; else
//! the one command to run is named, and the run fails.

mod emulators;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, note};
use crate::workspace::Workspace;

pub(crate) use emulators::emulators;

/// ServiceNow's own Python client, which drives the simulator in a test.
const PYSNC: &str = "pysnc==1.2.1";

/// The names that Chromium and the browser made of it go by.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Node with npm: the launcher and the tests' Node versions need them.
pub(crate) fn node(workspace: &Workspace) -> Result<()> {
    for program in ["node", "npm"] {
        let version = shell::output_opt(shell::command(program, workspace.root()).arg("--version"))
            .with_context(|| format!("{program} is missing; install Node with npm"))?;
        note(&format!("{program} {version}"));
    }
    Ok(())
}

/// A Python that can import ServiceNow's client, made under `target/`; gives back its path.
pub(crate) fn python(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path("target/pysnc");
    let python = folder.join("bin/python");
    let ready = |python: &Path| {
        let mut import = shell::command(python, workspace.root());
        shell::output_opt(import.args(["-c", "import pysnc"])).is_some()
    };
    if !ready(&python) {
        let what = "the test with ServiceNow's Python client";
        make_venv(workspace, &folder, what)?;
        pip_install(workspace, &folder, &[PYSNC])?;
        if !ready(&python) {
            bail!("{PYSNC} was installed, but cannot be imported");
        }
    }
    note(PYSNC);
    Ok(python)
}

/// A browser that opens reports without a window; gives back its name on the search path.
pub(crate) fn browser(workspace: &Workspace) -> Result<&'static str> {
    if let Some((name, version)) = chromium(workspace.root()) {
        note(&version);
        return Ok(name);
    }
    install(
        workspace.root(),
        "the test that opens reports in a browser",
        &["chromium"],
    )?;
    let (name, version) =
        chromium(workspace.root()).context("chromium was installed, but does not start")?;
    note(&version);
    Ok(name)
}

fn chromium(root: &Path) -> Option<(&'static str, String)> {
    CHROMIUM.into_iter().find_map(|name| {
        let version = shell::output_opt(shell::command(name, root).arg("--version"))?;
        Some((name, version))
    })
}

/// A fresh Python environment in `folder`, for what is named.
pub(crate) fn make_venv(workspace: &Workspace, folder: &Path, what: &str) -> Result<()> {
    let venv = || {
        let mut command = shell::command("python3", workspace.root());
        command.args(["-m", "venv", "--clear"]).arg(folder);
        shell::output_opt(&mut command).is_some()
    };
    if venv() {
        return Ok(());
    }
    install(workspace.root(), what, &["python3-venv"])?;
    if !venv() {
        bail!("python3 -m venv {} failed", folder.display());
    }
    Ok(())
}

/// Installs packages of Python's registry into the environment in `folder`.
pub(crate) fn pip_install(workspace: &Workspace, folder: &Path, packages: &[&str]) -> Result<()> {
    let mut pip = shell::command(folder.join("bin/python"), workspace.root());
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]);
    shell::run(pip.args(packages))
}

/// Installs Debian packages, or names the command that does.
pub(crate) fn install(root: &Path, what: &str, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !may_install(root) {
        bail!(
            "{what} needs packages; as root, run: apt-get install -y --no-install-recommends {list}"
        );
    }
    shell::heading(&format!("install {list}"));
    shell::run(apt(root).arg("update"))?;
    shell::run(
        apt(root)
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
    )
}

fn apt(root: &Path) -> std::process::Command {
    let mut apt = shell::command("apt-get", root);
    apt.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive");
    // Its chatter belongs beside ours: standard output is for results.
    apt.stdout(std::io::stderr());
    apt
}

/// Whether packages may be installed without asking: as root on a Debian-like system.
pub(crate) fn may_install(root: &Path) -> bool {
    Path::new("/usr/bin/apt-get").exists()
        && shell::output_opt(shell::command("id", root).arg("-u")).as_deref() == Some("0")
}

/// Whether the program starts.
pub(crate) fn has(root: &Path, program: &str) -> bool {
    shell::output_opt(shell::command(program, root).arg("--version")).is_some()
}

/// `workspace.package.rust-version`.
pub(crate) fn oldest_rust(workspace: &Workspace) -> Result<String> {
    let manifest: toml::Table = workspace.read("Cargo.toml")?.parse()?;
    manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .map(str::to_owned)
        .context("the root manifest has no rust-version")
}
