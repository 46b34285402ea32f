//! A record as the Table API shows it: strings everywhere, references as objects or strings depending on two
//! parameters, dot-walked columns under flat keys.

use serde_json::{Map, Value, json};

use crate::acl::{self, Actor};
use crate::http::Request;
use crate::lookup;
use crate::schema::Kind;
use crate::store::{self, Record};
use crate::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Display {
    Values,
    Labels,
    Both,
}

/// How a caller wants records to look.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) display: Display,
    pub(crate) links: bool,
    pub(crate) fields: Option<Vec<String>>,
}

impl Shape {
    pub(crate) fn asked(request: &Request) -> Self {
        let display = match request.param("sysparm_display_value").as_deref() {
            Some("true") => Display::Labels,
            Some("all") => Display::Both,
            _ => Display::Values,
        };
        let fields = request.param("sysparm_fields").filter(|f| !f.is_empty());
        let fields = fields.map(|f| f.split(',').map(|n| n.trim().to_owned()).collect());
        Self {
            display,
            links: !request.flag("sysparm_exclude_reference_link"),
            fields,
        }
    }
}

/// The whole record, or the columns asked for; names that do not exist are left out.
pub(crate) fn record(
    world: &World,
    actor: &Actor,
    table: &str,
    record: &Record,
    shape: &Shape,
) -> Value {
    let mut out = Map::new();
    match &shape.fields {
        Some(fields) => {
            for path in fields {
                if let Some(value) = at(world, actor, table, record, path, shape) {
                    out.insert(path.clone(), value);
                }
            }
        }
        None => {
            let columns = world
                .schema
                .table(table)
                .into_iter()
                .flat_map(|t| t.columns.keys());
            for column in columns.filter(|c| acl::sees_column(world, actor, table, c)) {
                out.insert(column.clone(), cell(world, table, record, column, shape));
            }
        }
    }
    Value::Object(out)
}

fn at(
    world: &World,
    actor: &Actor,
    table: &str,
    record: &Record,
    path: &str,
    shape: &Shape,
) -> Option<Value> {
    let Some((first, rest)) = path.split_once('.') else {
        world.schema.column(table, path)?;
        let visible = acl::sees_column(world, actor, table, path);
        return visible.then(|| cell(world, table, record, path, shape));
    };
    let column = world.schema.column(table, first)?;
    let Kind::Reference(target) = &column.kind else {
        return None;
    };
    match world.store.get(target, store::get(record, first)) {
        Some(next) => at(world, actor, target, next, rest, shape),
        None => {
            world.schema.walk(target, rest)?;
            Some(scalar("", String::new(), shape.display))
        }
    }
}

fn cell(world: &World, table: &str, record: &Record, column: &str, shape: &Shape) -> Value {
    let value = store::shown(record, column, world.now_ms());
    let display = match shape.display {
        Display::Values => String::new(),
        Display::Labels | Display::Both => lookup::display(world, table, record, column),
    };
    let target = match world.schema.column(table, column).map(|c| &c.kind) {
        Some(Kind::Reference(target)) if !value.is_empty() && shape.links => target,
        _ => return scalar(value, display, shape.display),
    };
    let link = link(world, target, value);
    match shape.display {
        Display::Values => json!({ "link": link, "value": value }),
        Display::Labels => json!({ "display_value": display, "link": link }),
        Display::Both => json!({ "display_value": display, "link": link, "value": value }),
    }
}

fn scalar(value: &str, display: String, mode: Display) -> Value {
    match mode {
        Display::Values => Value::String(value.to_owned()),
        Display::Labels => Value::String(display),
        Display::Both => json!({ "display_value": display, "value": value }),
    }
}

pub(crate) fn link(world: &World, table: &str, sys_id: &str) -> String {
    format!("{}/api/now/table/{table}/{sys_id}", world.base_url)
}
