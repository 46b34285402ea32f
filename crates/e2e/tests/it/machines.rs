//! Agents of every kind: their Node, their folders, their mounts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::agent::{Finished, Isolation, Step, Task, TaskResult};
use testkit::node::{self, Version};

use crate::world::{BOUND, STEP, World, copy, output, task};

const LAUNCHER: &str = "launcher.js";

/// A gate that is content as soon as its change exists: the whole way, without a wait.
fn quick(world: &World, step: Step) -> Step {
    step.connection("serviceNowConnection", &world.connection())
        .input("proceedWhen", "created")
        .input("requestApproval", "false")
        .input("moveToImplement", "false")
}

fn assert_gated(world: &World, finished: &Finished) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "proceed");
    assert!(
        finished.leftovers.is_empty() && finished.log.complaints.is_empty(),
        "{finished:?}"
    );
    assert_eq!(finished.log.summaries.len(), 1, "{finished:?}");
    assert_eq!(world.sim.records("change_request").len(), 1);
    assert_eq!(world.sim.findings(), []);
}

/// A task folder of this story's own, as an agent unpacks it: without a single executable bit.
fn own_task(folder: &Path) -> Task {
    copy(&task().folder, folder);
    Task::read(folder).unwrap()
}

fn step(task: &Task, node: Version) -> Step {
    Step::new(task, &node::executable(node).unwrap()).reference(STEP)
}

/// The program that lies in the task's folder as it is.
fn program(folder: &Path) -> PathBuf {
    let paths = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path())
    };
    let mut folders = paths(&folder.join("bin")).filter(|path| path.is_dir());
    let platform = folders.next().expect("a program for this machine");
    paths(&platform).next().expect("a program")
}

#[test]
fn every_node_starts_a_program_without_its_executable_bit() {
    for node in Version::ALL {
        let world = World::new();
        let scratch = tempfile::tempdir().unwrap();
        let task = own_task(scratch.path());
        let finished = quick(&world, step(&task, node))
            .start()
            .unwrap()
            .wait(BOUND);
        assert_gated(&world, &finished);
        let mode = program(scratch.path())
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o111, 0o111, "{mode:o}");
    }
}

#[test]
fn every_node_runs_the_gate_from_folders_it_may_not_write_or_execute() {
    for isolation in [
        Isolation::ReadOnlyTask,
        Isolation::NoExecTask,
        Isolation::ReadOnlyRoot,
    ] {
        for node in Version::ALL {
            let world = World::new();
            let scratch = tempfile::tempdir().unwrap();
            let task = own_task(scratch.path());
            let step = quick(&world, step(&task, node)).isolation(isolation);
            let finished = step.start().unwrap().wait(BOUND);
            assert_gated(&world, &finished);
        }
    }
}

#[test]
fn where_nothing_may_be_executed_the_step_says_so_and_stays_shut() {
    for node in Version::ALL {
        let world = World::new();
        let scratch = tempfile::tempdir().unwrap();
        let task = own_task(scratch.path());
        let step = quick(&world, step(&task, node)).isolation(Isolation::NoExecAnywhere);
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        assert_eq!(finished.exit_code, Some(1), "{finished:?}");
        assert_eq!(
            finished.log.issues_with("cannot-start").count(),
            1,
            "{finished:?}"
        );
        assert!(world.sim.requests().is_empty());
    }
}

#[test]
fn a_platform_without_a_program_is_told_which_there_are() {
    for node in Version::ALL {
        let world = World::new();
        let scratch = tempfile::tempdir().unwrap();
        let task = own_task(scratch.path());
        let there = program(scratch.path()).parent().unwrap().to_owned();
        fs::rename(&there, there.with_file_name("plan9-mips")).unwrap();
        let finished = quick(&world, step(&task, node))
            .start()
            .unwrap()
            .wait(BOUND);
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        let issue = finished
            .log
            .issues_with("cannot-start")
            .next()
            .expect("an issue");
        assert!(
            issue.text.contains("plan9-mips") && issue.text.contains("linux-"),
            "{}",
            issue.text
        );
        assert!(world.sim.requests().is_empty());
    }
}

#[test]
fn the_task_brings_one_launcher_for_all() {
    let folder = &task().folder;
    let launcher = fs::read_to_string(folder.join(LAUNCHER)).unwrap();
    assert!(!launcher.contains("require('./") && !folder.join("node_modules").exists());
}

/// The program of the gate while it waits; a generous bound, the figures belong to the benchmark.
#[test]
fn a_waiting_gate_is_one_small_program() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    running.wait_for_line("waiting for approval", BOUND);
    let processes = running.processes();
    let finished = running.interrupt();
    assert_eq!(processes.len(), 1, "Node stays in memory: {processes:?}");
    assert!(
        processes[0].peak_memory > 0 && processes[0].peak_memory < 16 << 10,
        "{processes:?}"
    );
    assert!(finished.leftovers.is_empty(), "{finished:?}");
}
