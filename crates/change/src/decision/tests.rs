//! The decision as tables: one row a situation, read from left to right.

use super::*;
use crate::{Type, Window};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn request(state: State, approval: Approval) -> Request {
    Request {
        state,
        approval,
        ..Request::example()
    }
}

fn proceed() -> Decision {
    Decision::Proceed { overrides: vec![] }
}

#[test]
fn state_and_approval_by_criterion() {
    use Approval::{Approved, NotRequested, Rejected, Requested};
    use ProceedWhen as P;
    use State::*;
    let wait = Decision::Wait;
    let stop = Decision::Stop;
    let table: Vec<(P, State, Approval, Decision)> = vec![
        (P::Approved, New, NotRequested, wait(WaitReason::Approval)),
        (P::Approved, Assess, Requested, wait(WaitReason::Approval)),
        // the first round approves, the second is still to come
        (P::Approved, Assess, Approved, wait(WaitReason::Approval)),
        (P::Approved, Authorize, Approved, wait(WaitReason::Approval)),
        (P::Approved, Scheduled, Approved, proceed()),
        (P::Approved, Implement, Approved, proceed()),
        // a state alone opens nothing
        (
            P::Approved,
            Scheduled,
            Requested,
            wait(WaitReason::Approval),
        ),
        (
            P::Approved,
            Implement,
            NotRequested,
            wait(WaitReason::Approval),
        ),
        (
            P::Approved,
            Scheduled,
            Approval::Other("duplicate".into()),
            wait(WaitReason::Approval),
        ),
        (P::Approved, New, Rejected, stop(StopReason::Rejected)),
        (P::Approved, Scheduled, Rejected, stop(StopReason::Rejected)),
        (P::Approved, Review, Approved, stop(StopReason::InReview)),
        (P::Approved, Closed, Approved, stop(StopReason::Closed)),
        (
            P::Approved,
            Canceled,
            NotRequested,
            stop(StopReason::Canceled),
        ),
        (
            P::Scheduled,
            Authorize,
            Requested,
            wait(WaitReason::State(Scheduled)),
        ),
        (
            P::Scheduled,
            Scheduled,
            NotRequested,
            wait(WaitReason::Approval),
        ),
        (P::Scheduled, Scheduled, Approved, proceed()),
        (P::Scheduled, Implement, Approved, proceed()),
        (
            P::Implement,
            Scheduled,
            Approved,
            wait(WaitReason::State(Implement)),
        ),
        (P::Implement, Implement, Approved, proceed()),
        (
            P::Implement,
            Implement,
            Requested,
            wait(WaitReason::Approval),
        ),
        (
            P::State(Other(10)),
            Scheduled,
            Approved,
            wait(WaitReason::State(Other(10))),
        ),
        (P::State(Other(10)), Other(10), NotRequested, proceed()),
        (P::State(Review), Review, Approved, proceed()),
        (P::State(Review), Closed, Approved, stop(StopReason::Closed)),
        (P::State(Assess), New, Rejected, stop(StopReason::Rejected)),
        (P::Created, New, NotRequested, proceed()),
        (P::Created, New, Rejected, stop(StopReason::Rejected)),
        (
            P::Created,
            Canceled,
            NotRequested,
            stop(StopReason::Canceled),
        ),
    ];
    for (proceed_when, state, approval, decision) in table {
        let criteria = Criteria {
            proceed_when: proceed_when.clone(),
            ..Criteria::default()
        };
        let row = request(state, approval.clone());
        assert_eq!(
            decide(&row, &criteria, at(0)),
            decision,
            "{proceed_when:?} {state} {approval}"
        );
    }
}

#[test]
fn a_standard_change_is_approved_by_its_template() {
    let row = |state, kind| Request {
        kind,
        ..request(state, Approval::NotRequested)
    };
    let criteria = Criteria::default();
    assert_eq!(
        decide(&row(State::Scheduled, Type::Standard), &criteria, at(0)),
        proceed()
    );
    for (state, kind) in [
        (State::New, Type::Standard),
        (State::Scheduled, Type::Normal),
    ] {
        let decision = decide(&row(state, kind), &criteria, at(0));
        assert_eq!(decision, Decision::Wait(WaitReason::Approval));
    }
}

#[test]
fn hold_comes_before_approval_and_after_the_end() {
    let held = |state| Request {
        on_hold: Some("vendor".into()),
        ..request(state, Approval::Approved)
    };
    let criteria = Criteria::default();
    assert_eq!(
        decide(&held(State::Scheduled), &criteria, at(0)),
        Decision::Wait(WaitReason::Hold("vendor".into()))
    );
    assert_eq!(
        decide(&held(State::Closed), &criteria, at(0)),
        Decision::Stop(StopReason::Closed)
    );
}

#[test]
fn windows_by_policy() {
    use WindowPolicy::{Fail, Ignore, Wait};
    let row = Request {
        window: Window {
            start: Some(at(100)),
            end: Some(at(200)),
        },
        ..request(State::Scheduled, Approval::Approved)
    };
    let over = |what| Decision::Proceed {
        overrides: vec![what],
    };
    let table = [
        (Wait, 50, Decision::Wait(WaitReason::Window(at(100)))),
        (Wait, 150, proceed()),
        (Wait, 250, Decision::Stop(StopReason::WindowOver(at(200)))),
        (Fail, 50, Decision::Stop(StopReason::WindowNotOpen(at(100)))),
        (Fail, 150, proceed()),
        (Fail, 250, Decision::Stop(StopReason::WindowOver(at(200)))),
        (Ignore, 50, over(Override::WindowNotOpen(at(100)))),
        (Ignore, 150, proceed()),
        (Ignore, 250, over(Override::WindowOver(at(200)))),
    ];
    for (window, now, decision) in table {
        let criteria = Criteria {
            window,
            ..Criteria::default()
        };
        assert_eq!(
            decide(&row, &criteria, at(now)),
            decision,
            "{window:?} at {now}"
        );
    }
}

#[test]
fn conflicts_by_policy() {
    use ConflictPolicy::{Fail, Ignore, Wait};
    let found = || vec!["CHG0030009".to_owned()];
    let table = [
        (Ignore, Conflicts::Unknown, proceed()),
        (Ignore, Conflicts::None, proceed()),
        (
            Ignore,
            Conflicts::Found(found()),
            Decision::Proceed {
                overrides: vec![Override::Conflict(found())],
            },
        ),
        (
            Wait,
            Conflicts::Unknown,
            Decision::Wait(WaitReason::ConflictDetection),
        ),
        (Wait, Conflicts::None, proceed()),
        (
            Wait,
            Conflicts::Found(found()),
            Decision::Wait(WaitReason::Conflict(found())),
        ),
        (
            Fail,
            Conflicts::Unknown,
            Decision::Wait(WaitReason::ConflictDetection),
        ),
        (Fail, Conflicts::None, proceed()),
        (
            Fail,
            Conflicts::Found(found()),
            Decision::Stop(StopReason::Conflict(found())),
        ),
    ];
    for (policy, conflicts, decision) in table {
        let row = Request {
            conflicts: conflicts.clone(),
            ..request(State::Scheduled, Approval::Approved)
        };
        let criteria = Criteria {
            conflicts: policy,
            ..Criteria::default()
        };
        assert_eq!(
            decide(&row, &criteria, at(0)),
            decision,
            "{policy:?} {conflicts:?}"
        );
    }
}

#[test]
fn two_rules_set_aside_are_both_named() {
    let row = Request {
        conflicts: Conflicts::Found(vec![]),
        window: Window {
            start: Some(at(100)),
            end: None,
        },
        ..request(State::Scheduled, Approval::Approved)
    };
    let criteria = Criteria {
        window: WindowPolicy::Ignore,
        ..Criteria::default()
    };
    assert_eq!(
        decide(&row, &criteria, at(0)),
        Decision::Proceed {
            overrides: vec![Override::Conflict(vec![]), Override::WindowNotOpen(at(100))]
        }
    );
}
