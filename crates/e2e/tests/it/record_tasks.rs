//! Change tasks and close codes: what has to be in order before a change is closed.

use change::State;
use serde_json::json;
use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::TaskResult;

use crate::office::Office;
use crate::record_endings::told;

#[test]
fn tasks_that_implement_creates_are_closed_with_the_change() {
    let office = Office::with(Options {
        implement_creates_tasks: true,
        ..Options::default()
    });
    let number = office.change_in("normal", State::Scheduled);
    let step = office.record().variable("Agent.JobStatus", "Failed");
    office.recorded(&step);
    let id = office.column(&number, "sys_id");
    let tasks = office.world.sim.find("change_task", "change_request", &id);
    assert_eq!(tasks.len(), 2);
    for task in tasks {
        assert_eq!(
            (&task["state"], &task["close_code"]),
            (&json!("3"), &json!("unsuccessful"))
        );
        assert!(
            task["close_notes"].as_str().unwrap().contains("20260105.3"),
            "{task:?}"
        );
    }
    office.is_content();
}

/// A change with an open task.
fn with_task(office: &Office) -> (String, String) {
    let number = office.gated();
    let id = office.column(&number, "sys_id");
    let task = office.world.sim.seed(
        "change_task",
        json!({ "change_request": id, "parent": id, "short_description": "Tell the shops", "state": "1" }),
    );
    (number, task)
}

#[test]
fn tasks_are_left_where_the_user_says_so() {
    let office = Office::new();
    let (number, task) = with_task(&office);
    let finished = office.run(&office.record().input("closeChangeTasks", "false"));
    let said = told(&finished, TaskResult::SucceededWithIssues, "not-closed");
    assert!(said.contains("Tell the shops"), "{said}");
    assert_eq!(office.world.sim.record("change_task", &task)["state"], "1");
    assert_eq!(office.column(&number, "state"), "-1");
    office.is_content();
}

#[test]
fn a_task_that_a_rule_keeps_open_keeps_the_change_open() {
    let office = Office::new();
    let (number, _) = with_task(&office);
    let body = json!({ "error": {
        "message": "Operation Failed",
        "detail": "Operation against file 'change_task' was aborted by Business Rule 'Shops first^1234'. Error: none",
    }, "status": "failure" });
    let fault = Fault::Answer {
        status: 403,
        body: body.to_string(),
    };
    office.world.sim.fail(
        On::path("/change_task/").method("PATCH"),
        When::UntilCleared,
        fault,
    );
    let finished = office.run(&office.record());
    let said = told(&finished, TaskResult::Failed, "not-closed");
    assert!(
        said.contains("Tell the shops") && said.contains("Shops first"),
        "{said}"
    );
    assert_eq!(office.column(&number, "state"), "-1");
    assert_eq!(office.notes(&number).len(), 1);
    office.world.sim.heal();
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    office.is_content();
}

#[test]
fn a_change_is_closed_by_the_code_that_the_instance_has() {
    let own = Options {
        close_codes: ["10|Success", "20|Failed"].map(str::to_owned).into(),
        restrict_sys_choice: false,
        ..Options::default()
    };
    for (status, input, code) in [
        ("Succeeded", None, "10"),
        ("Failed", None, "20"),
        ("SucceededWithIssues", Some("success"), "10"),
        ("SucceededWithIssues", Some("20"), "20"),
    ] {
        let office = Office::with(own.clone());
        let (number, task) = with_task(&office);
        let mut step = office.record().variable("Agent.JobStatus", status);
        if let Some(input) = input {
            step = step.input("closeCode", input);
            office.world.sim.set("change_task", &task, "state", "3");
        }
        let finished = office.run(&step);
        assert_eq!(
            office.column(&number, "close_code"),
            code,
            "{status}: {finished:?}"
        );
        assert_eq!(office.column(&number, "state"), "3", "{finished:?}");
        office.is_content();
    }
}

#[test]
fn without_a_code_the_change_waits_in_review_and_the_codes_are_named() {
    for (status, input) in [
        ("SucceededWithIssues", None),
        ("Succeeded", Some("Marvellous")),
    ] {
        let office = Office::with(Options {
            close_codes: ["10|Success", "20|Failed"].map(str::to_owned).into(),
            restrict_sys_choice: false,
            ..Options::default()
        });
        let number = office.gated();
        let mut step = office.record().variable("Agent.JobStatus", status);
        if let Some(input) = input {
            step = step.input("closeCode", input);
        }
        let finished = office.run(&step);
        told(&finished, TaskResult::Failed, "not-closed");
        let codes = finished
            .log
            .issues_with("close-code")
            .next()
            .expect("a warning");
        assert!(
            codes.text.contains("Success (10), Failed (20)"),
            "{codes:?}"
        );
        assert_eq!(office.column(&number, "state"), "0");
        office.is_content();
    }
}
