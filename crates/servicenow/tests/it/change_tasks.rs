//! Tasks below a change: read, and closed in one step.

use change::{SysId, TaskState};
use serde_json::json;
use servicenow::{Error, Instance, Refusal};
use servicenow_sim::{Fault, On, Options, Sim, When};

use crate::harness::{assert_clean, calls, id, instance, seeded, sim, user};

fn task(sim: &Sim, change: &SysId, state: &str) -> SysId {
    let columns = json!({
        "change_request": change.as_str(),
        "short_description": "Implement",
        "change_task_type": "implementation",
        "state": state,
    });
    id(&sim.seed("change_task", columns))
}

fn of(sim: &Sim, task: &SysId, column: &str) -> String {
    let record = sim.record("change_task", task.as_str());
    record[column].as_str().unwrap_or_default().to_owned()
}

fn fail(sim: &Sim, method: &str, fault: Fault) {
    sim.fail(
        On::path("/table/change_task").method(method),
        When::Next(1),
        fault,
    );
}

async fn close(instance: &Instance, task: &SysId) -> Result<change::ChangeTask, Box<Error>> {
    let tasks = instance.change_tasks();
    tasks
        .close(task, "successful", "deployed by run 4711")
        .await
}

#[tokio::test]
async fn a_changes_own_tasks_are_listed_oldest_first() {
    let sim = sim();
    let (change, other) = (seeded(&sim), seeded(&sim));
    let first = task(&sim, &change, "-5");
    sim.advance(std::time::Duration::from_secs(60));
    let second = task(&sim, &change, "2");
    task(&sim, &other, "1");
    sim.set("change_task", second.as_str(), "on_hold", "true");
    let instance = instance(&sim);
    let tasks = instance.change_tasks().of(&change).await.unwrap();
    let told: Vec<_> = tasks
        .iter()
        .map(|task| (&task.sys_id, task.state, task.on_hold))
        .collect();
    assert_eq!(
        told,
        [
            (&first, TaskState::Pending, false),
            (&second, TaskState::InProgress, true)
        ]
    );
    assert_eq!(tasks[0].kind.as_deref(), Some("implementation"));
    let none = user(&sim, "nobody").change_tasks().of(&change).await;
    assert_eq!(none.unwrap(), []);
    assert_clean(&sim);
}

#[tokio::test]
async fn more_tasks_than_a_page_are_all_listed_once() {
    let sim = sim();
    let change = seeded(&sim);
    for _ in 0..120 {
        task(&sim, &change, "1");
    }
    let tasks = instance(&sim).change_tasks().of(&change).await.unwrap();
    let keys: std::collections::BTreeSet<_> = tasks.iter().map(|task| &task.sys_id).collect();
    assert_eq!((tasks.len(), keys.len()), (120, 120));
}

#[tokio::test]
async fn a_task_is_closed_in_one_call_from_any_state() {
    for state in ["-5", "1", "2"] {
        let sim = sim();
        let change = seeded(&sim);
        let task = task(&sim, &change, state);
        let closed = close(&instance(&sim), &task).await.unwrap();
        assert_eq!(closed.state, TaskState::Closed);
        assert_eq!(of(&sim, &task, "state"), "3", "from {state}");
        assert_eq!(of(&sim, &task, "close_code"), "successful");
        assert_eq!(of(&sim, &task, "close_notes"), "deployed by run 4711");
        assert_eq!(calls(&sim).len(), 1);
        assert_clean(&sim);
    }
}

#[tokio::test]
async fn a_close_without_a_clear_answer_is_settled_by_reading_again() {
    for (fault, patches) in [
        (Fault::ResetAfterCommit, 1),
        (Fault::GatewayAfterCommit { status: 504 }, 1),
        (Fault::Truncated, 1),
        (Fault::Reset, 2),
        (Fault::Gateway { status: 503 }, 2),
    ] {
        let sim = sim();
        let change = seeded(&sim);
        let task = task(&sim, &change, "1");
        fail(&sim, "PATCH", fault.clone());
        let closed = close(&instance(&sim), &task).await.unwrap();
        assert_eq!(closed.state, TaskState::Closed, "{fault:?}");
        let calls = calls(&sim);
        let sent = calls.iter().filter(|c| c.starts_with("PATCH")).count();
        assert_eq!(sent, patches, "{fault:?}");
        assert!(calls[1].starts_with("GET"), "{fault:?}: {calls:?}");
        assert_clean(&sim);
    }
}

#[tokio::test]
async fn it_stays_unclear_when_reading_fails_too() {
    let sim = sim();
    let change = seeded(&sim);
    let task = task(&sim, &change, "1");
    fail(&sim, "PATCH", Fault::ResetAfterCommit);
    let reads = On::path("/table/change_task").method("GET");
    sim.fail(reads, When::UntilCleared, Fault::Reset);
    let error = close(&instance(&sim), &task).await.unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
}

#[tokio::test]
async fn what_the_instance_wants_is_named_and_so_is_the_task() {
    let sim = Sim::start(Options {
        close_codes: vec!["ok|Completed".to_owned()],
        ..Options::default()
    });
    let change = seeded(&sim);
    let task = task(&sim, &change, "-5");
    let error = close(&instance(&sim), &task).await.unwrap_err();
    let Some(Refusal::Mandatory { fields }) = error.refusal() else {
        panic!("{error:?}");
    };
    assert_eq!(fields, &["Close code"], "off-list codes are lost");
    let number = of(&sim, &task, "number");
    assert_eq!(
        error.to_string(),
        format!("could not close change task {number} (it is Pending)")
    );
    assert_eq!(of(&sim, &task, "state"), "-5");
}

#[tokio::test]
async fn a_task_at_its_end_already_is_fine() {
    let sim = Sim::start(Options {
        close_codes: vec!["ok|Completed".to_owned()],
        ..Options::default()
    });
    let change = seeded(&sim);
    let instance = instance(&sim);
    // Somebody was faster, and the code that is not on the list makes the instance refuse.
    for (state, end) in [("3", TaskState::Closed), ("4", TaskState::Canceled)] {
        let task = task(&sim, &change, state);
        assert_eq!(close(&instance, &task).await.unwrap().state, end);
        assert_eq!(of(&sim, &task, "close_notes"), "");
    }
}

#[tokio::test]
async fn success_that_closes_nothing_is_an_error_and_a_lost_column_a_notice() {
    let sim = sim();
    let change = seeded(&sim);
    let kept = task(&sim, &change, "1");
    sim.configure(|o| o.write_protected.push("change_task.state".to_owned()));
    let error = close(&instance(&sim), &kept).await.unwrap_err();
    let Error::TaskKept { found, asked, .. } = &*error else {
        panic!("{error:?}");
    };
    assert_eq!((*found, *asked), (TaskState::Open, TaskState::Closed));

    sim.configure(|o| {
        o.write_protected.clear();
        o.rewritten
            .insert("change_task.close_notes".to_owned(), "see wiki".to_owned());
    });
    let instance = instance(&sim);
    close(&instance, &kept).await.unwrap();
    let number = of(&sim, &kept, "number");
    assert_eq!(
        instance.notices(),
        [format!(
            "{number} is closed, but its close_notes was not stored as asked"
        )]
    );
}

#[tokio::test]
async fn an_account_that_may_only_read_is_told_so() {
    let sim = sim();
    let change = seeded(&sim);
    let task = task(&sim, &change, "1");
    let error = close(&user(&sim, "rita.reader"), &task).await.unwrap_err();
    assert!(
        matches!(error.refusal(), Some(Refusal::Acl { .. })),
        "{error:?}"
    );
    let gone = close(&instance(&sim), &change).await.unwrap_err();
    assert!(matches!(*gone, Error::NotFound { .. }), "{gone:?}");
}
