//! A staged task whose program is the probe (`tests/probe.rs`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use testkit::agent::{Step, Task};
use testkit::node::{Version, executable};

/// How long any of these steps may take on a busy machine.
pub(crate) const BOUND: Duration = Duration::from_secs(30);

/// A task folder as the agent unpacks it: the launcher, and the probe without an executable bit.
pub(crate) struct Staged {
    pub(crate) task: Task,
    _folder: TempDir,
}

impl Staged {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let root = folder.path();
        let launcher = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tasks/launcher.js");
        fs::copy(launcher, root.join("launcher.js")).expect("copy the launcher");
        let definition = json!({
            "name": "Probe",
            "inputs": [{ "name": "text", "type": "string" }],
            "outputVariables": [{ "name": "told" }],
            "execution": { "Node20_1": { "target": "launcher.js" }, "Node24": { "target": "launcher.js" } },
        });
        fs::write(root.join("task.json"), definition.to_string()).expect("write the definition");
        let programs = root.join("bin").join(platform());
        fs::create_dir_all(&programs).expect("create the program's folder");
        // Read and write, so that no mode bit is copied along.
        let bytes = fs::read(env!("CARGO_BIN_EXE_probe")).expect("read the probe");
        fs::write(programs.join(name("probe")), bytes).expect("write the probe");
        let task = Task::read(root).expect("a task");
        Self {
            task,
            _folder: folder,
        }
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.task
            .folder
            .join("bin")
            .join(platform())
            .join(name("probe"))
    }

    /// A step of this task that lets the probe do that.
    pub(crate) fn step(&self, version: Version, probe: &str) -> Step {
        Step::new(&self.task, &executable(version).expect("Node")).variable("Probe", probe)
    }
}

/// The platform in Node's words.
pub(crate) fn platform() -> String {
    let os = match std::env::consts::OS {
        "windows" => "win32",
        "macos" => "darwin",
        other => other,
    };
    let architecture = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x64"
    };
    format!("{os}-{architecture}")
}

fn name(program: &str) -> String {
    format!("{program}{}", std::env::consts::EXE_SUFFIX)
}
