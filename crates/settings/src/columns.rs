//! Maps of column names to values, as `additionalFields` and `deploymentFields` hold them.

use std::collections::BTreeMap;

use crate::form::Form;
use crate::problem::{Collector, Problems, shown};
use crate::yaml::{self, Content, Entry, Node};

/// The most columns of one map.
pub(crate) const MOST: usize = 200;
/// The longest value of a column, in characters.
pub(crate) const LONGEST: usize = 65_536;

/// Which record the columns belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// A change request: columns that Snowgate keeps true itself are refused.
    Change,
    /// A row of a table of the customer's own.
    Custom,
}

/// Columns of a change request that are not the user's to set, and why.
const KEPT: [(&str, &str); 5] = [
    (
        "approval",
        "approval is given in ServiceNow and never written by a pipeline",
    ),
    (
        "correlation_display",
        "it names the pipeline run that the change belongs to",
    ),
    (
        "correlation_id",
        "it is the key by which a rerun finds its change again",
    ),
    ("number", "the instance gives the number"),
    (
        "state",
        "a change is moved through the states that are allowed next",
    ),
];

impl Columns {
    /// Why this column cannot be set, or `None` where it can.
    pub(crate) fn refusal(self, column: &str) -> Option<&'static str> {
        if column.starts_with("sys_") {
            return Some(
                "columns that start with `sys_` are the platform's own and are ignored or harmful when written",
            );
        }
        match self {
            Self::Change => KEPT
                .iter()
                .find(|(name, _)| *name == column)
                .map(|(_, why)| *why),
            Self::Custom => None,
        }
    }

    /// The rule for names as a pattern for the JSON Schema.
    pub(crate) fn refused_pattern(self) -> String {
        match self {
            Self::Change => format!("^(sys_.*|{})$", KEPT.map(|(name, _)| name).join("|")),
            Self::Custom => "^sys_".to_owned(),
        }
    }
}

/// Reads the text of a task input such as `additionalFields`: a YAML or JSON map of column names to single values.
///
/// Every value becomes text as it was written (`1.10` stays `1.10`), because the Table API takes and returns text
/// only; nothing (`null`, `~`) becomes the empty text, which clears a column. An empty input is an empty map.
///
/// # Errors
///
/// Everything that is wrong with the text, with line and column; `input` names the input in the messages.
pub fn field_map(
    input: &str,
    text: &str,
    columns: Columns,
) -> Result<BTreeMap<String, String>, Problems> {
    let mut problems = Collector::new(input);
    let joined = join_surrogates(text);
    let node = yaml::read(&joined, &mut problems);
    let map = match node {
        Some(node) if !node.is_null() => read(input, &node, columns, &mut problems),
        _ => Some(BTreeMap::new()),
    };
    problems.or(map)
}

/// Reads a map of columns from a node named `name`.
pub(crate) fn read(
    name: &str,
    node: &Node,
    columns: Columns,
    problems: &mut Collector<'_>,
) -> Option<BTreeMap<String, String>> {
    let Content::Mapping(entries) = &node.content else {
        problems.add(
            node.at,
            format!(
                "`{}` is {}, not a map of columns",
                shown(name),
                node.described()
            ),
            "write one `column: value` per line",
        );
        return None;
    };
    if entries.len() > MOST {
        problems.add(
            node.at,
            format!("{} columns, more than {MOST}", entries.len()),
            "keep those that matter",
        );
    }
    let read = entries
        .iter()
        .filter_map(|entry| column(entry, columns, problems))
        .collect();
    Some(read)
}

fn column(
    entry: &Entry,
    columns: Columns,
    problems: &mut Collector<'_>,
) -> Option<(String, String)> {
    let name = &entry.key;
    if !Form::ColumnName.fits(name) {
        problems.add(
            entry.key_at,
            format!("`{}` is not a column name", shown(name)),
            format!(
                "write the name from the table's dictionary: {}",
                Form::ColumnName.wanted()
            ),
        );
        return None;
    }
    if let Some(why) = columns.refusal(name) {
        problems.add(
            entry.key_at,
            format!("column `{name}` cannot be set here"),
            why,
        );
        return None;
    }
    let Some((_, text)) = entry.node.scalar() else {
        problems.add(
            entry.node.at,
            format!("column `{name}` holds {}", entry.node.described()),
            "a column takes a single value: write text, a number, true or false",
        );
        return None;
    };
    let form = Form::Prose(LONGEST);
    if !form.fits(text) {
        problems.add(
            entry.node.at,
            format!("the value of column `{name}` does not fit"),
            format!("write {}", form.wanted()),
        );
        return None;
    }
    let text = if entry.node.is_null() { "" } else { text };
    Some((name.clone(), text.to_owned()))
}

/// JSON writes characters beyond 16 bits as two escapes (`\ud83d\ude00`), which YAML reads as two characters
/// that do not exist. They are joined before reading, in texts that begin as JSON does.
fn join_surrogates(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.trim_start().starts_with('{') || !text.contains("\\u") {
        return text.into();
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        joined.push_str(before);
        if let Some((character, after)) = surrogate_pair(escape) {
            joined.push(character);
            rest = after;
        } else {
            // An escape is taken whole, so that the second half of `\\` never starts another one.
            let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
            joined.push_str(&escape[..length]);
            rest = &escape[length..];
        }
    }
    joined.push_str(rest);
    joined.into()
}

fn surrogate_pair(text: &str) -> Option<(char, &str)> {
    let (high, rest) = unit(text)?;
    let (low, rest) = unit(rest)?;
    let character = char::decode_utf16([high, low]).next()?.ok()?;
    // A unit that is a character by itself is none of ours.
    (u32::from(character) > 0xFFFF).then_some((character, rest))
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.strip_prefix("\\u")?;
    let unit = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
    Some((unit, &digits[4..]))
}

#[cfg(test)]
mod tests;
