//! Lists and single records. Rows are cut to the page before access rules look at them, and the count knows of no
//! access rules at all: both as measured on a real instance.

use serde_json::Value;

use super::READ_PARAMETERS;
use crate::acl;
use crate::http::Reply;
use crate::lookup;
use crate::protocol::{Answer, Call};
use crate::query::{self, Operator, Query, Term};
use crate::recorder::FindingKind;
use crate::refusal::Refusal;
use crate::render::{self, Shape};
use crate::store::Record;
use crate::world::World;

const DEFAULT_LIMIT: usize = 10_000;

/// Rows a query selects, in order, and how many there are in all.
pub(crate) struct Selection {
    pub(crate) rows: Vec<Record>,
    pub(crate) total: usize,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

pub(super) fn list(world: &mut World, call: &mut Call<'_>, table: &str, v1: bool) -> Answer {
    let pairs = plain_pairs(world, call, table);
    let query = match call.request.param("sysparm_query") {
        Some(text) => check_query(world, call, table, &text)?,
        None => pairs_query(world, call, table, &pairs)?,
    };
    let page = select(world, call, table, &query, DEFAULT_LIMIT);
    let shape = Shape::asked(call.request);
    let visible = if acl::may_read(world, &call.actor, table) {
        page.rows.as_slice()
    } else {
        &[]
    };
    let rows: Vec<Value> = visible
        .iter()
        .filter(|row| acl::sees(&call.actor, row))
        .map(|row| render::record(world, &call.actor, table, row, &shape))
        .collect();
    if rows.is_empty() && v1 {
        return Err(Refusal::NoRecord);
    }
    let mut reply = Reply::result(200, Value::Array(rows));
    if !call.request.flag("sysparm_no_count") {
        reply = reply.with("X-Total-Count", page.total.to_string());
    }
    if !call.request.flag("sysparm_suppress_pagination_header") {
        reply = reply.with("Link", links(world, call, &page));
    }
    Ok(reply)
}

pub(super) fn one(world: &World, call: &mut Call<'_>, table: &str, id: &str) -> Answer {
    call.check_parameters(READ_PARAMETERS);
    let record = world
        .store
        .get(table, id)
        .filter(|r| acl::sees(&call.actor, r));
    let record = record
        .filter(|_| acl::may_read(world, &call.actor, table))
        .ok_or(Refusal::NoRecord)?;
    let shape = Shape::asked(call.request);
    Ok(Reply::result(
        200,
        render::record(world, &call.actor, table, record, &shape),
    ))
}

/// Reads an encoded query: reports what is odd in it, refuses columns that may not be read, drops unknown ones.
pub(crate) fn check_query(
    world: &World,
    call: &mut Call<'_>,
    table: &str,
    text: &str,
) -> Result<Query, Refusal> {
    let mut query = Query::parse(text);
    if query.carets {
        call.find(FindingKind::CaretInQuery, text);
    }
    if text.to_ascii_lowercase().contains("%5e") || text.chars().any(char::is_control) {
        call.find(FindingKind::EncodedInQuery, text);
    }
    for term in query.terms() {
        if term.value.starts_with("javascript:") {
            call.find(FindingKind::JavascriptPrefix, &term.value);
        }
        if term.operator == Operator::Unsupported {
            call.find(
                FindingKind::UnsupportedQuery,
                format!("{}{}", term.field, term.value),
            );
        }
        let own = term.field.split('.').next().unwrap_or_default();
        if !acl::may_query(world, &call.actor, table, own) {
            return Err(Refusal::QueryRights);
        }
    }
    finish(world, call, table, &mut query);
    Ok(query)
}

fn finish(world: &World, call: &mut Call<'_>, table: &str, query: &mut Query) {
    let dropped = query::prune(world, table, query);
    if !dropped.is_empty() && world.options.invalid_query_returns_no_rows {
        let nothing = Term {
            field: "sys_id".to_owned(),
            operator: Operator::Equals,
            value: "-1".to_owned(),
        };
        query.groups = vec![vec![vec![nothing]]];
    }
    for name in dropped {
        call.find(FindingKind::UnknownQueryField, name);
    }
}

/// `field=value` parameters: those that are no `sysparm_*`.
fn plain_pairs(world: &World, call: &mut Call<'_>, table: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (name, value) in call.request.query() {
        if READ_PARAMETERS.contains(&name.as_str()) {
            continue;
        }
        if world.schema.walk(table, &name).is_some() {
            pairs.push((name, value));
        } else {
            call.find(FindingKind::UnknownParameter, name);
        }
    }
    pairs
}

/// Plain pairs accept display values of choices and references.
fn pairs_query(
    world: &World,
    call: &mut Call<'_>,
    table: &str,
    pairs: &[(String, String)],
) -> Result<Query, Refusal> {
    let mut group = Vec::new();
    for (field, value) in pairs {
        if !acl::may_query(world, &call.actor, table, field) {
            return Err(Refusal::QueryRights);
        }
        let reference = match world.schema.walk(table, field).map(|c| &c.kind) {
            Some(crate::schema::Kind::Reference(target)) => {
                lookup::by_display(world, target, value)
            }
            _ => lookup::choice_value(world, table, field, value),
        };
        let value = reference.unwrap_or_else(|| value.clone());
        group.push(vec![Term {
            field: field.clone(),
            operator: Operator::Equals,
            value,
        }]);
    }
    Ok(Query {
        groups: vec![group],
        ..Query::default()
    })
}

/// One page of the rows a query selects. Rows that no `ORDERBY` tells apart come in another order each time.
pub(crate) fn select(
    world: &mut World,
    call: &Call<'_>,
    table: &str,
    query: &Query,
    default_limit: usize,
) -> Selection {
    let number = |name: &str| {
        call.request
            .param(name)
            .and_then(|v| v.parse::<usize>().ok())
    };
    let offset = number("sysparm_offset").unwrap_or(0);
    let limit = number("sysparm_limit").unwrap_or(default_limit);
    let hits = world
        .store
        .rows(table)
        .filter(|r| query::matches(world, table, r, query));
    let mut rows: Vec<Record> = hits.cloned().collect();
    if world.options.random_row_order {
        world.ids.shuffle(&mut rows);
    }
    query::sort(world, table, &query.order, &mut rows);
    let total = rows.len();
    let rows = rows.into_iter().skip(offset).take(limit).collect();
    Selection {
        rows,
        total,
        offset,
        limit,
    }
}

fn links(world: &World, call: &Call<'_>, page: &Selection) -> String {
    let step = page.limit.max(1);
    let last = page.total.saturating_sub(1) / step * step;
    let mut wanted = vec![(0, "first"), (last, "last")];
    if page.offset > 0 {
        wanted.push((page.offset.saturating_sub(step), "prev"));
    }
    if page.offset + step < page.total {
        wanted.push((page.offset + step, "next"));
    }
    let link = |(offset, rel): (usize, &str)| {
        let kept = call
            .request
            .query()
            .into_iter()
            .filter(|(n, _)| n != "sysparm_offset");
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(kept)
            .append_pair("sysparm_offset", &offset.to_string());
        format!(
            "<{}{}?{}>;rel=\"{rel}\"",
            world.base_url,
            call.request.path,
            text.finish()
        )
    };
    wanted.into_iter().map(link).collect::<Vec<_>>().join(",")
}
