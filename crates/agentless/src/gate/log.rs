//! The log of a sample, as a person reads it on the stage's page: what was asked, what came back, which rule decided.

use crate::answer::status_name;
use crate::causes;

use super::{Outcome, Section};

/// How much of a body or an answer is shown, in characters.
const SHOWN: usize = 1_000;
const MASK: &str = "***";

pub(super) struct Log {
    lines: String,
    secrets: Vec<String>,
}

impl Log {
    pub(super) fn new(mut secrets: Vec<String>) -> Self {
        // Longer ones first: one may be part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self {
            lines: String::new(),
            secrets,
        }
    }

    pub(super) fn section(&mut self, number: usize, of: usize, section: &Section) {
        self.line(&format!("Section {number} of {of}"));
        for request in &section.requests {
            self.line(&format!("  {} {}", request.method, request.url));
            if let Some(body) = &request.body {
                self.line(&format!("  Body: {}", shown(body)));
            }
            if let Some(status) = request.status {
                let content = shown(&request.content);
                self.line(&format!("  Answer: {} {content}", status_name(status)));
            }
        }
        let verdict = match &section.outcome {
            Outcome::Skipped => "  Skipped".to_owned(),
            Outcome::Passed if section.expression.is_empty() => "  Passed".to_owned(),
            Outcome::Passed => format!("  Passed: {}", section.expression),
            Outcome::Waiting => format!("  Not yet: {}", section.expression),
            Outcome::Failed(failure) => format!("  Failed: {}", causes::told(failure)),
            Outcome::NotReached => "  Not reached".to_owned(),
        };
        self.line(&verdict);
    }

    pub(super) fn output(&mut self, name: &str, value: &str) {
        self.line(&format!("  {name} = {}", shown(value)));
    }

    pub(super) fn end(&mut self, passed: bool) {
        self.line(if passed {
            "Sample passed"
        } else {
            "Sample did not pass"
        });
    }

    pub(super) fn text(self) -> String {
        self.lines
    }

    fn line(&mut self, text: &str) {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret.as_str(), MASK);
        }
        // One thing, one line: an answer of several lines is not to look like the log's own.
        self.lines.push_str(&text.replace(['\r', '\n'], " "));
        self.lines.push('\n');
    }
}

fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() {
        shown.push_str(" ...");
    }
    shown
}
