//! Why a move was not made.

use std::time::Duration;

use change::{Number, State};

/// Why a move was not made.
///
/// It travels in a box: most calls pass an error on, and a result should not be larger than what it is for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The instance did not answer for as long as we were told to wait for it.
    #[error("ServiceNow was unreachable for {} s", lasted.as_secs())]
    Unavailable {
        /// How long it was unreachable.
        lasted: Duration,
        /// Its last failure.
        #[source]
        source: Box<servicenow::Error>,
    },
    /// The instance asks to be left alone for longer than we were told to wait.
    #[error(
        "ServiceNow asks to be left alone for {} s, which is longer than it may be waited for",
        asked.as_secs()
    )]
    Busy {
        /// How long it asks to be left alone.
        asked: Duration,
        /// The answer that said so.
        #[source]
        source: Box<servicenow::Error>,
    },
    /// The instance understood and refused, or its account may not.
    #[error("{what}")]
    Refused {
        /// What was tried.
        what: String,
        /// The refusal.
        #[source]
        source: Box<servicenow::Error>,
    },
    /// No change request has this number, or the account may not see it.
    #[error("there is no change request {0}, or the account may not see it")]
    NoSuchNumber(Number),
    /// The query cannot be asked: it does not parse, or names a column that there is not, which would widen it.
    #[error("the change query cannot be asked as it is")]
    BadQuery {
        /// What is wrong with it.
        #[source]
        source: Box<servicenow::Error>,
    },
    /// The query matches nothing.
    #[error("the change query matches no change request")]
    QueryMatchesNone,
    /// The query matches more than one.
    #[error("the change query matches more than one change request ({first}, {second}, ...)")]
    QueryMatchesMany {
        /// The first match.
        first: Number,
        /// The second match.
        second: Number,
    },
    /// Creation was tried again and again and never gave a clear answer, nor a change.
    #[error("no change request could be opened: {tries} tries gave no clear answer")]
    Unclear {
        /// How often it was tried.
        tries: u32,
        /// The last answer.
        #[source]
        source: Box<servicenow::Error>,
    },
    /// So many changes carry this stage's key that something else is wrong.
    #[error("{0} change requests of this stage are already over; open the next one by hand")]
    TooManyGenerations(u32),
    /// The change does not offer the step that is asked for.
    #[error("{number} is in {from} and offers no step to {to} (it offers: {offered})")]
    NoStep {
        /// The change.
        number: Number,
        /// Where it stands.
        from: State,
        /// Where it should go.
        to: State,
        /// What it offers instead.
        offered: String,
    },
}

/// Whose turn it is after a move was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The instance could not be reached for long enough, or never answered clearly.
    Unreachable,
    /// The instance understood and refused.
    Refused,
    /// What was asked for is not there, or cannot be asked.
    Asked,
}

impl Error {
    /// Whose turn it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Unavailable { .. } | Self::Busy { .. } | Self::Unclear { .. } => {
                Blame::Unreachable
            }
            Self::Refused { .. } | Self::TooManyGenerations(_) | Self::NoStep { .. } => {
                Blame::Refused
            }
            Self::NoSuchNumber(_)
            | Self::BadQuery { .. }
            | Self::QueryMatchesNone
            | Self::QueryMatchesMany { .. } => Blame::Asked,
        }
    }
}
