//! From nodes to values, by the shapes of the table.

use std::collections::BTreeMap;

use crate::form::Form;
use crate::keys::{ALSO_KNOWN_AS, NOT_IN_THE_FILE};
use crate::near::nearest;
use crate::problem::{Collector, Position, alternatives, shown};
use crate::shape::{Choice, Key, Shape};
use crate::yaml::{Content, Entry, Node, Scalar};
use crate::{columns, template};

/// What was read at one place.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Where the value stands, or its key where the value is a map or list.
    pub(crate) at: Position,
    pub(crate) read: Read,
}

#[derive(Debug, Clone)]
pub(crate) enum Read {
    Value(Value),
    /// The name of a template.
    Template(String),
    Record(Record),
    Named(Vec<(String, Held)>),
}

/// The values of a record, by key.
pub(crate) type Record = BTreeMap<&'static str, Held>;

/// A value that stands for a task's input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, a word of a choice, or the text of a template.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// Several texts or words.
    List(Vec<String>),
    /// Columns and their values.
    Fields(BTreeMap<String, String>),
}

/// Reads `node`, which stands at `path`, as `shape`. `None` where it could not be used; the reasons are with
/// `problems` then.
pub(crate) fn read(
    shape: &Shape,
    node: &Node,
    path: &str,
    problems: &mut Collector<'_>,
) -> Option<Read> {
    let value = match *shape {
        Shape::Text(form) => Value::Text(text(form, node, path, problems)?),
        Shape::Template => return template_text(node, path, problems),
        Shape::Choice(choices) => Value::Text(word(choices, node, path, problems)?.to_owned()),
        Shape::Flag => match node.scalar() {
            Some((Scalar::Flag(flag), _)) => Value::Flag(flag),
            _ => return wrong(node, path, "write true or false, without quotes", problems),
        },
        Shape::Whole { min, max } => match node.scalar() {
            Some((Scalar::Whole(whole), _)) if (min..=max).contains(&whole) => Value::Whole(whole),
            _ => {
                let mend = if min == max {
                    format!("write {min}, without quotes")
                } else {
                    format!("write a whole number from {min} to {max}, without quotes")
                };
                return wrong(node, path, &mend, problems);
            }
        },
        Shape::Words(choices) => {
            let words = list(node, path, problems, |item, problems| {
                word(choices, item, path, problems)
            })?;
            if matches!(&node.content, Content::Sequence(items) if items.is_empty()) {
                let words = alternatives(choices.iter().map(|choice| choice.word));
                problems.add(
                    node.at,
                    format!("`{}` lists nothing", shown(path)),
                    format!("list at least one of {words}"),
                );
            }
            Value::List(words.into_iter().map(str::to_owned).collect())
        }
        Shape::Texts(form) => Value::List(list(node, path, problems, |item, problems| {
            text(form, item, path, problems)
        })?),
        Shape::Columns { columns, templates } => {
            let fields = columns::read(path, node, columns, problems)?;
            if templates {
                check_field_templates(node, &fields, problems);
            }
            Value::Fields(fields)
        }
        Shape::Record(groups) => return record(groups, node, path, problems).map(Read::Record),
        Shape::Named { names, of } => {
            return named(names, of, node, path, problems).map(Read::Named);
        }
    };
    Some(Read::Value(value))
}

fn wrong<T>(node: &Node, path: &str, mend: &str, problems: &mut Collector<'_>) -> Option<T> {
    let what = if node.is_null() {
        format!("`{}` has no value", shown(path))
    } else {
        format!("`{}` is {}", shown(path), node.described())
    };
    problems.add(node.at, what, mend);
    None
}

fn text(form: Form, node: &Node, path: &str, problems: &mut Collector<'_>) -> Option<String> {
    let read = match node.scalar() {
        Some((Scalar::Text, text)) => Some(text),
        Some((Scalar::Whole(_), text)) if form.number_type().is_some() => Some(text),
        Some((Scalar::Decimal, text)) if form.number_type() == Some("number") => Some(text),
        _ => None,
    };
    match read {
        Some(text) if form.fits(text) => Some(text.to_owned()),
        _ => wrong(node, path, &format!("write {}", form.wanted()), problems),
    }
}

fn word<'c>(
    choices: &'c [Choice],
    node: &Node,
    path: &str,
    problems: &mut Collector<'_>,
) -> Option<&'c str> {
    let words = || choices.iter().map(|choice| choice.word);
    let written = node
        .scalar()
        .filter(|(scalar, _)| *scalar == Scalar::Text)
        .map(|(_, text)| text);
    if let Some(word) = written.and_then(|text| words().find(|word| *word == text)) {
        return Some(word);
    }
    let near = written
        .map(|text| nearest(text, words(), 1))
        .unwrap_or_default();
    let mend = match near.first() {
        Some(near) => format!("did you mean `{near}`? It takes {}", alternatives(words())),
        None => format!("write {}", alternatives(words())),
    };
    wrong(node, path, &mend, problems)
}

/// Each item by `item`; `None` where the node is no list or holds one text twice.
fn list<T: PartialEq>(
    node: &Node,
    path: &str,
    problems: &mut Collector<'_>,
    item: impl Fn(&Node, &mut Collector<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let Content::Sequence(items) = &node.content else {
        return wrong(
            node,
            path,
            "write a list: `[a, b]`, or one `- item` per line",
            problems,
        );
    };
    let mut read = Vec::new();
    for node in items {
        let Some(value) = item(node, problems) else {
            continue;
        };
        if read.contains(&value) {
            problems.add(
                node.at,
                format!("{} is listed twice", node.described()),
                "keep one of them",
            );
        }
        read.push(value);
    }
    Some(read)
}

fn template_text(node: &Node, path: &str, problems: &mut Collector<'_>) -> Option<Read> {
    if let Content::Mapping(_) = node.content {
        static NAME: &[&[Key]] = &[&[Key::part(
            "template",
            Shape::Text(Form::TemplateName),
            "A name under `templates`.",
        )
        .required()]];
        let mut reference = record(NAME, node, path, problems)?;
        let Held {
            read: Read::Value(Value::Text(name)),
            ..
        } = reference.remove("template")?
        else {
            return None;
        };
        return Some(Read::Template(name));
    }
    let text = text(Form::Prose(template::LONGEST), node, path, problems)?;
    check_template(&text, node.at, path, problems);
    Some(Read::Value(Value::Text(text)))
}

/// Reports what is wrong with a template before any run needs it.
pub(crate) fn check_template(text: &str, at: Position, path: &str, problems: &mut Collector<'_>) {
    if let Err(error) = template::check(path, text) {
        problems.add(at, error.to_string(), error.mend());
    }
}

fn check_field_templates(
    node: &Node,
    fields: &BTreeMap<String, String>,
    problems: &mut Collector<'_>,
) {
    let Content::Mapping(entries) = &node.content else {
        return;
    };
    for Entry { key, node, .. } in entries {
        if let Some(text) = fields.get(key) {
            check_template(text, node.at, key, problems);
        }
    }
}

/// The entries of a map; nothing at all is an empty one, as when every line under a key is commented out.
fn entries<'n>(node: &'n Node, path: &str, problems: &mut Collector<'_>) -> Option<&'n [Entry]> {
    match &node.content {
        Content::Mapping(entries) => Some(entries),
        _ if node.is_null() => Some(&[]),
        _ => wrong(
            node,
            path,
            "write a map: one `key: value` per line, indented below it",
            problems,
        ),
    }
}

fn record(
    groups: &[&'static [Key]],
    node: &Node,
    path: &str,
    problems: &mut Collector<'_>,
) -> Option<Record> {
    let keys = || groups.iter().flat_map(|group| group.iter());
    let mut record = Record::new();
    for entry in entries(node, path, problems)? {
        let Some(key) = keys().find(|key| key.name == entry.key) else {
            let mend = mend_unknown_key(&entry.key, keys().map(|key| key.name));
            let what = format!("unknown key `{}`{}", shown(&entry.key), within(path));
            problems.add(entry.key_at, what, mend);
            continue;
        };
        let at = if entry.node.scalar().is_some() {
            entry.node.at
        } else {
            entry.key_at
        };
        if let Some(read) = read(&key.shape, &entry.node, key.name, problems) {
            record.insert(key.name, Held { at, read });
        }
    }
    for key in keys().filter(|key| key.required) {
        if !is_written(key.name, node) {
            let what = format!("`{}` is missing{}", key.name, within(path));
            problems.add(node.at, what, format!("add it: {}", lower_first(key.doc)));
        }
    }
    Some(record)
}

/// Whether the key stands there, or one that was probably meant to be it and is reported as unknown.
fn is_written(name: &str, node: &Node) -> bool {
    let Content::Mapping(entries) = &node.content else {
        return false;
    };
    entries
        .iter()
        .any(|entry| entry.key == name || !nearest(&entry.key, [name], 1).is_empty())
}

fn within(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" in `{}`", shown(path))
    }
}

/// A documentation sentence as the fragment at the end of a message.
fn lower_first(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

fn mend_unknown_key<'k>(unknown: &str, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    if let Some((_, why)) = NOT_IN_THE_FILE.iter().find(|(name, _)| *name == unknown) {
        return format!("this task input is not read from the file: {why}");
    }
    if unknown == "<<" {
        return "YAML 1.2 has no merge keys: use `defaults`, or repeat a whole map by an alias (*name)".to_owned();
    }
    let foreign = ALSO_KNOWN_AS
        .iter()
        .find(|(name, ours)| *name == unknown && known.contains(ours));
    if let Some((_, ours)) = foreign {
        return format!("it is called `{ours}` here");
    }
    match nearest(unknown, known.iter().copied(), 1).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.len() <= 8 => format!("known here: {}", alternatives(known)),
        None => "remove it, or look up the keys in the JSON Schema".to_owned(),
    }
}

fn named(
    names: Form,
    of: &Shape,
    node: &Node,
    path: &str,
    problems: &mut Collector<'_>,
) -> Option<Vec<(String, Held)>> {
    let mut named = Vec::new();
    for entry in entries(node, path, problems)? {
        if !names.fits(&entry.key) {
            let what = format!("`{}` cannot be a name{}", shown(&entry.key), within(path));
            problems.add(entry.key_at, what, format!("write {}", names.wanted()));
        }
        if let Some(read) = read(of, &entry.node, &entry.key, problems) {
            named.push((
                entry.key.clone(),
                Held {
                    at: entry.key_at,
                    read,
                },
            ));
        }
    }
    Some(named)
}
