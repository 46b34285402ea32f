//! Labels for values and values for labels, as lists and display columns give them.

use crate::clock;
use crate::schema::Kind;
use crate::store::{self, Record};
use crate::world::World;

/// Language of every session here; rows of other languages are never shown as labels.
const SESSION_LANGUAGE: &str = "en";

pub(crate) fn is_choice(world: &World, table: &str, column: &str, value: &str) -> bool {
    choices(world, table, column).any(|row| store::get(row, "value") == value)
}

pub(crate) fn choice_value(
    world: &World,
    table: &str,
    column: &str,
    label: &str,
) -> Option<String> {
    let row = choices(world, table, column).find(|row| store::get(row, "label") == label)?;
    Some(store::get(row, "value").to_owned())
}

pub(crate) fn choice_label<'w>(
    world: &'w World,
    table: &'w str,
    column: &'w str,
    value: &str,
) -> Option<&'w str> {
    let row = choices(world, table, column).find(|row| store::get(row, "value") == value)?;
    Some(store::get(row, "label"))
}

fn choices<'w>(
    world: &'w World,
    table: &'w str,
    column: &'w str,
) -> impl Iterator<Item = &'w Record> {
    world.store.rows("sys_choice").filter(move |row| {
        store::get(row, "name") == table
            && store::get(row, "element") == column
            && store::get(row, "inactive") != "true"
            && store::get(row, "language") == SESSION_LANGUAGE
    })
}

/// The record a display name means in a reference; the first when several share the name.
pub(crate) fn by_display(world: &World, table: &str, name: &str) -> Option<String> {
    let display = &world.schema.table(table)?.display;
    let also = if table == "sys_user" {
        "user_name"
    } else {
        display
    };
    let row = world
        .store
        .rows(table)
        .find(|r| store::get(r, display) == name || store::get(r, also) == name)?;
    Some(store::get(row, "sys_id").to_owned())
}

/// A column as a person reads it.
pub(crate) fn display(world: &World, table: &str, record: &Record, column: &str) -> String {
    let value = store::shown(record, column, world.now_ms());
    let Some(kind) = world.schema.column(table, column).map(|c| &c.kind) else {
        return String::new();
    };
    match kind {
        Kind::Reference(target) => reference_name(world, target, value),
        Kind::State | Kind::Choice => {
            // The base table shows each row with the lists of its own class.
            let class = if table == "task" {
                store::get(record, "sys_class_name")
            } else {
                table
            };
            model_label(world, class, record, column, value)
                .or_else(|| choice_label(world, class, column, value))
                .unwrap_or(value)
                .to_owned()
        }
        Kind::DateTime => {
            clock::shift(value, world.options.user_time_zone_minutes).unwrap_or_default()
        }
        Kind::Journal if world.options.journal_in_display => journal(world, table, record, column),
        Kind::Journal => String::new(),
        Kind::Text | Kind::Integer | Kind::Boolean | Kind::Date => value.to_owned(),
    }
}

fn reference_name(world: &World, target: &str, value: &str) -> String {
    let Some(column) = world.schema.table(target).map(|t| t.display.as_str()) else {
        return String::new();
    };
    world
        .store
        .get(target, value)
        .map_or_else(String::new, |row| store::get(row, column).to_owned())
}

/// A change with a model takes its state's label from the model.
fn model_label<'w>(
    world: &'w World,
    table: &str,
    record: &Record,
    column: &str,
    value: &str,
) -> Option<&'w str> {
    let model = store::get(record, "chg_model");
    if table != "change_request" || column != "state" || model.is_empty() {
        return None;
    }
    let mut states = world.store.rows("sttrm_state");
    let state = states
        .find(|s| store::get(s, "sttrm_model") == model && store::get(s, "state_value") == value)?;
    Some(store::get(state, "state_label"))
}

/// Entries of a journal column, newest first, as forms print them.
fn journal(world: &World, table: &str, record: &Record, column: &str) -> String {
    let id = store::get(record, "sys_id");
    let mut entries: Vec<&Record> = world
        .store
        .rows("sys_journal_field")
        .filter(|e| store::get(e, "element_id") == id && store::get(e, "element") == column)
        .collect();
    entries.sort_by_key(|e| {
        std::cmp::Reverse(store::get(e, store::ORDER).parse::<u64>().unwrap_or(0))
    });
    let print = |entry: &Record| {
        let at = clock::shift(
            store::get(entry, "sys_created_on"),
            world.options.user_time_zone_minutes,
        );
        let by = store::get(entry, "sys_created_by");
        let label = world.schema.label(table, column);
        format!(
            "{} - {by} ({label})\n{}\n\n",
            at.unwrap_or_default(),
            store::get(entry, "value")
        )
    };
    entries.into_iter().map(print).collect()
}
