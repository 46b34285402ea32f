//! To Implement, notes, cancellation: each safe to repeat, none by force.

use change::{Number, State};
use change_control::{Error, Started};
use servicenow_sim::{Fault, On, Rounds, When};

use crate::desk::{Desk, control};

const EARLIER: &str = "2026-03-01 08:00:00";

/// A change of somebody's that waits for its approvers.
fn assessed(desk: &Desk) -> Number {
    let number = desk.plant("theirs", EARLIER, "-5");
    desk.sim
        .move_as(number.as_str(), "nina.network", &[("state", "-4")])
        .unwrap();
    number
}

fn scheduled(desk: &Desk) -> Number {
    let number = assessed(desk);
    desk.sim.approve(number.as_str(), Rounds::All).unwrap();
    number
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_change_is_walked_to_implement_once_with_its_actual_start() {
    let desk = Desk::new();
    let number = scheduled(&desk);
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    let started = desk
        .tell(control.start_implementing(request))
        .await
        .unwrap();
    assert!(matches!(started, Started::Yes(_)), "{started:?}");
    assert_eq!(desk.column(&number, "state"), "-1");
    let start = desk.column(&number, "work_start");
    assert!(start.starts_with("2026-03-02 09:0"), "{start}");
    let again = desk
        .tell(control.start_implementing(started.into_request()))
        .await
        .unwrap();
    assert!(matches!(again, Started::Already(_)), "{again:?}");
    assert_eq!(desk.column(&number, "work_start"), start);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_answer_was_lost_is_not_taken_twice() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::Truncated,
    ] {
        let desk = Desk::new();
        let number = scheduled(&desk);
        control!(desk, control);
        let request = desk.tell(desk.read(&number)).await;
        for method in ["PATCH", "PUT"] {
            desk.sim.fail(
                On::path("change").method(method),
                When::Next(1),
                fault.clone(),
            );
        }
        let started = desk
            .tell(control.start_implementing(request))
            .await
            .unwrap();
        assert_eq!(started.into_request().state, State::Implement, "{fault:?}");
        assert_eq!(desk.column(&number, "state"), "-1", "{fault:?}");
        assert_eq!(desk.sim.findings(), [], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unapproved_change_is_never_pushed_to_implement() {
    let desk = Desk::new();
    let number = assessed(&desk);
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    let started = desk
        .tell(control.start_implementing(request))
        .await
        .unwrap();
    assert!(matches!(started, Started::NotYet(_)), "{started:?}");
    assert_eq!(desk.column(&number, "state"), "-4");
    assert_eq!(desk.count("PATCH", "") + desk.count("PUT", ""), 0);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_not_offered_is_an_error_with_what_is() {
    let desk = Desk::new();
    let number = scheduled(&desk);
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    // Somebody sends it back to New behind our back.
    desk.sim
        .set("change_request", request.sys_id.as_str(), "state", "-5");
    desk.sim.set(
        "change_request",
        request.sys_id.as_str(),
        "approval",
        "not requested",
    );
    let error = desk
        .tell(control.start_implementing(request))
        .await
        .unwrap_err();
    assert!(
        matches!(
            *error,
            Error::NoStep {
                to: State::Implement,
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(desk.column(&number, "state"), "-5");
}

#[tokio::test(start_paused = true)]
async fn a_note_is_written_once_whatever_becomes_of_the_answer() {
    for fault in [
        None,
        Some(Fault::ResetAfterCommit),
        Some(Fault::TransactionCancelledAfterCommit),
    ] {
        // The journal may be read by this account, so that it can look.
        let desk = Desk::with(servicenow_sim::Options {
            journal_readers: vec!["itil".to_owned()],
            ..servicenow_sim::Options::default()
        });
        let number = assessed(&desk);
        control!(desk, control);
        let request = desk.tell(desk.read(&number)).await;
        if let Some(fault) = fault.clone() {
            for method in ["PATCH", "PUT"] {
                desk.sim.fail(
                    On::path("change").method(method),
                    When::Next(1),
                    fault.clone(),
                );
            }
        }
        let note = "The stage went on.\n[azdo:x override]";
        let told = desk
            .tell(control.note(&request.sys_id, &number, note, "[azdo:x override]"))
            .await;
        assert!(told.is_ok(), "{fault:?}: {told:?}");
        let again = desk
            .tell(control.note(&request.sys_id, &number, note, "[azdo:x override]"))
            .await;
        assert!(again.is_ok(), "{fault:?}: {again:?}");
        let notes = desk.notes(&request.sys_id);
        let ours = notes
            .iter()
            .filter(|text| text.contains("azdo:x override"))
            .count();
        assert_eq!(ours, 1, "{fault:?}: {notes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_change_says_why_and_cancelling_again_is_fine() {
    let desk = Desk::new();
    let number = assessed(&desk);
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    let canceled = desk
        .tell(control.cancel(&request, "The run was cancelled."))
        .await
        .unwrap();
    assert_eq!(canceled.state, State::Canceled);
    assert_eq!(desk.column(&number, "state"), "4");
    assert!(
        desk.notes(&request.sys_id)
            .iter()
            .any(|n| n.contains("The run was cancelled."))
    );
    desk.tell(control.cancel(&request, "The run was cancelled."))
        .await
        .unwrap();
    let said = desk
        .notes(&request.sys_id)
        .iter()
        .filter(|n| n.contains("The run was cancelled."))
        .count();
    assert_eq!(said, 1);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_change_in_review_is_not_cancelled_and_the_refusal_says_so() {
    let desk = Desk::new();
    let number = desk.plant("theirs", EARLIER, "0");
    control!(desk, control);
    let request = desk.tell(desk.read(&number)).await;
    let error = desk
        .tell(control.cancel(&request, "too late"))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::Refused { .. }), "{error:?}");
    assert_eq!(desk.column(&number, "state"), "0");
}
