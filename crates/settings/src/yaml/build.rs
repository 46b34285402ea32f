//! Events to nodes, with a bound on depth and on what aliases repeat.

use std::collections::BTreeMap;

use saphyr_parser::{Event, ScalarStyle};

use super::{Content, Entry, Node};
use crate::problem::{Collector, Position, shown};

/// Levels of maps and lists; the deepest meaningful value sits on the seventh.
const DEEPEST: usize = 32;
/// What all aliases together may repeat, in bytes of text plus 32 for each node. Without a bound,
/// a few lines of anchors that repeat each other unfold to gigabytes.
const MOST_REPEATED: usize = 4 * 1024 * 1024;

/// The text cannot be read any further.
pub(super) struct Stop;

pub(super) struct Builder<'p, 'f> {
    pub(super) problems: &'p mut Collector<'f>,
    pub(super) root: Option<Node>,
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
    pub(super) fn new(problems: &'p mut Collector<'f>) -> Self {
        Self {
            problems,
            root: None,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            repeated: 0,
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Stop> {
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
