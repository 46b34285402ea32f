//! Timelines: what a run did, record by record, with earlier attempts in timelines of their own.

use serde_json::{Value, json};

use crate::builds;
use crate::http::Reply;
use crate::organization::Run;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::routes::{Answer, READ, Route};
use crate::seeds::RecordSeed;
use crate::world::World;

const TIMELINE: Route = Route {
    scopes: &["vso.build"],
    answer: get,
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "build/builds/{}/timeline",
        ..TIMELINE
    },
    Route {
        template: "build/builds/{}/timeline/{}",
        ..TIMELINE
    },
];

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let run = builds::run(world, call, call.argument(0))?;
    let main = call.arguments.len() < 2;
    let id = if main {
        run.plan_id.as_str()
    } else {
        call.argument(1)
    };
    let found = run
        .timelines
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(id));
    let (id, records) = match found {
        Some((id, records)) => (id.as_str(), records.as_slice()),
        None if main => (id, [].as_slice()),
        None => return Err(missing(id)),
    };
    if records.is_empty() && world.options.empty_timeline_is_204 {
        return Ok(Reply::empty(204));
    }
    // The service keeps no order worth relying on.
    let mut records: Vec<&RecordSeed> = records.iter().collect();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    let shown: Vec<Value> = records.into_iter().map(|r| record(world, run, r)).collect();
    Ok(Reply::json(
        200,
        &json!({
            "records": shown,
            "lastChangedBy": "00000002-0000-8888-8000-000000000000",
            "lastChangedOn": world.date(&builds::end_or_now(world, run)),
            "id": id,
            "changeId": 42,
            "url": format!("{}/Timeline/{id}", builds::build_url(world, run.id)),
        }),
    ))
}

fn missing(id: &str) -> Refusal {
    let text = format!("The timeline {id} could not be found.");
    Refusal::new(404, "TimelineNotFoundException", text)
}

/// Records carry their keys even when there is no value, unlike most of the service's answers.
fn record(world: &World, run: &Run, record: &RecordSeed) -> Value {
    let previous: Vec<Value> = record
        .previous_attempts
        .iter()
        .map(|p| json!({ "attempt": p.attempt, "timelineId": p.timeline_id, "recordId": p.record_id }))
        .collect();
    let count = |kind: &str| record.issues.iter().filter(|i| i.kind == kind).count();
    let task = record.task.as_ref();
    let task = task.map(|t| json!({ "id": t.id, "name": t.name, "version": t.version }));
    let logged = record.kind == "Task" && record.start_time.is_some();
    let log = logged.then(|| {
        let url = format!(
            "{}/logs/{}",
            builds::build_url(world, run.id),
            record.order + 8
        );
        json!({ "id": record.order + 8, "type": "Container", "url": url })
    });
    let mut shown = json!({
        "previousAttempts": previous,
        "id": record.id,
        "parentId": record.parent,
        "type": record.kind,
        "name": record.name,
        "startTime": world.date_opt(record.start_time.as_ref()),
        "finishTime": world.date_opt(record.finish_time.as_ref()),
        "currentOperation": null,
        "percentComplete": null,
        "state": record.state,
        "result": record.result,
        "resultCode": null,
        "changeId": 20 + record.order,
        "lastModified": "0001-01-01T00:00:00",
        "workerName": record.worker_name,
        "order": record.order,
        "details": null,
        "errorCount": count("error"),
        "warningCount": count("warning"),
        "url": null,
        "log": log,
        "task": task,
        "attempt": record.attempt,
        "identifier": record.identifier,
    });
    if !record.issues.is_empty() {
        let issues = record.issues.iter();
        let issues: Vec<Value> = issues
            .map(|i| json!({ "type": i.kind, "category": "General", "message": i.message, "data": { "type": i.kind } }))
            .collect();
        shown["issues"] = json!(issues);
    }
    shown
}
