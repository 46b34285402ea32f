//! `/api/now/stats`: counts, whole or by group.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::acl;
use crate::http::Reply;
use crate::protocol::{Answer, Call};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::store::Record;
use crate::table_api;
use crate::world::World;

const PARAMETERS: [&str; 4] = [
    "sysparm_count",
    "sysparm_query",
    "sysparm_group_by",
    "x-sn-apikey",
];

pub(crate) fn serve(world: &mut World, call: &mut Call<'_>, table: &str) -> Answer {
    if world.schema.table(table).is_none() {
        return Err(Refusal::InvalidTable(table.to_owned()));
    }
    if call.request.method != "GET" {
        return Err(Refusal::MethodNotAllowed);
    }
    call.check_parameters(&PARAMETERS);
    let text = call.request.param("sysparm_query").unwrap_or_default();
    let query = table_api::check_query(world, call, table, &text)?;
    let rows = counted(world, call, table, &query);
    let wanted = call.request.flag("sysparm_count");
    let stats = |count: usize| {
        if wanted {
            json!({ "count": count.to_string() })
        } else {
            json!({})
        }
    };
    let Some(field) = call
        .request
        .param("sysparm_group_by")
        .filter(|f| !f.is_empty())
    else {
        return Ok(Reply::result(200, json!({ "stats": stats(rows.len()) })));
    };
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *groups
            .entry(query::value_at(world, table, row, &field))
            .or_default() += 1;
    }
    let shown = groups.into_iter().map(|(value, count)| {
        json!({ "stats": stats(count), "groupby_fields": [{ "field": field, "value": value }] })
    });
    Ok(Reply::result(200, Value::Array(shown.collect())))
}

fn counted<'w>(
    world: &'w World,
    call: &Call<'_>,
    table: &'w str,
    query: &Query,
) -> Vec<&'w Record> {
    if !acl::may_read(world, &call.actor, table) {
        return Vec::new();
    }
    let rows = world.store.rows(table);
    rows.filter(|r| acl::sees(&call.actor, r) && query::matches(world, table, r, query))
        .collect()
}
