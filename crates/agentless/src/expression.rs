//! The language of conditions: what a task's `Expression`, `SkipSectionExpression`, `ContinuePollingExpression` and
//! `OutputVariables` are written in.
//!
//! Everything the published pages do not name is an error when the text is read, not a null when it is asked.

mod evaluate;
mod functions;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod value;

use crate::answer::Answer;
use crate::names::Names;

pub use functions::EvaluateError;
pub use parser::ExpressionError;
pub use value::{Value, Version};

/// Longest expression that the published expression library reads, in characters.
pub(crate) const MAX_LENGTH: usize = 21_000;
/// Deepest nesting that it reads.
pub(crate) const MAX_DEPTH: usize = 50;

/// A condition that was read.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    node: parser::Node,
    uses: parser::Uses,
}

/// What an expression may look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    pub(crate) variables: &'a Names,
    pub(crate) inputs: &'a Names,
    /// Absent before a section's request.
    pub(crate) answer: Option<&'a Answer>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    ///
    /// When it is not one, or names a function or a value that pipelines do not have.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let (node, uses) = parser::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            node,
            uses,
        })
    }

    /// The text that was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Names of variables, inputs and of the answer that the expression looks at.
    pub(crate) fn uses(&self) -> &parser::Uses {
        &self.uses
    }

    /// What the expression comes to.
    pub(crate) fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvaluateError> {
        evaluate::evaluate(&self.node, scope)
    }

    /// Whether each innermost condition holds, and whether the whole hangs on it.
    pub(crate) fn weighed(&self, scope: Scope<'_>) -> Vec<(bool, bool)> {
        evaluate::weighed(&self.node, scope)
    }
}
