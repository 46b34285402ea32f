//! `bench`: packs the extension and has the crate `bench` measure it, both built for release.

use anyhow::{Result, bail};

use crate::args::Args;
use crate::package::{self, Options};
use crate::shell;
use crate::workspace::Workspace;

const SUBJECTS: [&str; 2] = ["gate", "record"];

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let subject = args.word();
    args.finish()?;
    let Some(subject) = subject.filter(|it| SUBJECTS.contains(&it.as_str())) else {
        bail!("bench measures one of: {}", SUBJECTS.join(", "));
    };
    let vsix = package::package(workspace, &Options::host(workspace))?;
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
        ],
    );
    bench.arg(subject).arg("--vsix").arg(vsix);
    shell::become_program(bench)
}
