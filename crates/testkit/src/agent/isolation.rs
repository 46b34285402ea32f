//! Folders a step may not write to, or not execute from: mount namespaces of Linux.

use std::path::Path;
use std::process::Command;

/// What the step may do with folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// What the user may.
    #[default]
    None,
    /// The task's folder is mounted read-only, as in a container job with `mountReadOnly: tasks`.
    ReadOnlyTask,
    /// The task's folder is mounted without execution.
    NoExecTask,
    /// The task's folder and the temporary folder are mounted without execution: nothing can start.
    NoExecAnywhere,
    /// Everything but the temporary folder is read-only, as in a hardened container.
    ReadOnlyRoot,
}

impl Isolation {
    /// The command that runs `program` so. The started process becomes the program: signals reach it directly.
    pub(crate) fn command(self, program: &Path, task: &Path, temp: &Path) -> Command {
        let script = match self {
            Self::None => return Command::new(program),
            Self::ReadOnlyTask => r#"mount --bind "$1" "$1" && mount -o remount,bind,ro "$1""#,
            Self::NoExecTask => r#"mount --bind "$1" "$1" && mount -o remount,bind,noexec "$1""#,
            Self::NoExecAnywhere => {
                r#"for d in "$1" "$2"; do mount --bind "$d" "$d" && mount -o remount,bind,noexec "$d" || exit 125; done"#
            }
            Self::ReadOnlyRoot => r#"mount --bind "$2" "$2" && mount -o remount,bind,ro /"#,
        };
        // Not `sh`, which may be one that drops variables whose names are none for it: those of service connections
        // hold hyphens.
        let mut command = Command::new("unshare");
        if !is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        let script = format!("{{ {script}; }} >&2 || exit 125; shift 2; exec \"$@\"");
        command
            .args([
                "--mount",
                "--propagation",
                "private",
                "bash",
                "-c",
                &script,
                "bash",
            ])
            .arg(task)
            .arg(temp)
            .arg(program);
        command
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
