//! The demo's command line.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// What the demo is told.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The package.
    pub(crate) vsix: PathBuf,
    /// The machine's own Node.
    pub(crate) node: PathBuf,
    /// Whether the simulator stays up.
    pub(crate) keep: bool,
}

impl Arguments {
    /// Reads `--vsix PATH [--keep]`.
    pub(crate) fn read() -> Result<Self> {
        let (mut vsix, mut keep) = (None, false);
        let mut words = std::env::args_os().skip(1);
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--vsix") => vsix = words.next().map(PathBuf::from),
                Some("--keep") => keep = true,
                _ => bail!(
                    "unknown argument {}; usage: demo --vsix PATH [--keep]",
                    word.display()
                ),
            }
        }
        let vsix = vsix.context("usage: demo --vsix PATH [--keep]")?;
        Ok(Self {
            vsix,
            node: node()?,
            keep,
        })
    }
}

/// The first `node` of the search path.
#[expect(
    clippy::disallowed_methods,
    reason = "a program for a person's own machine: its Node is on the search path"
)]
fn node() -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = if cfg!(windows) { "node.exe" } else { "node" };
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|node| node.is_file())
        .context("no node on the search path; install Node.js 20 or newer")
}
