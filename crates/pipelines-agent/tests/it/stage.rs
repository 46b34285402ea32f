//! A staged task whose program is the probe (`tests/probe.rs`).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use bundle::{Bundle, Program};
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

    /// The same task with the probe in the stream of packed programs, behind one for another platform.
    pub(crate) fn packed() -> Self {
        // Packing is slow; each story gets the same files.
        static PACKED: OnceLock<Bundle> = OnceLock::new();
        let staged = Self::new();
        let packed = PACKED.get_or_init(|| packed(&staged.program()));
        fs::remove_dir_all(staged.bin().join(platform())).expect("remove the probe");
        bundle::write(packed, &staged.bin()).expect("write the stream");
        staged
    }

    pub(crate) fn bin(&self) -> PathBuf {
        self.task.folder.join("bin")
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.bin().join(platform()).join(name("probe"))
    }

    /// A step of this task that lets the probe do that.
    pub(crate) fn step(&self, version: Version, probe: &str) -> Step {
        Step::new(&self.task, &executable(version).expect("Node")).variable("Probe", probe)
    }
}

fn packed(probe: &Path) -> Bundle {
    let probe = fs::read(probe).expect("read the probe");
    let programs = [
        Program {
            platform: "sunos-x64",
            file: "other",
            // So much that the probe's place in the stream matters.
            bytes: &[7; 100_000],
        },
        Program {
            platform: &platform(),
            file: &name("probe"),
            bytes: &probe,
        },
    ];
    bundle::pack(&programs).expect("pack the probe")
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
