//! Change tasks under their change.

use serde_json::{Value, json};

use super::{in_message, ok, wrap};
use crate::coerce::{self, Input};
use crate::protocol::{self, Answer, Call};
use crate::refusal::Refusal;
use crate::rules;
use crate::store;
use crate::world::World;

const TABLE: &str = "change_task";

pub(super) fn list(world: &World, change: &str) -> Answer {
    let rows = world
        .store
        .rows(TABLE)
        .filter(|t| store::get(t, "change_request") == change);
    Ok(ok(rows
        .map(|t| Value::Object(wrap::record(world, TABLE, t)))
        .collect()))
}

pub(super) fn create(world: &mut World, call: &mut Call<'_>, change: &str) -> Answer {
    let body = protocol::json_object(call)?;
    let mut incoming = coerce::incoming(world, TABLE, &body, Input::Raw, &mut call.findings)?;
    incoming.values.remove("sys_id");
    incoming
        .values
        .insert("change_request".to_owned(), change.to_owned());
    let ignored = incoming.ignored.clone();
    let actor = call.actor.clone();
    let id = rules::insert(world, &actor, &mut call.findings, TABLE, incoming)
        .map_err(|r| in_message(world, "Change Task record could not be created.", r))?;
    let record = world.store.get(TABLE, &id).ok_or(Refusal::NoRecord)?;
    let mut wrapped = wrap::record(world, TABLE, record);
    wrapped.insert("__meta".to_owned(), json!({ "ignoredFields": ignored }));
    Ok(ok(Value::Object(wrapped)))
}

pub(super) fn update(world: &mut World, call: &mut Call<'_>, change: &str, task: &str) -> Answer {
    belongs(world, change, task)?;
    let body = protocol::json_object(call)?;
    let incoming = coerce::incoming(world, TABLE, &body, Input::Raw, &mut call.findings)?;
    let actor = call.actor.clone();
    rules::update(world, &actor, &mut call.findings, TABLE, task, incoming)
        .map_err(|r| in_message(world, "Change Task record could not be updated.", r))?;
    let record = world.store.get(TABLE, task).ok_or(Refusal::NoRecord)?;
    Ok(ok(Value::Object(wrap::record(world, TABLE, record))))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>, change: &str, task: &str) -> Answer {
    belongs(world, change, task)?;
    let record = world.store.get(TABLE, task).ok_or(Refusal::NoRecord)?;
    let gone = Value::Object(wrap::record(world, TABLE, record));
    rules::delete(world, &call.actor, TABLE, task)?;
    Ok(ok(gone))
}

fn belongs(world: &World, change: &str, task: &str) -> Result<(), Refusal> {
    let row = world
        .store
        .get(TABLE, task)
        .filter(|t| store::get(t, "change_request") == change);
    row.map(drop)
        .ok_or_else(|| Refusal::bad(404, "Change Task record not found", Some("Unknown sys_id")))
}
