//! YAML text to a tree in which every node knows its place.
//!
//! The tree is bounded whatever the text says: its depth, and what aliases may repeat. Faults that leave the
//! rest readable (duplicate keys, tags) are collected, so that they are reported together with all others.

mod build;

use saphyr_parser::{Marker, Parser, ScanError};

use crate::problem::{Collector, Position, shortened, shown};
use build::Builder;

/// The largest text that is read, in bytes.
pub(crate) const LARGEST: usize = 1024 * 1024;
/// What a node counts beside its text, when aliases repeat it.
const NODE_WEIGHT: usize = 32;

/// A node and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_at: Position,
    pub(crate) node: Node,
}

/// What a scalar means by the core schema of YAML 1.2: `no`, `on` and `12:30` are plain text there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Null,
    Flag(bool),
    Whole(i64),
    Decimal,
    Text,
}

impl Node {
    /// What the scalar means; `None` for maps and lists.
    pub(crate) fn scalar(&self) -> Option<(Scalar, &str)> {
        match &self.content {
            Content::Scalar { text, plain: true } => Some((by_core_schema(text), text)),
            Content::Scalar { text, plain: false } => Some((Scalar::Text, text)),
            Content::Sequence(_) | Content::Mapping(_) => None,
        }
    }

    /// Whether nothing, `~` or `null` stands there.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.scalar(), Some((Scalar::Null, _)))
    }

    /// What stands there, for messages.
    pub(crate) fn described(&self) -> String {
        match (&self.content, self.scalar()) {
            (Content::Sequence(_), _) => "a list".to_owned(),
            (Content::Mapping(_), _) => "a map".to_owned(),
            (_, Some((Scalar::Null, _))) => "nothing".to_owned(),
            (Content::Scalar { text, .. }, _) => format!("`{}`", shown(text)),
        }
    }

    fn weight(&self) -> usize {
        NODE_WEIGHT
            + match &self.content {
                Content::Scalar { text, .. } => text.len(),
                Content::Sequence(items) => items.iter().map(Self::weight).sum(),
                Content::Mapping(entries) => {
                    entries.iter().map(|e| e.key.len() + e.node.weight()).sum()
                }
            }
    }
}

fn by_core_schema(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Flag(true),
        "false" | "False" | "FALSE" => Scalar::Flag(false),
        ".nan" | ".NaN" | ".NAN" => Scalar::Decimal,
        _ => number(text).unwrap_or(Scalar::Text),
    }
}

fn number(text: &str) -> Option<Scalar> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text
            .strip_prefix(prefix)
            .filter(|d| d.chars().all(|c| c.is_digit(radix)))
        {
            return i64::from_str_radix(digits, radix).ok().map(Scalar::Whole);
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Scalar::Decimal);
    }
    // Rust reads `inf`, `nan` and `infinity` as numbers, YAML does not.
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !numeric {
        return None;
    }
    match text.parse::<i64>() {
        Ok(whole) => Some(Scalar::Whole(whole)),
        Err(_) => text.parse::<f64>().is_ok().then_some(Scalar::Decimal),
    }
}

/// Reads the one document of `text`. `None` where the text holds nothing, or where it could not be read to its
/// end; the reasons are with `problems` then.
pub(crate) fn read(text: &str, problems: &mut Collector<'_>) -> Option<Node> {
    if text.len() > LARGEST {
        problems.add(
            Position::START,
            format!("the text has {} bytes, more than {LARGEST}", text.len()),
            "split it, or shorten the texts in it",
        );
        return None;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::new(problems);
    loop {
        match parser.next_event() {
            None => return builder.root,
            Some(Err(error)) => {
                report_scan_error(text, &error, builder.problems);
                return None;
            }
            Some(Ok((event, span))) => {
                if builder.take(event, place(&span.start)).is_err() {
                    return None;
                }
            }
        }
    }
}

fn place(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// The parser's own words, with the cause a person can see where that is another one.
fn report_scan_error(text: &str, error: &ScanError, problems: &mut Collector<'_>) {
    let at = place(error.marker());
    // The parser may stop at the end of the line before the tab it cannot take.
    if let Some(tab) = [at.line, at.line + 1]
        .into_iter()
        .find_map(|line| tab_in_indentation(text, line))
    {
        problems.add(
            tab,
            "a tab indents this line",
            "YAML is indented by spaces only: replace the tab",
        );
        return;
    }
    let info = error.info();
    problems.add(
        at,
        format!("not valid YAML: {}", shortened(info, 120)),
        mend(info),
    );
}

fn tab_in_indentation(text: &str, line: usize) -> Option<Position> {
    let line_text = text.lines().nth(line.checked_sub(1)?)?;
    let indentation = &line_text[..line_text.len() - line_text.trim_start().len()];
    let before = indentation.find('\t')?;
    Some(Position {
        line,
        column: indentation[..before].chars().count() + 1,
    })
}

/// What most often helps. The parser's words are only looked at for this; were they to change, the last answer
/// still holds.
fn mend(info: &str) -> &'static str {
    const MENDS: [(&str, &str); 8] = [
        (
            "escape character",
            "inside double quotes write a backslash twice, or use single quotes",
        ),
        (
            "quoted scalar",
            "close the quote that opens here, and double a quote that belongs to the text",
        ),
        (
            "mapping values",
            "put text that holds `: ` in quotes, and check the indentation",
        ),
        (
            "':'",
            "put text that holds `: ` in quotes, and check the indentation",
        ),
        (
            "unexpected character",
            "put text that starts with this character in quotes",
        ),
        (
            "anchor",
            "define the anchor (&name) before it is used (*name), or put text that starts with * or & in quotes",
        ),
        ("found a tab", "replace the tab by spaces"),
        (
            "recursion limit",
            "nothing here is nested that deep: check brackets and indentation",
        ),
    ];
    MENDS.iter().find(|(words, _)| info.contains(words)).map_or(
        "check indentation, brackets and quotes on this line and the one before",
        |(_, mend)| mend,
    )
}

#[cfg(test)]
pub(crate) mod tests;
