//! `tasks/launcher.js` with each Node that agents bring along.

use std::fs;
use std::path::Path;
use std::time::Duration;

use testkit::agent::{EndedBy, Finished, Isolation, TaskResult};
use testkit::node::Version;

use crate::stage::{BOUND, Staged, platform};

fn program(finished: &Finished) -> String {
    let line = finished
        .log
        .shown
        .iter()
        .find_map(|line| line.strip_prefix("program "));
    line.unwrap_or_else(|| panic!("{finished:?}")).to_owned()
}

fn temp(finished: &Finished) -> std::path::PathBuf {
    finished.folder().join("_work/_temp")
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder)
        .expect("list a folder")
        .next()
        .is_none()
}

#[test]
fn mends_the_executable_bit_and_runs_in_place() {
    for version in Version::ALL {
        let staged = Staged::new();
        let finished = staged.step(version, "tell").start().unwrap().wait(BOUND);
        assert_eq!(
            (finished.exit_code, finished.result),
            (Some(0), TaskResult::Succeeded),
            "{finished:?}"
        );
        assert_eq!(
            Path::new(&program(&finished)),
            staged.program().canonicalize().unwrap()
        );
        let told = finished.raw().contains("env SNOWGATE_LAUNCHER=spawn");
        assert_eq!(told, version != Version::V24, "{version:?} {finished:?}");
        assert!(
            finished
                .entries
                .iter()
                .all(|entry| entry.stream == testkit::agent::Stream::Output),
            "{finished:?}"
        );
        assert!(is_empty(&temp(&finished)));
    }
}

#[test]
fn nothing_of_node_waits_where_it_can_replace_itself() {
    for version in Version::ALL {
        let staged = Staged::new();
        let mut running = staged.step(version, "wait").start().unwrap();
        running.wait_for_line("waiting as process", BOUND);
        let names: Vec<String> = running
            .processes()
            .into_iter()
            .map(|process| process.name)
            .collect();
        let expected = if version == Version::V24 { 1 } else { 2 };
        assert_eq!(names.len(), expected, "{names:?}");
        assert!(names.contains(&"probe".to_owned()), "{names:?}");
        if version == Version::V24 {
            running.wait_for_line(
                &format!("waiting as process {}", running.id()),
                Duration::ZERO,
            );
        }
        assert!(running.interrupt().leftovers.is_empty());
    }
}

#[test]
fn passes_the_interrupt_on_and_waits_for_what_the_program_makes_of_it() {
    for version in Version::ALL {
        let staged = Staged::new();
        let mut running = staged.step(version, "wait").start().unwrap();
        running.wait_for_line("waiting", BOUND);
        let finished = running.interrupt();
        assert_eq!(finished.ended_by, EndedBy::Interrupt, "{finished:?}");
        assert_eq!(finished.exit_code, Some(0), "{finished:?}");
        assert!(finished.shown().contains("stopped: Signal"), "{finished:?}");
        assert!(finished.leftovers.is_empty(), "{finished:?}");
    }
}

#[test]
fn a_closed_standard_input_does_not_stop_the_program() {
    // The agent closes it at the start; the probe must still be waiting when the interrupt comes.
    for version in [Version::V20, Version::V24] {
        let staged = Staged::new();
        let mut running = staged.step(version, "wait").start().unwrap();
        running.wait_for_line("waiting", BOUND);
        std::thread::sleep(Duration::from_millis(300));
        assert!(
            !running
                .entries()
                .iter()
                .any(|entry| entry.raw.contains("stopped"))
        );
        running.interrupt();
    }
}

#[test]
fn the_program_ends_when_the_launcher_is_killed() {
    for version in [Version::V16, Version::V20] {
        let staged = Staged::new();
        let mut running = staged.step(version, "wait").start().unwrap();
        running.wait_for_line("waiting", BOUND);
        let finished = running.kill();
        assert!(
            finished.shown().contains("stopped: LauncherGone"),
            "{finished:?}"
        );
        assert!(finished.leftovers.is_empty(), "{finished:?}");
    }
}

#[test]
fn gives_the_programs_exit_code() {
    for version in Version::ALL {
        let staged = Staged::new();
        assert_eq!(
            staged
                .step(version, "exit")
                .start()
                .unwrap()
                .wait(BOUND)
                .exit_code,
            Some(7)
        );
        let aborted = staged.step(version, "abort").start().unwrap().wait(BOUND);
        // Where the launcher has become the program, the signal itself ends the step.
        assert_eq!(
            aborted.exit_code,
            if version == Version::V24 {
                None
            } else {
                Some(134)
            }
        );
        assert_eq!(aborted.result, TaskResult::Failed);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn runs_a_copy_where_the_task_folder_may_not_be_changed_or_executed_from() {
    for isolation in [
        Isolation::ReadOnlyTask,
        Isolation::NoExecTask,
        Isolation::ReadOnlyRoot,
    ] {
        for version in Version::ALL {
            let finished = Staged::new()
                .step(version, "tell")
                .isolation(isolation)
                .start()
                .unwrap()
                .wait(BOUND);
            assert_eq!(
                finished.result,
                TaskResult::Succeeded,
                "{isolation:?} {version:?} {finished:?}"
            );
            let copy = program(&finished);
            assert!(
                copy.starts_with(temp(&finished).to_str().unwrap()),
                "{copy}"
            );
            // Only where nobody of us is left does the copy stay, for the agent to remove.
            assert_eq!(
                is_empty(&temp(&finished)),
                version != Version::V24,
                "{isolation:?} {version:?}"
            );
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_copy_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let staged = Staged::new();
    let mut running = staged
        .step(Version::V24, "wait")
        .isolation(Isolation::ReadOnlyTask)
        .start()
        .unwrap();
    running.wait_for_line("waiting", BOUND);
    let folder = fs::read_dir(running.temp())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let copy = folder.join("probe");
    for path in [&folder, &copy] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o700,
            "{}",
            path.display()
        );
    }
    running.interrupt();
}

#[cfg(target_os = "linux")]
#[test]
fn names_both_reasons_where_nothing_can_be_executed() {
    for version in Version::ALL {
        let staged = Staged::new();
        let finished = staged
            .step(version, "tell")
            .isolation(Isolation::NoExecAnywhere)
            .start()
            .unwrap()
            .wait(BOUND);
        assert_eq!(
            (finished.exit_code, finished.log.result),
            (Some(1), TaskResult::Failed),
            "{finished:?}"
        );
        let [issue] = finished.log.issues.as_slice() else {
            panic!("{finished:?}")
        };
        assert_eq!(issue.code.as_deref(), Some("cannot-start"));
        let reasons = issue.text.matches("EACCES").count();
        assert_eq!(reasons, 2, "{issue:?}");
        assert!(
            issue.text.contains("from a copy in the temporary folder"),
            "{issue:?}"
        );
        assert!(is_empty(&temp(&finished)));
    }
}

#[test]
fn a_platform_that_is_not_in_the_package_is_named_with_those_that_are() {
    let staged = Staged::new();
    let bin = staged.task.folder.join("bin");
    fs::rename(bin.join(platform()), bin.join("sunos-x64")).unwrap();
    fs::create_dir(bin.join("empty-x64")).unwrap();
    for version in Version::ALL {
        let finished = staged.step(version, "tell").start().unwrap().wait(BOUND);
        assert_eq!(
            (finished.exit_code, finished.log.result),
            (Some(1), TaskResult::Failed),
            "{finished:?}"
        );
        let text = &finished.log.issues[0].text;
        assert!(
            text.contains(&platform()) && text.contains("holds sunos-x64"),
            "{text}"
        );
        assert!(!text.contains("empty-x64"), "{text}");
    }
}

#[test]
fn a_folder_without_a_package_is_told_too() {
    let staged = Staged::new();
    fs::remove_dir_all(staged.task.folder.join("bin")).unwrap();
    let finished = staged
        .step(Version::V20, "tell")
        .start()
        .unwrap()
        .wait(BOUND);
    assert!(
        finished.log.issues[0].text.ends_with("holds none"),
        "{finished:?}"
    );
}
