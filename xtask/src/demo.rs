//! `demo`: packs the extension and has the crate `demo` play deployments with it, from gate to report.

use std::process::Stdio;

use anyhow::Result;

use crate::args::Args;
use crate::package::{self, Options};
use crate::shell;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let keep = args.flag("--keep");
    args.finish()?;
    let vsix = package::package(workspace, &Options::default())?;
    let mut demo = shell::cargo(
        workspace.root(),
        &[
            "run",
            "--quiet",
            "--locked",
            "--package",
            "demo",
            "--",
            "--vsix",
        ],
    );
    demo.arg(vsix).args(keep.then_some("--keep"));
    // A person may be at it.
    demo.stdin(Stdio::inherit());
    shell::become_program(demo)
}
