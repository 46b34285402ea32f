//! Lists, page by page.
//!
//! Rows are filtered by ACL after the page was cut, so a short or empty page does not mean the end, and the server's
//! count includes rows we may not see. The walk therefore goes by offset until neither the page nor the count promises
//! more. It is only right over a total order, so every list ends its order with `sys_id`.

use std::collections::HashSet;

use outbound::Request;

use super::{Instance, Paths};
use crate::error::{Error, Operation};
use crate::query::{Query, QueryError};
use crate::wire::Row;

/// A list of rows to read.
#[derive(Debug, Clone)]
pub(crate) struct List {
    pub(crate) table: &'static str,
    pub(crate) query: Query,
    pub(crate) fields: Vec<String>,
    /// Rows in one page.
    pub(crate) page: usize,
    /// Rows in all, more are an error.
    pub(crate) most: usize,
    /// What every row must hold. A row with anything else means that the instance dropped the term.
    pub(crate) key: Option<(&'static str, String)>,
}

impl List {
    /// A list of at most 1000 rows, 50 in a page, in the order of `sys_id` after what the query orders.
    pub(crate) fn new(
        table: &'static str,
        query: Query,
        fields: &[&str],
    ) -> Result<Self, QueryError> {
        Ok(Self {
            table,
            query: query.order_by("sys_id")?,
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            page: 50,
            most: 1000,
            key: None,
        })
    }

    /// A list of the rows whose `column` is `value`, which is checked against what comes back.
    pub(crate) fn by_key(
        table: &'static str,
        column: &'static str,
        value: &str,
        fields: &[&str],
    ) -> Result<Self, QueryError> {
        let list = Self::new(table, Query::new().eq(column, value)?, fields)?;
        Ok(Self {
            key: Some((column, value.to_owned())),
            ..list
        })
    }

    /// Sorts by these before `sys_id`.
    pub(crate) fn ordered(mut self, columns: &[&str]) -> Result<Self, QueryError> {
        self.query = self.query.order_first(columns)?;
        Ok(self)
    }

    /// Refuses rows that were not asked for. Letter case is no difference here: instances differ in whether it is one
    /// to them.
    fn check(&self, operation: &Operation, rows: &[Row]) -> Result<(), Error> {
        let Some((column, value)) = &self.key else {
            return Ok(());
        };
        let same = |row: &&Row| row.value(column).to_lowercase() == value.to_lowercase();
        match rows.iter().find(|row| !same(row)) {
            None => Ok(()),
            Some(stranger) => Err(Error::KeyMismatch {
                operation: operation.clone(),
                column,
                found: stranger.value(column).to_owned(),
            }),
        }
    }

    pub(crate) fn request(&self, paths: &Paths, limit: usize, offset: usize) -> Request {
        let mut url = paths.table(self.table);
        url.query_pairs_mut()
            .append_pair("sysparm_query", &self.query.to_string())
            .append_pair("sysparm_fields", &self.fields.join(","))
            .append_pair("sysparm_display_value", "all")
            .append_pair("sysparm_exclude_reference_link", "true")
            .append_pair("sysparm_limit", &limit.to_string())
            .append_pair("sysparm_offset", &offset.to_string());
        Request::get(url)
    }
}

impl Instance {
    /// All rows of a list. Where the instance gives up in the middle of an answer, the pages get smaller, once.
    pub(crate) async fn list(&self, operation: &Operation, list: &List) -> Result<Vec<Row>, Error> {
        let (mut rows, mut seen) = (Vec::new(), HashSet::new());
        let (mut limit, mut offset) = (list.page, 0);
        loop {
            let request = list.request(self.paths(), limit, offset);
            let answer = match self.send(operation, request).await {
                Err(error) if error.is_incomplete() && limit == list.page && limit > 1 => {
                    limit = (limit / 5).max(1);
                    continue;
                }
                other => other?,
            };
            let page = answer.rows()?;
            list.check(operation, &page)?;
            offset += limit;
            let full = page.len() >= limit;
            // A row that moved between two pages is one row.
            let fresh = |row: &Row| seen.insert(row.value("sys_id").to_owned());
            rows.extend(page.into_iter().filter(fresh));
            if !full && answer.total.is_none_or(|total| offset >= total) {
                return Ok(rows);
            }
            if offset >= list.most {
                return Err(Error::TooMany {
                    operation: operation.clone(),
                    limit: list.most,
                });
            }
        }
    }
}
