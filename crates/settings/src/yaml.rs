//! YAML text to a tree in which every node knows its place.
//!
//! The tree is bounded whatever the text says: its depth, and what aliases may repeat. Faults that leave the
//! rest readable (duplicate keys, tags) are collected, so that they are reported together with all others.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::problem::{Collector, Position, shortened, shown};

/// The largest text that is read, in bytes.
pub(crate) const LARGEST: usize = 1024 * 1024;
/// Levels of maps and lists; the deepest meaningful value sits on the seventh.
const DEEPEST: usize = 32;
/// What all aliases together may repeat, in bytes of text plus [`NODE_WEIGHT`] for each node. Without a bound,
/// a few lines of anchors that repeat each other unfold to gigabytes.
const MOST_REPEATED: usize = 4 * 1024 * 1024;
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

/// The text cannot be read any further.
struct Stop;

struct Builder<'p, 'f> {
    problems: &'p mut Collector<'f>,
    root: Option<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    repeated: usize,
}

/// A collection that has started and not yet ended.
struct Open {
    at: Position,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        places: BTreeMap<String, Position>,
        key: Key,
    },
}

/// What a mapping waits for.
enum Key {
    Awaited,
    Is(String, Position),
    /// The key was refused: its value is read and left out.
    Refused,
}

impl<'p, 'f> Builder<'p, 'f> {
    fn new(problems: &'p mut Collector<'f>) -> Self {
        Self {
            problems,
            root: None,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            repeated: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), at);
                let content = Content::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.finish(Node { at, content }, anchor);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), at);
                self.begin(Open {
                    at,
                    anchor,
                    kind: Kind::Sequence(Vec::new()),
                })?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), at);
                let kind = Kind::Mapping {
                    entries: Vec::new(),
                    places: BTreeMap::new(),
                    key: Key::Awaited,
                };
                self.begin(Open { at, anchor, kind })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.repeat(anchor, at)?,
            Event::DocumentStart(_) if self.root.is_some() => {
                self.problems.add(
                    at,
                    "a second document starts here",
                    "keep one document: remove this `---`",
                );
                return Err(Stop);
            }
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => {}
        }
        Ok(())
    }

    fn refuse_tag(&mut self, tagged: bool, at: Position) {
        if tagged {
            self.problems.add(
                at,
                "a YAML tag (!) stands here",
                "remove the tag, or put text that starts with ! in quotes",
            );
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), Stop> {
        if self.open.len() >= DEEPEST {
            self.problems.add(
                open.at,
                format!("more than {DEEPEST} levels of maps and lists"),
                "nothing here is nested that deep: check brackets and indentation",
            );
            return Err(Stop);
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) {
        let Some(Open { at, anchor, kind }) = self.open.pop() else {
            return;
        };
        let content = match kind {
            Kind::Sequence(items) => Content::Sequence(items),
            Kind::Mapping { entries, .. } => Content::Mapping(entries),
        };
        self.finish(Node { at, content }, anchor);
    }

    fn repeat(&mut self, anchor: usize, at: Position) -> Result<(), Stop> {
        let Some((node, weight)) = self.anchors.get(&anchor) else {
            self.problems.add(
                at,
                "this alias stands inside what it repeats",
                "write the value out",
            );
            return Err(Stop);
        };
        self.repeated += weight;
        if self.repeated > MOST_REPEATED {
            self.problems.add(
                at,
                format!("aliases repeat more than {MOST_REPEATED} bytes of this text"),
                "write the values out, or use `defaults` and `templates`",
            );
            return Err(Stop);
        }
        // The copy keeps the places of the original: that is where a wrong value has to be mended.
        let node = node.clone();
        self.finish(node, 0);
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            let weight = node.weight();
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::Sequence(items)) => items.push(node),
            Some(Kind::Mapping {
                entries,
                places,
                key,
            }) => match std::mem::replace(key, Key::Awaited) {
                Key::Awaited => *key = accept_key(node, places, self.problems),
                Key::Is(name, key_at) => {
                    let at = if node.is_null() { key_at } else { node.at };
                    entries.push(Entry {
                        key: name,
                        key_at,
                        node: Node { at, ..node },
                    });
                }
                Key::Refused => {}
            },
        }
    }
}

fn accept_key(
    node: Node,
    places: &mut BTreeMap<String, Position>,
    problems: &mut Collector<'_>,
) -> Key {
    let Content::Scalar { text, .. } = node.content else {
        problems.add(
            node.at,
            format!("{} as a key", node.described()),
            "a key is a name: check `?`, brackets and indentation",
        );
        return Key::Refused;
    };
    if let Some(first) = places.get(&text) {
        problems.add(
            node.at,
            format!(
                "`{}` is written twice in this map, first at {first}",
                shown(&text)
            ),
            "keep one of them",
        );
        return Key::Refused;
    }
    places.insert(text.clone(), node.at);
    Key::Is(text, node.at)
}

#[cfg(test)]
pub(crate) mod tests;
