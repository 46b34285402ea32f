//! Tables and columns. What is not here does not exist: a write to it is dropped without a word, a filter on it
//! widens the query, exactly as on an instance.

mod choices;
mod tables;

use std::collections::BTreeMap;

pub(crate) use choices::CHOICES;

use crate::options::Options;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
    DateTime,
    Date,
    Choice,
    /// An integer choice that a state machine owns.
    State,
    Journal,
    Reference(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) label: String,
    pub(crate) kind: Kind,
    /// Characters; 0 is unlimited.
    pub(crate) max: usize,
    pub(crate) default: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Column whose value names a record in display values.
    pub(crate) display: String,
    pub(crate) columns: BTreeMap<String, Column>,
}

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    tables: BTreeMap<String, Table>,
}

impl Schema {
    pub(crate) fn new(options: &Options) -> Self {
        let mut schema = Self {
            tables: BTreeMap::new(),
        };
        for (name, display, inherits, text) in tables::TABLES {
            schema.define(name, display, &[*inherits, *text]);
        }
        for extra in &options.extra_tables {
            let text = extra.columns.join("\n");
            schema.add(&extra.name, &text);
        }
        for extra in &options.extra_columns {
            if let Some(table) = schema.tables.get_mut(&extra.table) {
                let line = format!("{}||{}|", extra.name, extra.kind);
                table.columns.extend(column(&line));
            }
        }
        schema
    }

    /// A table without a display column of its own.
    pub(crate) fn add(&mut self, name: &str, columns: &str) {
        self.define(name, "sys_id", &[columns]);
    }

    fn define(&mut self, name: &str, display: &str, texts: &[&str]) {
        let lines = texts
            .iter()
            .chain([&tables::SYSTEM])
            .flat_map(|t| t.lines());
        let columns = lines.filter_map(column).collect();
        let table = Table {
            display: display.to_owned(),
            columns,
        };
        self.tables.insert(name.to_owned(), table);
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    pub(crate) fn column(&self, table: &str, name: &str) -> Option<&Column> {
        self.tables.get(table)?.columns.get(name)
    }

    /// What a form, and a refusal, calls a column.
    pub(crate) fn label<'s>(&'s self, table: &str, name: &'s str) -> &'s str {
        self.column(table, name).map_or(name, |c| c.label.as_str())
    }

    /// Follows a dot-walk to the column it ends in: `assignment_group.manager.name`.
    pub(crate) fn walk(&self, table: &str, path: &str) -> Option<&Column> {
        let Some((first, rest)) = path.split_once('.') else {
            return self.column(table, path);
        };
        match &self.column(table, first)?.kind {
            Kind::Reference(target) => self.walk(target, rest),
            Kind::Text
            | Kind::Integer
            | Kind::Boolean
            | Kind::DateTime
            | Kind::Date
            | Kind::Choice
            | Kind::State
            | Kind::Journal => None,
        }
    }
}

/// One line of a table definition: `name|label|kind|default`.
fn column(line: &str) -> Option<(String, Column)> {
    let mut parts = line.trim().split('|');
    let name = parts.next().filter(|n| !n.is_empty())?;
    let label = parts
        .next()
        .filter(|l| !l.is_empty())
        .map_or_else(|| spoken(name), str::to_owned);
    let (kind, argument) = split_kind(parts.next().unwrap_or("text"));
    let default = parts.next().unwrap_or_default().to_owned();
    let max = if kind == "text" {
        argument.parse().unwrap_or(0)
    } else {
        0
    };
    let kind = match kind {
        "int" => Kind::Integer,
        "bool" => Kind::Boolean,
        "datetime" => Kind::DateTime,
        "date" => Kind::Date,
        "choice" => Kind::Choice,
        "state" => Kind::State,
        "journal" => Kind::Journal,
        "ref" => Kind::Reference(argument.to_owned()),
        _ => Kind::Text,
    };
    Some((
        name.to_owned(),
        Column {
            label,
            kind,
            max,
            default,
        },
    ))
}

fn split_kind(text: &str) -> (&str, &str) {
    text.split_once(':').unwrap_or((text, ""))
}

/// `assignment_group` as a form would title it.
fn spoken(name: &str) -> String {
    let words = name.trim_start_matches("u_").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
