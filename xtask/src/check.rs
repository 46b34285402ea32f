//! x
use crate::args::Args;
use crate::workspace::Workspace;
use anyhow::Result;
pub(crate) fn run(w: &Workspace, a: Args) -> Result<()> {
    a.finish()?;
    everything(w)
}
pub(crate) fn everything(_w: &Workspace) -> Result<()> {
    Ok(())
}
