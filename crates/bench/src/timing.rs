//! One process, from its start to its end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::Instant;

/// How long a step takes that has to succeed.
pub(crate) fn step(mut command: Command) -> Result<Duration> {
    let start = Instant::now();
    let output = command.output()?;
    let time = start.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    let well = said.contains("##vso[task.complete result=Succeeded]");
    ensure!(output.status.success() && well, "the step said:\n{said}");
    Ok(time)
}

/// How long that Node takes to do nothing.
pub(crate) fn bare(node: &Path) -> Result<Duration> {
    let mut command = Command::new(node);
    command.args(["-e", "0"]).env_clear().stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output()?;
    let time = start.elapsed();
    ensure!(output.status.success(), "Node ended with {}", output.status);
    Ok(time)
}
