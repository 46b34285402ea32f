//! A condition as it was asked, with all that it could look at: what mattered in it can be seen afterwards.

use crate::answer::Answer;
use crate::expression::{Expression, Scope};
use crate::names::Names;

/// A condition of a section that was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `SkipSectionExpression`, `Expression` or `ContinuePollingExpression`.
    pub condition: &'static str,
    pub(super) expression: Expression,
    pub(super) variables: Names,
    pub(super) inputs: Names,
    pub(super) answer: Option<Answer>,
}

/// An innermost condition: one that has no other inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Whether it held.
    pub holds: bool,
    /// Whether the whole would have come to another truth had it not held, or held.
    pub decides: bool,
}

impl Asked {
    /// The innermost conditions, in the order in which they are written.
    pub fn terms(&self) -> Vec<Term> {
        let scope = Scope {
            variables: &self.variables,
            inputs: &self.inputs,
            answer: self.answer.as_ref(),
        };
        let weighed = self.expression.weighed(scope).into_iter();
        weighed
            .map(|(holds, decides)| Term { holds, decides })
            .collect()
    }
}
