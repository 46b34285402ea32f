//! The two languages of strings: `$(name)` macros and Mustache with Azure DevOps' own helpers.
//!
//! The rules of the second one are those of the template engine that Microsoft publishes with its agent's client
//! libraries. Where that engine falls silent over a mistake (a name that is not there, a block that is never closed),
//! this one speaks up.

mod arguments;
mod handlers;
pub(crate) mod macros;
mod parser;
mod render;
#[cfg(test)]
mod tests;

use serde_json::Value as Json;

pub use parser::TemplateError;
pub use render::RenderError;

/// Deepest nesting of blocks.
pub(crate) const MAX_DEPTH: usize = 32;

/// A text with `{{...}}` in it that was read.
#[derive(Clone, Debug)]
pub struct Template {
    parts: Vec<parser::Part>,
    names: Vec<String>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// When braces or blocks do not match, or a helper is unknown, is given the wrong number of arguments or is written
    /// in a form that no shipped definition uses.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let (parts, names) = parser::parse(text)?;
        Ok(Self { parts, names })
    }

    /// Fills the template in.
    ///
    /// # Errors
    ///
    /// When it prints or hands to a helper a name that the values do not have, or a value that is no text.
    pub fn render(&self, values: &Json) -> Result<String, RenderError> {
        render::render(&self.parts, values)
    }

    /// Every name that the template looks up, as it is written.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}
