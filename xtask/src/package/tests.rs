//! Plan, stage and pack over the tracked tree, with a stand-in for the program.

use std::fs;
use std::path::Path;

use super::plan::{Plan, Source};
use super::platform::{Platform, chosen};
use super::{packed, stage, verify};
use crate::workspace::Workspace;

fn staged(folder: &Path, platforms: &[Platform]) -> (Plan, Vec<u8>) {
    let workspace = Workspace::find().unwrap();
    let program = folder.join("program");
    fs::write(&program, [7; 3000]).unwrap();
    let plan = Plan::new(&workspace, platforms).unwrap();
    let stage = folder.join("stage");
    stage::stage(&workspace, &plan, &stage, |source| {
        let made = matches!(source, Source::Program(_) | Source::Packed { .. });
        made.then(|| program.clone())
    })
    .unwrap();
    let bytes = packed(&plan, &stage).unwrap();
    (plan, bytes)
}

#[test]
fn the_tree_makes_a_package_that_verifies_and_is_the_same_from_any_folder() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for targets in ["linux-x64", "all"] {
        let platforms = chosen(Some(targets)).unwrap();
        let (_, bytes) = staged(one.path(), &platforms);
        verify::check(&bytes).unwrap();
        assert_eq!(bytes, staged(other.path(), &platforms).1);
    }
}

#[test]
fn staging_anew_leaves_nothing_of_before_and_stamps_the_version() {
    let folder = tempfile::tempdir().unwrap();
    let stale = folder.path().join("stage/tasks/Old/task.json");
    fs::create_dir_all(stale.parent().unwrap()).unwrap();
    fs::write(&stale, "{}").unwrap();
    let (plan, _) = staged(folder.path(), &[Platform::LinuxX64]);
    assert!(!stale.exists());
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join("stage").join(path)).unwrap())
            .unwrap()
    };
    for task in plan.extension.task_folders() {
        let version = &read(&format!("{task}/task.json"))["version"];
        assert_eq!(version["Major"], plan.version.major, "{task}");
        assert_eq!(version["Minor"], plan.version.minor, "{task}");
    }
    assert_eq!(
        read("vss-extension.json")["version"],
        plan.version.to_string()
    );
}

#[test]
fn what_is_no_program_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, bytes) = staged(folder.path(), &[Platform::LinuxX64]);
    let error = verify(
        &Workspace::find().unwrap(),
        &plan,
        &folder.path().join("stage"),
        &bytes,
    )
    .unwrap_err();
    assert!(
        format!("{error:#}").contains("no program for linux-x64"),
        "{error:#}"
    );
}
