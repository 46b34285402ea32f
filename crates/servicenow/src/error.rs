//! What went wrong between us and the instance, by what we wanted and who said no.

mod envelope;
mod refusal;

use std::fmt;

use change::{Number, State, SysId, TaskState};
use outbound::Class;

pub(crate) use envelope::{Envelope, cut};
pub use refusal::Refusal;

use crate::query::QueryError;

/// What was asked of the instance: a verb and what it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    verb: &'static str,
    object: String,
}

impl Operation {
    pub(crate) fn new(verb: &'static str, object: impl fmt::Display) -> Self {
        let object = object.to_string();
        Self { verb, object }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.object.as_str() {
            "" => f.write_str(self.verb),
            object => write!(f, "{} {object}", self.verb),
        }
    }
}

/// A page where the API's answer should have been ("Personal developer instances" of the vendor's documentation; a
/// single-sign-on redirect that was followed by somebody in between).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The instance sleeps or wakes up.
    Hibernating,
    /// A page that asks a person to sign in.
    Login,
    /// Any other page: maintenance, a proxy's notice.
    Other,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hibernating => "the page of a hibernating instance",
            Self::Login => "a sign-in page; is the address that of the instance itself?",
            Self::Other => "a web page",
        })
    }
}

/// Why an operation did not end as asked.
///
/// It travels in a box: most calls pass an error on, and a result should not be larger than what it is for.
///
/// Decide by [`Error::class`] and [`Error::may_have_happened`]. Texts of the instance are cut to 300 characters and
/// are foreign: print them only through a writer that defuses logging commands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or the answer of something that is out of order.
    #[error("could not {operation}{}", said(saying.as_deref()))]
    Failed {
        /// What was asked.
        operation: Operation,
        /// What the instance said about it, if it said anything.
        saying: Option<String>,
        /// The way out's own account.
        #[source]
        source: Box<outbound::Error>,
    },
    /// The instance understood, and said no.
    #[error("could not {operation}")]
    Refused {
        /// What was asked.
        operation: Operation,
        /// Its reason.
        #[source]
        refusal: Refusal,
    },
    /// The credentials were not accepted, after one renewal where there was something to renew.
    #[error(
        "could not {operation}: the instance did not accept the credentials (wrong or expired, or this account may not \
         use this way of signing in)"
    )]
    Unauthorized {
        /// What was asked.
        operation: Operation,
        /// The way out's own account.
        #[source]
        source: Box<outbound::Error>,
    },
    /// The token service refused to give an access token.
    #[error("the instance gave no access token: {error}{}", said(description.as_deref()))]
    Token {
        /// The service's error word.
        error: String,
        /// Its description.
        description: Option<String>,
        /// 400 or 401.
        status: u16,
    },
    /// The key for signing assertions cannot be used.
    #[error("the signing key cannot be used: {problem}")]
    SigningKey {
        /// What is wrong with it, in words of ours.
        problem: &'static str,
    },
    /// The record is missing, or an ACL hides it: the instance answers both alike.
    #[error(
        "could not {operation}: it does not exist, or an access rule hides it from this account{}",
        similar(near)
    )]
    NotFound {
        /// What was asked.
        operation: Operation,
        /// Names that begin alike.
        near: Vec<String>,
    },
    /// A name that several records bear.
    #[error(
        "could not {operation}: {count} records bear that name, use the sys_id of one of them: {}",
        ids(sys_ids)
    )]
    Ambiguous {
        /// What was asked.
        operation: Operation,
        /// How many, as far as they were counted.
        count: usize,
        /// Their keys.
        sys_ids: Vec<SysId>,
    },
    /// A web page came instead of an answer, with a status of success.
    #[error("could not {operation}: the instance answered with {page}")]
    NotApi {
        /// What was asked.
        operation: Operation,
        /// Which kind of page.
        page: Page,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// A success that is none: the answer holds an error object, or ends in its middle ("Transaction cancelled").
    #[error("could not {operation}: the answer is incomplete{}", said(saying.as_deref()))]
    Incomplete {
        /// What was asked.
        operation: Operation,
        /// What the instance said about it, if it said anything.
        saying: Option<String>,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// JSON, but not with what belongs there.
    #[error("could not {operation}: the answer lacks a usable {missing}")]
    Shape {
        /// What was asked.
        operation: Operation,
        /// The column or part.
        missing: &'static str,
        /// See [`Error::may_have_happened`].
        may_have_happened: bool,
    },
    /// A row came back that was not asked for: the instance widened the query. Nothing was touched.
    #[error(
        "could not {operation}: a row with another {column} came back, so the instance ignored part of the query"
    )]
    KeyMismatch {
        /// What was asked.
        operation: Operation,
        /// The column that was to hold the key.
        column: String,
        /// What it held.
        found: String,
    },
    /// More than one row bears what must be unique.
    #[error("could not {operation}: {count} rows bear it")]
    NotOne {
        /// What was asked.
        operation: Operation,
        /// How many.
        count: usize,
    },
    /// More rows than anybody meant to ask for.
    #[error("could not {operation}: there are more than {limit} rows")]
    TooMany {
        /// What was asked.
        operation: Operation,
        /// The bound.
        limit: usize,
    },
    /// The query names a column that the table does not have, or that this account may not read. The instance ignores
    /// such a term, so the query would match other records too.
    #[error(
        "the query names column {column}, which the instance does not show: it would ignore that term"
    )]
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// A value that cannot be put into a query.
    #[error("could not {operation}")]
    Query {
        /// What was asked.
        operation: Operation,
        /// What is wrong with it.
        #[source]
        source: QueryError,
    },
    /// A label or value that the column does not offer.
    #[error("{column} offers no {asked:?}, only: {}", choices.join(", "))]
    NoChoice {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
        /// What there is, as `label (value)`.
        choices: Vec<String>,
    },
    /// A column that has to be right was not stored as asked. Other columns may have been.
    #[error(
        "could not {operation}: in {number}, {} was not stored as asked, it holds {}",
        dropped.column,
        held(dropped.stored.as_deref())
    )]
    Dropped {
        /// What was asked.
        operation: Operation,
        /// The change request that was written.
        number: Number,
        /// Which column, what was asked, what it holds.
        dropped: Box<crate::Dropped>,
    },
    /// A change request was opened but does not bear its key, so that no look-up by the key finds it. It has to be dealt
    /// with by hand.
    #[error(
        "opened {number}, but could not write the correlation by which it would be found again"
    )]
    Keyless {
        /// The change request.
        number: Number,
        /// Why the key could not be written.
        #[source]
        source: Box<Error>,
    },
    /// The instance answered with success and left the state as it was.
    #[error(
        "could not {operation}: the instance reported success but the change is still in {found}"
    )]
    StateKept {
        /// What was asked.
        operation: Operation,
        /// The state asked for.
        asked: State,
        /// The state it is in.
        found: State,
    },
    /// The instance answered with success and left a change task as it was.
    #[error(
        "could not {operation}: the instance reported success but {number} is still {found}, not {asked}"
    )]
    TaskKept {
        /// What was asked.
        operation: Operation,
        /// The task's number.
        number: String,
        /// The state asked for.
        asked: TaskState,
        /// The state it is in.
        found: TaskState,
    },
    /// A column that this client never writes.
    #[error("{column} is not written: {why}")]
    NotWritable {
        /// The column.
        column: String,
        /// The rule.
        why: &'static str,
    },
}

impl Error {
    /// What the caller can do about it.
    ///
    /// A hibernating instance and an unknown page count as unavailable, so that a wait goes on; a sign-in page means a
    /// wrong address and does not pass by itself.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Failed { source, .. } => source.class(),
            Self::Refused { .. }
            | Self::Ambiguous { .. }
            | Self::NotOne { .. }
            | Self::UnknownColumn { .. }
            | Self::Query { .. }
            | Self::NoChoice { .. }
            | Self::Dropped { .. }
            | Self::Keyless { .. }
            | Self::StateKept { .. }
            | Self::TaskKept { .. }
            | Self::NotWritable { .. }
            | Self::SigningKey { .. } => Class::Refused,
            Self::Unauthorized { .. } | Self::Token { .. } => Class::Unauthorized,
            Self::NotFound { .. } => Class::NotFound,
            Self::NotApi { page, .. } => match page {
                Page::Hibernating | Page::Other => Class::Transient { retry_after: None },
                Page::Login => Class::Broken,
            },
            Self::Incomplete { .. } => Class::Transient { retry_after: None },
            Self::Shape { .. } | Self::KeyMismatch { .. } | Self::TooMany { .. } => Class::Broken,
        }
    }

    /// Whether a write may have been executed although no clear answer came. Look before repeating it.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Failed { source, .. } => source.may_have_happened(),
            Self::NotApi {
                may_have_happened, ..
            }
            | Self::Incomplete {
                may_have_happened, ..
            }
            | Self::Shape {
                may_have_happened, ..
            } => *may_have_happened,
            Self::Refused { .. }
            | Self::Unauthorized { .. }
            | Self::Token { .. }
            | Self::SigningKey { .. }
            | Self::NotFound { .. }
            | Self::Ambiguous { .. }
            | Self::KeyMismatch { .. }
            | Self::NotOne { .. }
            | Self::TooMany { .. }
            | Self::UnknownColumn { .. }
            | Self::Query { .. }
            | Self::NoChoice { .. }
            | Self::Dropped { .. }
            | Self::Keyless { .. }
            | Self::StateKept { .. }
            | Self::TaskKept { .. }
            | Self::NotWritable { .. } => false,
        }
    }

    /// The refusal, where the instance gave one: for its business rule, its mandatory fields, the missing right.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal),
            _ => None,
        }
    }

    /// The column that the query names and the instance does not show, where that is why.
    #[must_use]
    pub fn unknown_column(&self) -> Option<&str> {
        match self {
            Self::UnknownColumn { column } => Some(column),
            _ => None,
        }
    }

    /// Sorts what the way out reports into what the instance meant by it.
    pub(crate) fn of(operation: &Operation, source: outbound::Error) -> Box<Self> {
        Box::new(Self::sorted(operation.clone(), source))
    }

    fn sorted(operation: Operation, source: outbound::Error) -> Self {
        let envelope = source.body().and_then(Envelope::parse);
        // The words win over the status: the Change Management API reports a business rule's refusal with a status of
        // its own choice.
        if let Some(refusal) = envelope.as_ref().and_then(Refusal::recognise) {
            return Self::Refused { operation, refusal };
        }
        match source.class() {
            Class::Unauthorized => Self::Unauthorized {
                operation,
                source: Box::new(source),
            },
            Class::NotFound => Self::NotFound {
                operation,
                near: Vec::new(),
            },
            Class::Conflict | Class::Refused => {
                let refusal = Refusal::other(envelope, source.status());
                Self::Refused { operation, refusal }
            }
            Class::Transient { .. } | Class::Broken => Self::Failed {
                operation,
                saying: envelope.map(|envelope| envelope.text()),
                source: Box::new(source),
            },
        }
    }

    /// Whether the instance itself answered, so that nothing goes on there: what is not done now will not be. A gateway's
    /// answer (502, 504) or none says nothing about that.
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Failed { source, .. } => matches!(source.status(), Some(500 | 503)),
            _ => false,
        }
    }

    /// For a value that cannot be put into the query of an operation.
    pub(crate) fn query(operation: &Operation) -> impl FnOnce(QueryError) -> Box<Self> {
        |source| {
            let operation = operation.clone();
            Box::new(Self::Query { operation, source })
        }
    }

    /// Whether this account is not shown what it asked for, or it is not there.
    pub(crate) fn is_withheld(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotFound { .. })
    }

    /// Whether a smaller question may get a whole answer.
    pub(crate) fn is_incomplete(&self) -> bool {
        matches!(self, Self::Incomplete { .. })
    }

    /// Whether the address belongs to no API of this instance: the plugin is absent.
    pub(crate) fn is_absent_api(&self) -> bool {
        matches!(self.refusal(), Some(Refusal::NoSuchApi))
    }
}

fn said(saying: Option<&str>) -> String {
    saying.map_or_else(String::new, |text| format!(": the instance says: {text}"))
}

fn similar(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    format!("; names that begin alike: {}", near.join(", "))
}

fn ids(sys_ids: &[SysId]) -> String {
    let ids: Vec<&str> = sys_ids.iter().map(SysId::as_str).collect();
    ids.join(", ")
}

fn held(stored: Option<&str>) -> String {
    match stored {
        None => "nothing (no such column, or not readable)".to_owned(),
        Some("") => "nothing".to_owned(),
        Some(text) => format!("{:?}", cut(text)),
    }
}

#[cfg(test)]
mod tests;
