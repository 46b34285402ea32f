//! Read, update and delete a change; decide one's own approval; evaluate risk.

use serde_json::{Map, Value, json};

use super::{exists, in_message, ok, wrap};
use crate::approvals;
use crate::coerce::{self, Incoming, Input};
use crate::protocol::{self, Answer, Call};
use crate::recorder::FindingKind;
use crate::refusal::Refusal;
use crate::rules;
use crate::store;
use crate::table_api;
use crate::world::World;

const TABLE: &str = "change_request";
const LIST_PARAMETERS: [&str; 6] = [
    "sysparm_query",
    "order",
    "textSearch",
    "sysparm_offset",
    "sysparm_limit",
    "x-sn-apikey",
];
const DEFAULT_LIMIT: usize = 500;

pub(super) fn list(world: &mut World, call: &mut Call<'_>, kind: Option<&str>) -> Answer {
    call.check_parameters(&LIST_PARAMETERS);
    let mut text = call.request.param("sysparm_query").unwrap_or_default();
    // The type stands last: a group the caller opened must not slip past it.
    if let Some(kind) = kind {
        text = text
            .split("^NQ")
            .map(|g| format!("{g}^type={kind}"))
            .collect::<Vec<_>>()
            .join("^NQ");
    }
    if let Some(order) = call.request.param("order") {
        text = format!("{text}^ORDERBY{order}");
    }
    let query = table_api::check_query(world, call, TABLE, &text)?;
    let page = table_api::select(world, call, TABLE, &query, DEFAULT_LIMIT);
    let needle = call.request.param("textSearch").unwrap_or_default();
    let found = page.rows.iter().filter(|r| {
        crate::acl::sees(&call.actor, r)
            && ["number", "short_description", "description"]
                .iter()
                .any(|c| store::get(r, c).contains(&needle))
    });
    let rows: Vec<Value> = found
        .map(|r| Value::Object(wrap::record(world, TABLE, r)))
        .collect();
    Ok(ok(Value::Array(rows)).with("X-Total-Count", page.total.to_string()))
}

pub(super) fn get(world: &World, id: &str) -> Answer {
    Ok(ok(Value::Object(wrap::record(
        world,
        TABLE,
        exists(world, id)?,
    ))))
}

/// Query parameters that name columns count as body, and the body beats them.
pub(super) fn columns(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut columns = Map::new();
    for (name, value) in call.request.query() {
        if name.starts_with("sysparm_") {
            call.find(FindingKind::UnknownParameter, name);
        } else if name != "x-sn-apikey" {
            columns.insert(name, Value::String(value));
        }
    }
    columns.extend(protocol::json_object(call)?);
    Ok(columns)
}

/// Columns named in `encrypted_fields` are read as display values, all others raw.
pub(super) fn intake(
    world: &World,
    call: &mut Call<'_>,
    mut columns: Map<String, Value>,
) -> Result<Incoming, Refusal> {
    let encrypted = match columns.remove("encrypted_fields") {
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(|n| n.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(names)) => names.split(',').map(|n| n.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    let (display, raw) = columns
        .into_iter()
        .partition(|(name, _)| encrypted.contains(name));
    let mut incoming = coerce::incoming(world, TABLE, &raw, Input::Raw, &mut call.findings)?;
    let shown = coerce::incoming(world, TABLE, &display, Input::Display, &mut call.findings)?;
    incoming.values.extend(shown.values);
    incoming.notes.extend(shown.notes);
    incoming.ignored.extend(shown.ignored);
    incoming.values.remove("sys_id");
    Ok(incoming)
}

pub(super) fn update(world: &mut World, call: &mut Call<'_>, id: &str) -> Answer {
    let columns = columns(call)?;
    let incoming = intake(world, call, columns)?;
    let actor = call.actor.clone();
    rules::update(world, &actor, &mut call.findings, TABLE, id, incoming)
        .map_err(|r| in_message(world, "Change Request record could not be updated.", r))?;
    get(world, id)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>, id: &str) -> Answer {
    let gone = Value::Object(wrap::record(world, TABLE, exists(world, id)?));
    rules::delete(world, &call.actor, TABLE, id)?;
    // 200 with the record, where the Table API says 204 with nothing.
    Ok(ok(gone))
}

/// Acts for the calling user only; whoever has no open row cannot approve, whatever their roles.
pub(super) fn approve(world: &mut World, call: &mut Call<'_>, id: &str) -> Answer {
    let body = protocol::json_object(call)?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let (state, comments) = (text("state"), text("comments"));
    if !matches!(state.as_str(), "approved" | "rejected") {
        return Err(Refusal::bad(
            400,
            "Invalid approval state",
            Some("state must be approved or rejected"),
        ));
    }
    if state == "rejected" && comments.trim().is_empty() {
        return Err(Refusal::bad(
            400,
            "Comments are required when rejecting",
            Some(""),
        ));
    }
    let own = approvals::waiting(world, id).into_iter().find(|row| {
        let row = world.store.get("sysapproval_approver", row);
        row.is_some_and(|r| store::get(r, "approver") == call.actor.user_id)
    });
    let row = own.ok_or_else(|| {
        Refusal::bad(
            400,
            "User is not an approver of this Change Request",
            Some(""),
        )
    })?;
    approvals::decide(world, &row, &state, &comments, &call.actor.user_name);
    let record = world
        .store
        .get("sysapproval_approver", &row)
        .ok_or(Refusal::NoRecord)?;
    Ok(ok(json!([wrap::record(
        world,
        "sysapproval_approver",
        record
    )])))
}

/// Risk follows impact: high impact is high risk, low impact low.
pub(super) fn risk(world: &mut World, call: &Call<'_>, id: &str) -> Answer {
    let risk = match store::get(exists(world, id)?, "impact") {
        "1" => "2",
        "2" => "3",
        "3" => "4",
        _ => {
            return Err(Refusal::bad(
                400,
                "Risk could not be evaluated",
                Some("impact is not set"),
            ));
        }
    };
    world.store.set(TABLE, id, "risk", risk);
    world.touch(TABLE, id, &call.actor.user_name);
    get(world, id)
}
