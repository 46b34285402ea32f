//! The shipped chain's terms, and the chain with a piece of text changed.

use std::ops::Range;

use agentless::{Definition, DefinitionError};
use serde_json::Value;

use super::stand::text;

/// Where conditions stand in a section.
const CONDITIONS: [(&str, &str); 3] = [
    ("RequestInputs", "Expression"),
    ("ExecutionOptions", "SkipSectionExpression"),
    ("ExecutionOptions", "ContinuePollingExpression"),
];

/// One innermost condition of the chain.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// The section, from 1.
    pub(super) section: usize,
    /// Which of its conditions.
    pub(super) condition: &'static str,
    /// Which term of it, from 0.
    pub(super) at: usize,
    pub(super) text: String,
}

/// Every innermost condition of every section.
pub(super) fn all() -> Vec<Term> {
    let mut task = task();
    let mut terms = Vec::new();
    for section in 1..=super::stand::chain().section_count() {
        for (part, condition) in CONDITIONS {
            let value = &section_of(&mut task, section)[part][condition];
            let text = value.as_str().unwrap_or_default();
            let ranges = innermost(text).into_iter().enumerate();
            terms.extend(ranges.map(|(at, range)| Term {
                section,
                condition,
                at,
                text: text[range].to_owned(),
            }));
        }
    }
    terms
}

/// The chain with one piece of a section's text replaced wherever it stands in that section.
pub(super) fn changed(at: usize, from: &str, to: &str) -> Result<Definition, DefinitionError> {
    let mut task = task();
    let mut found = false;
    replace(section_of(&mut task, at), from, to, &mut found);
    assert!(found, "section {at} has no {from}");
    Definition::read(&task.to_string())
}

fn task() -> Value {
    serde_json::from_str(text()).expect("JSON")
}

fn section_of(task: &mut Value, at: usize) -> &mut Value {
    &mut task["execution"]["HttpRequestChain"]["Execute"][at - 1]
}

fn replace(value: &mut Value, from: &str, to: &str, found: &mut bool) {
    match value {
        Value::String(text) if text.contains(from) => {
            *found = true;
            *text = text.replace(from, to);
        }
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| replace(member, from, to, found)),
        _ => {}
    }
}

/// Calls that come to true or false and have no such call inside.
fn innermost(text: &str) -> Vec<Range<usize>> {
    let boolean = |name: &str| ["eq", "isNullOrEmpty", "and", "or"].contains(&name);
    // Where each open call begins, whether it is a condition, and whether one was seen inside it.
    let mut open: Vec<(usize, bool, bool)> = Vec::new();
    let mut found = Vec::new();
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => {
                let before = text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
                open.push((before.len(), boolean(&text[before.len()..at]), false));
            }
            ')' if !quoted => {
                let (from, condition, outer) = open.pop().expect("brackets match");
                if condition && !outer {
                    found.push(from..at + 1);
                }
                if let Some(around) = open.last_mut() {
                    around.2 |= condition || outer;
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn terms_are_found_where_they_are_innermost() {
    let text = "or(eq(isNullOrEmpty(a['x']), false), and(eq(count(b), 1), $(c)), eq('eq(', 'd'))";
    let found: Vec<&str> = innermost(text).into_iter().map(|it| &text[it]).collect();
    assert_eq!(
        found,
        ["isNullOrEmpty(a['x'])", "eq(count(b), 1)", "eq('eq(', 'd')"]
    );
}
