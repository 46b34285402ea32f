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
    pub(crate) table: String,
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
    pub(crate) fn new(table: &str, query: Query, fields: &[&str]) -> Result<Self, QueryError> {
        Ok(Self {
            table: table.to_owned(),
            query: query.order_by("sys_id")?,
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            page: 50,
            most: 1000,
            key: None,
        })
    }

    /// A list of the rows whose `column` is `value`, which is checked against what comes back.
    pub(crate) fn by_key(
        table: &str,
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
    fn check(&self, operation: &Operation, rows: &[Row]) -> Result<(), Box<Error>> {
        let Some((column, value)) = &self.key else {
            return Ok(());
        };
        let same = |row: &&Row| row.value(column).to_lowercase() == value.to_lowercase();
        match rows.iter().find(|row| !same(row)) {
            None => Ok(()),
            Some(stranger) => Err(Box::new(Error::KeyMismatch {
                operation: operation.clone(),
                column: (*column).to_owned(),
                found: stranger.value(column).to_owned(),
            })),
        }
    }

    pub(crate) fn request(&self, paths: &Paths, limit: usize, offset: usize) -> Request {
        let mut url = paths.table(&self.table);
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

/// A walk over a list, page by page, for lists that are too long to be held at once.
#[derive(Debug)]
pub(crate) struct Pages {
    list: List,
    limit: usize,
    offset: usize,
    seen: HashSet<String>,
    ended: bool,
}

impl Pages {
    pub(crate) fn new(list: List) -> Self {
        Self {
            limit: list.page,
            list,
            offset: 0,
            seen: HashSet::new(),
            ended: false,
        }
    }

    /// The rows of the next page that were on none before (a row that moved between two pages is one row); `None` after
    /// the last. Where the instance gives up in the middle of an answer, the pages get smaller, once.
    pub(crate) async fn next(
        &mut self,
        instance: &Instance,
        operation: &Operation,
    ) -> Result<Option<Vec<Row>>, Box<Error>> {
        if self.ended {
            return Ok(None);
        }
        if self.offset >= self.list.most {
            return Err(Box::new(Error::TooMany {
                operation: operation.clone(),
                limit: self.list.most,
            }));
        }
        let answer = loop {
            let request = self.list.request(instance.paths(), self.limit, self.offset);
            match instance.send(operation, request).await {
                Err(error)
                    if error.is_incomplete() && self.limit == self.list.page && self.limit > 1 =>
                {
                    self.limit = (self.limit / 5).max(1);
                }
                other => break other?,
            }
        };
        let mut page = answer.rows()?;
        self.list.check(operation, &page)?;
        self.offset += self.limit;
        let full = page.len() >= self.limit;
        self.ended = !full && answer.total.is_none_or(|total| self.offset >= total);
        page.retain(|row| self.seen.insert(row.value("sys_id").to_owned()));
        Ok(Some(page))
    }
}

impl Instance {
    /// All rows of a list.
    pub(crate) async fn list(
        &self,
        operation: &Operation,
        list: &List,
    ) -> Result<Vec<Row>, Box<Error>> {
        let mut pages = Pages::new(list.clone());
        let mut rows = Vec::new();
        while let Some(page) = pages.next(self, operation).await? {
            rows.extend(page);
        }
        Ok(rows)
    }
}
