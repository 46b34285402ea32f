//! Create, change, delete. The answer shows the whole record as it is now: it is the only proof of what was kept.

use super::WRITE_PARAMETERS;
use crate::acl;
use crate::coerce::{self, Input};
use crate::http::Reply;
use crate::protocol::{self, Answer, Call};
use crate::refusal::{Action, Refusal};
use crate::render::{self, Shape};
use crate::rules;
use crate::world::World;

fn input(call: &Call<'_>) -> Input {
    if call.request.flag("sysparm_input_display_value") {
        Input::Display
    } else {
        Input::Raw
    }
}

pub(super) fn create(world: &mut World, call: &mut Call<'_>, table: &str) -> Answer {
    call.check_parameters(WRITE_PARAMETERS);
    let body = protocol::json_object(call)?;
    let mut incoming = coerce::incoming(world, table, &body, input(call), &mut call.findings)?;
    let closed = world.options.admin_only_sys_fields && !call.actor.is_admin();
    if closed || !call.request.flag("sysparm_suppress_auto_sys_field") {
        incoming.values.remove("sys_id");
    }
    let actor = call.actor.clone();
    let id = rules::insert(world, &actor, &mut call.findings, table, incoming)?;
    let location = render::link(world, table, &id);
    Ok(shown(world, call, table, &id, 201)?.with("Location", location))
}

pub(super) fn change(world: &mut World, call: &mut Call<'_>, table: &str, id: &str) -> Answer {
    call.check_parameters(WRITE_PARAMETERS);
    visible(world, call, table, id)?;
    let body = protocol::json_object(call)?;
    let incoming = coerce::incoming(world, table, &body, input(call), &mut call.findings)?;
    let actor = call.actor.clone();
    rules::update(world, &actor, &mut call.findings, table, id, incoming)?;
    shown(world, call, table, id, 200)
}

pub(super) fn delete(world: &mut World, call: &mut Call<'_>, table: &str, id: &str) -> Answer {
    call.check_parameters(WRITE_PARAMETERS);
    visible(world, call, table, id)?;
    rules::delete(world, &call.actor, table, id)?;
    Ok(Reply::empty(204))
}

fn visible(world: &World, call: &Call<'_>, table: &str, id: &str) -> Result<(), Refusal> {
    let seen = world
        .store
        .get(table, id)
        .is_some_and(|r| acl::sees(&call.actor, r));
    if !seen || !acl::may_read(world, &call.actor, table) {
        return Err(Refusal::NoRecord);
    }
    // The base table shows rows of its classes but is not where they are changed here.
    if table == "task" {
        Err(Refusal::Acl(Action::Update))
    } else {
        Ok(())
    }
}

fn shown(
    world: &World,
    call: &Call<'_>,
    table: &str,
    id: &str,
    status: u16,
) -> Result<Reply, Refusal> {
    let record = world.store.get(table, id).ok_or(Refusal::NoRecord)?;
    let shape = Shape::asked(call.request);
    Ok(Reply::result(
        status,
        render::record(world, &call.actor, table, record, &shape),
    ))
}
