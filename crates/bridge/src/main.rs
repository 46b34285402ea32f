#![doc = include_str!("../README.md")]

mod command_line;

mod audit;

mod config;
mod connect;
mod ending;
mod report_file;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;
use redact::Masker;

use crate::command_line::{Command, CommandLine};
use crate::config::ProcessVars;
use crate::ending::Ending;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let masker = Masker::default();
    let terminal = Terminal::new(masker.clone());
    let command = match CommandLine::try_parse_from(std::env::args_os()) {
        Ok(line) => line.command,
        Err(answer) => return parsed_otherwise(&answer, &terminal).into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.say(&format!(
                "no runtime could be started: {}",
                redact::chain(&error)
            ));
            return Ending::Wrong.into();
        }
    };
    let ending = match command {
        Command::Audit(args) => {
            runtime.block_on(audit::run(&args, &ProcessVars, &masker, &terminal))
        }
    };
    ending.into()
}

/// Help and version are answers; everything else is a mistake of the caller's.
fn parsed_otherwise(answer: &clap::Error, terminal: &Terminal) -> Ending {
    let text = answer.render().to_string();
    if answer.use_stderr() {
        terminal.say(&text);
        return Ending::Wrong;
    }
    match terminal.answer(&text) {
        Ok(()) => Ending::Written,
        Err(_) => Ending::Wrong,
    }
}
