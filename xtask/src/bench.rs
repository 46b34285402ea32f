//! `bench`: packs the extension and has the crate `bench` measure it, both built for release.

use anyhow::{Result, bail};

use crate::args::Args;
use crate::package::{self, Options};
use crate::shell;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let subject = args.word();
    args.finish()?;
    if subject.as_deref() != Some("gate") {
        bail!("bench measures: gate");
    }
    let vsix = package::package(workspace, &Options::default())?;
    let mut bench = shell::cargo(
        workspace.root(),
        &[
            "run",
            "--quiet",
            "--release",
            "--locked",
            "--package",
            "bench",
            "--",
            "gate",
            "--vsix",
        ],
    );
    bench.arg(vsix);
    shell::become_program(bench)
}
