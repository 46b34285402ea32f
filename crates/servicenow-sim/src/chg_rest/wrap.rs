//! Records as this API wraps them: every column an object, and the type of `value` a matter of luck.

use serde_json::{Map, Value, json};

use crate::lookup;
use crate::schema::Kind;
use crate::store::{self, Record};
use crate::world::World;

pub(super) fn record(world: &World, table: &str, record: &Record) -> Map<String, Value> {
    let columns = world
        .schema
        .table(table)
        .into_iter()
        .flat_map(|t| t.columns.iter());
    columns
        .map(|(name, column)| (name.clone(), cell(world, table, record, name, &column.kind)))
        .collect()
}

fn cell(world: &World, table: &str, record: &Record, name: &str, kind: &Kind) -> Value {
    let value = store::shown(record, name, world.now_ms());
    let display = lookup::display(world, table, record, name);
    match kind {
        Kind::DateTime | Kind::Date => {
            let shown = if value.is_empty() {
                "UNKNOWN".to_owned()
            } else {
                display.clone()
            };
            json!({ "display_value": shown, "value": value, "display_value_internal": display })
        }
        Kind::Journal => json!({ "display_value": "", "value": "" }),
        Kind::Text
        | Kind::Integer
        | Kind::Boolean
        | Kind::Choice
        | Kind::State
        | Kind::Reference(_) => {
            json!({ "display_value": display, "value": typed(world, name, kind, value) })
        }
    }
}

/// `-5`, `3.0`, `true` and `"4"` side by side, as in the page's samples.
fn typed(world: &World, name: &str, kind: &Kind, value: &str) -> Value {
    if !world.options.change_api_mixed_types {
        return Value::String(value.to_owned());
    }
    let text = || Value::String(value.to_owned());
    match kind {
        Kind::State | Kind::Integer => value.parse::<i64>().map_or_else(|_| text(), Value::from),
        Kind::Boolean => Value::Bool(value == "true"),
        Kind::Choice if matches!(name, "priority" | "impact" | "urgency") => {
            value.parse::<f64>().map_or_else(|_| text(), Value::from)
        }
        Kind::Text
        | Kind::DateTime
        | Kind::Date
        | Kind::Choice
        | Kind::Journal
        | Kind::Reference(_) => text(),
    }
}
