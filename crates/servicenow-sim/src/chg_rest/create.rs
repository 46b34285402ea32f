//! New changes: plain (silent about what it drops), typed and from a template (which list it).

use serde_json::{Map, Value, json};

use super::changes::{columns, intake};
use super::{in_message, ok, wrap};
use crate::protocol::{Answer, Call};
use crate::refusal::Refusal;
use crate::rules;
use crate::store::{self, Record};
use crate::world::World;

const TABLE: &str = "change_request";
/// What a standard template fixes.
const FIXED: [&str; 4] = [
    "description",
    "backout_plan",
    "test_plan",
    "implementation_plan",
];

pub(super) fn plain(world: &mut World, call: &mut Call<'_>) -> Answer {
    let columns = columns(call)?;
    let (id, _) = store_new(world, call, columns, Record::new())?;
    let record = world.store.get(TABLE, &id).ok_or(Refusal::NoRecord)?;
    Ok(ok(Value::Object(wrap::record(world, TABLE, record))))
}

pub(super) fn typed(world: &mut World, call: &mut Call<'_>, kind: &str) -> Answer {
    let mut columns = columns(call)?;
    columns.insert("type".to_owned(), json!(kind));
    let (id, ignored) = store_new(world, call, columns, Record::new())?;
    listed(world, &id, ignored)
}

pub(super) fn standard(world: &mut World, call: &mut Call<'_>, template: &str) -> Answer {
    let row = world.store.get("std_change_record_producer", template);
    let usable =
        |r: &&Record| store::get(r, "active") == "true" && store::get(r, "retired") != "true";
    let row = row.filter(usable).ok_or_else(|| {
        Refusal::bad(
            404,
            "Standard Change Template not found",
            Some("Unknown or inactive template"),
        )
    })?;
    let version = store::get(row, "current_version").to_owned();
    let mut preset = encoded_values(store::get(row, "template"));
    preset.insert("type".to_owned(), "standard".to_owned());
    preset.insert("std_change_producer_version".to_owned(), version);
    let mut columns = columns(call)?;
    let mut fixed = Vec::new();
    for name in FIXED.iter().chain(&["type", "std_change_producer_version"]) {
        if columns.remove(*name).is_some() {
            fixed.push((*name).to_owned());
        }
    }
    let (id, mut ignored) = store_new(world, call, columns, preset)?;
    ignored.extend(fixed);
    listed(world, &id, ignored)
}

fn store_new(
    world: &mut World,
    call: &mut Call<'_>,
    columns: Map<String, Value>,
    preset: Record,
) -> Result<(String, Vec<String>), Refusal> {
    let mut incoming = intake(world, call, columns)?;
    let ignored = incoming.ignored.clone();
    for (column, value) in preset {
        incoming.values.entry(column).or_insert(value);
    }
    let actor = call.actor.clone();
    let id = rules::insert(world, &actor, &mut call.findings, TABLE, incoming)
        .map_err(|r| in_message(world, "Change Request record could not be created.", r))?;
    Ok((id, ignored))
}

/// One element in a list, which says what was not applied.
fn listed(world: &World, id: &str, mut ignored: Vec<String>) -> Answer {
    ignored.sort();
    let record = world.store.get(TABLE, id).ok_or(Refusal::NoRecord)?;
    let mut wrapped = wrap::record(world, TABLE, record);
    wrapped.insert("__meta".to_owned(), json!({ "ignoredFields": ignored }));
    Ok(ok(json!([wrapped])))
}

/// `short_description=Reboot^assignment_group=<id>^EQ`, as templates keep their values.
fn encoded_values(text: &str) -> Record {
    let pairs = text.split('^').filter_map(|piece| piece.split_once('='));
    pairs
        .map(|(column, value)| (column.to_owned(), value.to_owned()))
        .collect()
}
