//! `sim`: runs both simulators, whose `NAME=value` lines come through as they are, until interrupted.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::args::Args;
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
    let programs = built(workspace)?;
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

/// Builds the simulators and gives back where they lie. They are not left to `cargo run`: that would have two more
/// programs to end.
fn built(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut cargo = shell::cargo(
        workspace.root(),
        &[
            "build",
            "--quiet",
            "--locked",
            "--message-format",
            "json-render-diagnostics",
        ],
    );
    for (name, _) in SIMULATORS {
        cargo.args(["--package", name, "--bin", name]);
    }
    let messages = shell::output(&mut cargo)?;
    SIMULATORS
        .iter()
        .map(|(name, _)| {
            executable(&messages, name).with_context(|| format!("cargo built no program {name}"))
        })
        .collect()
}

/// The path of a program among cargo's messages, one JSON object a line.
fn executable(messages: &str, program: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|message| message["target"]["name"] == program && message["executable"].is_string())
        .and_then(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::{Args, address, executable};

    #[test]
    fn a_program_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"servicenow_sim"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"servicenow-sim"},"executable":"/t/debug/servicenow-sim"}
{"reason":"build-finished","success":true}
"#;
        let found = executable(messages, "servicenow-sim").unwrap();
        assert_eq!(found.to_str(), Some("/t/debug/servicenow-sim"));
        assert_eq!(executable(messages, "azure-devops-sim"), None);
    }

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
