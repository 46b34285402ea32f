//! Work that answers 202 and is asked about afterwards: schedules, associated items, impacted services.

use serde_json::{Value, json};

use super::{conflicts, exists, ok, wrap};
use crate::clock;
use crate::http::Reply;
use crate::protocol::{self, Answer, Call};
use crate::refusal::Refusal;
use crate::store::{self, Record};
use crate::world::World;

const TABLE: &str = "change_request";

/// A background job: Waiting when made, one step on with each look, Complete at the third.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    id: String,
    kind: &'static str,
    request: String,
    state: u8,
    span: Option<(String, String)>,
    /// Change whose planned window the span becomes.
    plans: Option<String>,
}

impl Worker {
    fn new(world: &mut World, kind: &'static str, request: &Value) -> Self {
        let id = world.ids.sys_id();
        Self {
            id,
            kind,
            request: request.to_string(),
            state: 1,
            span: None,
            plans: None,
        }
    }
}

pub(super) fn poll(world: &mut World, id: &str) -> Answer {
    let unknown = || Refusal::bad(404, "Worker not found", Some("Unknown sys_id"));
    let worker = world.workers.get_mut(id).ok_or_else(unknown)?;
    let arrives = worker.state == 2;
    worker.state = (worker.state + 1).min(3);
    let worker = worker.clone();
    if arrives && let (Some(change), Some((start, end))) = (&worker.plans, &worker.span) {
        world.store.set(TABLE, change, "start_date", start);
        world.store.set(TABLE, change, "end_date", end);
        world.touch(TABLE, change, "system");
    }
    Ok(ok(shown(world, &worker)))
}

fn accepted(world: &mut World, worker: Worker) -> Reply {
    let value = shown(world, &worker);
    world.workers.insert(worker.id.clone(), worker);
    Reply::result(202, value)
}

fn shown(world: &World, worker: &Worker) -> Value {
    let label = ["Waiting", "In-Progress", "Complete"][usize::from(worker.state.clamp(1, 3)) - 1];
    let link = format!(
        "{}/api/sn_chg_rest/change/worker/{}",
        world.base_url, worker.id
    );
    let mut value = json!({
        "worker": { "sysId": worker.id, "link": link },
        "request": worker.request,
        "state": { "value": worker.state, "display_value": label },
        "type": worker.kind,
        "messages": { "errorMessages": [], "warningMessages": [], "infoMessages": [] },
    });
    if let (3, Some((start, end))) = (worker.state, &worker.span) {
        let date = |text: &str| {
            let local =
                clock::shift(text, world.options.user_time_zone_minutes).unwrap_or_default();
            json!({ "value": text, "display_value": local, "display_value_internal": local })
        };
        value["payload"] = json!({ "spans": [{ "start": date(start), "end": date(end) }] });
    }
    value
}

pub(super) fn change_schedule(
    world: &mut World,
    call: &mut Call<'_>,
    id: &str,
    apply: bool,
) -> Answer {
    let change = exists(world, id)?.clone();
    let plans = apply.then(|| id.to_owned());
    schedule(world, call, &change, plans)
}

pub(super) fn ci_schedule(world: &mut World, call: &mut Call<'_>, ci: &str) -> Answer {
    if world.store.get("cmdb_ci", ci).is_none() {
        return Err(Refusal::bad(
            404,
            "Configuration item not found",
            Some("Unknown sys_id"),
        ));
    }
    let probe = Record::from([("cmdb_ci".to_owned(), ci.to_owned())]);
    schedule(world, call, &probe, None)
}

fn schedule(
    world: &mut World,
    call: &mut Call<'_>,
    change: &Record,
    plans: Option<String>,
) -> Answer {
    let body = protocol::json_object(call)?;
    let given = call.request.param("duration_in_seconds");
    let given = given.or_else(|| {
        body.get("duration_in_seconds")
            .map(|v| v.to_string().replace('"', ""))
    });
    let seconds = given.and_then(|s| s.parse::<i64>().ok()).filter(|s| *s > 0);
    let planned = planned_seconds(change);
    let seconds = seconds.or(planned).ok_or_else(|| {
        Refusal::bad(
            400,
            "Invalid duration",
            Some("duration_in_seconds is required"),
        )
    })?;
    let request =
        json!({ "duration_in_seconds": seconds, "cmdb_ci": store::get(change, "cmdb_ci") });
    let mut worker = Worker::new(world, "schedule", &request);
    worker.span = first_free(world, change, seconds);
    worker.plans = plans;
    Ok(accepted(world, worker))
}

fn planned_seconds(change: &Record) -> Option<i64> {
    let start = clock::parse(store::get(change, "start_date"))?;
    let end = clock::parse(store::get(change, "end_date"))?;
    Some(end.duration_since(start).as_secs()).filter(|s| *s > 0)
}

/// The first full hour from now on which the item is free for that long.
fn first_free(world: &World, change: &Record, seconds: i64) -> Option<(String, String)> {
    let now = world.now_text();
    let hour = format!("{}:00:00", now.get(..13)?);
    for ahead in 1..=24 * 14 {
        let start = clock::shift(&hour, ahead * 60)?;
        let end = clock::parse(&start)?
            .checked_add(jiff::SignedDuration::from_secs(seconds))
            .ok()?;
        let end = clock::format(end);
        let mut probe = change.clone();
        probe.insert("start_date".to_owned(), start.clone());
        probe.insert("end_date".to_owned(), end.clone());
        if conflicts::overlapping(world, &probe).is_empty() {
            return Some((start, end));
        }
    }
    None
}

pub(super) fn associate(world: &mut World, call: &mut Call<'_>, id: &str) -> Answer {
    let body = protocol::json_object(call)?;
    let kind = body
        .get("association_type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let kind: &'static str = match kind {
        "affected" => "affected",
        "impacted" => "impacted",
        "offering" => "offering",
        _ => return Err(Refusal::bad(400, "Invalid association_type", Some(""))),
    };
    let items: Vec<String> = match body.get("cmdb_ci_sys_ids") {
        Some(Value::Array(ids)) => ids
            .iter()
            .filter_map(|i| i.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(ids)) => ids.split(',').map(str::to_owned).collect(),
        _ => return Err(Refusal::bad(400, "cmdb_ci_sys_ids is required", Some(""))),
    };
    for item in &items {
        let row = [("task", id), ("ci_item", item), ("~association", kind)];
        let row = row
            .into_iter()
            .map(|(c, v)| (c.to_owned(), v.to_owned()))
            .collect();
        world.plant("task_ci", row, &call.actor.user_name);
    }
    let worker = Worker::new(world, kind, &Value::Object(body));
    Ok(accepted(world, worker))
}

pub(super) fn associations(world: &World, call: &Call<'_>, id: &str) -> Answer {
    let wanted = call.request.param("association_type");
    let ours = |row: &&Record| {
        store::get(row, "task") == id
            && wanted
                .as_ref()
                .is_none_or(|kind| store::get(row, "~association") == kind)
    };
    let rows = world.store.rows("task_ci").filter(ours);
    Ok(ok(rows
        .map(|r| Value::Object(wrap::record(world, "task_ci", r)))
        .collect()))
}

pub(super) fn refresh(world: &mut World, id: &str) -> Reply {
    let worker = Worker::new(world, "refresh_impacted_services", &json!({ "sys_id": id }));
    accepted(world, worker)
}
