//! ServiceNow is down: at the start, in the middle, for good, and back again.

use std::time::Duration;

use servicenow_sim::{Fault, On, Options, Sim, When};
use testkit::agent::{Connection, Finished, Running, Step, TaskResult};
use testkit::node::Version;

use crate::front::{Front, address_of, reserved};
use crate::world::{BOUND, World, bare_gate, number_of, output};

/// Three seconds.
const SHORT: &str = "0.05";

/// How much later than asked the end may be told: one more try, and a busy machine.
const SLACK: Duration = Duration::from_secs(8);

fn gate_at(url: &str) -> Step {
    let account = World::new().sim.credentials();
    let connection = Connection::basic(url, &account.user, &account.password);
    bare_gate(Version::V24)
        .connection("serviceNowConnection", &connection)
        .input("assignmentGroup", "Network")
        .input("pollSeconds", "2")
}

/// A gate that reaches the world by a way that can be turned off, waiting for approval.
fn waiting_behind(world: &World, front: &Front, patience: &str) -> (Running, String) {
    let step = gate_at(&front.url()).input("unavailableMinutes", patience);
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    assert_eq!(world.sim.change(&number)["state"], "-4");
    (running, number)
}

fn told(finished: &Finished, code: &str) -> String {
    let issues = finished.log.issues_with(code);
    issues.map(|issue| format!("{}\n", issue.text)).collect()
}

#[test]
fn down_at_the_start_and_back_again() {
    let address = reserved();
    let mut running = gate_at(&format!("http://{address}")).start().unwrap();
    running.wait_for_line("ServiceNow does not answer", BOUND);
    let sim = Sim::listen(address, Options::default()).unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    sim.approve(&number, servicenow_sim::Rounds::All).unwrap();
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert!(finished.shown().contains("ServiceNow answers again after"));
    assert_eq!(sim.records("change_request").len(), 1);
    assert!(sim.findings().is_empty(), "{:?}", sim.findings());
}

#[test]
fn down_for_good_is_told_when_the_patience_is_over() {
    let step = gate_at(&format!("http://{}", reserved())).input("unavailableMinutes", SHORT);
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "unreachable");
    let patience = Duration::from_secs(3);
    assert!(finished.duration >= patience, "{:?}", finished.duration);
    assert!(
        finished.duration < patience + SLACK,
        "{:?}",
        finished.duration
    );
    let told = told(&finished, "unreachable");
    assert!(told.contains("could not connect"), "{told}");
    assert!(!told.contains("not asked again"), "why, not how: {told}");
}

#[test]
fn down_for_good_is_a_persons_decision_where_the_author_says_so() {
    let step = gate_at(&format!("http://{}", reserved()))
        .input("unavailableMinutes", SHORT)
        .input("whenUnavailable", "manual");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    assert_eq!(output(&finished, "changeDecision"), "manual");
    assert!(told(&finished, "unreachable").contains("was unreachable for"));
    assert!(!finished.log.summaries.is_empty());
}

#[test]
fn down_in_the_middle_of_the_wait_and_back_again() {
    let world = World::new();
    let (address, to) = (reserved(), address_of(world.sim.url()));
    let front = Front::relay(address, to);
    let (mut running, number) = waiting_behind(&world, &front, "15");
    drop(front);
    running.wait_for_line("ServiceNow does not answer", BOUND);
    // The approvers work on meanwhile.
    world.approve(&number);
    let front = Front::relay(address, to);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "proceed");
    assert!(finished.shown().contains("ServiceNow answers again after"));
    assert_eq!(world.sim.change(&number)["state"], "-1");
    assert_eq!(world.sim.records("change_request").len(), 1);
    assert!(
        world.sim.findings().is_empty(),
        "{:?}",
        world.sim.findings()
    );
    drop(front);
}

#[test]
fn down_in_the_middle_of_the_wait_for_good() {
    let world = World::new();
    let front = Front::relay(reserved(), address_of(world.sim.url()));
    let (running, number) = waiting_behind(&world, &front, SHORT);
    drop(front);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "unreachable");
    // Later steps and people still learn which change it was, and it is left as it is.
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(output(&finished, "changeState"), "Assess");
    assert_eq!(world.sim.change(&number)["state"], "-4");
}

#[test]
fn an_outage_at_the_end_of_the_wait_is_no_time_out() {
    let world = World::new();
    let front = Front::relay(reserved(), address_of(world.sim.url()));
    let step = gate_at(&front.url())
        .input("timeoutMinutes", "0.1")
        .input("onTimeout", "proceed");
    let mut running = step.start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    drop(front);
    let finished = running.wait(BOUND);
    // Whether the change was refused meanwhile is not known, so nobody may go on by the clock alone.
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "unreachable");
    assert_eq!(output(&finished, "changeNumber"), number);
    let longest = Duration::from_secs(6) + SLACK;
    assert!(finished.duration < longest, "{:?}", finished.duration);
}

#[test]
fn an_instance_that_only_fails_is_left_alone_in_between() {
    let world = World::new();
    world.sim.fail(
        On::any(),
        When::UntilCleared,
        Fault::Gateway { status: 503 },
    );
    let step = world.gate().input("unavailableMinutes", "0.15");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        output(&finished, "changeDecision"),
        "unreachable",
        "{finished:?}"
    );
    let asked = world.sim.requests().len();
    assert!(
        (5..=10).contains(&asked),
        "{asked} requests in nine seconds"
    );
    let told = told(&finished, "unreachable");
    assert!(told.contains("status 503"), "{told}");
}

#[test]
fn an_instance_that_takes_connections_and_says_nothing_is_given_up_in_time() {
    let world = World::new();
    // The first call ends fast; the outage is known, and now an answer never comes.
    world.sim.fail(On::any(), When::Next(4), Fault::Reset);
    world.sim.fail(On::any(), When::UntilCleared, Fault::Hang);
    let step = world.gate().input("unavailableMinutes", SHORT);
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(
        output(&finished, "changeDecision"),
        "unreachable",
        "{finished:?}"
    );
    let longest = Duration::from_secs(20);
    assert!(finished.duration < longest, "{:?}", finished.duration);
}
