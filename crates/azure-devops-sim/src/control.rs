//! What a person (or a program in another language) may do to the simulator: the page at `/` and the plain addresses
//! under `/-/`. Nothing here is part of the service, nothing of the service is here.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::{Fault, On, When};
use crate::http::{Reply, Request};
use crate::page;
use crate::seed_file;
use crate::world::World;

pub(crate) fn is_ours(request: &Request) -> bool {
    request.path == "/" && request.method == "GET" || request.path.starts_with("/-/")
}

pub(crate) fn serve(world: &mut World, request: &Request) -> Reply {
    if is_foreign(world, request) {
        return problem(403, "only the simulator's own page may do this");
    }
    let parts: Vec<&str> = request.path.split('/').skip(2).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", []) => page::show(world),
        ("GET", ["requests"]) => plain(200, &json!({ "requests": world.recorder.requests })),
        ("GET", ["findings"]) => plain(200, &json!({ "findings": findings(world) })),
        ("POST", ["faults"]) => add_fault(world, request),
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Reply::empty(204)
        }
        ("POST", ["reset"]) => reset(world),
        _ => problem(404, "no such page; the README lists them"),
    }
}

/// Another site's page in the same browser must not do these things.
fn is_foreign(world: &World, request: &Request) -> bool {
    let origin = request.header("origin");
    request.method != "GET" && origin.is_some_and(|o| o != world.base_url)
}

fn plain(status: u16, value: &Value) -> Reply {
    Reply::bytes(status, "application/json", value.to_string().into_bytes())
}

fn problem(status: u16, text: &str) -> Reply {
    plain(status, &json!({ "error": text }))
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

/// The world as it was at the start: default, then the seed file. Its secrets are the same again.
fn reset(world: &mut World) -> Reply {
    let file = world.seed_file.take();
    let urls = (world.base_url.clone(), world.release_url.clone());
    let mut fresh = World::new(world.options.clone(), urls.0, urls.1);
    if let Some(file) = &file
        && let Err(error) = seed_file::apply(&mut fresh, file)
    {
        return problem(500, &error.to_string());
    }
    fresh.seed_file = file;
    *world = fresh;
    Reply::empty(204)
}
