//! `test`: everything, what fails fast first. The test runner's closing lines end the run.

use anyhow::Result;

use crate::args::Args;
use crate::check;
use crate::package::{self, Options};
use crate::setup;
use crate::shell::{self, heading};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    args.finish()?;
    heading("set-up");
    setup::node(workspace)?;
    let python = setup::python(workspace)?;
    let browser = setup::browser(workspace)?;
    setup::emulators(workspace)?;
    check::everything(workspace)?;
    let vsix = package::package(workspace, &Options::release())?;
    package::reproduce(workspace)?;
    heading("tests");
    let mut tests = shell::cargo(
        workspace.root(),
        &[
            "test",
            "--quiet",
            "--workspace",
            "--locked",
            "--no-fail-fast",
        ],
    );
    tests.env("SNOWGATE_VSIX", vsix);
    tests.env("SNOWGATE_PYSNC_PYTHON", python);
    tests.env("SNOWGATE_CHROMIUM", browser);
    shell::run(&mut tests)
}
