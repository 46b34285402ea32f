//! A stage that runs again: it goes on with its open change, and never with one that is over.

use serde_json::{Map, Value, json};
use servicenow_sim::Sim;
use testkit::agent::{Step, TaskResult};

use crate::world::{BOUND, KEY, World, count, number_of, output};

/// The same stage in its next attempt.
fn again(step: Step) -> Step {
    step.variable("System.StageAttempt", "2")
        .variable("System.JobAttempt", "2")
        .variable("System.PhaseAttempt", "2")
        .variable("System.JobId", "e4d5c6b7-0000-5000-8000-0987654321ff")
        .variable("System.PlanId", "bb0b1c2d-1111-4222-8333-444455556666")
}

/// Plants a change of this stage.
fn earlier(sim: &Sim, key: &str, state: &str, approval: &str) -> String {
    let id = sim.seed(
        "change_request",
        json!({
            "type": "normal",
            "state": state,
            "approval": approval,
            "correlation_id": key,
            "assignment_group": sim.id_of("sys_user_group", "name", "Network"),
            "short_description": "Deploy shop-web",
        }),
    );
    sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn under(sim: &Sim, key: &str) -> Vec<Map<String, Value>> {
    sim.find("change_request", "correlation_id", key)
}

#[test]
fn another_attempt_and_another_process_go_on_with_the_open_change() {
    let world = World::new();
    let mut first = world.gate().start().unwrap();
    let number = number_of(&mut first);
    first.wait_for_line("waiting for approval", BOUND);
    first.kill();
    // The approvers do not care that the agent died.
    world.approve(&number);

    let second = again(world.gate()).start().unwrap().wait(BOUND);
    assert_eq!(second.result, TaskResult::Succeeded, "{second:?}");
    assert_eq!(output(&second, "changeNumber"), number);
    assert!(second.shown().contains("taken over"), "{second:?}");
    assert_eq!(world.sim.records("change_request").len(), 1);
    assert_eq!(count(&world, "POST", ""), 1, "only the first one created");
    assert_eq!(world.sim.change(&number)["correlation_id"], KEY);
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn a_stage_that_was_timed_out_finds_its_change_where_it_was_left() {
    let world = World::new();
    let first = world.gate().input("timeoutMinutes", "0.01");
    let first = first.start().unwrap().wait(BOUND);
    assert_eq!(first.result, TaskResult::Failed, "{first:?}");
    let number = output(&first, "changeNumber").to_owned();
    let (same, second) = world.approved(&again(world.gate()));
    assert_eq!(same, number);
    assert_eq!(second.result, TaskResult::Succeeded, "{second:?}");
    assert_eq!(world.sim.records("change_request").len(), 1);
}

#[test]
fn another_stage_of_the_run_and_another_run_have_changes_of_their_own() {
    let world = World::new();
    let mine = earlier(&world.sim, KEY, "-4", "requested");
    for (variable, value) in [("System.StageName", "Canary"), ("Build.BuildId", "4712")] {
        let step = world
            .gate()
            .variable(variable, value)
            .input("proceedWhen", "created")
            .start()
            .unwrap();
        let finished = step.wait(BOUND);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        assert_ne!(output(&finished, "changeNumber"), mine);
    }
    assert_eq!(world.sim.records("change_request").len(), 3);
}

#[test]
fn one_that_is_over_is_left_as_it_is_and_the_next_generation_opened() {
    for (state, approval) in [
        ("3", "approved"),
        ("4", "not requested"),
        ("0", "approved"),
        ("-5", "rejected"),
    ] {
        let world = World::new();
        let over = earlier(&world.sim, KEY, state, approval);
        let before = world.sim.change(&over);
        let step = again(world.gate()).input("proceedWhen", "created");
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        let next = under(&world.sim, &format!("{KEY}:g2"));
        assert_eq!(next.len(), 1, "{state}: {finished:?}");
        assert_eq!(next[0]["number"], output(&finished, "changeNumber"));
        assert_eq!(world.sim.change(&over), before, "left as it was");
        assert!(
            finished
                .shown()
                .contains(&format!("{over} of this stage is over")),
            "{finished:?}"
        );
        assert_eq!(world.sim.findings(), []);
    }
}

#[test]
fn the_second_generation_is_adopted_in_its_turn_and_followed_by_a_third() {
    let world = World::new();
    earlier(&world.sim, KEY, "-5", "rejected");
    let open = earlier(&world.sim, &format!("{KEY}:g2"), "-2", "approved");
    let finished = again(world.gate()).start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), open);
    assert_eq!(count(&world, "POST", ""), 0);

    world.sim.set(
        "change_request",
        world.sim.change(&open)["sys_id"].as_str().unwrap(),
        "state",
        "4",
    );
    let step = again(world.gate()).input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    let third = under(&world.sim, &format!("{KEY}:g3"));
    assert_eq!(third.len(), 1, "{finished:?}");
    assert_eq!(third[0]["number"], output(&finished, "changeNumber"));
}

#[test]
fn a_key_that_differs_in_letter_case_alone_is_another_stage() {
    let world = World::new();
    let other = earlier(
        &world.sim,
        &KEY.replace("Production", "PRODUCTION"),
        "-2",
        "approved",
    );
    let step = world.gate().input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_ne!(output(&finished, "changeNumber"), other, "{finished:?}");
    assert_eq!(world.sim.change(&other)["state"], "-2");
}

#[test]
fn create_leaves_the_open_one_and_says_so() {
    let world = World::new();
    let open = earlier(&world.sim, KEY, "-4", "requested");
    let step = again(world.gate()).input("changeAction", "create");
    let mut running = step.start().unwrap();
    let number = {
        running.wait_for_line("opened: normal change", BOUND);
        running.wait_for_line("waiting for approval", BOUND);
        let next = under(&world.sim, &format!("{KEY}:g2"));
        assert_eq!(next.len(), 1);
        next[0]["number"].as_str().unwrap().to_owned()
    };
    world.approve(&number);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    let warning = finished.log.issues_with("left-open").next();
    let warning = &warning.unwrap_or_else(|| panic!("{finished:?}")).text;
    assert!(warning.contains(&open), "{warning}");
    assert_eq!(world.sim.change(&open)["state"], "-4", "left alone");
}

#[test]
fn a_classic_release_stage_has_one_change_for_all_its_attempts() {
    const RELEASE: &str = "azdo:d4f5a6b7-2222-4333-8444-555566667777:release:33:9";
    let world = World::new();
    let mut first = world.gate().in_classic_release().start().unwrap();
    first.wait_for_line("environment Production", BOUND);
    let number = number_of(&mut first);
    first.wait_for_line("waiting for approval", BOUND);
    first.kill();
    let change = world.sim.change(&number);
    assert_eq!(change["correlation_id"], RELEASE);
    let shown = change["correlation_display"].as_str().unwrap();
    assert!(
        shown.contains("Release-33") && shown.contains("Production"),
        "{shown}"
    );
    world.approve(&number);
    // A redeployment has a new deployment and a new environment instance, the same definition.
    let second = world
        .gate()
        .in_classic_release()
        .variable("Release.AttemptNumber", "2")
        .variable("Release.DeploymentID", "78")
        .start()
        .unwrap()
        .wait(BOUND);
    assert_eq!(second.result, TaskResult::Succeeded, "{second:?}");
    assert_eq!(output(&second, "changeNumber"), number);
    assert_eq!(world.sim.records("change_request").len(), 1);
}
