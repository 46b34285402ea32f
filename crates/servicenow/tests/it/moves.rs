use change::{Approval, Conflicts, State};
use servicenow::{Error, Fields, Refusal};
use servicenow_sim::{Fault, FindingKind, On, Options, Rounds, Sim, When};

use crate::harness::{
    assert_clean, calls, column, id, instance, number, seeded, sim, sim_without_change_api,
};

#[tokio::test]
async fn a_normal_change_walks_from_new_to_closed() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let none = Fields::new();

    let moved = changes
        .move_to(&change, State::Assess, &none)
        .await
        .unwrap();
    assert_eq!((moved.request.state, moved.already), (State::Assess, false));
    assert_eq!(moved.request.approval, Approval::Requested);
    sim.approve(&number(&sim, &change), Rounds::All).unwrap();

    let next = changes.next_states(&change).await.unwrap().unwrap();
    assert!(next.available.contains(&State::Implement), "{next:?}");
    assert_eq!(next.labels[&-1], "Implement");
    changes
        .move_to(&change, State::Implement, &none)
        .await
        .unwrap();
    changes
        .move_to(&change, State::Review, &none)
        .await
        .unwrap();
    let close = Fields::new()
        .set("close_code", "successful")
        .set("close_notes", "Deployed by run 4711.");
    let moved = changes
        .move_to(&change, State::Closed, &close)
        .await
        .unwrap();
    assert_eq!(moved.request.state, State::Closed);
    assert_eq!(moved.request.close_code.as_deref(), Some("successful"));
    assert_eq!(moved.dropped, []);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_refused_step_names_the_rule_and_a_missing_field_its_label() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();

    let error = changes
        .move_to(&change, State::Implement, &Fields::new())
        .await
        .unwrap_err();
    match error.refusal() {
        Some(Refusal::BusinessRule { rule }) => {
            assert_eq!(rule, "Change Model: Check State Transition");
        }
        other => panic!("{other:?}"),
    }
    assert!(!error.may_have_happened());

    sim.set("change_request", change.as_str(), "state", "0");
    let error = changes
        .move_to(&change, State::Closed, &Fields::new())
        .await
        .unwrap_err();
    match error.refusal() {
        Some(Refusal::Mandatory { fields }) => {
            assert!(
                fields.iter().any(|f| f.eq_ignore_ascii_case("close code")),
                "{fields:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(column(&sim, &change, "state"), "0");
}

#[tokio::test]
async fn a_state_that_was_reached_meanwhile_is_fine() {
    let sim = sim();
    let change = seeded(&sim);
    sim.set("change_request", change.as_str(), "state", "4");
    // Whoever is first gets 200; the second is refused, and finds it done.
    sim.fail(
        On::path(change.as_str()).method("PATCH"),
        When::Next(1),
        Fault::TransactionCancelled,
    );
    let instance = instance(&sim);
    let moved = instance
        .change_requests()
        .move_to(&change, State::Canceled, &Fields::new())
        .await
        .unwrap();
    assert_eq!(moved.request.state, State::Canceled);
    assert_eq!(calls(&sim).len(), 2, "{:?}", calls(&sim));
}

#[tokio::test]
async fn an_instance_that_says_yes_and_does_nothing_is_found_out() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    // The column is ignored: a text where a whole number belongs.
    let fields = Fields::new().set("state", "implement");
    let error = changes.update(&change, &fields).await.unwrap_err();
    assert!(
        matches!(&*error, Error::Dropped { dropped, .. } if dropped.column == "state"),
        "{error:?}"
    );
    let kinds: Vec<_> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FindingKind::TextState]);
}

#[tokio::test]
async fn a_state_that_shows_late_is_waited_for() {
    let sim = Sim::start(Options {
        delayed_visibility_ms: 400,
        ..Options::default()
    });
    let model = sim.id_of("chg_model", "name", "Application Release");
    let columns = serde_json::json!({
        "chg_model": model,
        "assignment_group": crate::harness::group(&sim),
    });
    let change = id(&sim.seed("change_request", columns));
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let moved = changes
        .move_to(&change, State::Other(10), &Fields::new())
        .await
        .unwrap();
    assert_eq!(moved.request.state, State::Other(10));
}

#[tokio::test]
async fn an_update_names_what_was_not_stored_and_keeps_the_rest() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let fields = Fields::new()
        .set("risk", "2")
        .set("u_gone", "x")
        .set("justification", "line one\nline two");
    let written = instance
        .change_requests()
        .update(&change, &fields)
        .await
        .unwrap();
    let names: Vec<&str> = written.dropped.iter().map(|d| d.column.as_str()).collect();
    assert_eq!(names, ["u_gone"]);
    assert_eq!(column(&sim, &change, "risk"), "2");
    assert_eq!(calls(&sim).len(), 1);
}

#[tokio::test]
async fn approval_is_never_patched() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let fields = Fields::new().set("approval", "approved");
    assert!(
        matches!(changes.update(&change, &fields).await, Err(error) if matches!(*error, Error::NotWritable { .. }))
    );
    assert!(
        matches!(changes.move_to(&change, State::Assess, &fields).await, Err(error) if matches!(*error, Error::NotWritable { .. }))
    );
    assert_eq!(calls(&sim), Vec::<String>::new());
}

#[tokio::test]
async fn without_the_change_api_there_is_nobody_to_ask_for_states_conflicts_or_windows() {
    let sim = sim_without_change_api();
    let change = seeded(&sim);
    sim.set(
        "change_request",
        change.as_str(),
        "conflict_status",
        "Conflict",
    );
    let instance = instance(&sim);
    let changes = instance.change_requests();
    assert_eq!(changes.next_states(&change).await.unwrap(), None);
    assert_eq!(changes.next_states(&change).await.unwrap(), None);
    assert!(!changes.start_conflict_detection(&change).await.unwrap());
    let hour = std::time::Duration::from_secs(3600);
    assert_eq!(changes.schedule(&change, hour).await.unwrap(), None);
    assert_eq!(
        changes.conflicts(&change).await.unwrap(),
        Conflicts::Found(Vec::new())
    );
    let probes = calls(&sim)
        .iter()
        .filter(|c| c.contains("sn_chg_rest"))
        .count();
    assert_eq!((probes, instance.notices().len()), (1, 1));
}

#[tokio::test]
async fn next_states_of_an_unknown_change_are_an_error_and_not_an_absent_api() {
    let sim = sim();
    let instance = instance(&sim);
    let error = instance
        .change_requests()
        .next_states(&id(&"f".repeat(32)))
        .await
        .unwrap_err();
    assert_eq!(error.class(), outbound::Class::NotFound);
    assert_eq!(instance.notices(), Vec::<String>::new());
}

#[tokio::test]
async fn conflicts_are_detected_and_read_from_the_list() {
    let sim = Sim::start(Options {
        stale_conflict_status: true,
        ..Options::default()
    });
    let ci = sim.id_of("cmdb_ci", "name", "checkout-web");
    let seed = |start: &str, end: &str| {
        let columns = serde_json::json!({
            "cmdb_ci": ci, "start_date": start, "end_date": end, "assignment_group": crate::harness::group(&sim),
        });
        id(&sim.seed("change_request", columns))
    };
    let ours = seed("2026-03-07 06:00:00", "2026-03-07 08:00:00");
    let instance = instance(&sim);
    let changes = instance.change_requests();
    assert_eq!(changes.conflicts(&ours).await.unwrap(), Conflicts::Unknown);
    assert!(changes.start_conflict_detection(&ours).await.unwrap());
    assert_eq!(changes.conflicts(&ours).await.unwrap(), Conflicts::Unknown);
    // "Conflict" over an empty list is none.
    assert_eq!(changes.conflicts(&ours).await.unwrap(), Conflicts::None);

    let other = seed("2026-03-07 07:00:00", "2026-03-07 09:00:00");
    assert!(changes.start_conflict_detection(&ours).await.unwrap());
    assert_eq!(changes.conflicts(&ours).await.unwrap(), Conflicts::Unknown);
    match changes.conflicts(&ours).await.unwrap() {
        Conflicts::Found(lines) => {
            assert!(lines[0].contains(&number(&sim, &other)), "{lines:?}");
        }
        found => panic!("{found:?}"),
    }
    assert_clean(&sim);
}

#[tokio::test]
async fn a_free_window_comes_from_a_worker_that_is_asked_until_done() {
    let sim = sim();
    let ci = sim.id_of("cmdb_ci", "name", "checkout-web");
    let columns =
        serde_json::json!({"cmdb_ci": ci, "assignment_group": crate::harness::group(&sim)});
    let change = id(&sim.seed("change_request", columns));
    let instance = instance(&sim);
    let hour = std::time::Duration::from_secs(3600);
    let window = instance
        .change_requests()
        .schedule(&change, hour)
        .await
        .unwrap()
        .unwrap();
    let (start, end) = (window.start.unwrap(), window.end.unwrap());
    assert!(end.duration_since(start).as_secs() >= 3600, "{window:?}");
    assert!(
        calls(&sim)
            .iter()
            .filter(|c| c.contains("/worker/"))
            .count()
            >= 1
    );
    assert_clean(&sim);
}
