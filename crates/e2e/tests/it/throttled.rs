//! ServiceNow asks for time, and a clock is wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use servicenow_sim::{Fault, On, Options, Recorded, Rounds, When};
use testkit::agent::{Connection, TaskResult};
use testkit::node::Version;

use crate::front::{Act, Front, address_of};
use crate::world::{BOUND, World, bare_gate, count, number_of, output};

const CHANGES: &str = "/table/change_request";

fn seconds(from: &Recorded, to: &Recorded) -> i64 {
    let at = |request: &Recorded| -> DateTime { request.at.parse().expect("platform text") };
    at(from).duration_until(at(to)).as_secs()
}

/// The first throttled request and the one after it.
fn around_the_first_429(requests: &[Recorded]) -> (&Recorded, &Recorded) {
    let at = requests.iter().position(|request| request.status == 429);
    let at = at.expect("one was throttled");
    (&requests[at], &requests[at + 1])
}

#[test]
fn a_pause_asked_for_is_kept_before_the_first_answer() {
    let world = World::new();
    let fault = Fault::RateLimited { retry_after: 3 };
    world.sim.fail(On::any(), When::Next(1), fault);
    let (_, finished) = world.approved(&world.gate());
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let requests = world.sim.requests();
    let (throttled, next) = around_the_first_429(&requests);
    let gap = seconds(throttled, next);
    assert!((3..=6).contains(&gap), "{gap} s");
}

#[test]
fn a_long_pause_in_the_wait_is_told_and_kept() {
    let world = World::new();
    let mut running = world
        .gate()
        .input("unavailableMinutes", "0.05")
        .start()
        .unwrap();
    let number = number_of(&mut running);
    running.wait_for_line("waiting for approval", BOUND);
    let fault = Fault::RateLimited { retry_after: 7 };
    world.sim.fail(On::any(), When::Next(1), fault);
    running.wait_for_line("ServiceNow asks for a pause of 7 s", BOUND);
    world.approve(&number);
    let finished = running.wait(BOUND);
    // Longer than an instance that does not answer would be waited for; but this one answers.
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let requests = world.sim.requests();
    let (throttled, next) = around_the_first_429(&requests);
    let gap = seconds(throttled, next);
    assert!((7..=11).contains(&gap), "{gap} s");
}

#[test]
fn a_pause_longer_than_all_patience_ends_the_step_at_once() {
    let world = World::new();
    let fault = Fault::RateLimited { retry_after: 600 };
    world.sim.fail(On::any(), When::UntilCleared, fault);
    let step = world.gate().input("unavailableMinutes", "0.5");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "unreachable");
    assert_eq!(world.sim.requests().len(), 1);
    let shown = finished.shown();
    assert!(shown.contains("asks to be left alone for 600 s"), "{shown}");
    assert!(finished.duration < Duration::from_secs(15), "{finished:?}");
}

#[test]
fn a_full_queue_is_asked_again_also_to_create() {
    let world = World::new();
    let on = On::path(CHANGES).method("POST");
    world.sim.fail(on, When::Next(2), Fault::TooBusy);
    let (number, finished) = world.approved(&world.gate());
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(count(&world, "POST", CHANGES), 3);
    let changes = world.sim.records("change_request");
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["number"], number);
    let findings = world.sim.findings();
    assert!(findings.is_empty(), "{findings:?}");
}

/// A party that answers the first request with 429 and these headers, and passes on the rest; the pause that followed.
fn pause_after(headers: &'static str) -> Duration {
    let world = World::new();
    let (to, asked) = (address_of(world.sim.url()), AtomicUsize::new(0));
    let front = Front::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Act::Say(format!(
            "HTTP/1.1 429 Too Many Requests\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
        )),
        _ => Act::Relay(to, Vec::new()),
    });
    let account = world.sim.credentials();
    let connection = Connection::basic(front.url(), &account.user, &account.password);
    let step = bare_gate(Version::V24)
        .connection("serviceNowConnection", &connection)
        .input("assignmentGroup", "Network")
        .input("requestApproval", "false")
        .input("proceedWhen", "created");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    let seen = front.seen();
    seen[1].at - seen[0].at
}

#[test]
fn the_moment_of_a_reset_is_read_on_the_instances_clock() {
    // Years from the clock of whoever runs this; four seconds from the instance's own.
    let headers = "date: Wed, 21 Oct 2020 07:28:00 GMT\r\nx-ratelimit-reset: 1603265284\r\n";
    let pause = pause_after(headers).as_secs();
    assert!((4..=7).contains(&pause), "{pause} s");
}

#[test]
fn the_date_to_come_back_at_is_read_on_the_instances_clock() {
    let headers =
        "date: Wed, 21 Oct 2020 07:28:00 GMT\r\nretry-after: Wed, 21 Oct 2020 07:28:04 GMT\r\n";
    let pause = pause_after(headers).as_secs();
    assert!((4..=7).contains(&pause), "{pause} s");
}

/// A scheduled, approved change with a window around the instance's now, beside a clock that is off.
fn window_around_now(skew: i64, from: i64, to: i64) -> (World, String) {
    let world = World::with(Options {
        clock_skew_seconds: skew,
        ..Options::default()
    });
    let group = world.sim.id_of("sys_user_group", "name", "Network");
    let columns = serde_json::json!({ "type": "normal", "assignment_group": group });
    let id = world.sim.seed("change_request", columns);
    let number = world.sim.record("change_request", &id)["number"].clone();
    let number = number.as_str().unwrap().to_owned();
    let now: DateTime = world.sim.now().parse().unwrap();
    let at = |minutes: i64| {
        let moment = now + minutes.minutes();
        moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
    };
    let person = world.sim.credentials().user;
    world
        .sim
        .reschedule(&number, &person, &at(from), &at(to))
        .unwrap();
    world
        .sim
        .move_as(&number, &person, &[("state", "-4")])
        .unwrap();
    world.sim.approve(&number, Rounds::All).unwrap();
    (world, number)
}

#[test]
fn an_open_window_is_open_whatever_our_clock_says() {
    for skew in [3600, -3600] {
        let (world, number) = window_around_now(skew, -10, 20);
        let step = world
            .gate()
            .input("changeAction", "existing")
            .input("changeNumber", &number)
            .input("changeWindow", "fail");
        let finished = step.start().unwrap().wait(BOUND);
        assert_eq!(
            finished.result,
            TaskResult::Succeeded,
            "{skew}: {finished:?}"
        );
        let started = world.sim.change(&number)["work_start"].clone();
        let started: DateTime = started.as_str().unwrap().parse().unwrap();
        let now: DateTime = world.sim.now().parse().unwrap();
        let late = started.duration_until(now).as_secs();
        assert!(
            (-5..60).contains(&late),
            "{skew}: actual start {late} s ago"
        );
    }
}

#[test]
fn a_window_to_come_is_closed_although_our_clock_says_it_is_open() {
    let (world, number) = window_around_now(-3600, 20, 120);
    let step = world
        .gate()
        .input("changeAction", "existing")
        .input("changeNumber", &number)
        .input("changeWindow", "fail");
    let finished = step.start().unwrap().wait(BOUND);
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(output(&finished, "changeDecision"), "stop");
    assert_eq!(world.sim.change(&number)["state"], "-2");
}
