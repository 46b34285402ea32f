//! Finding change requests: by our key, by number, by the user's own query.

use std::cmp::Ordering;

use change::Number;
use outbound::Request;

use super::{COLUMNS, ChangeRequests, TABLE, decode, shape};
use crate::error::{Error, Operation};
use crate::instance::{List, Paths};
use crate::query::{QueryError, UserQuery};
use crate::wire::Row;

/// Rows of a user's query that are fetched: enough to tell one from many.
const ENOUGH: usize = 2;

impl ChangeRequests<'_> {
    /// All change requests that bear a correlation key, oldest first. Usually none or one: the column is not unique.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] where a row with another key came back (the instance dropped the term, so the rows are
    /// somebody else's); otherwise see [`Error`].
    pub async fn by_correlation(&self, key: &str) -> Result<Vec<change::Request>, Box<Error>> {
        let operation = Operation::new("look up change requests with correlation", key);
        let list = by_correlation(key).map_err(Error::query(&operation))?;
        let mut rows = self.instance.list(&operation, &list).await?;
        // Where letter case is no difference to the instance, another stage's key is not ours.
        rows.retain(|row| row.value("correlation_id") == key);
        rows.sort_by(age);
        rows.iter()
            .map(|row| decode::required(&operation, row, false))
            .collect()
    }

    /// The change request with a number, if there is one that this account may see.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`], [`Error::NotOne`]; otherwise see [`Error`].
    pub async fn by_number(&self, number: &Number) -> Result<Option<change::Request>, Box<Error>> {
        let operation = Operation::new("look up change request", number);
        let list = by_number(number).map_err(Error::query(&operation))?;
        let rows = self.instance.list(&operation, &list).await?;
        match rows.as_slice() {
            [] => Ok(None),
            [row] => decode::required(&operation, row, false).map(Some),
            several => Err(Box::new(Error::NotOne {
                operation,
                count: several.len(),
            })),
        }
    }

    /// The change requests that the user's own encoded query matches: none, one, or the first two of many.
    ///
    /// # Errors
    /// [`Error::Query`] for a query that is empty, holds a script or control character, or a term that is not
    /// understood; [`Error::UnknownColumn`] where it names a column that does not come back; otherwise see [`Error`].
    pub async fn by_query(&self, query: &str) -> Result<Vec<change::Request>, Box<Error>> {
        let operation = Operation::new("look up change requests by the given query", "");
        let query = UserQuery::parse(query).map_err(Error::query(&operation))?;
        let request = by_query(self.instance.paths(), &query);
        let rows = self.instance.read(&operation, request).await?.rows()?;
        for row in &rows {
            all_columns_known(&query, row)?;
        }
        rows.iter()
            .map(|row| decode::required(&operation, row, false))
            .collect()
    }
}

fn by_correlation(key: &str) -> Result<List, QueryError> {
    let list =
        List::by_key(TABLE, "correlation_id", key, &COLUMNS)?.ordered(&["sys_created_on"])?;
    Ok(List { page: 20, ..list })
}

fn by_number(number: &Number) -> Result<List, QueryError> {
    let list = List::by_key(TABLE, "number", number.as_str(), &COLUMNS)?;
    Ok(List { page: 10, ..list })
}

fn by_query(paths: &Paths, query: &UserQuery) -> Request {
    let mut url = paths.table(TABLE);
    url.query_pairs_mut()
        .append_pair("sysparm_query", query.text());
    let named = query.columns().iter().map(String::as_str);
    let columns: Vec<&str> = COLUMNS
        .into_iter()
        .chain(named.filter(|column| !COLUMNS.contains(column)))
        .collect();
    shape(&mut url, &columns);
    url.query_pairs_mut()
        .append_pair("sysparm_limit", &ENOUGH.to_string());
    Request::get(url)
}

/// A column that was asked for and did not come back is unknown or hidden, and then its term was ignored.
fn all_columns_known(query: &UserQuery, row: &Row) -> Result<(), Box<Error>> {
    match query
        .columns()
        .iter()
        .find(|column| row.get(column).is_none())
    {
        None => Ok(()),
        Some(column) => Err(Box::new(Error::UnknownColumn {
            column: column.clone(),
        })),
    }
}

fn age(a: &Row, b: &Row) -> Ordering {
    let key = |row: &Row| {
        ["sys_created_on", "number", "sys_id"].map(|column| row.value(column).to_owned())
    };
    key(a).cmp(&key(b))
}

#[cfg(test)]
mod tests;
