//! A write that holds a journal entry: whatever becomes of its answer, the entry is never there twice.

use change::{State, SysId};
use servicenow::Fields;
use servicenow_sim::{Fault, On, Sim, When};

use crate::harness::{assert_clean, calls, column, instance, readable_journals, seeded, sim};

fn spoil(sim: &Sim, fault: &Fault) {
    sim.fail(
        On::path("/table/change_request").method("PATCH"),
        When::Next(1),
        fault.clone(),
    );
}

fn notes(sim: &Sim, change: &SysId) -> Vec<String> {
    sim.journal(change.as_str(), "work_notes")
}

fn patches(sim: &Sim) -> usize {
    let calls = calls(sim);
    calls.iter().filter(|c| c.starts_with("PATCH")).count()
}

fn noted() -> Fields {
    Fields::new().set(
        "work_notes",
        "Asked for by run 4711.\n[azdo:p:run:4711:Prod]",
    )
}

/// Faults after which the write is there, whichever way the caller was told otherwise.
fn after_commit() -> [Fault; 6] {
    [
        Fault::ResetAfterCommit,
        Fault::TransactionCancelledAfterCommit,
        Fault::GatewayAfterCommit { status: 503 },
        Fault::GatewayAfterCommit { status: 504 },
        Fault::HangAfterCommit,
        Fault::Truncated,
    ]
}

#[tokio::test]
async fn a_move_that_took_place_is_recognised_and_leaves_one_note() {
    for hidden in [false, true] {
        for fault in after_commit() {
            let sim = if hidden { sim() } else { readable_journals() };
            let change = seeded(&sim);
            spoil(&sim, &fault);
            let instance = instance(&sim);
            let changes = instance.change_requests();
            let moved = changes.move_to(&change, State::Assess, &noted()).await;
            assert_eq!(moved.unwrap().request.state, State::Assess, "{fault:?}");
            assert_eq!(notes(&sim, &change).len(), 1, "{fault:?}");
            assert_eq!(patches(&sim), 1, "{fault:?}");
            assert_clean(&sim);
        }
    }
}

#[tokio::test]
async fn a_move_the_instance_refused_to_do_is_done_again_with_its_note() {
    for fault in [Fault::Gateway { status: 503 }, Fault::TransactionCancelled] {
        let sim = sim();
        let change = seeded(&sim);
        spoil(&sim, &fault);
        let instance = instance(&sim);
        let changes = instance.change_requests();
        let moved = changes.move_to(&change, State::Assess, &noted()).await;
        assert_eq!(moved.unwrap().request.state, State::Assess, "{fault:?}");
        assert_eq!(notes(&sim, &change).len(), 1, "{fault:?}");
        assert_eq!(patches(&sim), 2, "{fault:?}");
        assert_clean(&sim);
    }
}

/// Nobody answered for the instance: the request may be under way still, and take effect after any look.
#[tokio::test]
async fn a_move_that_may_be_under_way_is_not_done_again() {
    for fault in [Fault::Reset, Fault::Hang, Fault::Gateway { status: 504 }] {
        let sim = readable_journals();
        let change = seeded(&sim);
        spoil(&sim, &fault);
        let instance = instance(&sim);
        let changes = instance.change_requests();
        let error = changes
            .move_to(&change, State::Assess, &noted())
            .await
            .unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error:?}");
        assert_eq!(patches(&sim), 1, "{fault:?}");
        assert_eq!(notes(&sim, &change).len(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn a_refused_move_leaves_no_note() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let error = changes
        .move_to(&change, State::Implement, &noted())
        .await
        .unwrap_err();
    assert!(error.refusal().is_some(), "{error:?}");
    assert_eq!(notes(&sim, &change).len(), 0);
    assert_eq!(patches(&sim), 1);
}

#[tokio::test]
async fn an_update_that_took_place_is_recognised_by_its_entry() {
    for fault in after_commit() {
        let sim = readable_journals();
        let change = seeded(&sim);
        spoil(&sim, &fault);
        let instance = instance(&sim);
        let changes = instance.change_requests();
        changes.update(&change, &noted()).await.unwrap();
        assert_eq!(notes(&sim, &change).len(), 1, "{fault:?}");
        assert_eq!(patches(&sim), 1, "{fault:?}");
        assert_clean(&sim);
    }
}

/// A note alone leaves no column to look at: without its journal nobody knows, and nobody may say it was done.
#[tokio::test]
async fn where_journals_are_hidden_an_update_stays_unclear() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::Reset,
        Fault::Gateway { status: 503 },
    ] {
        let sim = sim();
        let change = seeded(&sim);
        spoil(&sim, &fault);
        let instance = instance(&sim);
        let changes = instance.change_requests();
        let error = changes.update(&change, &noted()).await.unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error:?}");
        assert_eq!(patches(&sim), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn an_update_the_instance_did_not_do_is_done_again_once() {
    let sim = readable_journals();
    let change = seeded(&sim);
    let other = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    // Something to see, so that an empty journal is known to be one.
    changes.add_note(&other, "x", "").await.unwrap();
    sim.forget_requests();
    spoil(&sim, &Fault::Gateway { status: 503 });
    let fields = noted().set("risk", "2");
    let written = changes.update(&change, &fields).await.unwrap();
    assert_eq!(written.dropped, []);
    assert_eq!(column(&sim, &change, "risk"), "2");
    assert_eq!(notes(&sim, &change).len(), 1);
    assert_eq!(patches(&sim), 2);
    assert_clean(&sim);
}

#[tokio::test]
async fn an_update_that_may_be_under_way_is_not_done_again() {
    for fault in [Fault::Reset, Fault::Gateway { status: 504 }] {
        let sim = readable_journals();
        let change = seeded(&sim);
        let other = seeded(&sim);
        let instance = instance(&sim);
        let changes = instance.change_requests();
        changes.add_note(&other, "x", "").await.unwrap();
        sim.forget_requests();
        spoil(&sim, &fault);
        let error = changes.update(&change, &noted()).await.unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error:?}");
        assert_eq!(patches(&sim), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_column_lost_beside_an_entry_that_is_there_is_named_and_not_sent_again() {
    let sim = readable_journals();
    let change = seeded(&sim);
    sim.configure(|o| o.write_protected.push("change_request.risk".to_owned()));
    spoil(&sim, &Fault::ResetAfterCommit);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let fields = noted().set("risk", "2");
    let written = changes.update(&change, &fields).await.unwrap();
    let lost: Vec<&str> = written.dropped.iter().map(|d| d.column.as_str()).collect();
    assert_eq!(lost, ["risk"]);
    assert_eq!(notes(&sim, &change).len(), 1);
    assert_eq!(patches(&sim), 1);
}
