//! `check`: the rules that neither the compiler nor a test keeps, then format, lints and documentation.

mod classic;
mod connection;
mod crates;
mod files;
mod floors;
mod images;
mod manifest;
mod pages;
mod pipelines;
mod strays;
mod tasks;
mod versions;
mod yaml;

use anyhow::{Result, bail};

use crate::args::Args;
use crate::licences;
use crate::shell::{self, heading, note};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    args.finish()?;
    everything(workspace)
}

/// What takes no compiler comes first.
pub(crate) fn everything(workspace: &Workspace) -> Result<()> {
    heading("rules of the tree");
    rules(workspace)?;
    heading("format");
    cargo(workspace, &["fmt", "--all", "--check"])?;
    heading("lints");
    cargo(
        workspace,
        &[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ],
    )?;
    heading("documentation");
    let mut doc = shell::cargo(
        workspace.root(),
        &["doc", "--quiet", "--workspace", "--no-deps", "--locked"],
    );
    shell::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    heading("generated files");
    cargo(
        workspace,
        &[
            "run",
            "--quiet",
            "--locked",
            "--package",
            "settings",
            "--example",
            "schema",
            "--",
            "--check",
            "extension/servicenow.schema.json",
        ],
    )
}

fn cargo(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    shell::run(&mut shell::cargo(workspace.root(), arguments))
}

/// All broken rules in one go.
fn rules(workspace: &Workspace) -> Result<()> {
    let crates = crates::read(workspace)?;
    let mut problems = floors::problems(&crates);
    problems.extend(crates::problems(workspace, &crates)?);
    problems.extend(files::problems(workspace.root())?);
    problems.extend(licences::problems(workspace)?);
    problems.extend(versions::problems(workspace)?);
    problems.extend(connection::problems(workspace)?);
    let tasks = tasks::read(workspace)?;
    problems.extend(manifest::problems(workspace, &tasks)?);
    problems.extend(strays::problems(workspace)?);
    problems.extend(tasks::problems(workspace, &tasks)?);
    problems.extend(pipelines::problems(workspace, &tasks)?);
    problems.extend(classic::problems(workspace, &tasks)?);
    problems.extend(pages::problems(workspace, tasks.keys())?);
    for problem in &problems {
        note(problem);
    }
    match problems.len() {
        0 => Ok(()),
        count => bail!("{count} broken rules"),
    }
}
