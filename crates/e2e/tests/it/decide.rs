//! What makes a stage go on, wait or stop once its change is open.

use serde_json::{Value, json};
use servicenow_sim::{Options, Rounds};
use testkit::agent::{Finished, Step, TaskResult};

use crate::world::{BOUND, World, number_of, output};

/// The one issue of a failed step.
fn stopped<'a>(finished: &'a Finished, code: &str) -> &'a str {
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(finished.exit_code, Some(0), "{finished:?}");
    let mut issues = finished.log.issues_with(code);
    let issue = issues.next().unwrap_or_else(|| panic!("{finished:?}"));
    assert!(issues.next().is_none(), "{finished:?}");
    &issue.text
}

fn notes(world: &World, number: &str) -> Vec<String> {
    let id = world.sim.change(number)["sys_id"].clone();
    world.sim.journal(id.as_str().unwrap(), "work_notes")
}

#[test]
fn a_rejection_stops_at_once_and_says_who_when_and_why() {
    let world = World::with(Options {
        journal_readers: vec!["itil".to_owned()],
        ..Options::default()
    });
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world
        .sim
        .reject(&number, "nina.network", "no backout plan")
        .unwrap();
    let finished = running.wait(BOUND);
    let text = stopped(&finished, "change-stopped");
    let day = &world.sim.now()[..10];
    for part in [
        number.as_str(),
        "rejected by Nina Network",
        "no backout plan",
        day,
        "UTC",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(output(&finished, "changeDecision"), "stop");
    assert_eq!(output(&finished, "changeApproval"), "rejected");
    assert!(
        finished.log.summaries[0].contains("Nina Network"),
        "{:?}",
        finished.log.summaries
    );
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn a_rejection_in_the_second_round_names_its_approver() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world.sim.approve(&number, Rounds::Current).unwrap();
    running.wait_for_line("Authorize, approval", BOUND);
    world.sim.reject(&number, "carla.cab", "").unwrap();
    let finished = running.wait(BOUND);
    let text = stopped(&finished, "change-stopped");
    assert!(text.contains("rejected by Carla Cab"), "{text}");
}

#[test]
fn a_cancelled_change_stops_the_stage() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world
        .sim
        .cancel(&number, "chris.manager", "not today")
        .unwrap();
    let finished = running.wait(BOUND);
    let text = stopped(&finished, "change-stopped");
    assert!(text.contains(&format!("{number} was cancelled")), "{text}");
    assert_eq!(output(&finished, "changeState"), "Canceled");
}

#[test]
fn a_change_that_is_closed_or_reviewed_meanwhile_stops_the_stage() {
    for (state, says) in [("3", "is closed (unsuccessful)"), ("0", "is in Review")] {
        let world = World::new();
        let mut running = world.gate().start().unwrap();
        let number = number_of(&mut running);
        running.wait_for_line("waiting for approval", BOUND);
        let id = world.sim.change(&number)["sys_id"].clone();
        let id = id.as_str().unwrap();
        world
            .sim
            .set("change_request", id, "close_code", "unsuccessful");
        world.sim.set("change_request", id, "state", state);
        let finished = running.wait(BOUND);
        let text = stopped(&finished, "change-stopped");
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn on_hold_waits_and_released_goes_on() {
    let world = World::new();
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    world
        .sim
        .hold(&number, "chris.manager", "freeze of the quarter")
        .unwrap();
    running.wait_for_line("on hold (freeze of the quarter)", BOUND);
    world.sim.release(&number, "chris.manager").unwrap();
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "proceed");
}

#[test]
fn an_approved_change_on_hold_is_not_gone_on_with() {
    let world = World::new();
    let number = planned(
        &world,
        json!({ "on_hold": "true", "on_hold_reason": "freeze" }),
    );
    let mut running = existing(&world, &number).start().unwrap();
    running.wait_for_line("on hold (freeze)", BOUND);
    assert_eq!(world.sim.change(&number)["state"], "-2");
    world.sim.release(&number, "chris.manager").unwrap();
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-1");
}

#[test]
fn a_new_change_on_hold_is_waited_for_and_then_asked_for() {
    let world = World::new();
    let number = planned(
        &world,
        json!({ "state": "-5", "approval": "not requested", "on_hold": "true", "on_hold_reason": "freeze" }),
    );
    let mut running = existing(&world, &number).start().unwrap();
    running.wait_for_line("on hold (freeze)", BOUND);
    world.sim.release(&number, "chris.manager").unwrap();
    running.wait_for_line("Assess, approval requested", BOUND);
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
}

#[test]
fn the_end_of_the_time_fails_and_leaves_the_change_open() {
    let world = World::new();
    let step = world.gate().input("timeoutMinutes", "0.03");
    let finished = step.start().unwrap().wait(BOUND);
    let text = stopped(&finished, "change-timeout");
    assert!(
        text.contains("waiting for approval") && text.contains("left open"),
        "{text}"
    );
    assert_eq!(output(&finished, "changeDecision"), "timeout");
    let number = output(&finished, "changeNumber");
    assert_eq!(world.sim.change(number)["state"], "-4");
    assert_eq!(notes(&world, number), Vec::<String>::new());
}

#[test]
fn the_end_of_the_time_may_be_set_aside_in_the_open() {
    let world = World::new();
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
    let warning = &finished.log.issues_with("change-timeout").next().unwrap();
    assert_eq!(warning.kind, "warning");
    assert!(
        warning.text.contains("onTimeout: proceed"),
        "{}",
        warning.text
    );
    assert_eq!(output(&finished, "changeDecision"), "proceedOnTimeout");
    let number = output(&finished, "changeNumber");
    assert_eq!(world.sim.change(number)["state"], "-4", "not pushed on");
    assert_ne!(world.sim.change(number)["approval"], "approved");
    let notes = notes(&world, number);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains("onTimeout: proceed") && notes[0].contains("buildId=4711"),
        "{notes:?}"
    );
    assert!(finished.log.summaries[0].contains("Overridden"));
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn what_was_missing_at_the_end_of_the_time_does_not_stop_who_chose_to_go_on() {
    for missing in [
        json!({ "on_hold": "true", "on_hold_reason": "freeze" }),
        json!({ "approval": "requested" }),
    ] {
        let world = World::new();
        let number = planned(&world, missing);
        let step = existing(&world, &number)
            .input("timeoutMinutes", "0")
            .input("onTimeout", "proceed");
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(
            finished.result,
            TaskResult::SucceededWithIssues,
            "{finished:?}"
        );
        assert_eq!(world.sim.change(&number)["state"], "-2", "not pushed on");
        let notes = notes(&world, &number);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert_eq!(output(&finished, "changeDecision"), "proceedOnTimeout");
    }
}

#[test]
fn an_approved_change_is_begun_also_by_who_did_not_wait_for_its_window() {
    let world = World::new();
    let number = planned(&world, json!({ "start_date": "2099-01-01 00:00:00" }));
    let step = existing(&world, &number)
        .input("timeoutMinutes", "0")
        .input("onTimeout", "proceed");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    assert_eq!(world.sim.change(&number)["state"], "-1");
}

#[test]
fn without_being_told_to_it_asks_no_approver() {
    let world = World::new();
    let step = world.gate().input("requestApproval", "false");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("New, approval not requested; waiting for approval", BOUND);
    assert_eq!(world.sim.change(&number)["state"], "-5");
    world
        .sim
        .move_as(&number, "chris.manager", &[("state", "-4")])
        .unwrap();
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
}

#[test]
fn the_move_to_implement_can_be_left_to_others() {
    let world = World::new();
    let (number, finished) = world.approved(&world.gate().input("moveToImplement", "false"));
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-2");
    assert_eq!(world.sim.change(&number)["work_start"], "");
    assert_eq!(output(&finished, "changeState"), "Scheduled");
}

#[test]
fn created_is_enough_where_the_user_says_so() {
    let world = World::new();
    let step = world.gate().input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let number = output(&finished, "changeNumber");
    assert_eq!(world.sim.change(number)["state"], "-4", "asked, not pushed");
    assert_eq!(output(&finished, "changeApproval"), "requested");
}

#[test]
fn scheduled_implement_and_states_by_value_and_label() {
    // What is waited for, and what a person has to do last for it to come true.
    let table: [(&str, &[&str]); 4] = [
        ("scheduled", &[]),
        ("state:-2", &[]),
        ("implement", &["-1"]),
        ("state:Implement", &["-1"]),
    ];
    for (when, steps) in table {
        let world = World::new();
        let step = world
            .gate()
            .input("proceedWhen", when)
            .input("moveToImplement", "false");
        let mut running = step.start().unwrap();
        let number = number_of(&mut running);
        let wanted = if steps.is_empty() {
            "Scheduled"
        } else {
            "Implement"
        };
        running.wait_for_line(&format!("waiting for {wanted}"), BOUND);
        world.approve(&number);
        for state in steps {
            running.wait_for_line("Scheduled, approval approved; waiting for Implement", BOUND);
            world
                .sim
                .move_as(&number, "chris.manager", &[("state", state)])
                .unwrap();
        }
        let finished = running.wait(BOUND);
        assert_eq!(
            finished.result,
            TaskResult::Succeeded,
            "{when}: {finished:?}"
        );
        assert_eq!(output(&finished, "changeState"), wanted, "{when}");
    }
}

#[test]
fn a_state_that_was_reached_past_the_approvers_opens_nothing() {
    for (when, state) in [("scheduled", "-2"), ("implement", "-1"), ("approved", "-1")] {
        let world = World::new();
        let number = planned(&world, json!({ "state": state, "approval": "requested" }));
        let step = existing(&world, &number).input("proceedWhen", when);
        let mut running = step.start().unwrap();
        running.wait_for_line("approval requested; waiting for approval", BOUND);
        let id = world.sim.change(&number)["sys_id"].clone();
        world.sim.set(
            "change_request",
            id.as_str().unwrap(),
            "approval",
            "approved",
        );
        let finished = running.wait(BOUND);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    }
}

#[test]
fn a_state_of_a_model_by_its_label_and_an_unknown_one() {
    let world = World::new();
    let step = world
        .gate()
        .input("changeModel", "Application Release")
        .input("proceedWhen", "state:peer review");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeState"), "Peer Review");

    let world = World::new();
    let step = world.gate().input("proceedWhen", "state:Sheduled");
    let finished = step.start().unwrap().wait(BOUND);
    let text = stopped(&finished, "bad-input");
    assert!(
        text.contains("proceedWhen") && text.contains("Sheduled") && text.contains("Scheduled"),
        "{text}"
    );
    assert_eq!(world.sim.records("change_request"), Vec::new());
}

/// Plants an approved, scheduled change.
pub(crate) fn planned(world: &World, more: Value) -> String {
    let mut columns = json!({
        "type": "normal",
        "state": "-2",
        "approval": "approved",
        "assignment_group": world.sim.id_of("sys_user_group", "name", "Network"),
    });
    let more = more.as_object().unwrap().clone();
    columns.as_object_mut().unwrap().extend(more);
    let id = world.sim.seed("change_request", columns);
    let number = &world.sim.record("change_request", &id)["number"];
    number.as_str().unwrap().to_owned()
}

pub(crate) fn existing(world: &World, number: &str) -> Step {
    world
        .gate()
        .input("changeAction", "existing")
        .input("changeNumber", number)
}
