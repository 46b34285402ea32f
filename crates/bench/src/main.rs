#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "figures go to standard output")]

mod first_request;
mod gate_step;
mod memory;
mod sizes;
mod spread;
mod subject;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::subject::Subject;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("The benchmark failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_none_or(|word| word != "gate")
        || words.next().is_none_or(|word| word != "--vsix")
    {
        bail!("usage: bench gate --vsix PATH");
    }
    let vsix: PathBuf = words.next().context("--vsix needs a path")?.into();
    let subject = Subject::unpack(&vsix)?;
    sizes::print(&vsix, &subject)?;
    first_request::print(&subject)?;
    gate_step::print(&subject)?;
    memory::print(&subject)
}
