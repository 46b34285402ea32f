//! Answers that are none: pages, redirects, bodies without end.

use servicenow_sim::{Fault, On, When};
use testkit::agent::{Finished, Running, TaskResult};

use crate::front::{Act, Front};
use crate::world::{BOUND, World, number_of, output};

fn waiting(world: &World) -> (Running, String) {
    let mut running = world.gate().start().unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    (running, number)
}

/// The wait meets this a few times, and goes on.
fn survived(fault: Fault, times: u32, told: &str) {
    let world = World::new();
    let (mut running, number) = waiting(&world);
    world.sim.fail(On::any(), When::Next(times), fault);
    running.wait_for_line("ServiceNow does not answer", BOUND);
    world.approve(&number);
    running.wait_for_line("ServiceNow answers again", BOUND);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(world.sim.change(&number)["state"], "-1");
    let mut warned = finished.log.issues_with("unreachable");
    let warning = &warned.next().expect("a warning").text;
    assert!(warning.contains(told), "{warning}");
}

/// Nothing else is ever answered; how the step ends.
fn met_at_the_start(fault: Fault) -> (World, Finished) {
    let world = World::new();
    world.sim.fail(On::any(), When::UntilCleared, fault);
    let step = world.gate().input("unavailableMinutes", "0.05");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert!(world.sim.records("change_request").is_empty());
    (world, finished)
}

fn refused_with(finished: &Finished, told: &str) {
    assert_eq!(output(finished, "changeDecision"), "refused");
    let mut issues = finished.log.issues_with("refused");
    let issue = &issues.next().expect("an issue").text;
    assert!(issue.contains(told), "{issue}");
}

#[test]
fn a_hibernating_instance_is_waited_for() {
    survived(Fault::Hibernating, 2, "hibernating instance");
}

#[test]
fn the_pages_of_gateways_are_waited_out() {
    for status in [502, 503, 504] {
        survived(Fault::Gateway { status }, 4, &format!("status {status}"));
    }
}

#[test]
fn an_instance_that_goes_on_hibernating_is_unreachable() {
    let (_, finished) = met_at_the_start(Fault::Hibernating);
    assert_eq!(output(&finished, "changeDecision"), "unreachable");
    let shown = finished.shown();
    assert!(shown.contains("the page of a hibernating instance"));
}

#[test]
fn a_sign_in_page_means_a_wrong_address() {
    let (world, finished) = met_at_the_start(Fault::LoginPage);
    refused_with(&finished, "a sign-in page");
    assert_eq!(world.sim.requests().len(), 1, "asking again is no use");
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let elsewhere = Front::start(|_| Act::Say("HTTP/1.1 200 OK\r\n\r\n".to_owned()));
    let location = format!("{}/api/now/table/change_request", elsewhere.url());
    let (_, finished) = met_at_the_start(Fault::Redirect { location });
    let told = format!("redirects to {}", elsewhere.address());
    refused_with(&finished, &told);
    let seen = elsewhere.seen();
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn a_redirect_in_the_middle_of_the_wait_is_not_followed() {
    let world = World::new();
    let elsewhere = Front::start(|_| Act::Say("HTTP/1.1 200 OK\r\n\r\n".to_owned()));
    let (running, number) = waiting(&world);
    let location = format!("{}/", elsewhere.url());
    let fault = Fault::Redirect { location };
    world.sim.fail(On::any(), When::UntilCleared, fault);
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_body_without_end_is_not_read_to_its_end() {
    let bytes = 64 << 20;
    let (_, finished) = met_at_the_start(Fault::Oversize { bytes });
    refused_with(&finished, "is longer than");
}

#[test]
fn an_answer_in_small_pieces_is_put_together() {
    let world = World::new();
    let fault = Fault::SlowDrip { pause_ms: 1 };
    world.sim.fail(On::any(), When::Next(4), fault);
    let (_, finished) = world.approved(&world.gate());
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
}
