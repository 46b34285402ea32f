//! What changes can be made from: standard templates and models.

use serde_json::Value;

use super::{ok, wrap};
use crate::http::Reply;
use crate::protocol::Answer;
use crate::refusal::Refusal;
use crate::store::{self, Record};
use crate::world::World;

const TEMPLATES: &str = "std_change_record_producer";
const MODELS: &str = "chg_model";

fn is_offered(row: &Record) -> bool {
    store::get(row, "active") == "true" && store::get(row, "retired") != "true"
}

pub(super) fn templates(world: &World) -> Reply {
    all(world, TEMPLATES)
}

pub(super) fn models(world: &World) -> Reply {
    all(world, MODELS)
}

pub(super) fn template(world: &World, id: &str) -> Answer {
    one(world, TEMPLATES, id, "Standard Change Template not found")
}

pub(super) fn model(world: &World, id: &str) -> Answer {
    one(world, MODELS, id, "Change Model not found")
}

fn all(world: &World, table: &str) -> Reply {
    let rows = world.store.rows(table).filter(|r| is_offered(r));
    ok(rows
        .map(|r| Value::Object(wrap::record(world, table, r)))
        .collect())
}

fn one(world: &World, table: &str, id: &str, missing: &str) -> Answer {
    let row = world
        .store
        .get(table, id)
        .ok_or_else(|| Refusal::bad(404, missing, Some("Unknown sys_id")))?;
    Ok(ok(Value::Object(wrap::record(world, table, row))))
}
