//! Microsoft's packer, tfx-cli, run over the staged folder. It comes from npm, is kept under `target/`, and packs without
//! a network.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, heading, note};
use crate::workspace::Workspace;

/// The version whose behaviour the known differences were seen in.
const VERSION: &str = "0.23.1";

/// How its warnings begin. It packs in spite of them, which the listing service may not.
const WARNING: &str = "warning:";

/// What it makes of the folder; `None` where there is no npm to get it with, except in a build whose word counts.
pub(super) fn package(workspace: &Workspace, staged: &Path) -> Result<Option<Vec<u8>>> {
    heading(&format!("compare with tfx-cli {VERSION}"));
    let has_npm =
        shell::output_opt(shell::command("npm", workspace.root()).arg("--version")).is_some();
    if !has_npm {
        if std::env::var_os("CI").is_some() {
            bail!(
                "npm is missing: without it the package cannot be compared with what tfx-cli makes"
            );
        }
        note("left out: npm is missing, which tfx-cli is installed with");
        return Ok(None);
    }
    let program = installed(workspace)?;
    let made = workspace.path("target/package/tfx.vsix");
    let mut tfx = shell::command("node", staged);
    tfx.arg(program).args(["extension", "create", "--root"]);
    tfx.arg(staged).args([
        "--manifest-globs",
        "vss-extension.json",
        "--no-prompt",
        "--no-color",
    ]);
    let printed = shell::output(tfx.arg("--output-path").arg(&made))?;
    let warnings = warnings(&printed);
    if !warnings.is_empty() {
        bail!("tfx-cli is not content: {}", warnings.join(" "));
    }
    let bytes = std::fs::read(&made).with_context(|| format!("tfx-cli made no {}", made.display()));
    bytes.map(Some)
}

fn installed(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path(&format!("target/tfx-{VERSION}"));
    let program = folder.join("node_modules/tfx-cli/_build/tfx-cli.js");
    if !program.exists() {
        std::fs::create_dir_all(&folder)?;
        let mut npm = shell::command("npm", &folder);
        // What it prints belongs beside our words: standard output is for results.
        npm.stdout(std::io::stderr()).arg("install");
        npm.args(["--no-save", "--no-fund", "--no-audit", "--ignore-scripts"]);
        npm.arg("--prefix").arg(&folder);
        shell::run(npm.arg(format!("tfx-cli@{VERSION}")))?;
    }
    Ok(program)
}

pub(super) fn warnings(printed: &str) -> Vec<&str> {
    let lines = printed.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix(WARNING))
        .map(str::trim)
        .collect()
}
