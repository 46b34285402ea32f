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
/// with states of their own, the only step that is neither back to New nor an end, and that does not pass the goal by.
#[must_use]
pub fn forward(from: State, goal: State, offered: &[State]) -> Option<State> {
    let onward = |state: &State| {
        *state != from && *state != State::New && (!state.is_final() || *state == goal)
    };
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
    steps.retain(|state| *state != State::Review || goal == State::Closed);
    steps.dedup();
    match steps.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The step that the shipped model takes next on the way to a change's end, for instances that cannot be asked.
///
/// Steps that belong to approvers are none of ours: a normal change leaves New for its approvers, and comes to Scheduled
/// by them.
#[must_use]
pub fn shipped_step(kind: &Type, from: State) -> Option<State> {
    match (from, kind) {
        (State::New, Type::Standard) => Some(State::Scheduled),
        (State::Scheduled, _) => Some(State::Implement),
        (State::Implement, _) => Some(State::Review),
        (State::Review, _) => Some(State::Closed),
        _ => None,
    }
}

/// Whether a change got as far as `goal`, or further, on the way to its end.
#[must_use]
pub fn is_past(state: State, goal: State) -> bool {
    let order = [
        State::New,
        State::Assess,
        State::Authorize,
        State::Scheduled,
        State::Implement,
        State::Review,
        State::Closed,
    ];
    let place = |state: State| order.iter().position(|known| *known == state);
    match (place(state), place(goal)) {
        (Some(state), Some(goal)) => state >= goal,
        _ => state == goal,
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
            // to the end, and nowhere else
            (Review, Closed, &[Review, Closed], Some(Closed)),
            (Review, Closed, &[Review, Canceled], None),
            (Implement, Review, &[Closed, Canceled], None),
            (Other(10), Closed, &[Review, New, Canceled], Some(Review)),
            (Other(10), Closed, &[Review, Implement], None),
            (Scheduled, Closed, &[Implement, Canceled], Some(Implement)),
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
    fn the_shipped_model_leads_to_the_end_and_past_nobodys_approval() {
        for (kind, from, next) in [
            (Type::Standard, New, Some(Scheduled)),
            (Type::Normal, New, None),
            (Type::Emergency, Authorize, None),
            (Type::Normal, Scheduled, Some(Implement)),
            (Type::Normal, Implement, Some(Review)),
            (Type::Emergency, Review, Some(Closed)),
            (Type::Normal, Closed, None),
            (Type::Normal, Canceled, None),
            (Type::Standard, Other(10), None),
        ] {
            assert_eq!(shipped_step(&kind, from), next, "{kind} {from}");
        }
    }

    #[test]
    fn an_end_is_past_everything_but_the_other_end() {
        for (state, goal, past) in [
            (Closed, Review, true),
            (Review, Review, true),
            (Implement, Review, false),
            (Canceled, Implement, false),
            (Other(10), Implement, false),
            (Closed, Closed, true),
        ] {
            assert_eq!(is_past(state, goal), past, "{state} {goal}");
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
