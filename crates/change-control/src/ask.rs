//! Asking the approvers: the first step of a new change. Nothing here ever approves.

use change::{Number, Request, State, approval_target, forward};
use servicenow::{Dropped, Fields, NextStates};

use crate::{Control, Error, News};

/// What became of asking.
#[derive(Debug)]
pub enum Asked {
    /// The approvers were asked; the change as it stands now.
    Yes(Request),
    /// There is nobody to ask now: the change is past New, refused, or on hold, where no step is taken.
    Already(Request),
    /// The change offers no clear step; somebody has to move it.
    NoWay(Request),
}

impl Asked {
    /// The change as it stands now.
    #[must_use]
    pub fn into_request(self) -> Request {
        match self {
            Self::Yes(request) | Self::Already(request) | Self::NoWay(request) => request,
        }
    }
}

impl Control<'_> {
    /// Walks a new change to its approvers: Assess, Authorize or Scheduled by type, or whatever its model offers.
    ///
    /// # Errors
    /// When the instance refuses (a missing assignment group, most often) or stays unreachable.
    pub async fn ask_approval(&self, request: Request) -> Result<Asked, Box<Error>> {
        let over = request.approval == change::Approval::Rejected;
        if request.state != State::New || over || request.on_hold.is_some() {
            return Ok(Asked::Already(request));
        }
        let goal = approval_target(&request.kind);
        let offered = self.offered(&request).await?;
        let step = match &offered {
            None => Some(goal),
            Some(states) => forward(request.state, goal, states),
        };
        let Some(step) = step else {
            let offered = offered.unwrap_or_default();
            self.tell(News::NoWayToAsk {
                request: &request,
                offered: &offered,
            });
            return Ok(Asked::NoWay(request));
        };
        let moved = self.step(&request, step, &Fields::default()).await?;
        Ok(Asked::Yes(moved))
    }

    /// The states that a person could choose next, or `None` where the instance cannot say.
    pub(crate) async fn offered(
        &self,
        request: &Request,
    ) -> Result<Option<Vec<State>>, Box<Error>> {
        let next = self.next_states(request).await?;
        Ok(next.map(|next| choosable(&next, request.state)))
    }

    /// What the instance says about the steps from where the change stands.
    pub(crate) async fn next_states(
        &self,
        request: &Request,
    ) -> Result<Option<NextStates>, Box<Error>> {
        self.persist(
            || format!("the next states of {} could not be read", request.number),
            async || {
                self.instance
                    .change_requests()
                    .next_states(&request.sys_id)
                    .await
            },
        )
        .await
    }

    /// One step. The client compares before it repeats, so that an outage in between does no harm.
    pub(crate) async fn step(
        &self,
        request: &Request,
        to: State,
        fields: &Fields,
    ) -> Result<Request, Box<Error>> {
        let moved = self
            .persist(
                || match &request.assignment_group {
                    None => format!(
                        "{} was not moved from {} to {to}; it has no assignment group, without which no change \
                         leaves New (input assignmentGroup)",
                        request.number, request.state
                    ),
                    Some(_) => {
                        format!("{} was not moved from {} to {to}", request.number, request.state)
                    }
                },
                async || self.instance.change_requests().move_to(&request.sys_id, to, fields).await,
            )
            .await?;
        self.tell(News::Moved {
            request: &moved.request,
            from: request.state,
        });
        self.tell_dropped(&moved.request.number, &moved.dropped);
        Ok(moved.request)
    }

    pub(crate) fn tell_dropped(&self, number: &Number, dropped: &[Dropped]) {
        for dropped in dropped {
            self.tell(News::Dropped { number, dropped });
        }
    }
}

/// What a person could choose from `from`: what is available, less what the instance does by itself.
pub(crate) fn choosable(next: &NextStates, from: State) -> Vec<State> {
    let by_itself = |to: State| {
        let mut steps = next
            .transitions
            .iter()
            .filter(|step| step.from == from && step.to == to);
        steps.clone().next().is_some() && steps.all(|step| step.automatic || !step.available)
    };
    next.available
        .iter()
        .copied()
        .filter(|to| *to != from && !by_itself(*to))
        .collect()
}

#[cfg(test)]
mod tests {
    use servicenow::Transition;

    use super::*;

    #[test]
    fn only_steps_that_a_person_could_take_are_choosable() {
        let step = |to, available, automatic| Transition {
            from: State::New,
            to,
            available,
            automatic,
            conditions: Vec::new(),
        };
        let next = NextStates {
            available: vec![
                State::New,
                State::Assess,
                State::Scheduled,
                State::Canceled,
                State::Other(7),
            ],
            transitions: vec![
                step(State::Assess, true, false),
                step(State::Scheduled, true, true),
                // two ways to one state: one by itself, one by hand
                step(State::Other(7), true, true),
                step(State::Other(7), true, false),
            ],
            ..NextStates::default()
        };
        assert_eq!(
            choosable(&next, State::New),
            [State::Assess, State::Canceled, State::Other(7)]
        );
    }
}
