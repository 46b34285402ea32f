//! `demo`: packs the extension and has the crate `demo` play deployments with it, from gate to report.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::args::Args;
use crate::built;
use crate::package::{self, Options};
use crate::shell;
use crate::workspace::Workspace;

/// Where what the last demo wrote is kept.
pub(crate) const KEPT: &str = "target/demo";

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let keep = args.flag("--keep");
    args.finish()?;
    let mut demo = prepared(workspace)?;
    demo.args(keep.then_some("--keep"));
    // A person may be at it.
    demo.stdin(Stdio::inherit());
    shell::become_program(demo)
}

/// The demo, ready to be started: everything it plays with is built and packed.
pub(crate) fn prepared(workspace: &Workspace) -> Result<Command> {
    let vsix = package::package(workspace, &Options::host(workspace))?;
    shell::heading("the demo and the operator's program");
    let [demo, snowgate] = built::programs(workspace, &[("demo", "demo"), ("bridge", "snowgate")])?;
    let mut demo = shell::command(demo, workspace.root());
    demo.arg("--vsix").arg(vsix);
    demo.arg("--snowgate").arg(snowgate);
    demo.arg("--out").arg(workspace.path(KEPT));
    Ok(demo)
}
