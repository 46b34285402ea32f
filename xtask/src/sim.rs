//! `sim`: runs the ServiceNow simulator, whose `NAME=value` lines come through as they are, until interrupted.

use anyhow::{Result, bail};

use crate::args::Args;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let listen = args.value("--servicenow")?;
    args.finish()?;
    let mut sim = shell::cargo(
        workspace.root(),
        &[
            "run",
            "--quiet",
            "--locked",
            "--package",
            "servicenow-sim",
            "--bin",
            "servicenow-sim",
            "--",
        ],
    );
    if let Some(listen) = listen {
        if !listen.contains(':') {
            bail!("--servicenow takes ADDR:PORT, for example 127.0.0.1:8080");
        }
        sim.args(["--listen", &listen]);
    }
    shell::become_program(sim)
}
