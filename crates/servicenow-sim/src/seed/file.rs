//! A seed file: `{"options": {...}, "users": [...], "tables": {"cmdb_ci": [{"name": "..."}]}}`. Unknown keys are
//! errors, so that a misspelt one does not pass for a setting.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

use super::people;
use crate::options::Options;
use crate::store::Record;
use crate::world::World;

/// Why a seed file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Not JSON, or a key or value the file may not have.
    #[error("the seed file is not understood")]
    Syntax(#[source] serde_json::Error),
    /// A table that neither the schema nor `extra_tables` has.
    #[error("the seed file fills a table that does not exist: {0}")]
    Table(String),
    /// A column that neither the schema nor `extra_columns` has.
    #[error("the seed file fills a column that does not exist: {0}")]
    Column(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    #[serde(default)]
    options: Options,
    #[serde(default)]
    users: Vec<SeedUser>,
    #[serde(default)]
    tables: BTreeMap<String, Vec<Map<String, Value>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    user_name: String,
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    roles: Vec<String>,
    /// Names of groups, which must be seeded or in the file.
    #[serde(default)]
    groups: Vec<String>,
}

fn parse(file: &Value) -> Result<SeedFile, SeedError> {
    serde_json::from_value(file.clone()).map_err(SeedError::Syntax)
}

/// The options a seed file asks for.
pub(crate) fn options(file: &Value) -> Result<Options, SeedError> {
    Ok(parse(file)?.options)
}

/// Adds the file's users and records to a world made with its options.
pub(crate) fn apply(world: &mut World, file: &Value) -> Result<(), SeedError> {
    let file = parse(file)?;
    for (table, rows) in &file.tables {
        for row in rows {
            plant(world, table, row)?;
        }
    }
    for user in &file.users {
        let roles: Vec<&str> = user.roles.iter().map(String::as_str).collect();
        let id = people::user(world, &user.user_name, &user.name, &roles, &user.password);
        for name in &user.groups {
            let found = world.store.find("sys_user_group", "name", name);
            let found = found.map(|g| crate::store::get(g, "sys_id").to_owned());
            let group = found
                .unwrap_or_else(|| super::record(world, "sys_user_group", name, &[("name", name)]));
            let key = format!("{group} {id}");
            super::record(
                world,
                "sys_user_grmember",
                &key,
                &[("group", &group), ("user", &id)],
            );
        }
    }
    Ok(())
}

fn plant(world: &mut World, table: &str, row: &Map<String, Value>) -> Result<(), SeedError> {
    if world.schema.table(table).is_none() {
        return Err(SeedError::Table(table.to_owned()));
    }
    let mut record = Record::new();
    for (column, value) in row {
        if world.schema.column(table, column).is_none() {
            return Err(SeedError::Column(format!("{table}.{column}")));
        }
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        record.insert(column.clone(), text);
    }
    world.plant(table, record, "admin");
    Ok(())
}
