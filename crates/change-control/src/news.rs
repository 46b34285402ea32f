//! What happens on the way, for whoever tells it.

use std::time::Duration;

use change::{ChangeTask, Number, Request, State, WaitReason};

/// One thing that happened. Texts inside come from the instance and are not safe to print as they are.
#[derive(Debug)]
pub enum News<'a> {
    /// A change was created.
    Created(&'a Request),
    /// An open change of the same stage was found and taken over.
    Adopted(&'a Request),
    /// The change that the user named was found.
    Found(&'a Request),
    /// A change of the same stage is over; the next generation follows.
    Superseded(&'a Request),
    /// An open change of the same stage is left alone because the user wants a new one.
    LeftOpen(&'a Request),
    /// A change is about to be created under this key; until the next news about it, it may or may not exist.
    Opening(&'a str),
    /// Creation gave no clear answer; it is looked up before anything else.
    Unclear(&'a servicenow::Error),
    /// A column that was written came back different.
    Dropped {
        /// The change.
        number: &'a Number,
        /// What was asked and stored.
        dropped: &'a servicenow::Dropped,
    },
    /// Somebody else opened a change for the same stage at the same moment; ours is withdrawn.
    Withdrawn {
        /// The one given up.
        ours: &'a Number,
        /// The one kept.
        kept: &'a Number,
    },
    /// A change that should be withdrawn could not be.
    NotWithdrawn {
        /// The one left over.
        ours: &'a Number,
        /// Why.
        error: &'a crate::Error,
    },
    /// The change walked one step.
    Moved {
        /// The change after the step.
        request: &'a Request,
        /// Where it stood.
        from: State,
    },
    /// The account may not read change tasks; whether there are any is not known.
    TasksUnread(&'a crate::Error),
    /// A change task was closed.
    TaskClosed(&'a ChangeTask),
    /// A new change offers no clear step to its approvers; somebody has to move it.
    NoWayToAsk {
        /// The change.
        request: &'a Request,
        /// What it offers.
        offered: &'a [State],
    },
    /// Conflict detection did not run and cannot be started from here; somebody has to run it.
    NoDetection(&'a Request),
    /// A reading differs from the one before, or is the first.
    Waiting {
        /// The reading.
        request: &'a Request,
        /// What is missing.
        reason: &'a WaitReason,
    },
    /// The instance stopped answering, or asks to be left alone for a while.
    Unreachable {
        /// How.
        error: &'a servicenow::Error,
        /// How long it asks to be left alone, where it does.
        asked: Option<Duration>,
        /// How long it will be waited for.
        patience: Duration,
    },
    /// The instance answers again.
    Reachable {
        /// How long it did not.
        after: Duration,
    },
}
