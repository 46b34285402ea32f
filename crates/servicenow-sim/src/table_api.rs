//! `/api/now/table`: one file for reading, one for writing.

mod read;
mod write;

pub(crate) use read::{check_query, select};

use crate::protocol::{Answer, Call};
use crate::refusal::Refusal;
use crate::world::World;

const READ_PARAMETERS: &[&str] = &[
    "sysparm_query",
    "sysparm_fields",
    "sysparm_limit",
    "sysparm_offset",
    "sysparm_display_value",
    "sysparm_exclude_reference_link",
    "sysparm_query_no_domain",
    "sysparm_no_count",
    "sysparm_suppress_pagination_header",
    "sysparm_view",
    "sysparm_query_category",
    "x-sn-apikey",
];

const WRITE_PARAMETERS: &[&str] = &[
    "sysparm_fields",
    "sysparm_display_value",
    "sysparm_exclude_reference_link",
    "sysparm_input_display_value",
    "sysparm_suppress_auto_sys_field",
    "sysparm_suppress_pagination_header",
    "sysparm_query_no_domain",
    "sysparm_view",
    "x-sn-apikey",
];

pub(crate) fn serve(
    world: &mut World,
    call: &mut Call<'_>,
    v1: bool,
    table: &str,
    id: Option<&str>,
) -> Answer {
    if world.schema.table(table).is_none() {
        return Err(Refusal::InvalidTable(table.to_owned()));
    }
    match (call.request.method.as_str(), id) {
        ("GET", None) => read::list(world, call, table, v1),
        ("GET", Some(id)) => read::one(world, call, table, id),
        ("POST", None) => write::create(world, call, table),
        ("PATCH" | "PUT", Some(id)) => write::change(world, call, table, id),
        ("DELETE", Some(id)) => write::delete(world, call, table, id),
        _ => Err(Refusal::MethodNotAllowed),
    }
}
