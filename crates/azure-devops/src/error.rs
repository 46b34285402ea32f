//! What went wrong between us and the organization, by what we wanted and who said no.

mod saying;

use std::fmt;

use outbound::Class;

pub use saying::Saying;

/// What an operation needs the identity to be allowed: the scope of a personal access token, or the permission of the
/// same name for a job's own token ("Scopes" of the REST reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `vso.build`: runs, their timelines, artifacts and deployment records.
    Build,
    /// `vso.code`: repositories and pull requests.
    Code,
    /// `vso.release`: classic releases.
    Release,
    /// `vso.test`: test runs.
    Test,
    /// `vso.work`: work items.
    Work,
    /// Nothing of the organization's.
    None,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Build => "the right to view builds (scope vso.build, \"Build: Read\")",
            Self::Code => "the right to read the repository (scope vso.code, \"Code: Read\")",
            Self::Release => "the right to view releases (scope vso.release, \"Release: Read\")",
            Self::Test => "the right to view test runs (scope vso.test, \"Test Management: Read\")",
            Self::Work => "the right to view work items (scope vso.work, \"Work Items: Read\")",
            Self::None => "another right",
        })
    }
}

/// What was asked of the organization: a verb and what it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    scope: Scope,
    verb: &'static str,
    object: String,
}

impl Operation {
    pub(crate) fn new(scope: Scope, verb: &'static str, object: impl fmt::Display) -> Self {
        Self {
            scope,
            verb,
            object: object.to_string(),
        }
    }

    /// What it needs the identity to be allowed.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope
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

/// Why an operation did not end as asked.
///
/// It travels in a box: most calls pass an error on, and a result should not be larger than what it is for.
///
/// Decide by [`Error::class`]. Texts of the service are cut to 300 characters on one line and are foreign: print them only
/// through a writer that defuses logging commands.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or the answer of something that is out of order.
    #[error("could not {operation}{saying}")]
    Failed {
        /// What was asked.
        operation: Operation,
        /// What the service said about it.
        saying: Box<Saying>,
        /// The way out's own account.
        #[source]
        source: Box<outbound::Error>,
    },
    /// The credentials are missing, wrong, expired or revoked. The service says so by 401, by a redirect to its page for
    /// signing in, or by that page with a status of success. Sending them again changes nothing.
    #[error(
        "could not {operation}: the organization did not accept the credentials, or they have expired{saying}"
    )]
    SignedOut {
        /// What was asked.
        operation: Operation,
        /// The status of the answer.
        status: Option<u16>,
        /// What the service said about it.
        saying: Box<Saying>,
        /// The way out's own account, where it was no success to it.
        #[source]
        source: Option<Box<outbound::Error>>,
    },
    /// The identity is known, and may not do this.
    #[error("could not {operation}: this identity lacks {}{saying}", operation.scope)]
    Refused {
        /// What was asked; [`Operation::scope`] is what it needs.
        operation: Operation,
        /// What the service said about it.
        saying: Box<Saying>,
    },
    /// It is not there, or not visible to this identity: the service answers both alike.
    #[error(
        "could not {operation}: it does not exist (any more), or this identity may not see it{saying}"
    )]
    NotFound {
        /// What was asked.
        operation: Operation,
        /// What the service said about it.
        saying: Box<Saying>,
    },
    /// The request itself was not accepted.
    #[error(
        "could not {operation}: the organization refused the request (status {status}){saying}"
    )]
    Rejected {
        /// What was asked.
        operation: Operation,
        /// The status of the answer.
        status: u16,
        /// What the service said about it.
        saying: Box<Saying>,
    },
    /// An answer, but not with what belongs there.
    #[error("could not {operation}: {problem}{saying}")]
    Shape {
        /// What was asked.
        operation: Operation,
        /// What is wrong with it, naming the path in the document.
        problem: String,
        /// Which activity the service logged it as.
        saying: Box<Saying>,
        /// The way out's own account, where it could not read the body.
        #[source]
        source: Option<Box<outbound::Error>>,
    },
    /// A list whose pages lead in a circle, or of which there are too many.
    #[error("could not {operation}: the organization's pages do not come to an end")]
    Endless {
        /// What was asked.
        operation: Operation,
    },
    /// The token service gave no access token.
    #[error("could not {operation}{saying}")]
    Token {
        /// What was asked, with the application's id.
        operation: Operation,
        /// Its error word and description.
        saying: Box<Saying>,
    },
    /// A name that cannot be part of an address. Nothing was sent.
    #[error("could not {operation}: the {what} has no usable name")]
    Unusable {
        /// What was asked.
        operation: Operation,
        /// Whose name.
        what: &'static str,
    },
}

impl Error {
    /// What the caller can do about it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Failed { source, .. } => source.class(),
            Self::SignedOut { .. } | Self::Token { .. } => Class::Unauthorized,
            Self::Refused { .. } | Self::Unusable { .. } => Class::Refused,
            Self::NotFound { .. } => Class::NotFound,
            Self::Rejected { status, .. } => match status {
                409 | 412 => Class::Conflict,
                _ => Class::Refused,
            },
            Self::Shape { .. } | Self::Endless { .. } => Class::Broken,
        }
    }

    /// What the service said, where there was an answer of it.
    #[must_use]
    pub fn saying(&self) -> Option<&Saying> {
        match self {
            Self::Failed { saying, .. }
            | Self::SignedOut { saying, .. }
            | Self::Refused { saying, .. }
            | Self::NotFound { saying, .. }
            | Self::Rejected { saying, .. }
            | Self::Shape { saying, .. }
            | Self::Token { saying, .. } => Some(saying),
            Self::Endless { .. } | Self::Unusable { .. } => None,
        }
    }

    /// Sorts what the way out reports into what the service meant by it: by status and type key, never by its words,
    /// which it may translate.
    pub(crate) fn of(operation: &Operation, source: outbound::Error) -> Box<Self> {
        let operation = operation.clone();
        let saying = Box::new(Saying::of(&source));
        let status = source.status();
        Box::new(match Meaning::of(status, saying.type_key.as_deref()) {
            Meaning::SignedOut => Self::SignedOut {
                operation,
                status,
                saying,
                source: Some(Box::new(source)),
            },
            Meaning::Refused => Self::Refused { operation, saying },
            Meaning::NotFound => Self::NotFound { operation, saying },
            Meaning::Rejected(status) => Self::Rejected {
                operation,
                status,
                saying,
            },
            Meaning::Failed => Self::Failed {
                operation,
                saying,
                source: Box::new(source),
            },
        })
    }

    /// The token service speaks OAuth: whatever it refuses, no token came.
    pub(crate) fn of_token(self) -> Self {
        match self {
            Self::SignedOut {
                operation, saying, ..
            }
            | Self::Refused {
                operation, saying, ..
            }
            | Self::NotFound {
                operation, saying, ..
            }
            | Self::Rejected {
                operation, saying, ..
            } => Self::Token { operation, saying },
            other => other,
        }
    }
}

/// What an answer that is no success means.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    SignedOut,
    Refused,
    NotFound,
    Rejected(u16),
    Failed,
}

impl Meaning {
    fn of(status: Option<u16>, type_key: Option<&str>) -> Self {
        match type_key {
            // These come with a status of their own choice now and then, such as 500.
            Some("UnauthorizedRequestException") => return Self::SignedOut,
            Some("AccessCheckException") => return Self::Refused,
            _ => {}
        }
        match status {
            // A redirect leads to the page for signing in, from wherever.
            Some(300..=399 | 401) => Self::SignedOut,
            Some(403) => Self::Refused,
            Some(404 | 410) => Self::NotFound,
            Some(408 | 425 | 429) => Self::Failed,
            Some(status @ 400..=499) => Self::Rejected(status),
            _ => Self::Failed,
        }
    }
}

#[cfg(test)]
mod tests;
