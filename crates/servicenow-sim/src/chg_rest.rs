//! `/api/sn_chg_rest/[v1/]change...`: the change API, with the shapes its page shows, odd as they are.

mod catalogue;
mod changes;
mod conflicts;
mod create;
mod nextstates;
mod tasks;
mod workers;
mod wrap;

pub(crate) use conflicts::ConflictRun;
pub(crate) use workers::Worker;

use crate::http::Reply;
use crate::protocol::{Answer, Call};
use crate::refusal::Refusal;
use crate::store;
use crate::world::World;

pub(crate) fn serve(world: &mut World, call: &mut Call<'_>, rest: &[&str]) -> Answer {
    permitted(call)?;
    let method = call.request.method.clone();
    match (method.as_str(), rest) {
        ("GET", []) => changes::list(world, call, None),
        ("POST", []) => create::plain(world, call),
        ("GET", ["standard", "template"]) => Ok(catalogue::templates(world)),
        ("GET", ["standard", "template", id]) => catalogue::template(world, id),
        ("GET", ["model"]) => Ok(catalogue::models(world)),
        ("GET", ["model", id]) => catalogue::model(world, id),
        ("GET", ["worker", id]) => workers::poll(world, id),
        ("GET", ["ci", ci, "schedule"]) => workers::ci_schedule(world, call, ci),
        (_, [kind @ ("normal" | "emergency" | "standard"), rest @ ..]) => {
            typed(world, call, &method, kind, rest)
        }
        (_, [id, rest @ ..]) => {
            exists(world, id)?;
            one(world, call, &method, id, rest)
        }
        _ => Err(Refusal::MethodNotAllowed),
    }
}

/// Variants under a type's name: the same verbs, and only changes of that type.
fn typed(
    world: &mut World,
    call: &mut Call<'_>,
    method: &str,
    kind: &str,
    rest: &[&str],
) -> Answer {
    match (method, rest) {
        ("GET", []) => changes::list(world, call, Some(kind)),
        ("POST", []) if kind != "standard" => create::typed(world, call, kind),
        ("POST", [template]) if kind == "standard" => create::standard(world, call, template),
        (_, [id, rest @ ..]) => {
            let change = exists(world, id)?;
            if store::get(change, "type") != kind {
                return Err(unknown_change());
            }
            one(world, call, method, id, rest)
        }
        _ => Err(Refusal::MethodNotAllowed),
    }
}

fn one(world: &mut World, call: &mut Call<'_>, method: &str, id: &str, rest: &[&str]) -> Answer {
    match (method, rest) {
        ("GET", []) => changes::get(world, id),
        ("PATCH", []) => changes::update(world, call, id),
        ("DELETE", []) => changes::delete(world, call, id),
        ("GET", ["nextstates"]) => {
            exists(world, id)?;
            world.store.set("change_request", id, store::ASKED, "true");
            nextstates::get(world, id)
        }
        ("PATCH", ["approvals"]) => changes::approve(world, call, id),
        ("PATCH", ["risk"]) => changes::risk(world, call, id),
        ("POST", ["conflict"]) => conflicts::start(world, id),
        ("GET", ["conflict"]) => conflicts::read(world, id),
        ("DELETE", ["conflict"]) => conflicts::cancel(world, id),
        ("GET", ["schedule"]) => workers::change_schedule(world, call, id, false),
        ("PATCH", ["schedule", "first_available"]) => {
            workers::change_schedule(world, call, id, true)
        }
        ("POST", ["ci"]) => workers::associate(world, call, id),
        ("GET", ["ci"]) => workers::associations(world, call, id),
        ("POST", ["refresh_impacted_services"]) => Ok(workers::refresh(world, id)),
        ("GET", ["task"]) => tasks::list(world, id),
        ("POST", ["task"]) => tasks::create(world, call, id),
        ("PATCH", ["task", task]) => tasks::update(world, call, id, task),
        ("DELETE", ["task", task]) => tasks::delete(world, call, id, task),
        (
            _,
            []
            | ["nextstates" | "approvals" | "risk" | "conflict" | "schedule" | "ci" | "task"]
            | ["refresh_impacted_services"]
            | ["schedule", "first_available"]
            | ["task", _],
        ) => Err(Refusal::MethodNotAllowed),
        _ => Err(Refusal::UnknownUri),
    }
}

/// The roles of the API's page: reading, writing, deleting.
fn permitted(call: &Call<'_>) -> Result<(), Refusal> {
    let roles: &[&str] = match call.request.method.as_str() {
        "GET" => &["change_manager", "itil", "sn_change_read", "admin"],
        "DELETE" => &["change_manager", "admin"],
        _ => &["change_manager", "itil", "admin"],
    };
    let allowed = roles.iter().any(|role| call.actor.roles.contains(*role));
    let blocked = call.actor.roles.contains("snc_read_only") && call.request.method != "GET";
    if allowed && !blocked {
        Ok(())
    } else {
        Err(Refusal::ApiAcl)
    }
}

fn unknown_change() -> Refusal {
    Refusal::bad(
        404,
        "Change Request record not found",
        Some("Unknown sys_id"),
    )
}

fn exists<'w>(world: &'w World, id: &str) -> Result<&'w store::Record, Refusal> {
    world
        .store
        .get("change_request", id)
        .ok_or_else(unknown_change)
}

/// A refusal of a rule or policy stands in `message` here, with nothing in `detail`; its status is unverified.
fn in_message(world: &World, what: &str, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Rule { .. } | Refusal::Policy(_) | Refusal::Acl(_) => {
            let text = refusal.detail().unwrap_or_default();
            let status = world.options.change_api_refusal_status;
            Refusal::bad(status, format!("{what} {text}"), Some(""))
        }
        other @ (Refusal::NotAuthenticated { .. }
        | Refusal::NoRecord
        | Refusal::InvalidTable(_)
        | Refusal::UnknownUri
        | Refusal::MethodNotAllowed
        | Refusal::ApiAcl
        | Refusal::QueryRights
        | Refusal::Other { .. }) => other,
    }
}

fn ok(value: serde_json::Value) -> Reply {
    Reply::result(200, value)
}
