//! The report of a period.

use serde_json::{Value, json};
use servicenow_sim::{Fault, On, When};

use crate::world::World;

const DAY: [&str; 5] = ["audit", "--from", "2026-11-25", "--to", "2026-11-26"];

fn rows(report: &Value) -> Vec<&str> {
    let rows = report["rows"].as_array().unwrap();
    let mut numbers: Vec<&str> = rows
        .iter()
        .map(|row| row["number"].as_str().unwrap())
        .collect();
    // Records of one second come in the order of their keys.
    numbers.sort_unstable();
    numbers
}

#[test]
fn one_line_per_deployment_and_totals_per_finding() {
    let world = World::start();
    let good = world.change(json!({}));
    let open = world.change(json!({ "state": "-1", "close_code": "", "close_notes": "", "correlation_id": world.key("Production") + ":g2" }));
    let late = world
        .change(json!({ "work_start": "2026-11-26 00:00:00", "work_end": "2026-11-26 00:10:00" }));
    let early = world.change(json!({ "work_start": "2026-11-25 00:00:00" }));
    world.change(json!({ "correlation_id": "someone:else" }));

    let ended = world.snowgate(&DAY).and(&["--format", "json"]).run();
    ended.assert_code(0);
    let report = ended.json();
    assert_eq!(report["schema"], "snowgate.audit.period");
    assert_eq!(
        rows(&report),
        [&good, &open, &early],
        "without {late}, which begins the next period"
    );
    let total = |rule: &str| {
        let totals = report["totals"].as_array().unwrap();
        totals
            .iter()
            .find(|total| total["rule"] == rule)
            .map(|total| total["broken"].clone())
    };
    assert_eq!(total("left-open"), Some(json!(1)), "{:#}", report["totals"]);
    assert_eq!(ended.err, "", "nothing is told where nobody watches");
    world.assert_clean();
}

#[test]
fn a_service_is_found_by_item_business_service_and_line_in_any_case() {
    let world = World::start();
    let by_line = world.change(json!({}));
    let by_notes =
        world.change(json!({ "description": "", "close_notes": "Done.\nService: SHOP" }));
    let other = world.change(json!({
        "description": "Service: warehouse",
        "correlation_id": world.key("Production").replace("4711", "4710"),
    }));
    let ended = world
        .snowgate(&DAY)
        .and(&["--format", "json", "--service", "Shop", "--verbose"])
        .run();
    ended.assert_code(0);
    let report = ended.json();
    assert_eq!(rows(&report), [&by_line, &by_notes]);
    assert_eq!(report["service"], "Shop");
    ended.assert_says(&format!("{other}: of another service"));
    let asked = |run: &str| {
        let requests = world.azure.requests();
        requests
            .iter()
            .any(|request| request.path.contains(&format!("/builds/{run}")))
    };
    assert!(asked("4711"));
    assert!(!asked("4710"), "the run of another service was asked about");
}

#[test]
fn a_line_each_for_a_spreadsheet_and_a_page_for_people() {
    let world = World::start();
    let numbers = [world.change(json!({})), world.change(json!({}))];
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    world
        .snowgate(&DAY)
        .and(&["--out", &file("period.csv")])
        .run()
        .assert_code(0);
    world
        .snowgate(&DAY)
        .and(&["--out", &file("period.html")])
        .run()
        .assert_code(0);
    let csv = std::fs::read_to_string(file("period.csv")).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let page = std::fs::read_to_string(file("period.html")).unwrap();
    for number in &numbers {
        assert!(csv.contains(number) && page.contains(number));
    }
}

#[test]
fn a_change_that_cannot_be_read_is_a_line_that_says_so() {
    let world = World::start();
    let numbers = [
        world.change(json!({})),
        world.change(json!({})),
        world.change(json!({})),
    ];
    let id = world.servicenow.change(&numbers[1])["sys_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let broken = Fault::Answer { status: 403, body: r#"{"error":{"message":"Operation Failed","detail":"ACL restricts the record retrieval"},"status":"failure"}"#.to_owned() };
    world.servicenow.fail(
        On::path(&format!("change_request/{id}")),
        When::UntilCleared,
        broken,
    );
    let ended = world
        .snowgate(&DAY)
        .and(&["--format", "json", "--verbose"])
        .run();
    ended
        .assert_code(2)
        .assert_says(&format!("{}: could not read", numbers[1]));
    let report = ended.json();
    assert_eq!(rows(&report), numbers);
    let why = |number: &str| {
        let rows = report["rows"].as_array().unwrap();
        rows.iter().find(|row| row["number"] == number).unwrap()["unreadable"].clone()
    };
    assert_eq!(why(&numbers[0]), Value::Null);
    let unreadable = why(&numbers[1]);
    assert!(
        unreadable.as_str().unwrap().contains("could not read"),
        "{unreadable}"
    );
}

#[test]
fn a_period_without_deployments_is_a_report_too() {
    let world = World::start();
    let ended = world.snowgate(&DAY).and(&["--format", "json"]).run();
    assert_eq!(ended.assert_code(0).json()["rows"], json!([]));
}

#[test]
fn more_than_one_page_of_changes() {
    let world = World::start();
    let numbers: Vec<String> = (0..105)
        .map(|_| world.change(json!({ "correlation_id": "azdo:p:run:1:A" })))
        .collect();
    let program = ["ADO_URL", "ADO_ORG", "ADO_PROJECT", "ADO_PAT"]
        .iter()
        .fold(world.snowgate(&DAY), |it, name| it.without(name));
    let ended = program.and(&["--format", "json"]).run();
    assert_eq!(rows(&ended.assert_code(0).json()), numbers);
    world.assert_clean();
}

#[test]
fn findings_of_any_line_show_in_the_exit_code() {
    let world = World::start();
    world.change(json!({}));
    world
        .snowgate(&DAY)
        .and(&["--format", "csv", "--fail-on", "high"])
        .run()
        .assert_code(0);
    world.change(json!({ "state": "-1", "close_code": "" }));
    world
        .snowgate(&DAY)
        .and(&["--format", "csv", "--fail-on", "high"])
        .run()
        .assert_code(3);
}
