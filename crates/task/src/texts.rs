//! Texts for columns: templates over the facts of the run, as wide as their columns.

use pipelines_agent::Inputs;
use serde_json::Value;
use settings::template::{self, Limits};

/// Characters that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// A title: one line of 160.
    Short,
    /// A text of 4000.
    Long,
}

impl Width {
    fn characters(self) -> usize {
        match self {
            Self::Short => 160,
            Self::Long => 4000,
        }
    }

    /// The text as the column may hold it. One that is wider ends in a visible mark instead of being cut by the
    /// instance in silence.
    #[must_use]
    pub fn fit(self, text: &str) -> String {
        match self {
            Self::Short => {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                fit(&line, self.characters())
            }
            Self::Long => fit(text, self.characters()),
        }
    }
}

/// Renders the template that an input holds, or else `default`. `None` where there is neither, or where the template
/// is wrong: that is left with `inputs`.
pub fn render(
    inputs: &mut Inputs<'_>,
    input: &str,
    default: Option<&str>,
    facts: &Value,
    width: Width,
) -> Option<String> {
    let given = inputs.free_text(input);
    let text = given.as_deref().or(default)?;
    match template::render(input, text, facts, &Limits::default()) {
        // Many may read a change, and a template or a commit message may quote a secret.
        Ok(rendered) => Some(width.fit(&inputs.without_secrets(rendered.trim()))),
        Err(error) => {
            inputs.problem(input, redact::chain(&error), error.mend());
            None
        }
    }
}

/// A text within a number of characters.
#[must_use]
pub fn fit(text: &str, width: usize) -> String {
    const MARK: &str = " [cut]";
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - MARK.len()).collect::<String>() + MARK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_wider_than_its_column_ends_in_a_mark() {
        assert_eq!(fit("short", 10), "short");
        assert_eq!(fit("0123456789abcdef", 12), "012345 [cut]");
        assert_eq!(Width::Short.fit(&"ü".repeat(200)).chars().count(), 160);
        assert_eq!(Width::Short.fit(" two\nlines "), "two lines");
        assert_eq!(Width::Long.fit("two\nlines"), "two\nlines");
    }
}
