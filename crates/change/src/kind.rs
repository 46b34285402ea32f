//! Normal, standard, emergency.

use std::fmt;

/// The type of a change request. Not the change *model*, which is a record of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Pre-approved by its template.
    Standard,
    /// Assessed by its group, authorized by the board.
    Normal,
    /// Authorized at once.
    Emergency,
    /// A value of the instance's own.
    Other(String),
}

impl Type {
    /// The type with a stored value.
    #[must_use]
    pub fn from_value(value: &str) -> Self {
        match value {
            "standard" => Self::Standard,
            "normal" => Self::Normal,
            "emergency" => Self::Emergency,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The stored value.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
            Self::Other(value) => value,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value())
    }
}
