//! The certificate store of the emulated Windows.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::Wine;

/// A certificate authority that Windows believes until this goes.
#[derive(Debug)]
pub struct Trust {
    keeping: Child,
}

impl Wine {
    pub(in super::super) fn trust(&self, authority: &[u8]) -> Result<Trust> {
        let folder = self.scratch()?;
        let file = folder.path().join("authority.cer");
        std::fs::write(&file, authority)?;
        let mut keeping = self
            .command(r"C:\testkit\trust.exe")
            .arg(self.path(&file))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = keeping.stdout.take().context("standard output is piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let trust = Trust { keeping };
        ensure!(line.trim() == "trusted", "not trusted: {line}");
        Ok(trust)
    }
}

impl Drop for Trust {
    fn drop(&mut self) {
        // It takes the certificate out again when its standard input ends.
        drop(self.keeping.stdin.take());
        let _ = self.keeping.wait();
    }
}
