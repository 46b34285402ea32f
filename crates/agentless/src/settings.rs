//! What no published page settles about the server, each as a named switch.

use std::time::Duration;

use crate::http::Bounds;

/// Which of the two languages of strings is worked off first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Macros, then Mustache. A definition of Microsoft's puts a macro into the quoted argument of a helper, which can
    /// work only this way.
    #[default]
    MacrosFirst,
    /// Mustache over the inputs, then macros.
    MustacheFirst,
}

/// What a section whose expression is false does to those behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterFalse {
    /// The sample ends.
    #[default]
    End,
    /// They run; the sample has not passed all the same.
    GoOn,
}

/// Whether something lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lasting {
    /// It is kept.
    #[default]
    Kept,
    /// It is forgotten.
    Dropped,
}

/// Who answers to a name that is both an input and an output variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precedence {
    /// The input.
    #[default]
    Inputs,
    /// The variable, once it is set.
    Variables,
}

/// What decides over an answer outside of 200 to 299 in a section that has an expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusal {
    /// The expression, which may look at the status.
    #[default]
    Expression,
    /// Nothing: the section fails.
    Fails,
}

/// How the server behaves where that is not known, and its limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Order of macros and Mustache.
    pub order: Order,
    /// Sections behind a false expression.
    pub after_false: AfterFalse,
    /// Output variables of a section whose expression is false.
    pub outputs_of_false: Lasting,
    /// Output variables from one sample to the next.
    pub between_samples: Lasting,
    /// A name with two owners.
    pub precedence: Precedence,
    /// Answers that are no success.
    pub refusal: Refusal,
    /// Longest wait for an answer, in real time whatever the caller's clock does.
    pub answer_within: Duration,
    /// Largest answer in bytes.
    pub answer_limit: usize,
    /// Longest time that a section goes on polling, by the caller's clock: what a job may take.
    pub polling_within: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            order: Order::default(),
            after_false: AfterFalse::default(),
            outputs_of_false: Lasting::default(),
            between_samples: Lasting::default(),
            precedence: Precedence::default(),
            refusal: Refusal::default(),
            answer_within: Bounds::default().within,
            answer_limit: Bounds::default().limit,
            polling_within: Duration::from_secs(60 * 60),
        }
    }
}

impl Settings {
    /// Every combination of the switches: what a story that has to hold on the real server is told under.
    pub fn every() -> impl Iterator<Item = Self> {
        (0_u8..64).map(|bits| {
            let on = |bit: u8| bits >> bit & 1 == 1;
            let lasting = |bit| {
                if on(bit) {
                    Lasting::Dropped
                } else {
                    Lasting::Kept
                }
            };
            Self {
                order: if on(0) {
                    Order::MustacheFirst
                } else {
                    Order::MacrosFirst
                },
                after_false: if on(1) {
                    AfterFalse::GoOn
                } else {
                    AfterFalse::End
                },
                outputs_of_false: lasting(2),
                between_samples: lasting(3),
                precedence: if on(4) {
                    Precedence::Variables
                } else {
                    Precedence::Inputs
                },
                refusal: if on(5) {
                    Refusal::Fails
                } else {
                    Refusal::Expression
                },
                ..Self::default()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_comes_once() {
        let every: Vec<Settings> = Settings::every().collect();
        assert_eq!(every.len(), 64);
        assert_eq!(every[0], Settings::default());
        let doubles = every
            .iter()
            .enumerate()
            .filter(|(at, one)| every[..*at].contains(one));
        assert_eq!(doubles.count(), 0);
    }
}
