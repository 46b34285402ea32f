//! The inputs of a step, read with types.
//!
//! A reader never fails: it notes the problem and returns something to go on with, so that a user learns of all
//! wrong inputs in one run instead of one run each.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use redact::Masker;

use crate::env::{Environment, mangle};

/// One thing wrong with the step's inputs, in words for the pipeline's author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The input's name, as in `task.json`.
    pub input: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "input '{}': {}; {}", self.input, self.what, self.mend)
    }
}

/// What stands in for an input that the step leaves empty, such as a value of a settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The value, as text.
    pub value: String,
    /// Where it comes from, for messages: `servicenow.yml:12:9`.
    pub origin: String,
}

/// Typed readers over the inputs of the step; collects what is wrong.
#[derive(Debug)]
pub struct Inputs<'e> {
    environment: &'e Environment,
    fallbacks: BTreeMap<String, Fallback>,
    /// What was wrong so far, in reading order.
    pub problems: Vec<Problem>,
}

impl<'e> Inputs<'e> {
    /// Readers over the inputs in this environment.
    pub fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            fallbacks: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// The same, with values by input name for what the step leaves empty.
    #[must_use]
    pub fn with_fallbacks(mut self, fallbacks: BTreeMap<String, Fallback>) -> Self {
        self.fallbacks = fallbacks;
        self
    }

    /// Whether the step itself gives the input; a fallback does not count.
    pub fn is_given(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// The text with `***` for every secret of the environment in it: for what many people may read, such as a
    /// description that quotes a secret variable.
    pub fn without_secrets(&self, text: &str) -> String {
        let masker = Masker::default();
        self.environment
            .secret_values()
            .for_each(|secret| masker.add(secret));
        masker.mask(text).into_owned()
    }

    fn given(&self, name: &str) -> Option<String> {
        let value = self.environment.raw(&format!("INPUT_{}", mangle(name)))?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Notes a problem found by the caller; the same one is kept once.
    pub fn problem(&mut self, input: &str, what: impl Into<String>, mend: impl Into<String>) {
        let mut what = what.into();
        if let Some(fallback) = self.fallbacks.get(input).filter(|_| !self.is_given(input)) {
            what = format!("{what} (from {})", fallback.origin);
        }
        let problem = Problem {
            input: input.to_owned(),
            what,
            mend: mend.into(),
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// The text of an input; an empty one counts as not given.
    ///
    /// A pipeline variable that did not exist leaves its macro `$(name)` in the text; that is a problem.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.free_text(name)?;
        if let Some(variable) = self.unresolved_macro(&value) {
            let what = format!(
                "the variable '{}' did not exist when the step started",
                shown(&variable)
            );
            self.problem(name, what, "define it, or mend the name inside $(...)");
            return None;
        }
        Some(value)
    }

    /// The text of an input in which `$(...)` may stand for itself, such as a plan that quotes shell commands.
    pub fn free_text(&self, name: &str) -> Option<String> {
        self.given(name)
            .or_else(|| Some(self.fallbacks.get(name)?.value.clone()))
    }

    /// The text of an input that has to be given.
    pub fn required(&mut self, name: &str) -> Option<String> {
        let value = self.text(name);
        // A macro that left no text is told already.
        if value.is_none() && !self.problems.iter().any(|problem| problem.input == name) {
            self.problem(name, "it is required and empty", "give it a value");
        }
        value
    }

    /// The path of an input of type `filePath`. The agent makes it absolute, and an empty one becomes the folder of
    /// the sources; that counts as not given.
    pub fn file(&mut self, name: &str) -> Option<PathBuf> {
        let path = PathBuf::from(self.text(name)?);
        let sources = ["Build.SourcesDirectory", "System.DefaultWorkingDirectory"];
        let empty = sources
            .iter()
            .filter_map(|name| self.environment.public_variable(name))
            .any(|folder| path == Path::new(folder));
        (!empty).then_some(path)
    }

    /// True or false, in any case; anything else is a problem (the agent's own library would take it as false).
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.choice(name, &[("true", true), ("false", false)], default)
    }

    /// One of several words, compared without regard to case.
    pub fn choice<T: Clone>(&mut self, name: &str, words: &[(&str, T)], default: T) -> T {
        let Some(value) = self.text(name) else {
            return default;
        };
        if let Some((_, meaning)) = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&value))
        {
            return meaning.clone();
        }
        let accepted = words
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join(", ");
        self.problem(
            name,
            format!("'{}' is not an accepted word", shown(&value)),
            format!("use one of: {accepted}"),
        );
        default
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, name: &str, default: i64, bounds: RangeInclusive<i64>) -> i64 {
        let Some(value) = self.text(name) else {
            return default;
        };
        match value.parse::<i64>() {
            Ok(number) if bounds.contains(&number) => number,
            _ => {
                self.not_a_number(name, &value, "a whole number", bounds.start(), bounds.end());
                default
            }
        }
    }

    /// A number within bounds, with a point as decimal mark. No exponent, no sign but a leading minus.
    pub fn decimal(&mut self, name: &str, default: f64, bounds: RangeInclusive<f64>) -> f64 {
        let Some(value) = self.text(name) else {
            return default;
        };
        match parse_decimal(&value) {
            Some(number) if bounds.contains(&number) => number,
            _ => {
                self.not_a_number(name, &value, "a number", bounds.start(), bounds.end());
                default
            }
        }
    }

    /// A time in minutes, parts of a minute allowed (`0.5`). Default and bounds are minutes too.
    pub fn minutes(&mut self, name: &str, default: f64, bounds: RangeInclusive<f64>) -> Duration {
        duration(self.decimal(name, default, bounds) * 60.0)
    }

    /// A time in seconds, parts of a second allowed. Default and bounds are seconds too.
    pub fn seconds(&mut self, name: &str, default: f64, bounds: RangeInclusive<f64>) -> Duration {
        duration(self.decimal(name, default, bounds))
    }

    fn not_a_number(
        &mut self,
        name: &str,
        value: &str,
        kind: &str,
        low: impl fmt::Display,
        high: impl fmt::Display,
    ) {
        let what = format!("'{}' is not {kind} from {low} to {high}", shown(value));
        self.problem(
            name,
            what,
            format!("give {kind} in that range, such as {low}"),
        );
    }

    /// The name inside the first `$(name)` for which no variable exists. A macro whose variable does exist came
    /// with another variable's text (the agent expands once), and is that text's own business.
    fn unresolved_macro(&self, value: &str) -> Option<String> {
        value.match_indices("$(").find_map(|(start, _)| {
            let rest = &value[start + 2..];
            let name = &rest[..rest.find(')')?];
            let plausible = !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' '));
            (plausible && self.environment.variable(name).is_none()).then(|| name.to_owned())
        })
    }
}

fn parse_decimal(value: &str) -> Option<f64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().any(|b| b.is_ascii_digit());
    plain.then(|| value.parse().ok()).flatten()
}

/// Seconds as a duration; what no duration can hold becomes zero, which bounds chosen by the caller rule out.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// A value short enough for one line of a message.
fn shown(value: &str) -> String {
    const CHARS: usize = 80;
    let line = value.split(['\r', '\n']).next().unwrap_or_default();
    let mut short: String = line.chars().take(CHARS).collect();
    if short.len() < value.len() {
        short.push_str("...");
    }
    short
}

#[cfg(test)]
mod tests;
