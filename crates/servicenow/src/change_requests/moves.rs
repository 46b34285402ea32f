//! Moving a change request to another state, and proving that it moved.

use std::time::Duration;

use change::{State, SysId};

use super::{ChangeRequests, update::Written};
use crate::error::{Error, Operation};
use crate::fields::Fields;

/// A model-driven change may show its old state for a moment after a move: how often, and how far apart, one looks
/// again before calling it unmoved.
const LOOKS: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_millis(750),
    Duration::from_secs(2),
];

/// A change request after a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The change request as it stands. Its state may lie beyond the one asked for, where the instance moved it on.
    pub request: change::Request,
    /// The move was refused because the state had been reached before, by a former attempt or by somebody else.
    pub already: bool,
    /// Other columns that do not hold what was asked.
    pub dropped: Vec<crate::Dropped>,
}

impl ChangeRequests<'_> {
    /// Moves a change request to a state, writing further columns with it. Which states can follow is the instance's
    /// to say: see [`ChangeRequests::next_states`].
    ///
    /// # Errors
    /// [`Error::Refused`] with the business rule's name or the missing fields; [`Error::StateKept`] where the instance
    /// reports success and does not move it; otherwise see [`Error`].
    pub async fn move_to(
        &self,
        id: &SysId,
        state: State,
        fields: &Fields,
    ) -> Result<Moved, Box<Error>> {
        fields.check()?;
        let operation = Operation::new("move change request", format!("{id} to {state}"));
        let asked = with_state(fields, state);
        match self.patch(&operation, id, &asked).await {
            Ok(written) => self.settled(&operation, id, state, &asked, written).await,
            Err(error) if error.may_have_happened() => {
                self.after_unclear(&operation, id, state, &asked, error)
                    .await
            }
            Err(error) if error.refusal().is_some() => {
                match self.compare(&operation, id, &asked).await {
                    Ok(found) if found.request.state == state => Ok(moved(found, true)),
                    _ => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// The state is asked again until it shows the move, a bounded number of times.
    async fn settled(
        &self,
        operation: &Operation,
        id: &SysId,
        asked: State,
        fields: &Fields,
        mut written: Written,
    ) -> Result<Moved, Box<Error>> {
        for look in LOOKS {
            if reached(written.request.state, asked) {
                break;
            }
            tokio::time::sleep(look).await;
            // A look that fails is a look less: the write itself had a clear answer.
            if let Ok(found) = self.compare(operation, id, fields).await {
                written = found;
            }
        }
        let found = written.request.state;
        if reached(found, asked) {
            return Ok(moved(written, false));
        }
        Err(Box::new(Error::StateKept {
            operation: operation.clone(),
            asked,
            found,
        }))
    }

    /// No clear answer came: the record says whether the move took place. If it did not, it is asked for once more.
    /// What would append to a journal is only asked for again where the instance is done with the first request and,
    /// however long one looks, did not do it: state and entry are written together or not at all.
    async fn after_unclear(
        &self,
        operation: &Operation,
        id: &SysId,
        asked: State,
        fields: &Fields,
        error: Box<Error>,
    ) -> Result<Moved, Box<Error>> {
        let Ok(found) = self.compare(operation, id, fields).await else {
            return Err(error);
        };
        if reached(found.request.state, asked) {
            return Ok(moved(found, false));
        }
        if fields.appends()
            && !self
                .was_not_done(operation, id, asked, fields, &error)
                .await
        {
            return Err(error);
        }
        match self.patch(operation, id, fields).await {
            Ok(written) => self.settled(operation, id, asked, fields, written).await,
            // The first one may have come into effect only now, and then the second is refused.
            Err(error) => match self.compare(operation, id, fields).await {
                Ok(found) if reached(found.request.state, asked) => Ok(moved(found, false)),
                _ => Err(error),
            },
        }
    }
}

impl ChangeRequests<'_> {
    /// Whether a request that holds a journal entry can be seen to have had no effect, now and later.
    async fn was_not_done(
        &self,
        operation: &Operation,
        id: &SysId,
        asked: State,
        fields: &Fields,
        error: &Error,
    ) -> bool {
        if !error.is_over() {
            return false;
        }
        for look in LOOKS {
            tokio::time::sleep(look).await;
            match self.compare(operation, id, fields).await {
                Ok(found) if !reached(found.request.state, asked) => {}
                _ => return false,
            }
        }
        // Where the journal can be read it has to agree; where not, the state alone speaks.
        !matches!(
            self.holds_entries(id, fields).await,
            Ok(Some(true)) | Err(_)
        )
    }
}

fn with_state(fields: &Fields, state: State) -> Fields {
    fields.iter().filter(|(column, _)| *column != "state").fold(
        Fields::new().set("state", state.value().to_string()),
        |all, (column, value)| all.set(column, value),
    )
}

fn moved(written: Written, already: bool) -> Moved {
    let others = written.dropped.into_iter();
    Moved {
        request: written.request,
        already,
        dropped: others.filter(|d| d.column != "state").collect(),
    }
}

/// Whether a change asked to be in a state got there, or was moved on from there by the instance itself (an emergency
/// change whose approvals are complete goes from Authorize to Scheduled at once).
fn reached(found: State, asked: State) -> bool {
    let shipped = |state: State| !matches!(state, State::Other(_)) && !state.is_final();
    let onward = asked != State::New && found.value() > asked.value();
    found == asked || (shipped(found) && shipped(asked) && onward)
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Assess, Authorize, Canceled, Closed, Implement, New, Other, Review, Scheduled};

    #[test]
    fn moved_on_counts_and_moved_back_or_ended_does_not() {
        for (found, asked, expected) in [
            (Assess, Assess, true),
            (Scheduled, Authorize, true),
            (Review, Implement, true),
            (New, Assess, false),
            (Authorize, Scheduled, false),
            (Canceled, Implement, false),
            (Review, Closed, false),
            (Closed, Closed, true),
            (Assess, New, false),
            (Other(10), Assess, false),
            (Other(10), Other(10), true),
            (Other(11), Other(10), false),
        ] {
            assert_eq!(reached(found, asked), expected, "{found} for {asked}");
        }
    }

    #[test]
    fn the_state_comes_first_and_only_once() {
        let fields = Fields::new()
            .set("close_code", "successful")
            .set("state", "9");
        let all = with_state(&fields, Closed);
        let pairs: Vec<_> = all.iter().collect();
        assert_eq!(pairs, [("state", "3"), ("close_code", "successful")]);
    }
}
