//! The file as a whole: parsed once, resolved per service and environment.

use std::collections::BTreeMap;

use crate::keys::{self, VERSION};
use crate::maps::Maps;
use crate::near::nearest;
use crate::problem::{Collector, Position, Problems, alternatives, shown};
use crate::read::{self, Held, Read, Record, Value};
use crate::yaml::{self, Content, Node, Scalar};

/// The settings of one `servicenow.yml`, version 1.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) file: String,
    pub(crate) defaults: Block,
    pub(crate) allow_unknown_services: bool,
    pub(crate) services: Vec<Service>,
    pub(crate) templates: BTreeMap<String, Template>,
    maps: Maps,
}

/// A service or glob and its values.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) at: Position,
    pub(crate) block: Block,
}

/// The values of the defaults or of a service, with those of its environments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) values: Record,
    pub(crate) environments: Vec<Environment>,
}

#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) name: String,
    pub(crate) at: Position,
    pub(crate) marked: bool,
    pub(crate) values: Record,
}

#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) at: Position,
    pub(crate) text: String,
}

impl Settings {
    /// Reads the text of a file; `file_name` names it in messages.
    ///
    /// # Errors
    ///
    /// Every problem of the text in one go, each with line, column and how to mend it.
    ///
    /// ```
    /// let problems = settings::Settings::parse("servicenow.yml", "version: 1\nservice: {}\n").unwrap_err();
    /// assert_eq!(problems.to_string(), "servicenow.yml:2:1: unknown key `service`; did you mean `services`?");
    /// ```
    pub fn parse(file_name: &str, text: &str) -> Result<Self, Problems> {
        let mut problems = Collector::new(file_name);
        let settings = parse(file_name, text, &mut problems);
        problems.or(settings)
    }

    /// How incidents and bugs are kept alike.
    #[must_use]
    pub fn maps(&self) -> &Maps {
        &self.maps
    }

    /// The names and globs under `services`, in the order of the file.
    pub fn service_names(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(|service| service.name.as_str())
    }

    /// The text of the template of this name.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&str> {
        self.templates
            .get(name)
            .map(|template| template.text.as_str())
    }
}

fn parse(file_name: &str, text: &str, problems: &mut Collector<'_>) -> Option<Settings> {
    let node = match yaml::read(text, problems) {
        Some(node) => node,
        None if problems.is_empty() => {
            problems.add(
                Position::START,
                "the file is empty",
                format!("start with `version: {VERSION}`"),
            );
            return None;
        }
        None => return None,
    };
    check_version(&node, problems)?;
    let Read::Record(mut file) = read::read(&keys::FILE, &node, "", problems)? else {
        return None;
    };
    let templates = templates(&mut file, problems);
    let (defaults, mut rest) = block(file.remove("defaults"), "defaults", problems);
    let services = named(&mut file, "services")
        .into_iter()
        .map(|(name, held)| {
            let at = held.at;
            let (block, _) = block(Some(held), &name, problems);
            Service { name, at, block }
        })
        .collect();
    let settings = Settings {
        file: file_name.to_owned(),
        defaults,
        allow_unknown_services: flag(&mut rest, "allowUnknownServices"),
        services,
        maps: Maps::from_record(record(file.remove("maps")), &templates, problems),
        templates,
    };
    check_references(&settings, problems);
    Some(settings)
}

/// A file of another version is not read any further: what it may hold is not known here.
fn check_version(node: &Node, problems: &mut Collector<'_>) -> Option<()> {
    let Content::Mapping(entries) = &node.content else {
        problems.add(
            node.at,
            format!("the file is {}, not a map", node.described()),
            format!("start with `version: {VERSION}`"),
        );
        return None;
    };
    let Some(entry) = entries.iter().find(|entry| entry.key == "version") else {
        // The table asks for the key, together with whatever else is wrong.
        return Some(());
    };
    match entry.node.scalar() {
        Some((Scalar::Whole(version), _)) if version != VERSION => {
            let what =
                format!("version {version} of this format is not known here, only {VERSION}");
            let mend = if version > VERSION {
                "use a newer release of the tasks"
            } else {
                "write `version: 1`"
            };
            problems.add(entry.node.at, what, mend);
            None
        }
        _ => Some(()),
    }
}

fn record(held: Option<Held>) -> Record {
    match held {
        Some(Held {
            read: Read::Record(record),
            ..
        }) => record,
        _ => Record::new(),
    }
}

fn named(record: &mut Record, key: &str) -> Vec<(String, Held)> {
    match record.remove(key) {
        Some(Held {
            read: Read::Named(named),
            ..
        }) => named,
        _ => Vec::new(),
    }
}

fn flag(record: &mut Record, key: &str) -> bool {
    matches!(
        record.remove(key),
        Some(Held {
            read: Read::Value(Value::Flag(true)),
            ..
        })
    )
}

fn templates(file: &mut Record, problems: &mut Collector<'_>) -> BTreeMap<String, Template> {
    let mut templates = BTreeMap::new();
    for (name, held) in named(file, "templates") {
        if let Read::Value(Value::Text(text)) = held.read {
            read::check_template(&text, held.at, &name, problems);
            templates.insert(name, Template { at: held.at, text });
        }
    }
    templates
}

/// Splits what was read into the values and the environments; the values keep all other keys as well.
fn block(held: Option<Held>, path: &str, problems: &mut Collector<'_>) -> (Block, Record) {
    let mut values = record(held);
    let environments: Vec<Environment> = named(&mut values, "environments")
        .into_iter()
        .map(|(name, held)| {
            let at = held.at;
            let mut values = record(Some(held));
            Environment {
                name,
                at,
                marked: flag(&mut values, "strictest"),
                values,
            }
        })
        .collect();
    check_environments(&environments, path, problems);
    let rest = take_parts(&mut values);
    (
        Block {
            values,
            environments,
        },
        rest,
    )
}

/// Takes the keys that shape the file out, so that only values for tasks stay.
fn take_parts(values: &mut Record) -> Record {
    values
        .extract_if(.., |key, _| keys::value_key(key).is_none())
        .collect()
}

/// Environments differ by more than case, and exactly one of them is the strictest.
fn check_environments(environments: &[Environment], path: &str, problems: &mut Collector<'_>) {
    for (index, environment) in environments.iter().enumerate() {
        let twin = environments[..index]
            .iter()
            .find(|other| other.is_called(&environment.name));
        if let Some(twin) = twin {
            let what = format!(
                "environments `{}` and `{}` differ by case only",
                shown(&twin.name),
                shown(&environment.name)
            );
            problems.add(
                environment.at,
                what,
                format!("keep one of them; the other is at {}", twin.at),
            );
        }
    }
    let marked: Vec<&Environment> = environments
        .iter()
        .filter(|environment| environment.marked)
        .collect();
    if let [first, second, ..] = marked[..] {
        let what = format!(
            "a second environment of `{}` is marked as the strictest",
            shown(path)
        );
        problems.add(
            second.at,
            what,
            format!("keep one `strictest: true`; the other is at {}", first.at),
        );
        return;
    }
    let by_name: Vec<&Environment> = environments.iter().filter(|e| e.is_production()).collect();
    match (environments.first(), marked.len(), by_name.len()) {
        (Some(first), 0, 0) => problems.add(
            first.at,
            format!("none of the environments of `{}` is the strictest", shown(path)),
            "add `strictest: true` to one of them: an environment without an entry takes its values",
        ),
        (Some(_), 0, 2..) => problems.add(
            by_name[1].at,
            format!("`{}` has both a production and a prod", shown(path)),
            "add `strictest: true` to the one whose values an environment without an entry takes",
        ),
        _ => {}
    }
}

impl Environment {
    /// Whether this is the environment's name, without regard to case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.name.to_lowercase() == name.to_lowercase()
    }

    fn is_production(&self) -> bool {
        self.is_called("production") || self.is_called("prod")
    }
}

impl Block {
    /// The environment whose values the others fall back to. The check above made sure that there is one where
    /// there are environments.
    pub(crate) fn strictest(&self) -> Option<&Environment> {
        let marked = self
            .environments
            .iter()
            .find(|environment| environment.marked);
        marked.or_else(|| {
            self.environments
                .iter()
                .find(|environment| environment.is_production())
        })
    }
}

/// Every `{ template: name }` has to name one.
fn check_references(settings: &Settings, problems: &mut Collector<'_>) {
    let blocks = std::iter::once(&settings.defaults)
        .chain(settings.services.iter().map(|service| &service.block));
    for block in blocks {
        let records =
            std::iter::once(&block.values).chain(block.environments.iter().map(|e| &e.values));
        for held in records.flat_map(BTreeMap::values) {
            check_reference(held, &settings.templates, problems);
        }
    }
}

/// Reports a template's name that leads nowhere.
pub(crate) fn check_reference(
    held: &Held,
    templates: &BTreeMap<String, Template>,
    problems: &mut Collector<'_>,
) {
    let Read::Template(name) = &held.read else {
        return;
    };
    if templates.contains_key(name) {
        return;
    }
    let near = nearest(name, templates.keys().map(String::as_str), 1);
    let mend = match near.first() {
        Some(near) => format!("did you mean `{near}`?"),
        None if templates.is_empty() => "add it under `templates`".to_owned(),
        None => format!(
            "add it under `templates`, or use {}",
            alternatives(templates.keys().take(8).map(String::as_str))
        ),
    };
    problems.add(
        held.at,
        format!("there is no template `{}`", shown(name)),
        mend,
    );
}

#[cfg(test)]
mod tests;
