//! Answers that do not say whether something happened. In the end there is one change, and one note.

use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Finished, Step, TaskResult};

use crate::world::{BOUND, World, count, number_of, output};

const CHANGES: &str = "/table/change_request";

/// A gate that ends once the change is open.
fn opener(world: &World) -> Step {
    world
        .gate()
        .input("requestApproval", "false")
        .input("proceedWhen", "created")
        .input("moveToImplement", "false")
}

fn one_change(world: &World, finished: &Finished, creations: usize) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let changes = world.sim.records("change_request");
    assert_eq!(changes.len(), 1, "{finished:?}");
    assert_eq!(changes[0]["number"], output(finished, "changeNumber"));
    assert_eq!(count(world, "POST", CHANGES), creations, "{finished:?}");
    let findings = world.sim.findings();
    assert!(findings.is_empty(), "{findings:?}");
}

fn opens_in_spite_of(fault: Fault, creations: usize) {
    let world = World::new();
    let on = On::path(CHANGES).method("POST");
    world.sim.fail(on, When::Next(1), fault);
    let finished = opener(&world).start().unwrap().wait(BOUND);
    one_change(&world, &finished, creations);
    let shown = finished.shown();
    assert!(shown.contains("No clear answer to the opening"), "{shown}");
}

#[test]
fn a_creation_that_took_place_behind_a_500_is_found() {
    opens_in_spite_of(Fault::TransactionCancelledAfterCommit, 1);
    opens_in_spite_of(Fault::GatewayAfterCommit { status: 502 }, 1);
}

#[test]
fn a_creation_that_took_place_behind_a_broken_connection_is_found() {
    opens_in_spite_of(Fault::ResetAfterCommit, 1);
    opens_in_spite_of(Fault::CutBody, 1);
}

#[test]
fn a_creation_that_took_place_behind_an_unusable_success_is_found() {
    opens_in_spite_of(Fault::Truncated, 1);
    opens_in_spite_of(Fault::PartialResult, 1);
    opens_in_spite_of(Fault::Oversize { bytes: 9 << 20 }, 1);
}

#[test]
fn a_creation_that_failed_with_500_is_looked_for_and_then_made() {
    opens_in_spite_of(Fault::TransactionCancelled, 2);
}

#[test]
fn a_creation_whose_connection_broke_before_is_looked_for_and_then_made() {
    opens_in_spite_of(Fault::Reset, 2);
}

#[test]
fn a_page_instead_of_the_creation_is_looked_for_and_then_made() {
    opens_in_spite_of(Fault::Hibernating, 2);
}

#[test]
fn half_an_answer_to_a_reading_does_not_end_the_wait() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let id = world.sim.change(&number)["sys_id"].clone();
    let on = On::path(id.as_str().unwrap()).method("GET");
    world.sim.fail(on.clone(), When::Next(2), Fault::Truncated);
    running.wait_for_line("ServiceNow does not answer", BOUND);
    running.wait_for_line("ServiceNow answers again", BOUND);
    world.sim.fail(on, When::Next(1), Fault::PartialResult);
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-1");
}

/// The step to the approvers goes wrong that way; how often it was asked for in the end.
fn steps_in_spite_of(fault: Fault) -> usize {
    let world = World::new();
    let on = On::path(CHANGES).method("PATCH");
    world.sim.fail(on, When::Next(1), fault);
    let step = world.gate().input("moveToImplement", "false");
    let (number, finished) = world.approved(&step);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-2");
    let findings = world.sim.findings();
    assert!(findings.is_empty(), "{findings:?}");
    count(&world, "PATCH", CHANGES)
}

#[test]
fn a_step_whose_answer_was_lost_is_not_taken_twice() {
    assert_eq!(steps_in_spite_of(Fault::ResetAfterCommit), 1);
    assert_eq!(steps_in_spite_of(Fault::TransactionCancelledAfterCommit), 1);
}

#[test]
fn a_step_that_did_not_take_place_is_taken_again() {
    assert_eq!(steps_in_spite_of(Fault::Reset), 2);
    assert_eq!(steps_in_spite_of(Fault::Gateway { status: 504 }), 2);
}

/// The note on a change whose stage went on without approval; its answer is lost.
fn note_without_an_answer(options: Options) -> (Vec<String>, Finished) {
    let world = World::with(options);
    let on = On::path(CHANGES).method("PATCH");
    world.sim.fail(on, When::Nth(2), Fault::ResetAfterCommit);
    let step = world
        .gate()
        .input("timeoutMinutes", "0.03")
        .input("onTimeout", "proceed");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    assert_eq!(output(&finished, "changeDecision"), "proceedOnTimeout");
    let id = output(&finished, "changeSysId");
    let notes = world.sim.journal(id, "work_notes");
    let ours = notes
        .into_iter()
        .filter(|note| note.contains("The stage went on"));
    (ours.collect(), finished)
}

#[test]
fn a_note_whose_answer_was_lost_is_found_in_the_journal() {
    let (notes, finished) = note_without_an_answer(Options {
        journal_readers: vec!["itil".to_owned()],
        ..Options::default()
    });
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(finished.log.issues_with("note-missing").count(), 0);
}

#[test]
fn a_note_that_cannot_be_looked_for_is_not_written_twice() {
    let (notes, finished) = note_without_an_answer(Options::default());
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(finished.log.issues_with("note-missing").count(), 1);
}
