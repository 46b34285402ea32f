//! Records of a table that only the customer's instance has: looked up by what they hold, and created.
//!
//! Nothing is known about such a table. So every column that is asked by or written is asked back: the instance drops
//! the term or the value of a column that it does not have, without a word.

use std::collections::BTreeMap;

use change::SysId;
use outbound::Request;

use crate::Instance;
use crate::change_requests::shape;
use crate::error::{Error, Operation};
use crate::fields::{self, Dropped, Fields};
use crate::instance::{List, Pages, Paths};
use crate::query::{self, Query, QueryError};
use crate::wire::Row;

/// Verbs on the records of one table.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    instance: &'a Instance,
    table: &'a str,
}

/// A record: its key, and the columns that were asked for or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub sys_id: SysId,
    /// After a write, the columns that do not hold what was asked.
    pub dropped: Vec<Dropped>,
    columns: BTreeMap<String, String>,
}

impl Record {
    /// What a column holds, as stored. `None` for one that did not come back.
    #[must_use]
    pub fn value(&self, column: &str) -> Option<&str> {
        self.columns.get(column).map(String::as_str)
    }

    fn read(row: &Row, columns: &[&str]) -> Option<Self> {
        let value = |column: &&str| Some(((*column).to_owned(), row.get(column)?.value.clone()));
        Some(Self {
            sys_id: row.sys_id()?,
            dropped: Vec::new(),
            columns: columns.iter().filter_map(value).collect(),
        })
    }
}

impl<'a> Records<'a> {
    pub(crate) fn new(instance: &'a Instance, table: &'a str) -> Result<Self, Box<Error>> {
        match query::check_table(table) {
            Ok(()) => Ok(Self { instance, table }),
            Err(source) => Err(Box::new(Error::Query {
                operation: Operation::new("use the table", format!("{table:?}")),
                source,
            })),
        }
    }

    /// The records that hold all these values, in the order of their keys.
    ///
    /// A value that no query can hold (empty, with `^`, a line break) is compared in what comes back instead.
    ///
    /// # Errors
    /// [`Error::Query`] where a name is no column's or no value is left to ask by; [`Error::UnknownColumn`] where a
    /// column did not come back, [`Error::KeyMismatch`] where one holds something else: in both cases the instance
    /// ignored the term, so the rows are anybody's. Otherwise see [`Error`].
    pub async fn find(&self, columns: &[(&str, &str)]) -> Result<Vec<Record>, Box<Error>> {
        let operation = Operation::new("look up records of", self.table);
        let refused = |source| {
            Box::new(Error::Query {
                operation: operation.clone(),
                source,
            })
        };
        let (query, compared) = asked(columns).map_err(refused)?;
        let mut names = vec!["sys_id"];
        names.extend(columns.iter().map(|(column, _)| *column));
        let list = List::new(self.table, query, &names).map_err(refused)?;
        let mut pages = Pages::new(list);
        let mut found = Vec::new();
        while let Some(rows) = pages.next(self.instance, &operation).await? {
            for row in &rows {
                check(&operation, row, columns, &compared)?;
                let holds = columns
                    .iter()
                    .all(|(column, value)| fields::dropped(row, column, value).is_none());
                if holds {
                    let record = Record::read(row, &names).ok_or_else(|| self.keyless(false))?;
                    found.push(record);
                }
            }
        }
        Ok(found)
    }

    /// Creates a record.
    ///
    /// # Errors
    /// Where [`Error::may_have_happened`] says so, it may be there: look with [`Records::find`] before trying again.
    /// [`Error::Refused`] with the rule or the missing fields; otherwise see [`Error`].
    pub async fn create(&self, fields: &Fields) -> Result<Record, Box<Error>> {
        fields.check()?;
        let operation = Operation::new("create a record of", self.table);
        let request =
            insert(self.instance.paths(), self.table, fields).map_err(Error::query(&operation))?;
        let echo = self.instance.send(&operation, request).await?.row()?;
        let names: Vec<&str> = fields.iter().map(|(column, _)| column).collect();
        let record = Record::read(&echo, &names).ok_or_else(|| self.keyless(true))?;
        Ok(Record {
            dropped: fields.dropped(&echo),
            ..record
        })
    }

    fn keyless(&self, wrote: bool) -> Box<Error> {
        Box::new(Error::Shape {
            operation: Operation::new("read a record of", self.table),
            missing: "sys_id",
            may_have_happened: wrote,
        })
    }
}

/// The query, and the columns whose values it could not hold.
fn asked<'c>(columns: &[(&'c str, &str)]) -> Result<(Query, Vec<&'c str>), QueryError> {
    let mut query = Query::new();
    let mut compared = Vec::new();
    let mut why = QueryError::NoQuery;
    for (column, value) in columns {
        match query.clone().eq(column, value) {
            Ok(longer) => query = longer,
            Err(error @ QueryError::Column(_)) => return Err(error),
            Err(error) => {
                query::check_column(column)?;
                compared.push(*column);
                why = error;
            }
        }
    }
    if compared.len() == columns.len() {
        return Err(why);
    }
    Ok((query, compared))
}

/// Refuses a row that shows that a term was ignored. Letter case is no difference here: instances differ in whether it
/// is one to them.
fn check(
    operation: &Operation,
    row: &Row,
    columns: &[(&str, &str)],
    compared: &[&str],
) -> Result<(), Box<Error>> {
    for (column, value) in columns {
        let Some(held) = row.get(column) else {
            return Err(Box::new(Error::UnknownColumn {
                column: (*column).to_owned(),
            }));
        };
        let same = fields::dropped(row, column, value).is_none()
            || held.value.trim().to_lowercase() == value.trim().to_lowercase();
        if !same && !compared.contains(column) {
            return Err(Box::new(Error::KeyMismatch {
                operation: operation.clone(),
                column: (*column).to_owned(),
                found: held.value.clone(),
            }));
        }
    }
    Ok(())
}

fn insert(paths: &Paths, table: &str, fields: &Fields) -> Result<Request, QueryError> {
    let mut columns = vec!["sys_id"];
    for (column, _) in fields.iter() {
        query::check_column(column)?;
        columns.push(column);
    }
    let mut url = paths.table(table);
    shape(&mut url, &columns);
    url.query_pairs_mut()
        .append_pair("sysparm_input_display_value", "false");
    Ok(Request::post(url).json(&fields.to_json()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_no_query_can_hold_is_left_out_and_something_has_to_be_left() {
        let (query, compared) =
            asked(&[("u_run", "7"), ("u_note", "a^b"), ("u_empty", "")]).unwrap();
        assert_eq!(query.to_string(), "u_run=7");
        assert_eq!(compared, ["u_note", "u_empty"]);
        let refused = |columns: &[(&str, &str)]| asked(columns).unwrap_err();
        assert_eq!(refused(&[]), QueryError::NoQuery);
        assert_eq!(
            refused(&[("u_note", "a\nb")]),
            QueryError::Control("u_note".to_owned())
        );
        for column in ["U_RUN", "u run", "u_run^ORu_x", ""] {
            let name = QueryError::Column(column.to_owned());
            assert_eq!(refused(&[("u_run", "7"), (column, "1")]), name);
            // A value that cannot be asked for excuses no name.
            assert_eq!(refused(&[("u_run", "7"), (column, "a^b")]), name);
        }
    }

    #[test]
    fn a_row_with_another_value_or_without_the_column_shows_an_ignored_term() {
        let operation = Operation::new("look up", "it");
        let row = Row::from_json(&json!({"u_run": "7", "u_stage": "prod"})).unwrap();
        let check = |columns: &[(&str, &str)], compared: &[&str]| {
            check(&operation, &row, columns, compared).map_err(|error| error.to_string())
        };
        assert_eq!(check(&[("u_run", "7"), ("u_stage", "Prod")], &[]), Ok(()));
        assert_eq!(check(&[("u_stage", "a^b")], &["u_stage"]), Ok(()));
        assert!(
            check(&[("u_stage", "test")], &[])
                .unwrap_err()
                .contains("another u_stage")
        );
        assert!(
            check(&[("u_gone", "1")], &[])
                .unwrap_err()
                .contains("u_gone")
        );
        // Left out of the query or not: a column that is not there cannot be compared.
        assert!(check(&[("u_gone", "a^b")], &["u_gone"]).is_err());
    }

    #[test]
    fn a_record_is_posted_and_its_columns_asked_back() {
        let paths = Paths::new("http://127.0.0.1/snow".parse().unwrap());
        let fields = Fields::new().set("u_run", "7");
        let request = insert(&paths, "u_deployment", &fields).unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.effect_kind(), outbound::Effect::Create);
        assert_eq!(request.url().path(), "/snow/api/now/v2/table/u_deployment");
        assert!(
            request
                .url()
                .query()
                .unwrap()
                .contains("sysparm_fields=sys_id%2Cu_run")
        );
        let hostile = Fields::new().set("u_run,password", "7");
        assert!(insert(&paths, "u_deployment", &hostile).is_err());
    }
}
