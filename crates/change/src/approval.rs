//! Who agreed, and whether it sufficed.

use std::fmt;

use jiff::Timestamp;

/// The approval field of a change request: what all its approvers together amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Nobody was asked.
    NotRequested,
    /// Somebody was asked and has not answered.
    Requested,
    /// Everybody who had to agree did.
    Approved,
    /// Somebody refused.
    Rejected,
    /// A value of the instance's own.
    Other(String),
}

impl Approval {
    /// The approval with a stored value.
    #[must_use]
    pub fn from_value(value: &str) -> Self {
        match value {
            "not requested" | "" => Self::NotRequested,
            "requested" => Self::Requested,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The stored value.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::NotRequested => "not requested",
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Other(value) => value,
        }
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value())
    }
}

/// What one approver was asked and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The approver's name as the instance shows it.
    pub approver: String,
    /// The name the approver signs in with, where it may be read.
    pub user_name: Option<String>,
    /// The approver's e-mail address, where it may be read.
    pub email: Option<String>,
    /// The group for which the approver was asked, as the instance shows it.
    pub group: Option<String>,
    /// The answer.
    pub state: RowState,
    /// The approver's words.
    pub comment: Option<String>,
    /// When the row last changed: for an answered one, when it was answered.
    pub at: Option<Timestamp>,
}

/// One approver's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// Asked, not answered.
    Requested,
    /// Agreed.
    Approved,
    /// Refused.
    Rejected,
    /// Any other value: cancelled, not required, skipped, not requested.
    Other(String),
}

impl RowState {
    /// The answer with a stored value.
    #[must_use]
    pub fn from_value(value: &str) -> Self {
        match value {
            "requested" => Self::Requested,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Other(value) => value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_values_survive_the_round_trip() {
        for value in [
            "not requested",
            "requested",
            "approved",
            "rejected",
            "duplicate",
        ] {
            assert_eq!(Approval::from_value(value).value(), value);
        }
        assert_eq!(Approval::from_value(""), Approval::NotRequested);
        for value in ["requested", "approved", "rejected", "not_required"] {
            assert_eq!(RowState::from_value(value).to_string(), value);
        }
    }
}
