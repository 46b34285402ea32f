//! `tasks/launcher.js` where the program lies packed: unpacked once, whole or not at all.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use testkit::agent::{Finished, Isolation, TaskResult};
use testkit::node::Version;

use crate::stage::{BOUND, Staged, platform};

fn tell(staged: &Staged, version: Version) -> Finished {
    let step = staged.step(version, "tell");
    step.start().expect("a step").wait(BOUND)
}

fn assert_told(finished: &Finished) {
    assert_eq!(
        (finished.exit_code, finished.result),
        (Some(0), TaskResult::Succeeded),
        "{finished:?}"
    );
}

fn program(finished: &Finished) -> &Path {
    let mut lines = finished.log.shown.iter();
    let line = lines.find_map(|line| line.strip_prefix("program "));
    Path::new(line.unwrap_or_else(|| panic!("{finished:?}")))
}

/// The names in the folder where the program is unpacked to.
fn unpacked(staged: &Staged) -> Vec<String> {
    let folder = fs::read_dir(staged.bin().join(platform()));
    let entries = folder.into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn written(staged: &Staged) -> SystemTime {
    let metadata = staged.program().metadata().expect("a program");
    metadata.modified().expect("a time")
}

/// The one issue of a step that could not start.
fn reason(finished: &Finished) -> &str {
    assert_eq!(
        (finished.exit_code, finished.log.result),
        (Some(1), TaskResult::Failed),
        "{finished:?}"
    );
    let [issue] = finished.log.issues.as_slice() else {
        panic!("{finished:?}")
    };
    assert_eq!(issue.code.as_deref(), Some("cannot-start"));
    &issue.text
}

#[test]
fn is_unpacked_once_and_found_there_by_later_runs() {
    for version in Version::ALL {
        let staged = Staged::packed();
        let first = tell(&staged, version);
        assert_told(&first);
        assert_eq!(program(&first), staged.program().canonicalize().unwrap());
        assert_eq!(
            fs::read(staged.program()).unwrap(),
            fs::read(env!("CARGO_BIN_EXE_probe")).unwrap()
        );
        let at = written(&staged);
        // Whoever needs the stream now fails.
        fs::write(staged.bin().join(bundle::STREAM), "gone").unwrap();
        assert_told(&tell(&staged, version));
        assert_eq!(written(&staged), at);
        assert_eq!(unpacked(&staged), ["probe"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn runs_from_the_temporary_folder_where_the_task_folder_may_not_be_changed_or_executed_from() {
    for isolation in [
        Isolation::ReadOnlyTask,
        Isolation::NoExecTask,
        Isolation::ReadOnlyRoot,
    ] {
        for version in Version::ALL {
            let staged = Staged::packed();
            let step = staged.step(version, "tell").isolation(isolation);
            let finished = step.start().unwrap().wait(BOUND);
            assert_told(&finished);
            let temp = finished.folder().join("_work/_temp");
            assert!(program(&finished).starts_with(&temp), "{finished:?}");
            // Where nobody of us is left, the copy stays for the agent to remove.
            let left = fs::read_dir(temp).unwrap().count();
            let expected = usize::from(version == Version::V24);
            assert_eq!(left, expected, "{isolation:?} {version:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_both_reasons_where_nothing_can_be_executed() {
    for version in Version::ALL {
        let staged = Staged::packed();
        let step = staged.step(version, "tell");
        let step = step.isolation(Isolation::NoExecAnywhere);
        let finished = step.start().unwrap().wait(BOUND);
        let text = reason(&finished);
        assert_eq!(text.matches("EACCES").count(), 2, "{text}");
    }
}

#[test]
fn what_a_killed_step_left_half_written_is_passed_over() {
    for version in Version::ALL {
        let staged = Staged::packed();
        let folder = staged.bin().join(platform());
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(".probe.0123456789abcdef"), "half").unwrap();
        for _ in 0..2 {
            let finished = tell(&staged, version);
            assert_told(&finished);
            assert_eq!(program(&finished), staged.program().canonicalize().unwrap());
        }
    }
}

#[test]
fn steps_that_start_together_all_run() {
    for version in Version::ALL {
        let staged = Staged::packed();
        let steps: Vec<_> = (0..6)
            .map(|_| staged.step(version, "tell").start().unwrap())
            .collect();
        for step in steps {
            assert_told(&step.wait(BOUND));
        }
        assert_eq!(unpacked(&staged), ["probe"]);
    }
}

#[test]
fn a_damaged_package_is_named_and_nothing_of_it_is_started() {
    type Harm = fn(&Staged);
    let damage: [(&str, Harm); 4] = [
        ("truncated", |staged| {
            let stream = staged.bin().join(bundle::STREAM);
            let bytes = fs::read(&stream).unwrap();
            fs::write(stream, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("changed", |staged| {
            let stream = staged.bin().join(bundle::STREAM);
            let mut bytes = fs::read(&stream).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle..middle + 64].fill(0x55);
            fs::write(stream, bytes).unwrap();
        }),
        ("without stream", |staged| {
            fs::remove_file(staged.bin().join(bundle::STREAM)).unwrap();
        }),
        ("without sense in its index", |staged| {
            fs::write(staged.bin().join(bundle::INDEX), "{").unwrap();
        }),
    ];
    for (what, harm) in damage {
        for version in Version::ALL {
            let staged = Staged::packed();
            harm(&staged);
            let finished = tell(&staged, version);
            let text = reason(&finished);
            let folder = staged.task.folder.canonicalize().unwrap();
            assert!(
                text.contains("damaged") && text.contains(folder.to_str().unwrap()),
                "{what}: {text}"
            );
            assert_eq!(unpacked(&staged), [""; 0], "{what}");
        }
    }
}

#[test]
fn another_program_than_the_index_says_is_not_started() {
    let staged = Staged::packed();
    let mut packed = bundle::read(&staged.bin()).unwrap();
    let other = packed.index["sunos-x64"].sha256.clone();
    packed.index.get_mut(&platform()).unwrap().sha256 = other;
    bundle::write(&packed, &staged.bin()).unwrap();
    let finished = tell(&staged, Version::V24);
    assert!(reason(&finished).contains("not the program that went in"));
    assert_eq!(unpacked(&staged), [""; 0]);
}

#[test]
fn a_platform_in_neither_place_is_told_which_there_are_in_both() {
    let staged = Staged::packed();
    let mut packed = bundle::read(&staged.bin()).unwrap();
    packed.index.remove(&platform());
    bundle::write(&packed, &staged.bin()).unwrap();
    // Unpacked before, and another that lies there as it is.
    for (folder, file) in [("sunos-x64", "other"), ("aix-ppc64", "probe")] {
        fs::create_dir(staged.bin().join(folder)).unwrap();
        fs::write(staged.bin().join(folder).join(file), "program").unwrap();
    }
    for version in Version::ALL {
        let finished = tell(&staged, version);
        let text = reason(&finished);
        assert!(
            text.contains(&platform()) && text.ends_with("holds aix-ppc64, sunos-x64"),
            "{text}"
        );
    }
}
