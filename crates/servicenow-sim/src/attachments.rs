//! `/api/now/attachment`: files on records, raw bytes in, raw bytes out.

use ring::digest;
use serde_json::{Map, Value, json};

use crate::acl;
use crate::http::Reply;
use crate::protocol::{self, Answer, Call};
use crate::recorder::FindingKind;
use crate::refusal::{Action, Refusal};
use crate::rules;
use crate::schema::Column;
use crate::store::{self, Record};
use crate::table_api;
use crate::world::World;

const TABLE: &str = "sys_attachment";
const UPLOAD_PARAMETERS: [&str; 5] = [
    "table_name",
    "table_sys_id",
    "file_name",
    "encryption_context",
    "x-sn-apikey",
];

pub(crate) fn serve(world: &mut World, call: &mut Call<'_>, rest: &[&str]) -> Answer {
    match (call.request.method.as_str(), rest) {
        ("GET", []) => list(world, call),
        ("POST", ["file"]) => upload(world, call),
        ("GET", [id]) => Ok(Reply::result(
            200,
            Value::Object(shown(world, find(world, call, id)?)),
        )),
        ("GET", [id, "file"]) => download(world, call, id),
        ("DELETE", [id]) => {
            find(world, call, id)?;
            rules::delete(world, &call.actor, TABLE, id)?;
            Ok(Reply::empty(204))
        }
        (_, [] | ["file"] | [_] | [_, "file"]) => Err(Refusal::MethodNotAllowed),
        _ => Err(Refusal::UnknownUri),
    }
}

fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let text = call.request.param("sysparm_query").unwrap_or_default();
    let query = table_api::check_query(world, call, TABLE, &text)?;
    let page = table_api::select(world, call, TABLE, &query, 1000);
    let readable = acl::may_read(world, &call.actor, TABLE);
    let rows = page
        .rows
        .iter()
        .filter(|r| readable && may_see(world, call, r));
    let rows: Vec<Value> = rows.map(|r| Value::Object(shown(world, r))).collect();
    Ok(Reply::result(200, Value::Array(rows)).with("X-Total-Count", page.total.to_string()))
}

fn upload(world: &mut World, call: &mut Call<'_>) -> Answer {
    call.check_parameters(&UPLOAD_PARAMETERS);
    let needed = |name: &str| {
        call.request
            .param(name)
            .filter(|v| !v.is_empty())
            .ok_or_else(|| {
                Refusal::bad(
                    400,
                    "Missing parameter",
                    Some(&format!("{name} is required")),
                )
            })
    };
    let (table, record, file) = (
        needed("table_name")?,
        needed("table_sys_id")?,
        needed("file_name")?,
    );
    if world.schema.table(&table).is_none() {
        return Err(Refusal::InvalidTable(table));
    }
    let target = world
        .store
        .get(&table, &record)
        .filter(|r| acl::sees(&call.actor, r));
    if target.is_none() || !acl::may_read(world, &call.actor, &table) {
        return Err(Refusal::NoRecord);
    }
    if !acl::may_write(&call.actor, TABLE) || !acl::may_write(&call.actor, &table) {
        return Err(Refusal::Acl(Action::Insert));
    }
    let closed = target.is_some_and(|r| matches!(store::get(r, "state"), "3" | "4"));
    let open_to_all = world.options.attach_to_closed || table != "change_request";
    if closed && !open_to_all && !call.actor.is_admin() {
        return Err(Refusal::Acl(Action::Insert));
    }
    let bytes = call.request.body.clone();
    check_size(world, &table, bytes.len())?;
    let size = bytes.len().to_string();
    let hash = hex(digest::digest(&digest::SHA256, &bytes).as_ref());
    let kind = call
        .request
        .header("content-type")
        .unwrap_or("application/octet-stream");
    let columns = [
        ("table_name", table.as_str()),
        ("table_sys_id", record.as_str()),
        ("file_name", file.as_str()),
        ("content_type", kind),
        ("size_bytes", size.as_str()),
        ("size_compressed", size.as_str()),
        ("hash", hash.as_str()),
    ];
    let row: Record = columns
        .into_iter()
        .map(|(c, v)| (c.to_owned(), v.to_owned()))
        .collect();
    let same = |other: &Record| {
        ["table_sys_id", "file_name", "hash"]
            .into_iter()
            .all(|c| store::get(other, c) == store::get(&row, c))
    };
    if world.store.rows(TABLE).any(same) {
        call.find(FindingKind::DuplicateAttachment, file);
    }
    let id = world.plant(TABLE, row, &call.actor.user_name);
    world.files.insert(id.clone(), bytes);
    let location = format!("{}/api/now/attachment/{id}", world.base_url);
    let record = world.store.get(TABLE, &id).ok_or(Refusal::NoRecord)?;
    Ok(Reply::result(201, Value::Object(shown(world, record))).with("Location", location))
}

/// The words are those of the REST limit; what a smaller limit of the instance's says is unverified.
fn check_size(world: &World, table: &str, size: usize) -> Result<(), Refusal> {
    let options = &world.options;
    let limit = options.attachment_limits.get(table).copied();
    let limit = limit.unwrap_or(options.attachment_limit);
    if u64::try_from(size).is_ok_and(|size| size <= limit) {
        return Ok(());
    }
    Err(protocol::too_large(&size.to_string(), limit))
}

fn download(world: &World, call: &Call<'_>, id: &str) -> Answer {
    let row = find(world, call, id)?;
    let bytes = world.files.get(id).cloned().unwrap_or_default();
    let meta = Value::Object(shown(world, row)).to_string();
    Ok(Reply::bytes(200, store::get(row, "content_type"), bytes)
        .with("X-Attachment-Metadata", meta))
}

fn find<'w>(world: &'w World, call: &Call<'_>, id: &str) -> Result<&'w Record, Refusal> {
    world
        .store
        .get(TABLE, id)
        .filter(|r| may_see(world, call, r))
        .ok_or(Refusal::NoRecord)
}

/// Whoever may read the record may read its files.
fn may_see(world: &World, call: &Call<'_>, row: &Record) -> bool {
    acl::may_read(world, &call.actor, store::get(row, "table_name"))
}

fn shown(world: &World, row: &Record) -> Map<String, Value> {
    let columns = world
        .schema
        .table(TABLE)
        .into_iter()
        .flat_map(|t| t.columns.iter());
    let cell = |(name, _): (&String, &Column)| (name.clone(), json!(store::get(row, name)));
    let mut out: Map<String, Value> = columns.map(cell).collect();
    let link = format!(
        "{}/api/now/attachment/{}/file",
        world.base_url,
        store::get(row, "sys_id")
    );
    out.insert("download_link".to_owned(), Value::String(link));
    out
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
