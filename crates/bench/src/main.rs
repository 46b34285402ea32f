#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "figures go to standard output")]

mod calls;
mod first_request;
mod gate_step;
mod memory;
mod parties;
mod record_memory;
mod record_step;
mod sizes;
mod spread;
mod subject;
mod timing;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::subject::Subject;

const USAGE: &str = "usage: bench gate|record --vsix PATH";

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
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let [subject, flag, vsix] = words.as_slice() else {
        bail!(USAGE);
    };
    if flag != "--vsix" {
        bail!(USAGE);
    }
    let vsix = Path::new(vsix);
    let (gate, record) = (Subject::gate(vsix)?, Subject::record(vsix)?);
    sizes::print(vsix, &[&gate, &record])?;
    match subject.to_str() {
        Some("gate") => {
            first_request::print(&gate)?;
            gate_step::print(&gate)?;
            memory::print(&gate)
        }
        Some("record") => {
            calls::print(&record)?;
            record_step::print(&record)?;
            record_memory::print(&record)
        }
        _ => bail!(USAGE),
    }
}
