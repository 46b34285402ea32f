//! To the end: the change tells what was deployed and is walked to where the user wants it.
//!
//! Safe to be repeated from any point. What is written once (the work note) travels in the same write as something
//! that shows afterwards (the state, or a marker in the close notes), so that a later attempt finds out by reading.

mod note;
mod tasks;
mod walk;

use change::{ChangeTask, Outcome, Request, State};
use jiff::Timestamp;

use crate::{Control, Error};
use walk::Walk;
pub use walk::obstacle;

/// How a deployment's change is brought to its end.
#[derive(Clone, Copy)]
pub struct Closing<'a> {
    /// Where it should stand afterwards; `None` to leave it where it is.
    pub goal: Option<State>,
    /// The close code to store, `None` where the instance has none that fits.
    pub close_code: Option<&'a str>,
    /// What the close notes say, with the marker.
    pub close_notes: &'a str,
    /// When the deployment began, where that is known.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// What becomes of open change tasks.
    pub tasks: Tasks<'a>,
    /// What the work note says, given why the change is left where it stands. With the marker.
    pub note: &'a dyn Fn(&Request, Option<&Left>) -> String,
    /// What tells this note from all others.
    pub marker: &'a str,
    /// How far an earlier attempt came, by what it left elsewhere.
    pub earlier: Earlier,
}

/// How far an earlier attempt at the same record came. It decides whether the note counts as written where this account
/// may not read the journal and nothing on the change says so either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Earlier {
    /// There is no trace of one.
    Nothing,
    /// It began to write.
    Began,
    /// It came to its end.
    Finished,
}

impl std::fmt::Debug for Closing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Closing")
            .field("goal", &self.goal)
            .field("marker", &self.marker)
            .finish_non_exhaustive()
    }
}

/// What becomes of open change tasks.
#[derive(Debug, Clone, Copy)]
pub enum Tasks<'a> {
    /// They are closed, saying how the deployment ended.
    Close {
        /// How it ended; the code is the one of the instance that says so.
        outcome: Outcome,
        /// Their close notes.
        notes: &'a str,
    },
    /// They are left to people.
    Leave,
}

/// A change after its record was made.
#[derive(Debug)]
pub struct Recorded {
    /// The change as it stands.
    pub request: Request,
    /// Why it does not stand where it should.
    pub left: Option<Left>,
    /// Whether the work note was written now.
    pub noted: bool,
}

/// Why a change is left where it stands.
#[derive(Debug)]
pub enum Left {
    /// Its approvers did not approve it (yet).
    Unapproved,
    /// It is on hold, with this reason.
    OnHold(String),
    /// It was cancelled.
    Canceled,
    /// These change tasks are open, and the user wants them left alone.
    OpenTasks(Vec<ChangeTask>),
    /// This change task is open and the instance does not let it be closed.
    StuckTask {
        /// The task.
        task: Box<ChangeTask>,
        /// The refusal.
        error: Box<Error>,
    },
    /// The instance refuses the step.
    Refused(Box<Error>),
    /// It offers no step that leads there, only these.
    NoStep(Vec<State>),
    /// The instance has no close code for this outcome, and none was given.
    NoCloseCode,
}

impl Control<'_> {
    /// Walks a change to its goal and leaves one work note.
    ///
    /// What may not be done is not tried, and what is refused is given back in [`Recorded::left`] with the change left
    /// where it stands: the note is written all the same.
    ///
    /// # Errors
    /// When the instance stays unreachable, or the note cannot be written.
    pub async fn record(
        &self,
        request: Request,
        closing: &Closing<'_>,
    ) -> Result<Recorded, Box<Error>> {
        let known = self.is_noted(&request, closing).await?;
        let mut walk = Walk {
            control: self,
            closing,
            // A step that carries the note shows in the state whether it was taken, so one that was not taken is free
            // to carry it.
            noted: known.unwrap_or(closing.earlier == Earlier::Finished),
            wrote: false,
            request,
        };
        let mut left = Box::pin(walk.go()).await?;
        if !walk.noted {
            let refused = Box::pin(walk.note(known, left.as_ref())).await?;
            left = left.or(refused);
        }
        Ok(Recorded {
            request: walk.request,
            left,
            noted: walk.wrote,
        })
    }

    /// Whether the note is on the change; `None` where that cannot be known.
    async fn is_noted(
        &self,
        request: &Request,
        closing: &Closing<'_>,
    ) -> Result<Option<bool>, Box<Error>> {
        let notes = request.close_notes.as_deref().unwrap_or_default();
        if notes.contains(closing.marker) {
            return Ok(Some(true));
        }
        self.persist(
            || format!("the work notes of {} could not be read", request.number),
            async || {
                let changes = self.instance.change_requests();
                changes.has_note(&request.sys_id, closing.marker).await
            },
        )
        .await
    }
}
