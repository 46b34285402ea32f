//! Where a change request stands.

use std::fmt;

/// The state of a change request, by its stored value.
///
/// The named ones are those of the shipped type-driven model; change models may define their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// -5, where every change request begins.
    New,
    /// -4, waiting for the assignment group's approval.
    Assess,
    /// -3, waiting for the change advisory board.
    Authorize,
    /// -2, approved, waiting for its window.
    Scheduled,
    /// -1, being carried out.
    Implement,
    /// 0, carried out, being looked at. Cannot be cancelled any more.
    Review,
    /// 3, the end.
    Closed,
    /// 4, the other end.
    Canceled,
    /// A value of the instance's own.
    Other(i32),
}

const NAMED: [(i32, State, &str); 8] = [
    (-5, State::New, "New"),
    (-4, State::Assess, "Assess"),
    (-3, State::Authorize, "Authorize"),
    (-2, State::Scheduled, "Scheduled"),
    (-1, State::Implement, "Implement"),
    (0, State::Review, "Review"),
    (3, State::Closed, "Closed"),
    (4, State::Canceled, "Canceled"),
];

impl State {
    /// The state with a stored value.
    #[must_use]
    pub fn from_value(value: i32) -> Self {
        NAMED
            .iter()
            .find(|(v, _, _)| *v == value)
            .map_or(Self::Other(value), |(_, state, _)| *state)
    }

    /// The state a person means by a shipped label, in any letter case.
    ///
    /// Labels that an instance gave itself have to be resolved by asking it.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        let label = if label.eq_ignore_ascii_case("cancelled") {
            "Canceled"
        } else {
            label
        };
        NAMED
            .iter()
            .find(|(_, _, name)| name.eq_ignore_ascii_case(label))
            .map(|(_, state, _)| *state)
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

    /// Whether nothing can follow.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Canceled)
    }
}

impl fmt::Display for State {
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
    fn values_and_labels_lead_to_the_same_state_and_back() {
        for (value, state, label) in NAMED {
            assert_eq!(State::from_value(value), state);
            assert_eq!(state.value(), value);
            assert_eq!(State::from_label(&label.to_uppercase()), Some(state));
            assert_eq!(state.to_string(), label);
        }
        assert_eq!(State::from_value(17), State::Other(17));
        assert_eq!(State::Other(17).value(), 17);
        assert_eq!(State::from_label("cancelled"), Some(State::Canceled));
        assert_eq!(State::from_label("implementing"), None);
    }
}
