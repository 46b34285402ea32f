//! The configuration file: TOML, every key known, every value a text.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::keys;

/// A file's values by key.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    values: Table,
}

impl File {
    /// The file, as far as it can be understood, and what is wrong with it. No value gets into a problem's text.
    pub(crate) fn read(path: &Path) -> (Option<Self>, Vec<String>) {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let kind = error.kind();
                let problem =
                    format!("--config: {shown} could not be read ({kind}): check the path");
                return (None, vec![problem]);
            }
        };
        let values: Table = match text.parse() {
            Ok(values) => values,
            Err(error) => return (None, vec![syntax(path, &text, &error)]),
        };
        let problems = problems(&values)
            .into_iter()
            .map(|problem| format!("{shown}, {problem}"))
            .collect();
        let path = path.to_owned();
        (Some(Self { path, values }), problems)
    }

    /// The text of a key, `table.name`.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let (table, name) = key.split_once('.')?;
        self.values.get(table)?.get(name)?.as_str()
    }
}

/// The library's own text shows the line, and the line may hold a secret.
fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(0, |span| {
        let before = text.get(..span.start).unwrap_or(text);
        before.matches('\n').count() + 1
    });
    format!(
        "{}, line {line}: this is not TOML: {}",
        path.display(),
        error.message()
    )
}

fn problems(values: &Table) -> Vec<String> {
    let tables = tables();
    let mut problems = Vec::new();
    for (table, content) in values {
        if !tables.contains(&table.as_str()) {
            let known = tables.join("], [");
            problems.push(format!(
                "[{table}]: there is no such table; this version reads [{known}]"
            ));
            continue;
        }
        let Value::Table(content) = content else {
            problems.push(format!(
                "key {table}: write it as a table, [{table}], with keys below"
            ));
            continue;
        };
        problems.extend(
            content
                .iter()
                .filter_map(|(name, value)| one(table, name, value)),
        );
    }
    problems
}

fn one(table: &str, name: &str, value: &Value) -> Option<String> {
    let known: Vec<&str> = names(table).collect();
    if !known.contains(&name) {
        let known = known.join(", ");
        return Some(format!(
            "key {table}.{name}: there is no such key; [{table}] has {known}"
        ));
    }
    let kind = value.type_str();
    (!value.is_str()).then(|| {
        format!(
            "key {table}.{name}: a text is expected, not {kind}: put it between quotation marks"
        )
    })
}

/// The tables of the known keys, in their order.
fn tables() -> Vec<&'static str> {
    let mut tables: Vec<&str> = keys::ALL
        .iter()
        .filter_map(|key| Some(key.name.split_once('.')?.0))
        .collect();
    tables.dedup();
    tables
}

fn names(table: &str) -> impl Iterator<Item = &'static str> {
    keys::ALL.iter().filter_map(move |key| {
        let (of, name) = key.name.split_once('.')?;
        (of == table).then_some(name)
    })
}
