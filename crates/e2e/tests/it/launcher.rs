//! The packed programs of other platforms, taken out by the launcher as an agent there would have it do.
//!
//! Node is told that it runs elsewhere, and starting the program only tells which. What the launcher does where the
//! stream is damaged, the folder is read-only or steps race is tested beside `pipelines-agent`, with a small program.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bundle::Bundle;
use testkit::agent::{Step, Task};
use testkit::node::{self, Version};

use crate::world::{BOUND, copy, task_named};

const TASKS: [&str; 2] = ["ServiceNowChangeGate", "ServiceNowDeploymentRecord"];

/// Platforms whose programs are packed, and how such a program begins.
const PACKED: [(&str, &[u8]); 5] = [
    ("darwin-arm64", b"\xcf\xfa\xed\xfe\x0c\0\0\x01"),
    ("darwin-x64", b"\xcf\xfa\xed\xfe\x07\0\0\x01"),
    ("linux-arm64", b"\x7fELF\x02\x01"),
    ("win32-arm64", b"MZ"),
    ("win32-x64", b"MZ"),
];

/// Loaded before the launcher: another machine, on which starting a program only tells its path.
fn elsewhere(platform: &str) -> String {
    let (system, architecture) = platform.split_once('-').unwrap();
    format!(
        "const is = (name, value) => Object.defineProperty(process, name, {{ value }});
is('platform', '{system}');
is('arch', '{architecture}');
const tell = (program) => {{
  require('fs').writeSync(1, `would start ${{program}}\\n`);
  process.exit(0);
}};
is('execve', tell);
require('child_process').spawn = tell;
"
    )
}

/// Runs the launcher as on that platform and gives back the program that it would start.
fn started(task: &Task, node: Version, platform: &str) -> PathBuf {
    let scratch = tempfile::tempdir().unwrap();
    let preload = scratch.path().join("elsewhere.js");
    fs::write(&preload, elsewhere(platform)).unwrap();
    let step = Step::new(task, &node::executable(node).unwrap())
        .raw("NODE_OPTIONS", &format!("--require {}", preload.display()));
    let finished = step.start().unwrap().wait(BOUND);
    let mut lines = finished.log.shown.iter();
    let line = lines.find_map(|line| line.strip_prefix("would start "));
    PathBuf::from(line.unwrap_or_else(|| panic!("{platform}: {finished:?}")))
}

fn packed(task: &Task) -> Bundle {
    bundle::read(&task.folder.join("bin"))
        .expect("packed programs: run `cargo xtask package` first")
}

fn written(program: &Path) -> SystemTime {
    program.metadata().unwrap().modified().unwrap()
}

#[test]
fn every_packed_program_is_taken_out_once_by_every_node() {
    for name in TASKS {
        let packed = packed(task_named(name));
        let platforms: Vec<&str> = packed.index.keys().map(String::as_str).collect();
        assert_eq!(platforms, PACKED.map(|(platform, _)| platform), "{name}");
        for node in Version::ALL {
            let scratch = tempfile::tempdir().unwrap();
            copy(&task_named(name).folder, scratch.path());
            let task = Task::read(scratch.path()).unwrap();
            for (platform, begins) in PACKED {
                let program = started(&task, node, platform);
                let entry = &packed.index[platform];
                let folder = task.folder.join("bin").join(platform);
                assert_eq!(program, folder.canonicalize().unwrap().join(&entry.file));
                let bytes = fs::read(&program).unwrap();
                assert!(bytes.starts_with(begins), "{platform}");
                // By another decompressor than Node's.
                assert!(bytes == bundle::unpack(&packed.stream, entry).unwrap());

                let at = written(&program);
                assert_eq!(started(&task, node, platform), program);
                assert_eq!(written(&program), at, "{platform}: it was there already");
            }
        }
    }
}

#[test]
fn a_machine_that_no_program_is_for_is_told_of_all_six() {
    let scratch = tempfile::tempdir().unwrap();
    let preload = scratch.path().join("elsewhere.js");
    fs::write(&preload, elsewhere("win32-ia32")).unwrap();
    let step = Step::new(
        task_named(TASKS[0]),
        &node::executable(Version::V24).unwrap(),
    );
    let step = step.raw("NODE_OPTIONS", &format!("--require {}", preload.display()));
    let finished = step.start().unwrap().wait(BOUND);
    let issue = finished.log.issues_with("cannot-start").next();
    let text = &issue.unwrap_or_else(|| panic!("{finished:?}")).text;
    let there = "darwin-arm64, darwin-x64, linux-arm64, linux-x64, win32-arm64, win32-x64";
    assert!(
        text.contains("win32-ia32") && text.ends_with(there),
        "{text}"
    );
}
