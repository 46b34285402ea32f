//! Encoded queries, built from typed terms.
//!
//! A mangled term does not fail on the instance: it is dropped, and the query then matches everything. So a value that
//! could end its term, or be run as a script, never gets in ("Encoded query strings" of the vendor's documentation).

mod user;

use std::fmt;

pub(crate) use user::UserQuery;

/// An encoded query, term by term joined with "and".
///
/// It is text until it becomes a parameter, and is then percent-encoded once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<String>,
    order: Vec<String>,
}

/// Why a term or a user's own query was not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A column is small letters, digits, underscores and dots, and begins with a letter.
    #[error("{0:?} is no column name")]
    Column(String),
    /// A table is small letters, digits and underscores, and begins with a letter.
    #[error("{0:?} is no table name")]
    Table(String),
    /// The value holds `^`, which ends a term, or its percent form, which a gateway on the way may turn into it.
    #[error("a value for {0} holds \"^\" or \"%5E\", which separates the terms of a query")]
    Separator(String),
    /// The value holds a line break or another control character.
    #[error("a value for {0} holds a line break or control character")]
    Control(String),
    /// The value begins with `javascript:`, which the instance would run.
    #[error("a value for {0} would be run as a script by the instance")]
    Script(String),
    /// A value of a list holds the list's separator.
    #[error("a value in the list for {0} holds a comma")]
    Comma(String),
    /// The value is empty: it would match every row without one.
    #[error("the value for {0} is empty")]
    Empty(String),
    /// The user's query is empty: it would match every row.
    #[error("the query is empty")]
    NoQuery,
    /// A term of the user's query is not `column operator value`.
    #[error("the query has a term that is not understood: {0:?}")]
    Term(String),
    /// The user's query holds a line break, a control character, `javascript:` or an encoded separator.
    #[error(
        "the query holds a line break, a control character, a script or \"%5E\"; write it as it is, not encoded"
    )]
    Hostile,
}

impl Query {
    /// A query without a term. It matches every row: add at least one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `column = value`.
    ///
    /// # Errors
    /// [`QueryError`] for a column or value that cannot be a term.
    pub fn eq(self, column: &str, value: &str) -> Result<Self, QueryError> {
        checked(column, value)?;
        self.term(column, "=", value)
    }

    /// Adds `column STARTSWITH value`.
    ///
    /// # Errors
    /// [`QueryError`] for a column or value that cannot be a term.
    pub fn starts_with(self, column: &str, value: &str) -> Result<Self, QueryError> {
        checked(column, value)?;
        self.term(column, "STARTSWITH", value)
    }

    /// Adds `column IN value,value`. The vendor documents no escape for a comma inside a value, so such a value is
    /// refused.
    ///
    /// # Errors
    /// [`QueryError`] for a column or value that cannot be part of the term, and for an empty list.
    pub fn in_list(self, column: &str, values: &[&str]) -> Result<Self, QueryError> {
        if values.is_empty() {
            return Err(QueryError::Empty(column.to_owned()));
        }
        for value in values {
            checked(column, value)?;
            if value.contains(',') {
                return Err(QueryError::Comma(column.to_owned()));
            }
        }
        self.term(column, "IN", &values.join(","))
    }

    /// Adds `or column LIKE value` (contains) to the term before it, to which alone the vendor's `^OR` binds.
    pub(crate) fn or_contains(mut self, column: &str, value: &str) -> Result<Self, QueryError> {
        checked(column, value)?;
        check_column(column)?;
        let or = format!("^OR{column}LIKE{value}");
        match self.terms.last_mut() {
            Some(term) => term.push_str(&or),
            None => return Err(QueryError::NoQuery),
        }
        Ok(self)
    }

    /// Adds `column >= value`.
    pub(crate) fn at_least(self, column: &str, value: &str) -> Result<Self, QueryError> {
        checked(column, value)?;
        self.term(column, ">=", value)
    }

    /// Adds `column < value`.
    pub(crate) fn below(self, column: &str, value: &str) -> Result<Self, QueryError> {
        checked(column, value)?;
        self.term(column, "<", value)
    }

    /// Adds that a column is empty.
    pub(crate) fn empty(self, column: &str) -> Result<Self, QueryError> {
        self.term(column, "ISEMPTY", "")
    }

    /// Matches what all terms so far match, or what all terms of another query match. Sorting stays this query's.
    pub(crate) fn or_all(mut self, other: Self) -> Self {
        let mut terms = other.terms.into_iter();
        if let Some(first) = terms.next() {
            self.terms.push(format!("NQ{first}"));
        }
        self.terms.extend(terms);
        self
    }

    /// Sorts by a column, ascending, after the columns named before it.
    ///
    /// # Errors
    /// [`QueryError::Column`].
    pub fn order_by(mut self, column: &str) -> Result<Self, QueryError> {
        check_column(column)?;
        self.order.push(format!("ORDERBY{column}"));
        Ok(self)
    }

    /// Sorts by a column, descending, after the columns named before it.
    ///
    /// # Errors
    /// [`QueryError::Column`].
    pub fn order_by_desc(mut self, column: &str) -> Result<Self, QueryError> {
        check_column(column)?;
        self.order.push(format!("ORDERBYDESC{column}"));
        Ok(self)
    }

    /// Sorts by these columns, ascending, before those named so far.
    pub(crate) fn order_first(mut self, columns: &[&str]) -> Result<Self, QueryError> {
        for (index, column) in columns.iter().enumerate() {
            check_column(column)?;
            self.order.insert(index, format!("ORDERBY{column}"));
        }
        Ok(self)
    }

    fn term(mut self, column: &str, operator: &str, value: &str) -> Result<Self, QueryError> {
        check_column(column)?;
        self.terms.push(format!("{column}{operator}{value}"));
        Ok(self)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().chain(&self.order).enumerate() {
            if index > 0 {
                f.write_str("^")?;
            }
            f.write_str(term)?;
        }
        Ok(())
    }
}

/// Refuses what is no table's name.
pub(crate) fn check_table(table: &str) -> Result<(), QueryError> {
    match check_column(table) {
        Ok(()) if !table.contains('.') => Ok(()),
        _ => Err(QueryError::Table(table.to_owned())),
    }
}

/// Refuses what is no column's name.
pub(crate) fn check_column(column: &str) -> Result<(), QueryError> {
    let mut bytes = column.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_lowercase());
    if starts && bytes.all(column_byte) {
        Ok(())
    } else {
        Err(QueryError::Column(column.to_owned()))
    }
}

fn column_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.')
}

fn checked(column: &str, value: &str) -> Result<(), QueryError> {
    let column = || column.to_owned();
    if value.trim().is_empty() {
        return Err(QueryError::Empty(column()));
    }
    if value.contains('^') || has_encoded_separator(value) {
        return Err(QueryError::Separator(column()));
    }
    if value.chars().any(char::is_control) {
        return Err(QueryError::Control(column()));
    }
    if is_script(value) {
        return Err(QueryError::Script(column()));
    }
    Ok(())
}

/// Whether decoding the text once more would give it a separator. We encode once and instances decode once, but what
/// stands between may not.
fn has_encoded_separator(text: &str) -> bool {
    text.contains("%5E") || text.contains("%5e")
}

/// Whether the instance would evaluate the value.
fn is_script(value: &str) -> bool {
    const PREFIX: &str = "javascript:";
    let value = value.trim_start();
    value
        .get(..PREFIX.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(PREFIX))
}

#[cfg(test)]
mod tests;
