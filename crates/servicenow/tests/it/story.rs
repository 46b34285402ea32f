//! One change as an auditor reads it.

use serde_json::json;
use servicenow::Error;

use crate::harness::{assert_clean, calls, id, instance, sim, user};

#[tokio::test]
async fn a_story_is_one_call_and_names_everybody() {
    let sim = sim();
    let ci = sim.id_of("cmdb_ci", "name", "checkout-web");
    let rita = sim.id_of("sys_user", "user_name", "rita.reader");
    let change = id(&sim.seed(
        "change_request",
        json!({
            "type": "normal", "state": "0", "approval": "approved", "risk": "2", "priority": "3",
            "cmdb_ci": ci, "requested_by": rita, "description": "two\nlines",
            "opened_at": "2026-03-01 08:00:00", "sys_created_on": "2026-03-01 08:00:01",
            "work_start": "2026-03-02 09:00:00", "work_end": "2026-03-02 09:30:00",
        }),
    ));
    let number = sim.record("change_request", change.as_str())["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let closing = [
        ("state", "3"),
        ("close_code", "successful"),
        ("close_notes", "[snowgate x] done"),
    ];
    sim.move_as(&number, "chris.manager", &closing).unwrap();

    let story = instance(&sim)
        .change_requests()
        .story(&change)
        .await
        .unwrap();
    assert_eq!(calls(&sim).len(), 1);
    assert_eq!(story.request.number.as_str(), number);
    assert_eq!(story.request.close_code.as_deref(), Some("successful"));
    assert_eq!(
        story.request.close_notes.as_deref(),
        Some("[snowgate x] done")
    );
    assert_eq!(
        story.request.work_start,
        "2026-03-02T09:00:00Z".parse().ok()
    );
    assert_eq!(story.request.work_end, "2026-03-02T09:30:00Z".parse().ok());
    assert_eq!(story.opened_at, "2026-03-01T08:00:00Z".parse().ok());
    assert_eq!(story.created_at, "2026-03-01T08:00:01Z".parse().ok());
    assert!(story.closed_at.is_some());
    let requested = story.requested_by.unwrap();
    assert_eq!(requested.name, "Rita Reader");
    assert_eq!(requested.user_name.as_deref(), Some("rita.reader"));
    assert_eq!(requested.email.as_deref(), Some("rita.reader@example.com"));
    assert_eq!(story.closed_by.unwrap().name, "Chris Manager");
    assert_eq!(story.opened_by, None);
    assert_eq!(story.configuration_item.as_deref(), Some("checkout-web"));
    assert_eq!(story.business_service, None);
    assert_eq!(story.description, "two\nlines");
    assert_eq!(story.risk.as_deref(), Some("High"));
    assert_eq!(story.priority.as_deref(), Some("3 - Moderate"));
    assert_eq!(story.category.as_deref(), Some("Other"));
    assert!(
        story.page.as_str().contains(change.as_str()),
        "{}",
        story.page
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn what_this_account_may_not_see_is_not_there() {
    let sim = sim();
    let rita = sim.id_of("sys_user", "user_name", "rita.reader");
    let change = id(&sim.seed("change_request", json!({ "requested_by": rita })));
    sim.configure(|o| {
        o.hidden_columns = [
            "sys_user.email",
            "sys_user.user_name",
            "change_request.risk",
        ]
        .map(str::to_owned)
        .to_vec();
    });
    let story = instance(&sim)
        .change_requests()
        .story(&change)
        .await
        .unwrap();
    let requested = story.requested_by.unwrap();
    assert_eq!(requested.name, "Rita Reader");
    assert_eq!((requested.user_name, requested.email), (None, None));
    assert_eq!(story.risk, None);
    let error = user(&sim, "nobody")
        .change_requests()
        .story(&change)
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::NotFound { .. }), "{error:?}");
}
