//! The line is cut after a chosen request, and mended again.

use serde_json::json;
use servicenow_sim::{Last, Options, Sim};

use crate::client::azure;

const TABLE: &str = "/api/now/table/change_request";

fn create(sim: &Sim) -> usize {
    let body = json!({ "short_description": "x" });
    azure(sim)
        .raw("POST", TABLE, Some(body.to_string().as_bytes()))
        .0
        .len()
}

#[test]
fn the_last_request_is_answered_and_the_next_has_no_effect() {
    let sim = Sim::start(Options::default());
    create(&sim);
    assert_eq!(sim.request_count(), 1);
    sim.stop_after(2, Last::Answered);
    let answers = [create(&sim), create(&sim), create(&sim), create(&sim)];
    assert!(answers[0] > 0 && answers[1] > 0, "{answers:?}");
    assert_eq!(answers[2..], [0, 0]);
    assert_eq!(sim.records("change_request").len(), 3);
    assert_eq!((sim.request_count(), sim.requests().len()), (3, 3));
    sim.resume();
    assert!(create(&sim) > 0);
    assert_eq!(sim.request_count(), 4);
}

#[test]
fn the_last_request_may_take_effect_without_an_answer() {
    let sim = Sim::start(Options::default());
    sim.stop_after(2, Last::Unanswered);
    let answers = [create(&sim), create(&sim), create(&sim)];
    assert!(answers[0] > 0, "{answers:?}");
    assert_eq!(answers[1..], [0, 0]);
    assert_eq!(sim.records("change_request").len(), 2);
    assert_eq!(sim.request_count(), 2);
}

#[test]
fn a_line_can_be_cut_at_once_and_forgetting_requests_does_not_change_the_count() {
    let sim = Sim::start(Options::default());
    create(&sim);
    sim.stop_after(0, Last::Answered);
    assert_eq!(create(&sim), 0);
    assert_eq!(sim.records("change_request").len(), 1);
    sim.forget_requests();
    assert_eq!((sim.request_count(), sim.requests().len()), (1, 0));
}
