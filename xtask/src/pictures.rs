//! `pictures`: draws the pictures of the marketplace page anew, from what the shipped tasks write in a demo.

use anyhow::Result;

use crate::args::Args;
use crate::built;
use crate::demo;
use crate::setup;
use crate::shell;
use crate::workspace::Workspace;

/// Where the page's pictures lie.
const PICTURES: &str = "extension/images";

pub(crate) fn run(workspace: &Workspace, args: Args) -> Result<()> {
    args.finish()?;
    let browser = setup::browser(workspace)?;
    let mut demo = demo::prepared(workspace)?;
    // Its story belongs beside our notes here.
    demo.stdout(std::io::stderr());
    shell::run(&mut demo)?;
    shell::heading("pictures");
    let [pictures] = built::programs(workspace, &[("demo", "pictures")])?;
    let mut pictures = shell::command(pictures, workspace.root());
    pictures.arg("--from").arg(workspace.path(demo::KEPT));
    pictures.arg("--out").arg(workspace.path(PICTURES));
    pictures.env("SNOWGATE_CHROMIUM", browser);
    shell::run(&mut pictures)
}
