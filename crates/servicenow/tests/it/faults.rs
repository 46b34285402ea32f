use std::time::Duration;

use change::State;
use outbound::Class;
use servicenow::{Error, Fields, Page};
use servicenow_sim::{Fault, FindingKind, On, Sim, When};

use crate::harness::{KEY, assert_clean, calls, column, instance, new_change, seeded, sim};

const CHANGES: &str = "/table/change_request";

fn fail(sim: &Sim, method: &str, fault: Fault) {
    sim.fail(On::path(CHANGES).method(method), When::Next(1), fault);
}

fn of_key(sim: &Sim) -> usize {
    sim.find("change_request", "correlation_id", KEY).len()
}

#[tokio::test]
async fn a_create_without_a_clear_answer_is_left_to_a_look_by_its_key() {
    for fault in [
        Fault::TransactionCancelledAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::ResetAfterCommit,
        Fault::CutBody,
        Fault::Truncated,
        Fault::HangAfterCommit,
    ] {
        let sim = sim();
        let instance = instance(&sim);
        fail(&sim, "POST", fault.clone());
        let changes = instance.change_requests();
        let error = changes.create(&new_change(&sim)).await.unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error:?}");
        assert!(
            matches!(error.class(), Class::Transient { .. }),
            "{fault:?}: {error:?}"
        );
        assert_eq!(
            changes.by_correlation(KEY).await.unwrap().len(),
            1,
            "{fault:?}"
        );
        let posts = calls(&sim).iter().filter(|c| c.starts_with("POST")).count();
        assert_eq!(posts, 1, "{fault:?}");
        assert_clean(&sim);
    }
}

#[tokio::test]
async fn both_kinds_of_429_are_waited_out_even_for_a_create() {
    let sim = sim();
    let instance = instance(&sim);
    fail(&sim, "POST", Fault::RateLimited { retry_after: 0 });
    fail(&sim, "POST", Fault::TooBusy);
    instance
        .change_requests()
        .create(&new_change(&sim))
        .await
        .unwrap();
    assert_eq!(of_key(&sim), 1);
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, []);
}

#[tokio::test]
async fn an_update_without_a_clear_answer_is_settled_by_reading_again() {
    for fault in [
        Fault::TransactionCancelledAfterCommit,
        Fault::ResetAfterCommit,
        Fault::Truncated,
        Fault::TransactionCancelled,
        Fault::Reset,
        Fault::Gateway { status: 503 },
        Fault::Hibernating,
        Fault::LoginPage,
    ] {
        let sim = sim();
        let change = seeded(&sim);
        let instance = instance(&sim);
        fail(&sim, "PATCH", fault.clone());
        let fields = Fields::new().set("risk", "2");
        let written = instance.change_requests().update(&change, &fields).await;
        assert_eq!(written.unwrap().dropped, [], "{fault:?}");
        assert_eq!(column(&sim, &change, "risk"), "2", "{fault:?}");
        let calls = calls(&sim);
        assert!(calls[1].starts_with("GET"), "{fault:?}: {calls:?}");
    }
}

#[tokio::test]
async fn a_move_without_a_clear_answer_is_settled_by_reading_again() {
    for (fault, patches) in [
        (Fault::TransactionCancelledAfterCommit, 1),
        (Fault::ResetAfterCommit, 1),
        (Fault::TransactionCancelled, 2),
        (Fault::Reset, 2),
    ] {
        let sim = sim();
        let change = seeded(&sim);
        let instance = instance(&sim);
        fail(&sim, "PATCH", fault.clone());
        let moved = instance
            .change_requests()
            .move_to(&change, State::Assess, &Fields::new())
            .await
            .unwrap();
        assert_eq!(moved.request.state, State::Assess, "{fault:?}");
        let sent = calls(&sim)
            .iter()
            .filter(|c| c.starts_with("PATCH"))
            .count();
        assert_eq!(sent, patches, "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_that_appends_is_not_repeated() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    fail(&sim, "PATCH", Fault::TransactionCancelled);
    let fields = Fields::new().set("risk", "2").set("work_notes", "once");
    let error = instance
        .change_requests()
        .update(&change, &fields)
        .await
        .unwrap_err();
    assert!(error.may_have_happened());
    let sent = calls(&sim)
        .iter()
        .filter(|c| c.starts_with("PATCH"))
        .count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn an_unclear_write_stays_unclear_when_reading_fails_too() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    fail(&sim, "PATCH", Fault::ResetAfterCommit);
    sim.fail(
        On::path(CHANGES).method("GET"),
        When::UntilCleared,
        Fault::Reset,
    );
    let changes = instance.change_requests();
    let fields = Fields::new().set("risk", "2");
    let updated = changes.update(&change, &fields).await.unwrap_err();
    assert!(updated.may_have_happened(), "{updated:?}");
    sim.heal();
    fail(&sim, "PATCH", Fault::ResetAfterCommit);
    sim.fail(
        On::path(CHANGES).method("GET"),
        When::UntilCleared,
        Fault::Reset,
    );
    let moved = changes
        .move_to(&change, State::Assess, &Fields::new())
        .await
        .unwrap_err();
    assert!(moved.may_have_happened(), "{moved:?}");
}

#[tokio::test]
async fn pages_instead_of_answers_are_named_and_classed() {
    for (fault, expected) in [
        (Fault::Hibernating, Page::Hibernating),
        (Fault::LoginPage, Page::Login),
    ] {
        let sim = sim();
        let change = seeded(&sim);
        let instance = instance(&sim);
        sim.fail(On::path(CHANGES), When::UntilCleared, fault);
        let error = instance.change_requests().get(&change).await.unwrap_err();
        match &*error {
            Error::NotApi {
                page,
                may_have_happened,
                ..
            } => {
                assert_eq!((*page, *may_have_happened), (expected, false));
            }
            other => panic!("{other:?}"),
        }
        let transient = matches!(error.class(), Class::Transient { .. });
        assert_eq!(transient, expected == Page::Hibernating);
        let error = instance
            .change_requests()
            .create(&new_change(&sim))
            .await
            .unwrap_err();
        assert!(error.may_have_happened(), "{error:?}");
    }
}

#[tokio::test]
async fn a_partial_list_is_asked_for_again_in_smaller_pages() {
    let sim = sim();
    for _ in 0..6 {
        seeded(&sim);
    }
    fail(&sim, "GET", Fault::PartialResult);
    let instance = instance(&sim);
    let found = instance
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    assert_eq!(found.len(), 6);
    let limits: Vec<_> = sim
        .requests()
        .iter()
        .filter_map(|r| crate::harness::parameter(r, "sysparm_limit"))
        .collect();
    assert_eq!(limits, ["20", "4", "4"]);

    // And only once: an instance that cannot is not asked for ever.
    sim.forget_requests();
    sim.fail(On::path(CHANGES), When::UntilCleared, Fault::PartialResult);
    let error = instance
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap_err();
    assert!(
        matches!(
            *error,
            Error::Incomplete {
                may_have_happened: false,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(calls(&sim).len(), 2);
}

#[tokio::test]
async fn half_an_answer_to_a_read_is_asked_for_once_more() {
    let sim = sim();
    let change = seeded(&sim);
    fail(&sim, "GET", Fault::Truncated);
    let instance = instance(&sim);
    assert!(instance.change_requests().get(&change).await.is_ok());
    assert_eq!(calls(&sim).len(), 2);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_refused_and_named() {
    let sim = sim();
    let change = seeded(&sim);
    let location = "http://sign-in.invalid/".to_owned();
    sim.fail(
        On::path(CHANGES),
        When::UntilCleared,
        Fault::Redirect { location },
    );
    let instance = instance(&sim);
    let error = instance.change_requests().get(&change).await.unwrap_err();
    assert_eq!(error.class(), Class::Broken);
    assert!(
        redact::chain(&error).contains("sign-in.invalid"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_over_the_cap_is_broken() {
    let sim = sim();
    let change = seeded(&sim);
    sim.fail(
        On::path(CHANGES),
        When::UntilCleared,
        Fault::Oversize { bytes: 1 << 20 },
    );
    let error = instance(&sim)
        .change_requests()
        .get(&change)
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Broken, "{error:?}");
}

#[tokio::test]
async fn an_outage_is_unavailable_and_says_what_the_instance_said() {
    let sim = sim();
    let change = seeded(&sim);
    sim.fail(
        On::path(CHANGES),
        When::UntilCleared,
        Fault::TransactionCancelled,
    );
    let error = instance(&sim)
        .change_requests()
        .poll(&change)
        .await
        .unwrap_err();
    assert!(matches!(error.class(), Class::Transient { .. }));
    assert!(!error.may_have_happened());
    assert!(
        error.to_string().contains("Transaction cancelled"),
        "{error}"
    );

    sim.heal();
    sim.fail(
        On::path(CHANGES),
        When::UntilCleared,
        Fault::RateLimited { retry_after: 0 },
    );
    let error = instance(&sim)
        .change_requests()
        .poll(&change)
        .await
        .unwrap_err();
    assert_eq!(
        error.class(),
        Class::Transient {
            retry_after: Some(Duration::ZERO)
        }
    );
}
