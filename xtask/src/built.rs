//! Programs of the tree, built for this desk: not packed, and run from where cargo leaves them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::shell;
use crate::workspace::Workspace;

/// Builds these programs, each as (crate, program), in one go and gives back where they lie, in the same order.
pub(crate) fn programs<const N: usize>(
    workspace: &Workspace,
    programs: &[(&str, &str); N],
) -> Result<[PathBuf; N]> {
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
    for (crate_name, program) in programs {
        cargo.args(["--package", crate_name, "--bin", program]);
    }
    let messages = shell::output(&mut cargo)?;
    let mut found = [const { PathBuf::new() }; N];
    for (path, (_, program)) in found.iter_mut().zip(programs) {
        *path = executable(&messages, program)
            .with_context(|| format!("cargo built no program {program}"))?;
    }
    Ok(found)
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
    use super::executable;

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
}
