//! Which state to ask for next. States are walked, never set: a step is chosen among those the instance offers.

use crate::{Approval, Request, State, Type};

/// The state that asks the approvers of a type.
///
/// Normal changes go to assessment, emergencies to authorization, standard ones, approved by their template, straight
/// to scheduling (ServiceNow: "Create a change request").
#[must_use]
pub fn approval_target(kind: &Type) -> State {
    match kind {
        Type::Normal | Type::Other(_) => State::Assess,
        Type::Emergency => State::Authorize,
        Type::Standard => State::Scheduled,
    }
}

/// The next state on the way to `goal`, out of those the instance offers, or `None` where it offers no way forward
/// that is clearly one.
///
/// The goal itself wins. Otherwise the nearest of the shipped states between here and the goal; otherwise, for models
/// with states of their own, the only step that is neither back to New nor an end.
#[must_use]
pub fn forward(from: State, goal: State, offered: &[State]) -> Option<State> {
    let onward = |state: &State| *state != from && *state != State::New && !state.is_final();
    let mut steps: Vec<State> = offered.iter().copied().filter(onward).collect();
    if steps.contains(&goal) {
        return Some(goal);
    }
    let between = |state: &&State| {
        !matches!(state, State::Other(_))
            && state.value() > from.value()
            && state.value() < goal.value()
    };
    if let Some(nearest) = steps
        .iter()
        .filter(between)
        .min_by_key(|state| state.value())
    {
        return Some(*nearest);
    }
    // A model may skip the state we would have asked for: New straight to Scheduled, say.
    steps.retain(|state| *state != State::Review);
    steps.dedup();
    match steps.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// Whether a stage that finds this change under its key may go on with it.
///
/// Rejected, cancelled and closed ones are history, and so is one in Review: it says that a deployment took place.
#[must_use]
pub fn is_reusable(request: &Request) -> bool {
    let over = matches!(
        request.state,
        State::Review | State::Closed | State::Canceled
    );
    !over && request.approval != Approval::Rejected
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::*;

    #[test]
    fn the_next_step_is_offered_and_leads_to_the_goal() {
        let table: &[(State, State, &[State], Option<State>)] = &[
            // the shipped tables
            (New, Assess, &[New, Assess, Canceled], Some(Assess)),
            (
                New,
                Authorize,
                &[New, Authorize, Scheduled, Canceled],
                Some(Authorize),
            ),
            (New, Scheduled, &[New, Scheduled, Canceled], Some(Scheduled)),
            (
                Scheduled,
                Implement,
                &[Scheduled, Implement, Canceled],
                Some(Implement),
            ),
            (
                Implement,
                Closed,
                &[Implement, Review, Canceled],
                Some(Review),
            ),
            // nothing forward: only back, only out
            (Assess, Scheduled, &[New, Assess, Canceled], None),
            (New, Assess, &[New, Canceled], None),
            (New, Assess, &[], None),
            // a model without assessment
            (New, Assess, &[New, Scheduled, Canceled], Some(Scheduled)),
            // a model with states of its own: one way, or no clear one
            (New, Assess, &[New, Other(10), Canceled], Some(Other(10))),
            (New, Assess, &[New, Other(10), Other(11), Canceled], None),
            // steps on the way are taken one by one
            (Assess, Implement, &[Authorize, Canceled], Some(Authorize)),
        ];
        for (from, goal, offered, step) in table {
            assert_eq!(
                forward(*from, *goal, offered),
                *step,
                "{from} -> {goal} of {offered:?}"
            );
        }
    }

    #[test]
    fn what_is_over_or_refused_is_not_reused() {
        let with = |state, approval| Request {
            state,
            approval,
            ..Request::example()
        };
        for state in [New, Assess, Authorize, Scheduled, Implement, Other(10)] {
            assert!(is_reusable(&with(state, Approval::Requested)), "{state}");
            assert!(!is_reusable(&with(state, Approval::Rejected)), "{state}");
        }
        for state in [Review, Closed, Canceled] {
            assert!(!is_reusable(&with(state, Approval::Approved)), "{state}");
        }
    }
}
