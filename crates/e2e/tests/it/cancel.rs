//! The agent tells the step to stop: it stops at once, and says in which state the change is left.

use std::time::Duration;

use servicenow_sim::{Fault, On, When};
use testkit::agent::{EndedBy, Finished, Running, TaskResult};
use testkit::node::Version;
use testkit::wait::until;

use crate::world::{BOUND, World, number_of, output};

const STATE: &str = "state";

/// The only error of an interrupted step, and how long it took to end after `line` was printed.
fn last_words(finished: &Finished) -> &str {
    assert_eq!(finished.ended_by, EndedBy::Interrupt, "{finished:?}");
    assert_eq!(finished.exit_code, Some(0), "{finished:?}");
    assert_eq!(finished.log.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "interrupted");
    assert!(finished.leftovers.is_empty(), "{finished:?}");
    assert!(finished.log.complaints.is_empty(), "{finished:?}");
    let mut issues = finished.log.issues_with("interrupted");
    let issue = issues.next().expect("an issue says why");
    assert_eq!(issues.next(), None);
    &issue.text
}

/// Interrupts, and bounds the time until the end: from the last line before, which is a little more than it took.
fn interrupt_within(running: Running, bound: Duration) -> Finished {
    let before = running.entries().last().map(|line| line.at);
    let finished = running.interrupt();
    let took = finished.duration.saturating_sub(before.unwrap_or_default());
    assert!(took < bound, "it took {took:?}: {finished:?}");
    finished
}

fn waiting(world: &World, node: Version, on_cancel: &str) -> (Running, String) {
    let step = world.gate_by(node).input("onCancel", on_cancel);
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    (running, number)
}

#[test]
fn an_interrupt_ends_the_wait_within_two_seconds_and_leaves_the_change() {
    for node in Version::ALL {
        let world = World::new();
        let (running, number) = waiting(&world, node, "leave");
        let finished = interrupt_within(running, Duration::from_secs(2));
        let said = last_words(&finished);
        assert!(
            said.contains(&format!("{number} is left as it was last seen: Assess")),
            "{said}"
        );
        assert_eq!(output(&finished, "changeNumber"), number);
        assert_eq!(world.sim.change(&number)[STATE], "-4");
        assert_eq!(world.sim.findings(), []);
    }
}

#[test]
fn a_cancelled_run_cancels_its_change_where_the_user_says_so() {
    for node in Version::ALL {
        let world = World::new();
        let (running, number) = waiting(&world, node, "cancelChange");
        let finished = interrupt_within(running, Duration::from_secs(2));
        let said = last_words(&finished);
        assert!(said.contains(&format!("{number} was cancelled")), "{said}");
        assert_eq!(output(&finished, "changeState"), "Canceled");
        let change = world.sim.change(&number);
        assert_eq!(change[STATE], "4");
        let notes = world
            .sim
            .journal(change["sys_id"].as_str().unwrap(), "work_notes");
        assert!(
            notes.iter().any(|note| note.contains("step that waited")),
            "{notes:?}"
        );
        assert_eq!(world.sim.findings(), []);
    }
}

#[test]
fn an_instance_that_hangs_keeps_no_step_from_ending() {
    let world = World::new();
    let (running, number) = waiting(&world, Version::V24, "cancelChange");
    world.sim.fail(On::any(), When::UntilCleared, Fault::Hang);
    let finished = interrupt_within(running, Duration::from_secs(7));
    let said = last_words(&finished);
    assert!(
        said.contains(&format!("{number} could not be cancelled")),
        "{said}"
    );
    assert!(said.contains("Assess"), "{said}");
    assert_eq!(world.sim.change(&number)[STATE], "-4");
}

#[test]
fn a_refused_cancellation_is_told_with_its_reason() {
    let world = World::new();
    let (running, number) = waiting(&world, Version::V24, "cancelChange");
    let body = r#"{"error":{"message":"Operation Failed","detail":"ACL Exception Update Failed due to security constraints"},"status":"failure"}"#;
    for method in ["PATCH", "PUT"] {
        world.sim.fail(
            On::path("/").method(method),
            When::UntilCleared,
            Fault::Answer {
                status: 403,
                body: body.to_owned(),
            },
        );
    }
    let finished = interrupt_within(running, Duration::from_secs(4));
    let said = last_words(&finished);
    assert!(
        said.contains(&format!("{number} could not be cancelled")),
        "{said}"
    );
    assert!(said.contains("may not update"), "{said}");
}

#[test]
fn an_interrupt_before_anything_was_opened_says_so() {
    let world = World::new();
    world.sim.fail(On::any(), When::UntilCleared, Fault::Hang);
    let mut running = world
        .gate()
        .input("onCancel", "cancelChange")
        .start()
        .unwrap();
    running.wait_for_line("ServiceNow change gate", BOUND);
    let finished = interrupt_within(running, Duration::from_secs(2));
    let said = last_words(&finished);
    assert!(said.contains("before a change was opened"), "{said}");
    assert_eq!(world.sim.records("change_request").len(), 0);
}

/// The interrupt comes between a creation and its answer, for the second change of a stage: the first is over.
fn interrupted_during_creation(on_cancel: &str) -> (World, Finished) {
    let world = World::new();
    let (running, first) = waiting(&world, Version::V24, "leave");
    world.sim.cancel(&first, "nina.network", "not now").unwrap();
    assert_eq!(running.wait(BOUND).result, TaskResult::Failed);
    world.sim.fail(
        On::path("change").method("POST"),
        When::Next(1),
        Fault::HangAfterCommit,
    );
    let step = world.gate().input("onCancel", on_cancel);
    let running = step.start().unwrap();
    until("the second change", BOUND, || {
        (world.sim.records("change_request").len() == 2).then_some(())
    });
    let finished = interrupt_within(running, Duration::from_secs(4));
    (world, finished)
}

fn second(world: &World) -> (String, String) {
    let rows = world.sim.records("change_request");
    let key = |row: &serde_json::Map<String, serde_json::Value>| row["correlation_id"].to_string();
    let row = rows.iter().find(|row| key(row).contains(":g2"));
    let row = row.expect("a second generation");
    let text = |column: &str| row[column].as_str().unwrap().to_owned();
    (text("number"), text(STATE))
}

#[test]
fn a_change_whose_creation_was_interrupted_is_named() {
    let (world, finished) = interrupted_during_creation("leave");
    let (number, state) = second(&world);
    let said = last_words(&finished);
    assert!(said.contains(&format!("{number} is left")), "{said}");
    assert_eq!(state, "-5");
    assert_eq!(output(&finished, "changeNumber"), number);
}

#[test]
fn a_change_whose_creation_was_interrupted_is_cancelled() {
    let (world, finished) = interrupted_during_creation("cancelChange");
    let (number, state) = second(&world);
    let said = last_words(&finished);
    assert!(said.contains(&format!("{number} was cancelled")), "{said}");
    assert_eq!(state, "4");
}

#[test]
fn a_creation_whose_fate_is_unknown_is_told() {
    let world = World::new();
    world.sim.fail(
        On::path("change").method("POST"),
        When::UntilCleared,
        Fault::Hang,
    );
    let running = world.gate().start().unwrap();
    until("a creation", BOUND, || {
        let requests = world.sim.requests();
        let post = |r: &servicenow_sim::Recorded| r.method == "POST" && r.path.contains("change");
        requests.iter().any(post).then_some(())
    });
    let finished = interrupt_within(running, Duration::from_secs(4));
    let said = last_words(&finished);
    assert!(said.contains("while a change was being opened"), "{said}");
}

#[test]
fn a_second_interrupt_changes_nothing() {
    let world = World::new();
    let (mut running, number) = waiting(&world, Version::V20, "cancelChange");
    running.send_interrupt();
    let finished = interrupt_within(running, Duration::from_secs(3));
    let said = last_words(&finished);
    assert!(said.contains(&format!("{number} was cancelled")), "{said}");
    assert_eq!(world.sim.change(&number)[STATE], "4");
}

#[test]
fn a_program_whose_launcher_was_killed_ends_by_itself() {
    let world = World::new();
    let (running, number) = waiting(&world, Version::V20, "leave");
    assert_eq!(running.processes().len(), 2, "{:?}", running.processes());
    let finished = running.kill();
    assert!(finished.leftovers.is_empty(), "{finished:?}");
    let raw = finished.raw();
    assert!(raw.contains("the agent's process is gone"), "{raw}");
    assert_eq!(world.sim.change(&number)[STATE], "-4");
}
