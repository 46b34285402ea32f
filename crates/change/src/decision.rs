//! The rule of the house: when does a stage proceed.

use jiff::Timestamp;

use crate::{Approval, Conflicts, Phase, Request, State};

/// What the user asked the change to be before the stage goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// The state and approval to wait for.
    pub proceed_when: ProceedWhen,
    /// What a closed window means.
    pub window: WindowPolicy,
    /// What a conflict with another change means.
    pub conflicts: ConflictPolicy,
}

impl Default for Criteria {
    /// Approved, inside the window, conflicts told but not binding.
    fn default() -> Self {
        Self {
            proceed_when: ProceedWhen::Approved,
            window: WindowPolicy::Wait,
            conflicts: ConflictPolicy::Ignore,
        }
    }
}

/// The state and approval to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProceedWhen {
    /// Approved, and in Scheduled or Implement: all rounds are over, not only the first.
    Approved,
    /// Approved, and in Scheduled or already in Implement, whoever moved it there.
    Scheduled,
    /// Approved, and in Implement.
    Implement,
    /// In this state, whatever its approval.
    State(State),
    /// The change exists.
    Created,
}

/// What a planned window that is not open means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowPolicy {
    /// Wait until it opens; stop if it is over.
    Wait,
    /// Stop.
    Fail,
    /// Go on, and say so.
    Ignore,
}

/// What a conflict with another change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictPolicy {
    /// Go on, and say so.
    Ignore,
    /// Wait until it is resolved.
    Wait,
    /// Stop.
    Fail,
}

/// What becomes of the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It goes on; the rules that the user chose to set aside, if any, are named.
    Proceed {
        /// What did not hold and was ignored by the user's choice.
        overrides: Vec<Override>,
    },
    /// Not yet.
    Wait(WaitReason),
    /// It does not go on.
    Stop(StopReason),
}

/// A rule that did not hold and was set aside by the user's explicit choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Override {
    /// The change conflicts with these.
    Conflict(Vec<String>),
    /// The window opens only then.
    WindowNotOpen(Timestamp),
    /// The window closed then.
    WindowOver(Timestamp),
    /// Nobody decided in time, and the user chose to go on.
    Timeout,
}

/// What is still missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitReason {
    /// The approvers' answer, or the rounds after it.
    Approval,
    /// This state.
    State(State),
    /// Release from hold; the reason is the instance's.
    Hold(String),
    /// The window, which opens then.
    Window(Timestamp),
    /// The end of these conflicts.
    Conflict(Vec<String>),
    /// The end of conflict detection.
    ConflictDetection,
}

/// Why it is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// An approver refused.
    Rejected,
    /// Somebody cancelled the change.
    Canceled,
    /// Somebody closed the change.
    Closed,
    /// The change is in Review: its deployment took place already.
    InReview,
    /// The window opens only then, and the user chose not to wait.
    WindowNotOpen(Timestamp),
    /// The window closed then.
    WindowOver(Timestamp),
    /// The change conflicts with these, and the user chose not to go on.
    Conflict(Vec<String>),
}

/// Decides for one reading of a change request, at the instance's `now`.
///
/// Refusals and ends come first, then hold, then state and approval, then conflicts, then the window: so that the
/// reason given is the one that a person has to act on.
#[must_use]
pub fn decide(request: &Request, criteria: &Criteria, now: Timestamp) -> Decision {
    if let Some(reason) = ended(request, criteria) {
        return Decision::Stop(reason);
    }
    if let Some(reason) = &request.on_hold {
        return Decision::Wait(WaitReason::Hold(reason.clone()));
    }
    if let Some(reason) = missing(request, criteria) {
        return Decision::Wait(reason);
    }
    let mut overrides = Vec::new();
    match conflict(request, criteria.conflicts) {
        Verdict::Holds => {}
        Verdict::Overridden(what) => overrides.push(what),
        Verdict::Decided(decision) => return decision,
    }
    match window(request, criteria.window, now) {
        Verdict::Holds => {}
        Verdict::Overridden(what) => overrides.push(what),
        Verdict::Decided(decision) => return decision,
    }
    Decision::Proceed { overrides }
}

/// How one rule came out.
enum Verdict {
    Holds,
    Overridden(Override),
    Decided(Decision),
}

fn ended(request: &Request, criteria: &Criteria) -> Option<StopReason> {
    if request.approval == Approval::Rejected {
        return Some(StopReason::Rejected);
    }
    if criteria.proceed_when == ProceedWhen::State(request.state) {
        return None;
    }
    match request.state {
        State::Canceled => Some(StopReason::Canceled),
        State::Closed => Some(StopReason::Closed),
        State::Review => Some(StopReason::InReview),
        State::New
        | State::Assess
        | State::Authorize
        | State::Scheduled
        | State::Implement
        | State::Other(_) => None,
    }
}

fn missing(request: &Request, criteria: &Criteria) -> Option<WaitReason> {
    let in_state = |states: &[State]| states.contains(&request.state);
    match criteria.proceed_when {
        ProceedWhen::Created => None,
        ProceedWhen::Approved => {
            let done = request.is_approved() && in_state(&[State::Scheduled, State::Implement]);
            (!done).then_some(WaitReason::Approval)
        }
        ProceedWhen::Scheduled if !in_state(&[State::Scheduled, State::Implement]) => {
            Some(WaitReason::State(State::Scheduled))
        }
        ProceedWhen::Implement if !in_state(&[State::Implement]) => {
            Some(WaitReason::State(State::Implement))
        }
        // A state that somebody reached past the approvers opens nothing.
        ProceedWhen::Scheduled | ProceedWhen::Implement => {
            (!request.is_approved()).then_some(WaitReason::Approval)
        }
        ProceedWhen::State(state) => (!in_state(&[state])).then_some(WaitReason::State(state)),
    }
}

fn conflict(request: &Request, policy: ConflictPolicy) -> Verdict {
    match (&request.conflicts, policy) {
        (Conflicts::None, _) | (Conflicts::Unknown, ConflictPolicy::Ignore) => Verdict::Holds,
        (Conflicts::Unknown, ConflictPolicy::Wait | ConflictPolicy::Fail) => {
            Verdict::Decided(Decision::Wait(WaitReason::ConflictDetection))
        }
        (Conflicts::Found(with), ConflictPolicy::Ignore) => {
            Verdict::Overridden(Override::Conflict(with.clone()))
        }
        (Conflicts::Found(with), ConflictPolicy::Wait) => {
            Verdict::Decided(Decision::Wait(WaitReason::Conflict(with.clone())))
        }
        (Conflicts::Found(with), ConflictPolicy::Fail) => {
            Verdict::Decided(Decision::Stop(StopReason::Conflict(with.clone())))
        }
    }
}

fn window(request: &Request, policy: WindowPolicy, now: Timestamp) -> Verdict {
    match (request.window.phase(now), policy) {
        (Phase::Open, _) => Verdict::Holds,
        (Phase::NotOpen(start), WindowPolicy::Wait) => {
            Verdict::Decided(Decision::Wait(WaitReason::Window(start)))
        }
        (Phase::NotOpen(start), WindowPolicy::Fail) => {
            Verdict::Decided(Decision::Stop(StopReason::WindowNotOpen(start)))
        }
        (Phase::NotOpen(start), WindowPolicy::Ignore) => {
            Verdict::Overridden(Override::WindowNotOpen(start))
        }
        (Phase::Over(end), WindowPolicy::Ignore) => Verdict::Overridden(Override::WindowOver(end)),
        (Phase::Over(end), WindowPolicy::Wait | WindowPolicy::Fail) => {
            Verdict::Decided(Decision::Stop(StopReason::WindowOver(end)))
        }
    }
}

#[cfg(test)]
mod tests;
