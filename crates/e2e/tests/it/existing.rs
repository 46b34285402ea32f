//! A change that somebody else opened: found by number or by query, exactly one, and never created.

use serde_json::json;
use servicenow_sim::Sim;
use testkit::agent::{Finished, Step, TaskResult};

use crate::world::{BOUND, World, count, output, problems};

/// Plants a change that is approved and scheduled.
fn scheduled(sim: &Sim, more: serde_json::Value) -> String {
    let mut columns = json!({
        "type": "normal",
        "state": "-2",
        "approval": "approved",
        "assignment_group": sim.id_of("sys_user_group", "name", "Network"),
        "short_description": "Replace the web shop",
    });
    let more = more.as_object().unwrap().clone();
    columns.as_object_mut().unwrap().extend(more);
    let id = sim.seed("change_request", columns);
    let number = &sim.record("change_request", &id)["number"];
    number.as_str().unwrap().to_owned()
}

fn existing(world: &World) -> Step {
    world.gate().input("changeAction", "existing")
}

fn run(world: &World, step: &Step) -> Finished {
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(count(world, "POST", ""), 0, "nothing is ever created");
    finished
}

#[test]
fn by_number_it_is_found_and_gone_on_with() {
    let world = World::new();
    let number = scheduled(&world.sim, json!({}));
    let finished = run(&world, &existing(&world).input("changeNumber", &number));
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(world.sim.change(&number)["state"], "-1");
    assert!(
        finished.shown().contains(&format!("{number} found")),
        "{finished:?}"
    );
    assert_eq!(world.sim.findings(), []);
    // It was not ours: its key stays what it was.
    assert_eq!(world.sim.change(&number)["correlation_id"], "");
}

#[test]
fn an_unapproved_one_is_waited_for() {
    let world = World::new();
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let id = world.sim.seed(
        "change_request",
        json!({ "type": "normal", "assignment_group": group }),
    );
    let number = world.sim.record("change_request", &id)["number"].clone();
    let number = number.as_str().unwrap();
    let (waited, finished) = world.approved(&existing(&world).input("changeNumber", number));
    assert_eq!(waited, number);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(number)["state"], "-1");
}

#[test]
fn an_unknown_number_is_an_input_to_mend() {
    let world = World::new();
    let finished = run(
        &world,
        &existing(&world).input("changeNumber", "CHG9999999"),
    );
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(
        told.contains("CHG9999999") && told.contains("may not see it"),
        "{told}"
    );
}

#[test]
fn by_query_exactly_one() {
    let world = World::new();
    let number = scheduled(&world.sim, json!({ "short_description": "Ring 1" }));
    scheduled(&world.sim, json!({ "short_description": "Ring 2" }));
    let query = "short_description=Ring 1^active=true";
    let finished = run(&world, &existing(&world).input("changeQuery", query));
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn by_query_none() {
    let world = World::new();
    scheduled(&world.sim, json!({}));
    let query = "short_description=Nothing like it";
    let finished = run(&world, &existing(&world).input("changeQuery", query));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(told.contains("matches no change request"), "{told}");
    assert!(finished.log.output("changeNumber").is_none());
}

#[test]
fn by_query_two_names_both() {
    let world = World::new();
    let numbers = [
        scheduled(&world.sim, json!({})),
        scheduled(&world.sim, json!({})),
    ];
    let query = "short_description=Replace the web shop";
    let finished = run(&world, &existing(&world).input("changeQuery", query));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    for number in &numbers {
        assert!(told.contains(number.as_str()), "{told}");
        assert_eq!(world.sim.change(number)["state"], "-2", "left alone");
    }
}

#[test]
fn an_unknown_column_in_the_query_is_refused_although_the_instance_would_answer() {
    // One change in all: the widened query would match exactly it.
    let world = World::new();
    let number = scheduled(&world.sim, json!({}));
    let finished = run(
        &world,
        &existing(&world).input("changeQuery", "u_no_such_column=7"),
    );
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(told.contains("u_no_such_column"), "{told}");
    assert_eq!(world.sim.change(&number)["state"], "-2", "left alone");
}

#[test]
fn a_query_that_orders_or_pages_or_runs_a_script_is_refused_unasked() {
    let world = World::new();
    scheduled(&world.sim, json!({}));
    for query in [
        "numberSTARTSWITHjavascript:gs.log(1)",
        "number=CHG1\n^NQactive=true",
    ] {
        let finished = run(&world, &existing(&world).input("changeQuery", query));
        assert_eq!(finished.result, TaskResult::Failed, "{query}: {finished:?}");
        assert!(!problems(&finished).is_empty());
    }
    assert_eq!(count(&world, "GET", "/table/change_request"), 0);
}

#[test]
fn one_of_another_run_is_told() {
    let world = World::new();
    let other = "azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4710:Production";
    let ours = "azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4711:Build";
    for (key, told) in [(other, true), (ours, false), ("jira:OPS-7", false)] {
        let number = scheduled(&world.sim, json!({ "correlation_id": key }));
        let finished = run(&world, &existing(&world).input("changeNumber", &number));
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        let warned = finished.log.issues_with("other-run").next();
        assert_eq!(warned.is_some(), told, "{key}: {finished:?}");
        if let Some(warning) = warned {
            assert!(warning.text.contains(other), "{}", warning.text);
        }
        assert_eq!(world.sim.change(&number)["correlation_id"], key);
    }
}

#[test]
fn a_cancelled_one_stops_the_stage() {
    let world = World::new();
    let number = scheduled(&world.sim, json!({ "state": "4" }));
    let finished = run(&world, &existing(&world).input("changeNumber", &number));
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let issue = &finished
        .log
        .issues_with("change-stopped")
        .next()
        .unwrap()
        .text;
    assert!(
        issue.contains(&format!("{number} was cancelled")),
        "{issue}"
    );
    assert_eq!(count(&world, "PATCH", ""), 0);
}
