//! The demo's command line.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

const USAGE: &str = "usage: demo --vsix PATH --snowgate PATH --out DIR [--keep]";

/// What the demo is told.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// The package.
    pub(crate) vsix: PathBuf,
    /// The operator's program.
    pub(crate) snowgate: PathBuf,
    /// The folder for reports; what is in it from an earlier demo goes.
    pub(crate) out: PathBuf,
    /// The machine's own Node.
    pub(crate) node: PathBuf,
    /// Whether the simulators stay up.
    pub(crate) keep: bool,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn read() -> Result<Self> {
        let (mut vsix, mut snowgate, mut out, mut keep) = (None, None, None, false);
        let mut words = std::env::args_os().skip(1);
        let path = |word: Option<OsString>| word.map(PathBuf::from).context(USAGE).map(Some);
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--vsix") => vsix = path(words.next())?,
                Some("--snowgate") => snowgate = path(words.next())?,
                Some("--out") => out = path(words.next())?,
                Some("--keep") => keep = true,
                _ => bail!("unknown argument {}; {USAGE}", word.display()),
            }
        }
        Ok(Self {
            vsix: vsix.context(USAGE)?,
            snowgate: snowgate.context(USAGE)?,
            out: out.context(USAGE)?,
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
