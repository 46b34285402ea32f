//! `/api/now/v1/batch`: several requests in one, in order, each with its own outcome; nothing is undone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::{Reply, Request};
use crate::protocol::{self, Answer, Call};
use crate::recorder::Recorded;
use crate::refusal::Refusal;
use crate::world::World;

/// `glide.rest.batch.max.inputSize`, its default.
const MAX_ITEM: usize = 5 * 1024 * 1024;

pub(crate) fn serve(world: &mut World, call: &mut Call<'_>) -> Answer {
    if call.request.method != "POST" {
        return Err(Refusal::MethodNotAllowed);
    }
    let body = protocol::json_object(call)?;
    let id = body.get("batch_request_id").map(text).unwrap_or_default();
    let Some(Value::Array(items)) = body.get("rest_requests") else {
        return Err(Refusal::bad(
            400,
            "Bad Request",
            Some("rest_requests is required"),
        ));
    };
    let mut served = Vec::new();
    let mut unserviced = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let full = world.options.batch_max_items.is_some_and(|most| at >= most);
        let request = (!full).then(|| inner(call.request, item)).flatten();
        match request {
            Some(request) => served.push(serve_item(world, item, request)),
            None => unserviced.push(item.get("id").map(text).unwrap_or_default()),
        }
    }
    let answer = json!({
        "batch_request_id": id,
        "serviced_requests": served,
        "unserviced_requests": unserviced,
    });
    Ok(Reply::json(200, &answer))
}

fn serve_item(world: &mut World, item: &Value, request: Request) -> Value {
    let mut recorded = Recorded::new(&request, world.now_text());
    let reply = protocol::answer(world, &request, &mut recorded);
    recorded.status = reply.status;
    world.recorder.requests.push(recorded);
    let mut shown = json!({
        "id": item.get("id").map(text).unwrap_or_default(),
        "status_code": reply.status,
        "status_text": reason(reply.status),
        "body": STANDARD.encode(&reply.body),
        "execution_time": 1,
    });
    if item.get("exclude_response_headers") != Some(&Value::Bool(true)) {
        let headers = reply
            .headers
            .iter()
            .map(|(n, v)| json!({ "name": n, "value": v }));
        shown["headers"] = headers.collect();
    }
    shown
}

/// The request an item describes, with the batch's own proof of identity; none when its body is too large.
fn inner(outer: &Request, item: &Value) -> Option<Request> {
    let field = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    let body = STANDARD
        .decode(field("body"))
        .ok()
        .filter(|b| b.len() <= MAX_ITEM)?;
    let (path, query) = field("url").split_once('?').unwrap_or((field("url"), ""));
    let own = item
        .get("headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|h| {
            let name = h.get("name")?.as_str()?.to_ascii_lowercase();
            Some((name, h.get("value")?.as_str()?.to_owned()))
        });
    let identity = ["authorization", "x-sn-apikey"];
    let mut headers: Vec<(String, String)> = own
        .filter(|(n, _)| !identity.contains(&n.as_str()))
        .collect();
    headers.extend(
        outer
            .headers
            .iter()
            .filter(|(n, _)| identity.contains(&n.as_str()))
            .cloned(),
    );
    // A batch inside a batch would not end.
    if path.ends_with("/batch") {
        return None;
    }
    Some(Request {
        method: field("method").to_ascii_uppercase(),
        path: path.to_owned(),
        raw_query: query.to_owned(),
        headers,
        body,
        claimed_length: None,
        in_batch: true,
    })
}

/// Ids come as text or number and go out as text.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|s| s.canonical_reason())
        .unwrap_or("")
}
