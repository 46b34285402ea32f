//! The planned window and conflicts with other changes, under each policy.

use std::time::Duration;

use serde_json::json;
use servicenow_sim::Options;
use testkit::agent::{Finished, Step, TaskResult};

use crate::decide::{existing, planned};
use crate::world::{BOUND, World, output};

const HOUR: Duration = Duration::from_secs(3600);

/// A pre-approved change with a window from an hour from now on.
fn later(world: &World) -> Step {
    world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop")
        .input("plannedStart", "PT1H")
        .input("plannedEnd", "PT2H")
}

fn notes(world: &World, number: &str) -> Vec<String> {
    let id = world.sim.change(number)["sys_id"].clone();
    world.sim.journal(id.as_str().unwrap(), "work_notes")
}

fn stop(finished: &Finished) -> &str {
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "stop");
    let issue = finished.log.issues_with("change-stopped").next();
    &issue.unwrap_or_else(|| panic!("{finished:?}")).text
}

/// The stage went on by override: told as a warning, as an output, on the page and on the change.
fn overridden(world: &World, finished: &Finished, why: &str) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(finished, "changeDecision"), "proceedWithOverride");
    let warning = finished.log.issues_with("change-override").next();
    let warning = warning.unwrap_or_else(|| panic!("{finished:?}"));
    assert_eq!(warning.kind, "warning");
    assert!(warning.text.contains(why), "{}", warning.text);
    let page = &finished.log.summaries[0];
    assert!(page.contains("Overridden"), "{page}");
    let notes = notes(world, output(finished, "changeNumber"));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].contains(why) && notes[0].contains("4711"),
        "{notes:?}"
    );
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn not_open_yet_is_waited_for() {
    let world = World::new();
    let mut running = later(&world).start().unwrap();
    running.wait_for_line("approved; waiting for its window", BOUND);
    let number = crate::world::number_of(&mut running);
    assert_eq!(world.sim.change(&number)["state"], "-2", "not implemented");
    world.sim.advance(HOUR);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "proceed");
    assert_eq!(world.sim.change(&number)["state"], "-1");
    assert_eq!(notes(&world, &number), Vec::<String>::new());
}

#[test]
fn the_opening_is_met_on_time_however_seldom_one_asks() {
    let world = World::new();
    let step = later(&world)
        .input("plannedStart", "PT5S")
        .input("pollSeconds", "600");
    let mut running = step.start().unwrap();
    running.wait_for_line("approved; waiting for its window", BOUND);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let start = world.sim.change(output(&finished, "changeNumber"))["start_date"].clone();
    let implemented = world.sim.change(output(&finished, "changeNumber"))["work_start"].clone();
    assert!(
        implemented.as_str() >= start.as_str(),
        "{implemented} {start}"
    );
}

#[test]
fn not_open_yet_fails_where_asked() {
    let world = World::new();
    let step = later(&world).input("changeWindow", "fail");
    let finished = step.start().unwrap().wait(BOUND);
    let text = stop(&finished);
    let number = output(&finished, "changeNumber");
    let start = world.sim.change(number)["start_date"].clone();
    assert!(
        text.contains(start.as_str().unwrap()) && text.contains("changeWindow: fail"),
        "{text}"
    );
    assert_eq!(world.sim.change(number)["state"], "-2", "left as it was");
}

#[test]
fn not_open_yet_is_set_aside_in_the_open() {
    let world = World::new();
    let step = later(&world).input("changeWindow", "ignore");
    let finished = step.start().unwrap().wait(BOUND);
    overridden(&world, &finished, "outside its window, which opens at");
}

#[test]
fn an_open_window_is_no_news() {
    for policy in ["wait", "fail", "ignore"] {
        let world = World::new();
        let step = world
            .gate()
            .input("standardChangeTemplate", "Deploy web shop")
            .input("plannedStart", "PT0S")
            .input("plannedEnd", "PT1H")
            .input("changeWindow", policy);
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        assert_eq!(output(&finished, "changeDecision"), "proceed");
        assert_eq!(
            notes(&world, output(&finished, "changeNumber")),
            Vec::<String>::new()
        );
    }
}

#[test]
fn over_stops_unless_ignored() {
    for policy in ["wait", "fail"] {
        let world = World::new();
        let number = planned(
            &world,
            json!({ "start_date": "2020-01-01 00:00:00", "end_date": "2020-01-01 02:00:00" }),
        );
        let step = existing(&world, &number).input("changeWindow", policy);
        let finished = step.start().unwrap().wait(BOUND);
        let text = stop(&finished);
        assert!(
            text.contains("was over at 2020-01-01 02:00:00 UTC"),
            "{text}"
        );
        assert_eq!(world.sim.change(&number)["state"], "-2");
    }
    let world = World::new();
    let number = planned(&world, json!({ "end_date": "2020-01-01 02:00:00" }));
    let step = existing(&world, &number).input("changeWindow", "ignore");
    let finished = step.start().unwrap().wait(BOUND);
    overridden(&world, &finished, "closed at 2020-01-01 02:00:00 UTC");
}

#[test]
fn a_window_moved_during_the_wait_is_the_one_that_counts() {
    let world = World::new();
    let mut running = later(&world).start().unwrap();
    running.wait_for_line("approved; waiting for its window", BOUND);
    let number = crate::world::number_of(&mut running);
    let past = ("2020-01-01 00:00:00", "2020-01-01 02:00:00");
    world
        .sim
        .reschedule(&number, "chris.manager", past.0, past.1)
        .unwrap();
    let finished = running.wait(BOUND);
    assert!(
        stop(&finished).contains("2020-01-01 02:00:00"),
        "{finished:?}"
    );
}

/// A pre-approved change on a configuration item that another change has at the same time.
fn crowded(world: &World, policy: &str) -> (String, Step) {
    let item = world.sim.id_of("cmdb_ci", "name", "checkout-web");
    let other = planned(
        world,
        json!({
            "cmdb_ci": item,
            "start_date": "2020-01-01 00:00:00",
            "end_date": "2099-01-01 00:00:00",
        }),
    );
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop")
        .input("configurationItem", "checkout-web")
        .input("plannedStart", "PT0S")
        .input("plannedEnd", "PT1H")
        .input("conflictPolicy", policy);
    (other, step)
}

#[test]
fn a_conflict_stops_where_asked() {
    let world = World::new();
    let (other, step) = crowded(&world, "fail");
    let finished = step.start().unwrap().wait(BOUND);
    let text = stop(&finished);
    assert!(
        text.contains(&other) && text.contains("conflictPolicy: fail"),
        "{text}"
    );
    let page = &finished.log.summaries[0];
    assert!(page.contains(&other), "{page}");
    assert_eq!(world.sim.findings(), []);
}

#[test]
fn a_conflict_is_waited_out_where_asked() {
    let world = World::new();
    let (other, step) = crowded(&world, "wait");
    let mut running = step.start().unwrap();
    let seen = running.wait_for_line("waiting for its conflicts to end", BOUND);
    assert!(seen.raw.contains(&other), "{}", seen.raw);
    for conflict in world.sim.records("conflict") {
        assert!(
            world
                .sim
                .remove("conflict", conflict["sys_id"].as_str().unwrap())
        );
    }
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "proceed");
}

#[test]
fn no_conflict_is_no_obstacle() {
    for policy in ["fail", "wait"] {
        let world = World::new();
        let (other, step) = crowded(&world, policy);
        let id = world.sim.change(&other)["sys_id"].clone();
        world
            .sim
            .set("change_request", id.as_str().unwrap(), "state", "4");
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        assert_eq!(output(&finished, "changeDecision"), "proceed");
    }
}

#[test]
fn a_conflict_is_set_aside_in_the_open() {
    let world = World::new();
    let number = planned(&world, json!({}));
    let other = planned(&world, json!({}));
    let id = |number: &str| {
        let id = world.sim.change(number)["sys_id"].clone();
        id.as_str().unwrap().to_owned()
    };
    world
        .sim
        .add_conflict(&id(&number), &id(&other), "Blackout");
    let finished = existing(&world, &number).start().unwrap().wait(BOUND);
    overridden(&world, &finished, "conflictPolicy: ignore");
}

#[test]
fn detection_that_cannot_run_says_what_it_lacks() {
    let world = World::new();
    let step = world
        .gate()
        .input("standardChangeTemplate", "Deploy web shop")
        .input("conflictPolicy", "fail");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    let issue = finished.log.issues_with("refused").next();
    let text = &issue.unwrap_or_else(|| panic!("{finished:?}")).text;
    assert!(
        text.contains("conflict detection") && text.contains("start_date"),
        "{text}"
    );
}

#[test]
fn detection_that_cannot_be_started_from_here_is_told() {
    let world = World::with(Options {
        change_api: false,
        ..Options::default()
    });
    let (_, step) = crowded(&world, "fail");
    let finished = step
        .input("timeoutMinutes", "0.05")
        .start()
        .unwrap()
        .wait(BOUND);
    assert_eq!(output(&finished, "changeDecision"), "timeout");
    assert_eq!(
        finished.log.issues_with("no-detection").count(),
        1,
        "{finished:?}"
    );
}
