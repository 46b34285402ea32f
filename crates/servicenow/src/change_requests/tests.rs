use super::*;
use change::{Conflicts, Type};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use crate::moment;
use crate::wire;

const ID: &str = "0123456789abcdef0123456789abcdef";

fn paths() -> Paths {
    Paths::new("http://127.0.0.1/snow".parse().unwrap())
}

fn id() -> SysId {
    ID.parse().unwrap()
}

fn result(text: &str) -> Json {
    let document: Json = serde_json::from_str(text).unwrap();
    document["result"].clone()
}

fn query(request: &Request) -> BTreeMap<String, String> {
    request.url().query_pairs().into_owned().collect()
}

#[test]
fn a_poll_asks_for_three_columns_and_nothing_else() {
    let request = poll(&paths(), &id());
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.url().as_str(),
        format!(
            "http://127.0.0.1/snow/api/now/v2/table/change_request/{ID}\
             ?sysparm_fields=state%2Capproval%2Con_hold"
        )
    );
}

#[test]
fn a_full_reading_names_its_columns_and_wants_both_values() {
    let request = get(&paths(), &id(), &COLUMNS);
    let query = query(&request);
    assert_eq!(query["sysparm_fields"], COLUMNS.join(","));
    assert_eq!(query["sysparm_display_value"], "all");
    assert_eq!(query["sysparm_exclude_reference_link"], "true");
}

#[test]
fn an_update_is_a_patch_of_the_named_columns_that_asks_for_their_echo() {
    let fields = Fields::new()
        .set("u_ring", "2")
        .set("risk", "3")
        .set("state", "0");
    let request = update::patch(&paths(), &id(), &fields);
    assert_eq!(request.method(), "PATCH");
    assert_eq!(
        request.url().path(),
        format!("/snow/api/now/v2/table/change_request/{ID}")
    );
    assert_eq!(
        request.body_json().unwrap(),
        &serde_json::json!({"u_ring": "2", "risk": "3", "state": "0"})
    );
    let query = query(&request);
    assert_eq!(
        query["sysparm_fields"],
        format!("{},u_ring,risk", COLUMNS.join(","))
    );
    assert_eq!(query["sysparm_input_display_value"], "false");
    assert_eq!(request.effect_kind(), outbound::Effect::Absolute);
}

#[test]
fn a_record_becomes_a_change_request_with_its_window_in_utc() {
    let row = wire::row(&result(include_str!("../../fixtures/change_request.json"))).unwrap();
    let change = decode::request(&row).unwrap();
    assert_eq!(change.sys_id, id());
    assert_eq!(change.work_start, moment::read("2026-03-07 06:01:02"));
    assert_eq!((change.work_end, change.close_notes), (None, None));
    assert_eq!(change.number.as_str(), "CHG0030022");
    assert_eq!(
        (change.state, change.state_label.as_str()),
        (State::Scheduled, "Scheduled")
    );
    assert_eq!(change.approval, Approval::Approved);
    assert_eq!(change.kind, Type::Normal);
    assert_eq!(change.on_hold.as_deref(), Some("waiting for the vendor"));
    assert_eq!(change.window.start, moment::read("2026-03-07 06:00:00"));
    assert_eq!(change.window.end, moment::read("2026-03-07 08:00:00"));
    assert_eq!(change.conflicts, Conflicts::None);
    assert_eq!(change.correlation, "azdo:p:run:7:Prod");
    assert_eq!(change.assignment_group.as_deref(), Some("Network"));
    assert_eq!(change.close_code, None);
    // Foreign text is handed on as it is: the writer of the log defuses it.
    assert!(change.short_description.contains("##vso["));
}

#[test]
fn the_other_apis_list_of_one_with_mixed_types_is_the_same_kind_of_row() {
    let text = include_str!("../../fixtures/change_request_from_template.json");
    let row = wire::row(&result(text)).unwrap();
    let change = decode::request(&row).unwrap();
    assert_eq!(change.state, State::New);
    assert_eq!(change.kind, Type::Standard);
    assert_eq!(change.on_hold, None);
    assert_eq!(change.window, change::Window::default());
    assert_eq!(change.conflicts, Conflicts::Unknown);
    assert_eq!(change.correlation, "");
    assert_eq!(row.value("risk"), "3");
    assert_eq!(row.ignored, ["description", "correlation_id"]);
}

#[test]
fn what_the_instance_says_it_ignored_is_dropped_even_without_an_echo() {
    let text = include_str!("../../fixtures/change_request_from_template.json");
    let row = wire::row(&result(text)).unwrap();
    let fields = Fields::new()
        .set("description", "new words")
        .set("risk", "3")
        .set("correlation_id", "azdo:x");
    let operation = Operation::new("open", "it");
    let written = Written::compare(&operation, &fields, &row).unwrap();
    let names: Vec<&str> = written.dropped.iter().map(|d| d.column.as_str()).collect();
    assert_eq!(names, ["description", "correlation_id"]);
    match written.vital(&operation).map_err(|error| *error) {
        Err(Error::Dropped { dropped, .. }) => assert_eq!(dropped.column, "correlation_id"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_row_without_something_usable_names_it() {
    let text = include_str!("../../fixtures/change_request.json");
    for (column, value, missing) in [
        ("state", "implement", "state"),
        ("state", "", "state"),
        ("number", "INC0000001", "number"),
        ("sys_id", "short", "sys_id"),
        ("start_date", "2026-03-07T06:00:00Z", "start_date"),
        ("end_date", "0011-05", "end_date"),
    ] {
        let mut json = result(text);
        json[column] = serde_json::json!({"value": value, "display_value": value});
        let row = wire::row(&json).unwrap();
        assert_eq!(decode::request(&row), Err(missing), "{column}={value}");
    }
}

#[test]
fn a_row_of_another_record_is_not_taken_for_the_one_asked_for() {
    let row = wire::row(&result(include_str!("../../fixtures/change_request.json"))).unwrap();
    let other: SysId = "f".repeat(32).parse().unwrap();
    let operation = Operation::new("read", "it");
    assert!(matches!(
        decode::checked(&operation, &row, &other).map_err(|error| *error),
        Err(Error::KeyMismatch { column, .. }) if column == "sys_id"
    ));
    assert!(decode::checked(&operation, &row, &id()).is_ok());
}

#[test]
fn next_states_come_out_of_their_nested_lists() {
    let next =
        next_states::decode(&result(include_str!("../../fixtures/next_states.json"))).unwrap();
    assert_eq!(
        next.available,
        [State::Review, State::Canceled, State::Implement]
    );
    assert_eq!(next.labels[&0], "Review");
    let steps: Vec<_> = next
        .transitions
        .iter()
        .map(|t| (t.from, t.to, t.available, t.automatic, t.conditions.len()))
        .collect();
    assert_eq!(
        steps,
        [
            (State::Implement, State::Review, false, true, 1),
            (State::Implement, State::Review, true, false, 0),
            (State::Implement, State::Canceled, true, false, 0),
        ]
    );
    let condition = &next.transitions[0].conditions[0];
    assert_eq!(
        (condition.name.as_str(), condition.passed),
        ("No active Change Tasks", false)
    );
    // Numbers, with and without a fraction, and nothing else around them.
    let bare = serde_json::json!({"available_states": [-1, 0.0, "10", "odd"]});
    assert_eq!(
        next_states::decode(&bare).unwrap().available,
        [State::Implement, State::Review, State::Other(10)]
    );
    assert_eq!(next_states::decode(&serde_json::json!({})), None);
}

#[test]
fn conflicts_are_decided_on_the_list() {
    let found = conflicts::decode(&result(include_str!("../../fixtures/conflict.json")));
    assert_eq!(
        found,
        Conflicts::Found(vec!["CHG0030002: CI Already Scheduled".to_owned()])
    );
    let stale = conflicts::decode(&result(include_str!("../../fixtures/conflict_stale.json")));
    assert_eq!(stale, Conflicts::None);
    for (status, expected) in [
        ("No Conflict", Conflicts::None),
        ("Not Run", Conflicts::Unknown),
        ("", Conflicts::Unknown),
    ] {
        let json = serde_json::json!({"status": status, "conflicts": []});
        assert_eq!(conflicts::decode(&json), expected, "{status}");
    }
    for (job, last_run) in [("0", "x"), ("1", "x"), ("3", "x"), ("2", "")] {
        let json = serde_json::json!({
            "status": "Conflict", "conflicts": [], "job_status": job, "last_run": last_run,
        });
        assert_eq!(conflicts::decode(&json), Conflicts::Unknown, "{json}");
    }
    // What a former run found says nothing while the next one goes on.
    let again = serde_json::json!({"status": "Conflict", "conflicts": [{}], "job_status": "1"});
    assert_eq!(conflicts::decode(&again), Conflicts::Unknown);
    let nameless = serde_json::json!({"status": "Conflict", "conflicts": [{}]});
    assert_eq!(
        conflicts::decode(&nameless),
        Conflicts::Found(vec!["a conflict without details".to_owned()])
    );
}

#[test]
fn a_worker_is_asked_by_key_and_gives_its_first_span() {
    let mut worker = result(include_str!("../../fixtures/worker.json"));
    assert_eq!(
        schedule::worker_of(&worker).map(|id| id.to_string()),
        Some("8".repeat(32))
    );
    let window = change::Window {
        start: moment::read("2026-03-07 06:00:00"),
        end: moment::read("2026-03-07 07:00:00"),
    };
    assert_eq!(schedule::work(&worker), schedule::Work::Done(Some(window)));
    worker["payload"]["spans"] = serde_json::json!([]);
    assert_eq!(schedule::work(&worker), schedule::Work::Done(None));
    worker["state"]["value"] = serde_json::json!("2");
    assert_eq!(schedule::work(&worker), schedule::Work::Going);
    worker["state"]["value"] = serde_json::json!(4.0);
    worker["messages"]["errorMessages"] = serde_json::json!(["no schedule", "at all"]);
    assert_eq!(
        schedule::work(&worker),
        schedule::Work::Failed("no schedule; at all".to_owned())
    );
}
