//! A dry run looks everything up, says what would happen, and writes nothing.

use serde_json::json;
use testkit::agent::{Finished, Step, TaskResult};

use crate::decide::{existing, planned};
use crate::world::{BOUND, KEY, World, output, problems};

/// Runs it dry, and proves that the instance was only read.
fn dry(world: &World, step: &Step) -> Finished {
    let before = world.sim.records("change_request");
    let finished = step.clone().input("dryRun", "true").start().unwrap();
    let finished = finished.wait(BOUND);
    let requests = world.sim.requests();
    assert!(!requests.is_empty(), "it looked: {finished:?}");
    for request in requests {
        assert_eq!(request.method, "GET", "{} {}", request.method, request.path);
    }
    assert_eq!(world.sim.records("change_request"), before);
    assert_eq!(world.sim.findings(), []);
    finished
}

/// The same, of a run that ends well.
fn dry_and_well(world: &World, step: &Step) -> Finished {
    let finished = dry(world, step);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "dryRun");
    assert!(
        finished.shown().contains("Dry run: nothing was written"),
        "{finished:?}"
    );
    finished
}

#[test]
fn a_new_one_is_described_column_by_column() {
    let world = World::new();
    let step = world
        .gate()
        .input("risk", "Moderate")
        .input("additionalFields", "urgency: 2")
        .input("plannedStart", "2027-03-01T22:00:00+02:00");
    let shown = dry_and_well(&world, &step).shown();
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    for line in [
        format!("a normal change would be opened under {KEY}"),
        format!("assignment_group = {group}"),
        "short_description = Deploy shop-web 20260105.3 to production".to_owned(),
        "risk = 3".to_owned(),
        "urgency = 2".to_owned(),
        "start_date = 2027-03-01 20:00:00".to_owned(),
        "it would be moved to Assess".to_owned(),
    ] {
        assert!(shown.contains(&line), "{line} in\n{shown}");
    }
}

#[test]
fn a_standard_one_names_its_template() {
    let world = World::new();
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop");
    let shown = dry_and_well(&world, &step).shown();
    let template = world
        .sim
        .id_of("std_change_record_producer", "name", "Deploy web shop");
    for line in [
        "a standard change would be opened",
        template.as_str(),
        "moved to Scheduled",
    ] {
        assert!(shown.contains(line), "{line} in\n{shown}");
    }
}

#[test]
fn an_open_one_would_be_gone_on_with_also_in_a_later_generation() {
    let world = World::new();
    planned(&world, json!({ "correlation_id": KEY, "state": "4" }));
    let open = planned(&world, json!({ "correlation_id": format!("{KEY}:g2") }));
    let finished = dry_and_well(&world, &world.gate());
    let shown = finished.shown();
    assert!(shown.contains(&format!("{open} would be used")), "{shown}");
    assert!(shown.contains("the stage goes on"), "{shown}");
    assert_eq!(output(&finished, "changeNumber"), open);
}

#[test]
fn create_would_open_another_generation() {
    let world = World::new();
    let open = planned(&world, json!({ "correlation_id": KEY }));
    let step = world.gate().input("changeAction", "create");
    let finished = dry_and_well(&world, &step);
    let shown = finished.shown();
    assert!(
        shown.contains(&format!("would be opened under {KEY}:g2")),
        "{shown}"
    );
    assert!(shown.contains(&open), "the open one is told: {shown}");
}

#[test]
fn an_existing_one_is_judged_as_it_stands() {
    let world = World::new();
    let other = "azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4710:Production";
    let rejected = planned(
        &world,
        json!({ "state": "-5", "approval": "rejected", "correlation_id": other }),
    );
    let finished = dry_and_well(&world, &existing(&world, &rejected));
    let shown = finished.shown();
    assert!(
        shown.contains(&format!("the stage stops: {rejected} was rejected")),
        "{shown}"
    );
    assert_eq!(finished.log.issues_with("other-run").count(), 1);
}

#[test]
fn wrong_names_are_told_dry_too() {
    let world = World::new();
    let step = world
        .gate()
        .input("assignmentGroup", "Networc")
        .input("configurationItem", "shared-cache");
    let finished = dry(&world, &step);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let told = problems(&finished);
    assert!(
        told.contains("assignmentGroup") && told.contains("configurationItem"),
        "{told}"
    );
}

#[test]
fn not_even_a_time_out_or_a_window_makes_it_write() {
    let world = World::new();
    let over = planned(
        &world,
        json!({ "start_date": "2020-01-01 00:00:00", "end_date": "2020-01-01 02:00:00" }),
    );
    let step = existing(&world, &over)
        .input("changeWindow", "ignore")
        .input("onTimeout", "proceed")
        .input("timeoutMinutes", "0");
    let shown = dry_and_well(&world, &step).shown();
    assert!(shown.contains("the stage goes on although"), "{shown}");
}
