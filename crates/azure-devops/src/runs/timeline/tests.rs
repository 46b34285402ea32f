use serde_json::json;

use super::*;
use crate::fixture::at;

fn timeline(json: &serde_json::Value) -> Timeline {
    decode(Node::new(json)).unwrap()
}

fn sample() -> Timeline {
    let text = include_str!("../../../fixtures/timeline.json");
    timeline(&serde_json::from_str(text).unwrap())
}

fn ids<'a>(records: impl Iterator<Item = &'a TimelineRecord>) -> Vec<&'a str> {
    records.map(|record| record.id.as_str()).collect()
}

#[test]
fn records_are_read() {
    let timeline = sample();
    let stage = timeline.stage("Production").unwrap();
    assert_eq!(stage.kind, "Stage");
    assert_eq!((stage.attempt, stage.state.as_str()), (2, "completed"));
    assert_eq!(stage.result, Some(RecordResult::SucceededWithIssues));
    assert_eq!(stage.started, at("2026-11-25T08:05:00Z"));
    assert_eq!(
        (&stage.parent, &stage.worker, &stage.task),
        (&None, &None, &None)
    );
    let record = |id: &str| {
        timeline
            .records
            .iter()
            .find(|record| record.id == id)
            .unwrap()
    };
    assert_eq!(record("j1").worker.as_deref(), Some("Hosted Agent"));
    let gate = record("t1");
    let task = gate.task.as_ref().unwrap();
    assert_eq!(
        (task.name.as_str(), task.version.as_str()),
        ("ServiceNowChangeGate", "1.0.0")
    );
    assert_eq!(gate.issues.len(), 2);
    assert_eq!(gate.issues[1].kind, "error");
    let running = record("t2");
    assert_eq!(
        (running.started, &running.result, running.attempt),
        (None, &None, 1)
    );
}

#[test]
fn a_stage_is_found_by_either_name_and_in_its_newest_attempt() {
    let timeline = timeline(&json!({"records": [
        {"id": "1", "type": "Stage", "name": "To production", "identifier": "Production", "attempt": 1},
        {"id": "2", "type": "Stage", "name": "To production", "identifier": "Production", "attempt": 3},
        {"id": "3", "type": "Stage", "name": "Production", "identifier": "Other", "attempt": 9},
        {"id": "4", "type": "Job", "name": "Deploy", "identifier": "Deploy"},
    ]}));
    let id = |name: &str| timeline.stage(name).map(|stage| stage.id.as_str());
    assert_eq!(id("Production"), Some("2"));
    assert_eq!(id("To production"), Some("2"));
    assert_eq!(id("Other"), Some("3"));
    assert_eq!(id("Deploy"), None);
}

#[test]
fn what_is_below_a_record_is_found_at_any_depth() {
    let timeline = sample();
    let stage = timeline.stage("Production").unwrap();
    assert_eq!(
        ids(timeline.below(stage)),
        ["c1", "a1", "p1", "j1", "t1", "t2"]
    );
    let build = timeline.stage("Build").unwrap();
    assert_eq!(ids(timeline.below(build)), [""; 0]);
}

#[test]
fn records_that_are_each_others_parents_end() {
    let timeline = timeline(&json!({"records": [
        {"id": "a", "parentId": "b"},
        {"id": "b", "parentId": "a"},
        {"id": "self", "parentId": "self"},
        {"id": "orphan", "parentId": "gone"},
        {"id": "root"},
    ]}));
    let below = |index: usize| ids(timeline.below(&timeline.records[index]));
    assert_eq!(below(0), ["b"]);
    assert_eq!(below(2), [""; 0]);
    assert_eq!(below(4), [""; 0]);
}

#[test]
fn records_are_in_the_order_they_began() {
    let timeline = timeline(&json!({"records": [
        {"id": "waits, second", "order": 2},
        {"id": "later", "startTime": "2026-11-25T08:00:02Z"},
        {"id": "waits, first", "order": 1},
        {"id": "together, second", "startTime": "2026-11-25T08:00:01Z", "order": 2},
        {"id": "together, first", "startTime": "2026-11-25T08:00:01.0Z", "order": 1},
    ]}));
    assert_eq!(
        ids(timeline.records.iter()),
        [
            "together, first",
            "together, second",
            "later",
            "waits, first",
            "waits, second"
        ]
    );
}

#[test]
fn results_are_words() {
    for (word, shown) in [
        ("succeeded", "succeeded"),
        ("succeededWithIssues", "succeeded with issues"),
        ("Failed", "failed"),
        ("canceled", "canceled"),
        ("skipped", "skipped"),
        ("abandoned", "abandoned"),
        ("manuallyQueued", "manuallyQueued"),
    ] {
        assert_eq!(RecordResult::of(word).to_string(), shown);
    }
}

#[test]
fn an_attempt_without_a_timeline_to_read_is_left_out() {
    let guid = "96ac2280-8cb4-5df5-99de-dd2da759617d";
    let timeline = timeline(
        &json!({"records": [{"id": "1", "type": "Stage", "attempt": 4, "previousAttempts": [
            {"attempt": 1, "timelineId": guid, "recordId": guid},
            {"attempt": 2, "timelineId": null},
            {"attempt": 3, "timelineId": "../4700/timeline"},
        ]}]}),
    );
    let previous = &timeline.records[0].previous;
    assert_eq!(previous.len(), 1);
    assert_eq!(
        (previous[0].attempt, previous[0].timeline.to_string()),
        (1, guid.to_owned())
    );
}
