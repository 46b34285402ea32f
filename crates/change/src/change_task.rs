//! The pieces of work below a change request.

use std::fmt;

use crate::SysId;

/// One task of a change request, as it stood when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTask {
    /// The key.
    pub sys_id: SysId,
    /// The number, as people say it: `CTASK0010001`.
    pub number: String,
    /// The title, in an outsider's words.
    pub short_description: String,
    /// Where it stands.
    pub state: TaskState,
    /// What kind of work it is (`planning`, `implementation`, `testing`, `review`), where the instance says it.
    pub kind: Option<String>,
    /// Whether it is on hold, by itself or with its change.
    pub on_hold: bool,
}

/// The state of a change task, by its stored value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// -5, not to be begun yet.
    Pending,
    /// 1, to be begun.
    Open,
    /// 2, being worked on.
    InProgress,
    /// 3, the end.
    Closed,
    /// 4, the other end.
    Canceled,
    /// A value of the instance's own.
    Other(i32),
}

const NAMED: [(i32, TaskState, &str); 5] = [
    (-5, TaskState::Pending, "Pending"),
    (1, TaskState::Open, "Open"),
    (2, TaskState::InProgress, "In Progress"),
    (3, TaskState::Closed, "Closed"),
    (4, TaskState::Canceled, "Canceled"),
];

impl TaskState {
    /// The state with a stored value.
    #[must_use]
    pub fn from_value(value: i32) -> Self {
        NAMED
            .iter()
            .find(|(v, _, _)| *v == value)
            .map_or(Self::Other(value), |(_, state, _)| *state)
    }

    /// The stored value.
    #[must_use]
    pub fn value(self) -> i32 {
        match self {
            Self::Other(value) => value,
            named => NAMED
                .iter()
                .find(|(_, state, _)| *state == named)
                .map_or(0, |(v, _, _)| *v),
        }
    }

    /// Whether nothing can follow. A change with a task that is not there yet cannot be closed.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Canceled)
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(value) => write!(f, "state {value}"),
            named => f.write_str(
                NAMED
                    .iter()
                    .find(|(_, state, _)| state == named)
                    .map_or("", |(_, _, name)| *name),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lead_to_states_and_back_and_two_of_them_are_the_end() {
        for (value, state, label) in NAMED {
            assert_eq!(TaskState::from_value(value), state);
            assert_eq!(state.value(), value);
            assert_eq!(state.to_string(), label);
            assert_eq!(state.is_final(), value == 3 || value == 4, "{label}");
        }
        assert_eq!(TaskState::from_value(7), TaskState::Other(7));
        assert_eq!(TaskState::Other(7).value(), 7);
        assert_eq!(TaskState::Other(7).to_string(), "state 7");
        assert!(!TaskState::Other(7).is_final());
    }
}
