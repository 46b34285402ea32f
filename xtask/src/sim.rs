//! `sim`: runs both simulators, whose `NAME=value` lines come through as they are, until interrupted.

use anyhow::{Result, bail};

use crate::args::Args;
use crate::built;
use crate::shell;
use crate::together;
use crate::workspace::Workspace;

/// Each simulator's program, crate and program being named alike, and the option that says where it listens.
const SIMULATORS: [(&str, &str); 2] = [
    ("servicenow-sim", "--servicenow"),
    ("azure-devops-sim", "--azure-devops"),
];

pub(crate) fn run(workspace: &Workspace, mut args: Args) -> Result<()> {
    let listen = SIMULATORS
        .iter()
        .map(|(_, option)| address(&mut args, option))
        .collect::<Result<Vec<_>>>()?;
    args.finish()?;
    // They are not left to `cargo run`: that would have two more programs to end.
    let programs = built::programs(workspace, &SIMULATORS.map(|(name, _)| (name, name)))?;
    let commands = SIMULATORS.iter().zip(programs).zip(listen);
    together::until_interrupted(
        commands
            .map(|(((name, _), program), listen)| {
                let mut command = shell::command(program, workspace.root());
                if let Some(listen) = listen {
                    command.args(["--listen", &listen]);
                }
                (*name, command)
            })
            .collect(),
    )
}

fn address(args: &mut Args, option: &str) -> Result<Option<String>> {
    let listen = args.value(option)?;
    if listen.as_ref().is_some_and(|it| !it.contains(':')) {
        bail!("{option} takes ADDR:PORT, for example 127.0.0.1:8080");
    }
    Ok(listen)
}

#[cfg(test)]
mod tests {
    use super::{Args, address};

    #[test]
    fn an_address_needs_a_port() {
        let args = |line: &str| Args::new(line.split_whitespace().map(str::to_owned));
        let listen = |line| address(&mut args(line), "--servicenow");
        assert_eq!(
            listen("--servicenow 127.0.0.1:80").unwrap().unwrap(),
            "127.0.0.1:80"
        );
        assert_eq!(listen("").unwrap(), None);
        assert!(listen("--servicenow 8080").is_err());
    }
}
