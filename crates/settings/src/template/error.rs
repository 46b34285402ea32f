//! What can be wrong with a template, in words that do not repeat the template.

use std::time::Duration;

use super::LARGEST_FACTS;
use super::guard::Guarded;
use crate::near::nearest;
use crate::problem::{Position, alternatives, shortened, shown};

/// Why a template could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template `{}`{}: {fault}", shown(name), place(*at))]
pub struct TemplateError {
    /// The template's name as the caller gave it.
    pub name: String,
    /// Where in the template's text, as far as that is known.
    pub at: Option<Position>,
    /// What is wrong.
    pub fault: TemplateFault,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateFault {
    /// The text is no template.
    #[error("{0}")]
    Syntax(String),
    /// The template uses something that is kept out of these templates.
    #[error("{what} cannot be used in these templates")]
    NotAvailable {
        /// What it uses.
        what: String,
        /// What to do instead.
        instead: String,
    },
    /// The template names something that does not exist.
    #[error("unknown {kind} `{name}`")]
    Unknown {
        /// What was expected there: a fact, a filter, a function or a test.
        kind: &'static str,
        /// The name, as far as it leads.
        name: String,
        /// What exists under a similar name, or everything where nothing is similar.
        known: Vec<String>,
        /// Whether `known` holds similar names.
        similar: bool,
    },
    /// The template failed on the facts it was given.
    #[error("{0}")]
    Rendering(String),
    /// The template itself is longer than 64 KiB.
    #[error("it is longer than {} bytes", super::LONGEST)]
    TooLong,
    /// The template writes more than this many bytes.
    #[error("it writes more than {0} bytes")]
    TooMuchText(usize),
    /// A value in the template grows past all use.
    #[error("it builds a value that is too large or nested too deep")]
    TooLargeValue,
    /// The loops of the template take more than this many rounds.
    #[error("its loops take more than {0} rounds")]
    TooManyRounds(usize),
    /// The template took longer than this.
    #[error("it was not done after {} ms", .0.as_millis())]
    TooSlow(Duration),
    /// The facts are no object, or larger than 256 KiB.
    #[error("the facts for it are not an object of at most {LARGEST_FACTS} bytes")]
    Facts,
    /// The thread for it could not be started.
    #[error("no thread could be started for it")]
    NoThread,
    /// The thread for it ended without a result.
    #[error("rendering it ended without a result")]
    Crashed,
}

impl TemplateError {
    pub(super) fn new(name: &str, at: Option<Position>, fault: TemplateFault) -> Self {
        Self {
            name: name.to_owned(),
            at,
            fault,
        }
    }

    /// How to mend it, a fragment without a full stop.
    #[must_use]
    pub fn mend(&self) -> String {
        match &self.fault {
            TemplateFault::Syntax(_) => {
                "check the braces and quotes; text that holds `{{` or `{%` belongs between {% raw %} and {% endraw %}".to_owned()
            }
            TemplateFault::NotAvailable { instead, .. } => instead.clone(),
            TemplateFault::Unknown { known, .. } if known.is_empty() => "nothing has a name there".to_owned(),
            TemplateFault::Unknown { known, similar, .. } => {
                let known = alternatives(known.iter().map(String::as_str));
                if *similar { format!("did you mean {known}?") } else { format!("known there: {known}") }
            }
            TemplateFault::Rendering(_) => {
                "check which facts exist for this kind of run; `{% if x is defined %}` and `| default(value=...)` help with those that may be missing".to_owned()
            }
            TemplateFault::TooLong
            | TemplateFault::TooMuchText(_)
            | TemplateFault::TooLargeValue
            | TemplateFault::TooManyRounds(_)
            | TemplateFault::TooSlow(_)
            | TemplateFault::Facts => "shorten it".to_owned(),
            TemplateFault::NoThread | TemplateFault::Crashed => "try again, and report it where it happens again".to_owned(),
        }
    }
}

fn place(at: Option<Position>) -> String {
    at.map(|at| format!(", line {} column {}", at.line, at.column))
        .unwrap_or_default()
}

/// The line and column of a byte offset in `text`.
pub(super) fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// An error of the template engine, with the place in the text as its author wrote it. The engine's own report
/// prints whole lines of the template, which do not belong in a log.
pub(super) fn translate(
    name: &str,
    text: &str,
    guarded: &Guarded,
    error: &tera::Error,
    facts: &serde_json::Value,
) -> TemplateError {
    let (report, rendering) = match error.kind() {
        tera::ErrorKind::SyntaxError(report) => (report, false),
        tera::ErrorKind::RenderingError(report) => (report, true),
        other => {
            let words = other.to_string();
            let first_line = shortened(words.lines().next().unwrap_or_default(), 160);
            return TemplateError::new(name, None, TemplateFault::Rendering(first_line));
        }
    };
    let range = report.span().range.clone();
    let at = Some(position(text, guarded.original_offset(range.start)));
    let source = path_at(guarded.text.get(range.start..).unwrap_or_default());
    let fault = unknown_name(report.message())
        .or_else(|| undefined_value(report.message(), source, guarded, facts))
        .unwrap_or_else(|| {
            let message = shortened(report.message(), 160);
            if rendering {
                TemplateFault::Rendering(message)
            } else {
                TemplateFault::Syntax(message)
            }
        });
    TemplateError::new(name, at, fault)
}

/// The dotted path at the start of `text`; the engine marks a part of it only.
fn path_at(text: &str) -> &str {
    let length = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        .count();
    &text[..length]
}

/// Tera's "Variable/Field `x` is not defined. Available ...: a, b". Were its words to change, the message itself
/// would still be passed on.
fn unknown_name(message: &str) -> Option<TemplateFault> {
    let (kind, rest) = ["Variable `", "Field `"].iter().find_map(|start| {
        let kind = if start.starts_with('V') {
            "name"
        } else {
            "field"
        };
        message.strip_prefix(start).map(|rest| (kind, rest))
    })?;
    let (name, rest) = rest.split_once("` is not defined.")?;
    let listed = rest
        .split_once(": ")
        .map(|(_, list)| list)
        .unwrap_or_default();
    Some(unknown(
        kind,
        name,
        name,
        listed.split(", ").filter(|name| !name.is_empty()),
    ))
}

/// A value that turned out undefined only later, for example in a filter: the path that led to it is followed
/// through the facts to the part that does not exist.
fn undefined_value(
    message: &str,
    source: &str,
    guarded: &Guarded,
    facts: &serde_json::Value,
) -> Option<TemplateFault> {
    let path: Vec<&str> = source.split('.').collect();
    if !message.contains("undefined") || path.iter().any(|part| part.is_empty()) {
        return None;
    }
    if guarded.is_local(path[0]) {
        return Some(TemplateFault::Rendering(format!(
            "`{}` is not defined",
            shown(source)
        )));
    }
    let mut value = facts;
    for (index, part) in path.iter().enumerate() {
        let fields = value.as_object()?;
        match fields.get(*part) {
            Some(next) => value = next,
            None => {
                let kind = if index == 0 { "name" } else { "field" };
                return Some(unknown(
                    kind,
                    &path[..=index].join("."),
                    part,
                    fields.keys().map(String::as_str),
                ));
            }
        }
    }
    None
}

/// `name` is not among `known`; the last part of it is what the others are compared with.
pub(super) fn unknown<'k>(
    kind: &'static str,
    name: &str,
    last_part: &str,
    known: impl Iterator<Item = &'k str>,
) -> TemplateFault {
    const LISTED: usize = 30;
    let known: Vec<&str> = known.filter(|name| !name.starts_with("__")).collect();
    let near = nearest(last_part, known.iter().copied(), 3);
    let similar = !near.is_empty();
    let listed = if similar { near } else { known };
    let known = listed.into_iter().take(LISTED).map(shown).collect();
    TemplateFault::Unknown {
        kind,
        name: shown(name),
        known,
        similar,
    }
}
