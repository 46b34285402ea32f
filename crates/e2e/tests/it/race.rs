//! Two gates for one stage at the same time end with one open change, and both go on with it.

use serde_json::{Map, Value, json};
use servicenow_sim::{FindingKind, Options};
use testkit::agent::{Finished, Running, TaskResult};
use testkit::wait;

use crate::world::{BOUND, KEY, World, count, output};

fn open(world: &World) -> Vec<Map<String, Value>> {
    let mut rows = world.sim.find("change_request", "correlation_id", KEY);
    rows.retain(|row| row["state"] != "4");
    rows
}

/// Plants what a creator left that died before it could look again.
fn leftover(world: &World) -> String {
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let id = world.sim.seed(
        "change_request",
        json!({ "type": "normal", "correlation_id": KEY, "assignment_group": group }),
    );
    world.sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Approves the one change that is left when everybody waits for it, and follows the gates to their ends.
fn settle<const N: usize>(world: &World, gates: [Running; N]) -> (String, [Finished; N]) {
    let kept = wait::until_seen("one open change that waits for approval", BOUND, || {
        let rows = open(world);
        match rows.as_slice() {
            [only] if only["approval"] == "requested" => Ok(only["number"].clone()),
            _ => Err(rows
                .iter()
                .map(|row| (row["number"].clone(), row["state"].clone()))
                .collect::<Vec<_>>()),
        }
    });
    let kept = kept.as_str().unwrap().to_owned();
    let gates = gates.map(|mut gate| {
        gate.wait_for_line(&format!("{kept}: Assess, approval requested"), BOUND);
        gate
    });
    world.approve(&kept);
    let ends = gates.map(|gate| gate.wait(BOUND));
    for end in &ends {
        assert_eq!(end.result, TaskResult::Succeeded, "{end:?}");
        assert_eq!(output(end, "changeNumber"), kept, "{end:?}");
    }
    assert_eq!(open(world).len(), 1, "{ends:?}");
    assert_eq!(world.sim.change(&kept)["state"], "-1");
    let mut findings = world.sim.findings();
    // Two gates that withdraw the same leftover in the same moment cannot know of each other.
    findings.retain(|finding| {
        let twice = [FindingKind::FinalStateAgain, FindingKind::DuplicateNote];
        !twice.contains(&finding.kind)
    });
    assert_eq!(findings, []);
    (kept, ends)
}

fn race(delay: u64) {
    let world = World::with(Options {
        response_delay_ms: delay,
        ..Options::default()
    });
    let gates = [world.gate().start().unwrap(), world.gate().start().unwrap()];
    let (kept, ends) = settle(&world, gates);
    let all = world.sim.find("change_request", "correlation_id", KEY);
    assert_eq!(all.len(), count(&world, "POST", "/table/change_request"));
    for withdrawn in all.iter().filter(|row| row["number"] != kept.as_str()) {
        let id = withdrawn["sys_id"].as_str().unwrap();
        let notes = world.sim.journal(id, "work_notes");
        assert!(
            notes.iter().any(|note| note.contains(&kept)),
            "the withdrawn one says in whose favour: {notes:?}"
        );
    }
    if delay > 0 {
        assert_eq!(all.len(), 2, "both created before either looked: {ends:?}");
    }
}

#[test]
fn two_gates_started_at_once() {
    race(0);
}

#[test]
fn two_gates_that_both_create_before_either_looks_again() {
    race(400);
}

#[test]
fn three_gates_that_all_create() {
    let world = World::with(Options {
        response_delay_ms: 400,
        ..Options::default()
    });
    let gates = [(); 3].map(|()| world.gate().start().unwrap());
    settle(&world, gates);
}

#[test]
fn two_gates_and_what_a_dead_one_left_in_between() {
    let world = World::with(Options {
        response_delay_ms: 400,
        ..Options::default()
    });
    let gates = [world.gate().start().unwrap(), world.gate().start().unwrap()];
    wait::until("both creations", BOUND, || {
        (count(&world, "POST", "/table/change_request") == 2).then_some(())
    });
    leftover(&world);
    settle(&world, gates);
    assert_eq!(
        world
            .sim
            .find("change_request", "correlation_id", KEY)
            .len(),
        3
    );
}

#[test]
fn two_gates_that_find_two_leftovers() {
    let world = World::new();
    leftover(&world);
    leftover(&world);
    let gates = [world.gate().start().unwrap(), world.gate().start().unwrap()];
    settle(&world, gates);
    assert_eq!(count(&world, "POST", ""), 0, "nothing more was created");
}

#[test]
fn a_waiting_gate_follows_when_its_change_is_withdrawn_for_another() {
    let world = World::new();
    let mut gate = world.gate().start().unwrap();
    gate.wait_for_line("waiting for approval", BOUND);
    let first = open(&world)[0]["number"].as_str().unwrap().to_owned();
    let kept = leftover(&world);
    let columns = [("state", "-4")];
    world.sim.move_as(&kept, "chris.manager", &columns).unwrap();
    world
        .sim
        .cancel(&first, "chris.manager", "the other one is kept")
        .unwrap();
    gate.wait_for_line(&format!("{kept}: Assess"), BOUND);
    world.approve(&kept);
    let finished = gate.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), kept);
}
