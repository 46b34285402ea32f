//! What a change request refers to, by name or label: groups, configuration items, models, templates, choices, states.
//!
//! Names are not unique by definition and labels are the instance's own, so each is resolved to exactly one stored
//! value before it is written, or refused.

mod choices;
mod columns;
mod shipped;
mod states;
mod templates;

use change::SysId;

pub(crate) use choices::Known;
pub use templates::Template;

use crate::Instance;
use crate::error::{Error, Operation};
use crate::instance::List;
use crate::query::{Query, QueryError};
use crate::wire::Row;

/// Verbs that turn names into keys and labels into values.
#[derive(Debug, Clone, Copy)]
pub struct References<'a> {
    instance: &'a Instance,
}

/// Names offered where one was not found.
const NEAR: usize = 5;

impl<'a> References<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// A user group. A `sys_id` passes as it is, without a call.
    ///
    /// # Errors
    /// [`Error::NotFound`] with names that begin alike, [`Error::Ambiguous`] with the keys of all that bear the name,
    /// [`Error::Query`] for a name that cannot be asked for; otherwise see [`Error`].
    pub async fn group(&self, name_or_id: &str) -> Result<SysId, Box<Error>> {
        self.key("sys_user_group", "find the group", name_or_id)
            .await
    }

    /// A configuration item. A `sys_id` passes as it is, without a call.
    ///
    /// # Errors
    /// As [`References::group`].
    pub async fn configuration_item(&self, name_or_id: &str) -> Result<SysId, Box<Error>> {
        self.key("cmdb_ci", "find the configuration item", name_or_id)
            .await
    }

    /// A change model. A `sys_id` passes as it is, without a call.
    ///
    /// # Errors
    /// As [`References::group`].
    pub async fn change_model(&self, name_or_id: &str) -> Result<SysId, Box<Error>> {
        self.key("chg_model", "find the change model", name_or_id)
            .await
    }

    async fn key(
        &self,
        table: &'static str,
        verb: &'static str,
        name_or_id: &str,
    ) -> Result<SysId, Box<Error>> {
        let name_or_id = name_or_id.trim();
        if let Ok(id) = name_or_id.parse() {
            return Ok(id);
        }
        let operation = Operation::new(verb, format!("{name_or_id:?}"));
        let rows = self.named(&operation, table, name_or_id).await?;
        match one(&operation, &rows)? {
            Some(id) => Ok(id),
            None => Err(Box::new(Error::NotFound {
                near: self.near(table, name_or_id).await,
                operation,
            })),
        }
    }

    /// The active rows of a table that bear a name.
    async fn named(
        &self,
        operation: &Operation,
        table: &'static str,
        name: &str,
    ) -> Result<Vec<Row>, Box<Error>> {
        let list = named(table, name).map_err(Error::query(operation))?;
        let mut rows = self.instance.list(operation, &list).await?;
        // Not every table has the column; where it is there, what is retired does not count.
        rows.retain(|row| row.value("active") != "false");
        Ok(rows)
    }

    /// Names that begin like the one that was not found. A help for the reader: where it cannot be had, there is none.
    async fn near(&self, table: &'static str, name: &str) -> Vec<String> {
        let operation = Operation::new("look for names like", format!("{name:?}"));
        let beginning: String = name.chars().take(3).collect();
        let query = Query::new().starts_with("name", beginning.trim_end());
        let Ok(list) = query.and_then(|query| List::new(table, query, &["sys_id", "name"])) else {
            return Vec::new();
        };
        let request = list.request(self.instance.paths(), NEAR, 0);
        let Ok(answer) = self.instance.send(&operation, request).await else {
            return Vec::new();
        };
        let rows = answer.rows().unwrap_or_default();
        let names = rows.iter().filter_map(|row| row.shown("name"));
        names.map(crate::error::cut).collect()
    }
}

fn named(table: &'static str, name: &str) -> Result<List, QueryError> {
    List::by_key(table, "name", name, &["sys_id", "name", "active"])
}

/// The key of the only row, `None` of none.
fn one(operation: &Operation, rows: &[Row]) -> Result<Option<SysId>, Box<Error>> {
    let ids: Option<Vec<SysId>> = rows.iter().map(Row::sys_id).collect();
    let mut ids = ids.ok_or_else(|| {
        Box::new(Error::Shape {
            operation: operation.clone(),
            missing: "sys_id",
            may_have_happened: false,
        })
    })?;
    match ids.len() {
        0 | 1 => Ok(ids.pop()),
        count => Err(Box::new(Error::Ambiguous {
            operation: operation.clone(),
            count,
            sys_ids: ids,
        })),
    }
}
