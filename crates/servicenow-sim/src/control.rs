//! What a person (or a program in another language) may do to the simulator: the page at `/` and the plain
//! endpoints under `/-/`. Nothing here is part of a ServiceNow instance, nothing of an instance is here.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Fault, On, When};
use crate::handle::{self, HandleError, Rounds};
use crate::http::{Reply, Request};
use crate::page;
use crate::seed;
use crate::world::World;

/// Who acts when a form names nobody.
const DEFAULT_USER: &str = "chris.manager";

/// Where an instance's own pages link to a record; people follow such links out of logs.
const RECORD_LINK: &str = "/nav_to.do";

pub(crate) fn is_ours(request: &Request) -> bool {
    let page = request.path == "/" || request.path == RECORD_LINK;
    page && request.method == "GET" || request.path.starts_with("/-/")
}

pub(crate) fn serve(world: &mut World, request: &Request) -> Reply {
    if is_foreign(world, request) {
        return problem(403, "only the simulator's own page may do this");
    }
    let parts: Vec<&str> = request.path.split('/').skip(2).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", []) => page::show(world),
        ("GET", ["requests"]) => Reply::json(200, &json!({ "requests": world.recorder.requests })),
        ("GET", ["findings"]) => Reply::json(200, &json!({ "findings": findings(world) })),
        ("POST", ["faults"]) => add_fault(world, request),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Reply::empty(204)
        }
        ("POST", ["reset"]) => reset(world),
        ("POST", ["changes", number, verb]) => change(world, request, number, verb),
        _ => problem(404, "no such page; the README lists them"),
    }
}

/// Another site's page in the same browser must not press these buttons.
fn is_foreign(world: &World, request: &Request) -> bool {
    let origin = request.header("origin").filter(|o| *o != "null");
    request.method != "GET" && origin.is_some_and(|o| o != world.base_url)
}

fn problem(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "error": text }))
}

fn findings(world: &World) -> Vec<Value> {
    let of = |r: &crate::recorder::Recorded| -> Vec<Value> {
        let shown = |f| json!({ "method": r.method, "path": r.path, "finding": f });
        r.findings.iter().map(shown).collect()
    };
    world.recorder.requests.iter().flat_map(of).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    fault: Fault,
    #[serde(default)]
    on: On,
    when: When,
}

fn add_fault(world: &mut World, request: &Request) -> Reply {
    match serde_json::from_slice::<FaultOrder>(&request.body) {
        Ok(order) => {
            world.faults.add(order.on, order.when, order.fault);
            Reply::empty(204)
        }
        Err(error) => problem(400, &error.to_string()),
    }
}

/// The world as it was at the start: default, then the seed file.
fn reset(world: &mut World) -> Reply {
    let file = world.seed_file.take();
    let mut fresh = World::new(world.options.clone(), world.base_url.clone());
    if let Some(file) = &file
        && let Err(error) = seed::apply_file(&mut fresh, file)
    {
        return problem(500, &error.to_string());
    }
    fresh.seed_file = file;
    *world = fresh;
    Reply::empty(204)
}

fn change(world: &mut World, request: &Request, number: &str, verb: &str) -> Reply {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect();
    let field = |name: &str| {
        form.iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
            .filter(|v| !v.is_empty())
    };
    let user = field("user").unwrap_or(DEFAULT_USER);
    let comment = field("comment").unwrap_or("decided on the simulator's page");
    let done = match verb {
        "approve" => match field("approver") {
            Some(approver) => handle::decide(world, number, Some(approver), "approved", comment),
            None if field("rounds") == Some("all") => handle::approve(world, number, Rounds::All),
            None => handle::approve(world, number, Rounds::Current),
        },
        "reject" => handle::decide(world, number, field("approver"), "rejected", comment),
        "cancel" => handle::write_as(world, number, user, &[("state", "4")], comment),
        "hold" => handle::write_as(
            world,
            number,
            user,
            &[("on_hold", "true"), ("on_hold_reason", comment)],
            "",
        ),
        "release" => handle::write_as(world, number, user, &[("on_hold", "false")], ""),
        _ => return problem(404, "approve, reject, cancel, hold or release"),
    };
    match done {
        Ok(()) if wants_page(request) => Reply::empty(303).with("Location", "/"),
        Ok(()) => Reply::empty(204),
        Err(error) => problem(status(&error), &error.to_string()),
    }
}

fn wants_page(request: &Request) -> bool {
    request
        .header("accept")
        .is_some_and(|a| a.contains("text/html"))
}

fn status(error: &HandleError) -> u16 {
    match error {
        HandleError::NoChange(_) | HandleError::NoUser(_) => 404,
        HandleError::NothingWaits(_) | HandleError::Refused(_) => 409,
    }
}
