//! What is wrong with a file or an input: where, what, and how to mend it.

use std::fmt;

/// How many problems are listed before the rest is only counted; a file that is not a settings file at all
/// would otherwise fill a build log.
const LISTED: usize = 50;

/// A place in a text, counted as editors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (not bytes), from 1.
    pub column: usize,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One thing that is wrong in a file or an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{at}: {what}; {mend}")]
pub struct Problem {
    /// The file's name as the caller gave it, or the name of the task input.
    pub file: String,
    /// Where in that text.
    pub at: Position,
    /// What is wrong, a fragment without a full stop.
    pub what: String,
    /// How to mend it, a fragment without a full stop.
    pub mend: String,
}

/// Every problem found in one text, in the order of their places; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The problems, in the order of their places.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(LISTED).enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        if self.0.len() > LISTED {
            write!(f, "\n... and {} more", self.0.len() - LISTED)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Problems while they are being collected.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    file: &'a str,
    found: Vec<Problem>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(file: &'a str) -> Self {
        Self {
            file,
            found: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, at: Position, what: impl Into<String>, mend: impl Into<String>) {
        self.found.push(Problem {
            file: self.file.to_owned(),
            at,
            what: what.into(),
            mend: mend.into(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// `value` when nothing is wrong, else everything that is.
    pub(crate) fn or<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                self.found.sort_by_key(|problem| problem.at);
                Err(Problems(self.found))
            }
        }
    }
}

/// Foreign text as it may stand in a message: short, on one line, without control characters.
pub(crate) fn shown(text: &str) -> String {
    shortened(text, 60)
}

/// As [`shown`], with at most `longest` characters of the text.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let mut shown: String = text.chars().take(longest).flat_map(visible).collect();
    if text.chars().nth(longest).is_some() {
        shown.push_str("...");
    }
    shown
}

fn visible(character: char) -> Box<dyn Iterator<Item = char>> {
    if character.is_control() {
        Box::new(character.escape_default())
    } else {
        Box::new(std::iter::once(character))
    }
}

/// `a`, `b` or `c`, each in backticks.
pub(crate) fn alternatives<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words
        .into_iter()
        .map(|word| format!("`{}`", shown(word)))
        .collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_listed_in_the_order_of_their_places_and_counted_past_fifty() {
        let mut collector = Collector::new("f.yml");
        for line in (1..=53).rev() {
            collector.add(Position { line, column: 2 }, format!("w{line}"), "mend it");
        }
        let problems = collector.or(Some(())).unwrap_err();
        let text = problems.to_string();
        assert!(
            text.starts_with("f.yml:1:2: w1; mend it\nf.yml:2:2: w2"),
            "{text}"
        );
        assert!(text.ends_with("w50; mend it\n... and 3 more"), "{text}");
        assert_eq!(problems.as_slice().len(), 53);
    }

    #[test]
    fn foreign_text_is_shortened_and_made_visible() {
        assert_eq!(shown("a\r\n\u{1b}[31mb"), "a\\r\\n\\u{1b}[31mb");
        assert_eq!(shown(&"x".repeat(61)), format!("{}...", "x".repeat(60)));
        assert_eq!(shown(&"x".repeat(60)), "x".repeat(60));
    }

    #[test]
    fn alternatives_read_as_a_sentence() {
        assert_eq!(alternatives([]), "");
        assert_eq!(alternatives(["a"]), "`a`");
        assert_eq!(alternatives(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
