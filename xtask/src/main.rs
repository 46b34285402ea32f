//! The workspace's own commands: `cargo xtask <command>`.
//!
//! One file per command. Whatever is heavy is another crate, which the command starts, so that this one compiles
//! in seconds.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool of the desk: no agent reads its lines, and the build's environment is its business"
)]

mod args;
mod bench;
mod built;
mod check;
mod demo;
mod licences;
mod package;
mod pages;
mod pictures;
mod sbom;
mod setup;
mod shell;
mod sim;
mod test;
mod together;
mod version;
mod workspace;

use std::process::ExitCode;

use args::Args;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  package [--targets all|host|NAME,NAME] [--programs DIR] [--verify] [--reproduce] [--out DIR] [--plan]
                          pack the extension; the last line printed is the path of the VSIX
  programs [--targets all|host|NAME,NAME] --out DIR
                          build the tasks' programs only, for `package --programs DIR`
  check                   rules of the tree, format, lints, documentation
  test                    everything: set-up, check, package, all tests
  demo [--keep]           play deployments from gate to report against the simulators
  sim [--servicenow ADDR:PORT] [--azure-devops ADDR:PORT]
                          run both simulators until interrupted
  bench gate|record       measure one of the packed tasks
  pages [--check]         write the tables of inputs and outputs on our pages anew, from each task.json
  pictures                play the demo and draw the marketplace page's pictures anew from what it wrote
  version MAJOR.MINOR.PATCH
                          set the one version
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    match run(&command, Args::new(arguments)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask {command}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str, args: Args) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::find()?;
    match command {
        "package" => package::run(&workspace, args)?,
        "programs" => package::run_programs(&workspace, args)?,
        "check" => check::run(&workspace, args)?,
        "test" => test::run(&workspace, args)?,
        "demo" => demo::run(&workspace, args)?,
        "sim" => sim::run(&workspace, args)?,
        "bench" => bench::run(&workspace, args)?,
        "pages" => pages::run(&workspace, args)?,
        "pictures" => pictures::run(&workspace, args)?,
        "version" => version::run(&workspace, args)?,
        "help" | "--help" | "-h" => print!("{HELP}"),
        other => {
            eprint!("there is no command {other:?}\n\n{HELP}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}
