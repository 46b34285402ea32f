//! What may not be done is not done, and told: ends by other hands, holds, tasks, codes and rules.

use change::State;
use serde_json::json;
use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Finished, TaskResult};
use testkit::wait::until;

use crate::office::Office;
use crate::world::{BOUND, output};

/// The one issue with that code.
fn told(finished: &Finished, result: TaskResult, code: &str) -> String {
    assert_eq!(finished.result, result, "{finished:?}");
    let issues: Vec<_> = finished.log.issues_with(code).collect();
    assert_eq!(issues.len(), 1, "{code}: {finished:?}");
    issues[0].text.clone()
}

#[test]
fn a_change_that_was_closed_by_hand_is_compared_with_the_truth() {
    for (status, differs) in [
        ("Succeeded", false),
        ("SucceededWithIssues", false),
        ("Failed", true),
    ] {
        let office = Office::new();
        let number = office.change_in("normal", State::Closed);
        let step = office.record().variable("Agent.JobStatus", status);
        for _ in 0..2 {
            let finished = office.run(&step);
            if differs {
                let said = told(
                    &finished,
                    TaskResult::SucceededWithIssues,
                    "outcome-differs",
                );
                assert!(said.contains("closed as 'successful'"), "{said}");
            } else {
                assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
            }
            assert_eq!(office.column(&number, "close_code"), "successful");
            assert_eq!(office.column(&number, "close_notes"), "Closed by hand");
            assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
        }
        office.is_content();
    }
}

/// Runs a record whose question for the next states is answered only after somebody did something to the change.
fn meanwhile(office: &Office, act: impl FnOnce()) -> Finished {
    let sim = &office.world.sim;
    let fault = Fault::SlowDrip { pause_ms: 700 };
    sim.fail(On::path("/table/change_task"), When::Next(1), fault);
    let running = office.record().start().unwrap();
    until("the step to ask for the tasks", BOUND, || {
        let asked = sim
            .requests()
            .iter()
            .any(|request| request.path.contains("change_task"));
        asked.then_some(())
    });
    act();
    running.wait(BOUND)
}

#[test]
fn a_change_that_is_cancelled_while_the_step_looks_is_left() {
    let office = Office::new();
    let number = office.gated();
    let finished = meanwhile(&office, || {
        office
            .world
            .sim
            .cancel(&number, "nina.network", "Rolled back")
            .unwrap();
    });
    let said = told(&finished, TaskResult::Failed, "not-closed");
    assert!(said.contains(&format!("{number} was cancelled")), "{said}");
    assert_eq!(office.column(&number, "state"), "4");
    assert_eq!(output(&finished, "changeState"), "Canceled");
    let ours = office
        .notes(&number)
        .into_iter()
        .filter(|note| note.contains("[snowgate "));
    assert_eq!(ours.count(), 1, "{finished:?}");
}

#[test]
fn a_change_that_is_held_while_the_step_looks_is_left() {
    let office = Office::new();
    let number = office.gated();
    let finished = meanwhile(&office, || {
        office
            .world
            .sim
            .hold(&number, "nina.network", "Call the bank first")
            .unwrap();
    });
    let said = told(&finished, TaskResult::Failed, "not-closed");
    assert!(said.contains("on hold (Call the bank first)"), "{said}");
    assert_eq!(office.column(&number, "state"), "-1");

    office.world.sim.release(&number, "nina.network").unwrap();
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    let notes = office.notes(&number);
    let ours = notes
        .iter()
        .filter(|note| note.contains("[snowgate "))
        .count();
    assert_eq!(ours, 1, "{notes:?}");
    // The report of the first attempt says that the change is open, and is not taken for the last one.
    let page = office.file(
        &number,
        &format!("snowgate-audit-{number}-4711-Production.html"),
    );
    assert!(
        !page.contains("still in Implement"),
        "the report is the first one's"
    );
}

#[test]
fn a_change_that_somebody_closes_meanwhile_is_fine() {
    let office = Office::new();
    let number = office.gated();
    let sim = &office.world.sim;
    let finished = meanwhile(&office, || {
        sim.move_as(&number, "admin", &[("state", "0")]).unwrap();
        let by_hand = [
            ("state", "3"),
            ("close_code", "successful"),
            ("close_notes", "By hand"),
        ];
        sim.move_as(&number, "admin", &by_hand).unwrap();
    });
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(office.column(&number, "close_notes"), "By hand");
    assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
}

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

#[test]
fn a_policy_or_a_rule_that_keeps_it_open_is_named_and_a_rerun_closes_it() {
    let office = Office::new();
    let number = office.gated();
    let demand = "review_comments";
    for rule in [false, true] {
        office.world.sim.configure(|options| {
            if rule {
                options.close_refused_by = Some("No closing on Fridays".to_owned());
                options.close_demands.clear();
            } else {
                options.close_demands = vec![demand.to_owned()];
            }
        });
        let finished = office.run(&office.record());
        let said = told(&finished, TaskResult::Failed, "not-closed");
        let named = if rule {
            "No closing on Fridays"
        } else {
            "review_comments"
        };
        assert!(said.contains(named), "{said}");
        assert_eq!(office.column(&number, "state"), "0");
        assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
    }
    office
        .world
        .sim
        .configure(|options| options.close_refused_by = None);
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.notes(&number).len(), 1);
    office.is_content();
}

#[test]
fn columns_that_come_back_different_are_named() {
    let office = Office::new();
    office.world.sim.configure(|options| {
        options
            .write_protected
            .push("change_request.work_end".to_owned());
        let rewritten = (
            "change_request.close_notes".to_owned(),
            "Standard text".to_owned(),
        );
        options.rewritten.extend([rewritten]);
    });
    let number = office.gated();
    let finished = office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    let warned: String = finished
        .log
        .issues_with("column-dropped")
        .map(|issue| issue.text.clone())
        .collect();
    assert!(
        warned.contains("close_notes") && warned.contains("work_end"),
        "{warned}"
    );
}
