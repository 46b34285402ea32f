//! A query that a user wrote: theirs to choose, ours to check.

use super::{QueryError, column_byte, has_encoded_separator};

/// The operators of the vendor's page "Operators available for filters and queries". One that the instance does not
/// know makes it drop the term, which widens the query.
const OPERATORS: [&str; 36] = [
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "IN",
    "NOT IN",
    "LIKE",
    "*",
    "NOT LIKE",
    "!*",
    "STARTSWITH",
    "ENDSWITH",
    "%",
    "ISEMPTY",
    "ISNOTEMPTY",
    "ANYTHING",
    "EMPTYSTRING",
    "BETWEEN",
    "SAMEAS",
    "NSAMEAS",
    "GT_FIELD",
    "LT_FIELD",
    "GT_OR_EQUALS_FIELD",
    "LT_OR_EQUALS_FIELD",
    "DYNAMIC",
    "RELATIVEGT",
    "RELATIVELT",
    "RELATIVEGE",
    "RELATIVELE",
    "RELATIVEEE",
    "DATEPART",
    "MORETHAN",
    "LESSTHAN",
    "ON",
];

/// A user's encoded query whose terms are all understood, with the columns it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserQuery {
    text: String,
    columns: Vec<String>,
}

impl UserQuery {
    /// Reads a query. Sub-queries and text searches are refused: their columns could not be checked afterwards. So is
    /// a doubled `^`, which instances read differently.
    pub(crate) fn parse(text: &str) -> Result<Self, QueryError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QueryError::NoQuery);
        }
        let script = text.to_ascii_lowercase().contains("javascript:");
        if script || has_encoded_separator(text) || text.chars().any(char::is_control) {
            return Err(QueryError::Hostile);
        }
        let mut columns: Vec<String> = Vec::new();
        let mut filters = false;
        for term in text.split('^') {
            let Some((column, filter)) = column_of(term)? else {
                continue;
            };
            filters |= filter;
            if !columns.iter().any(|known| known == column) {
                columns.push(column.to_owned());
            }
        }
        if !filters {
            return Err(QueryError::NoQuery);
        }
        Ok(Self {
            text: text.to_owned(),
            columns,
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }
}

/// The column a term names, and whether the term filters (rather than sorts). `None` for the end marker of stored
/// filters.
fn column_of(term: &str) -> Result<Option<(&str, bool)>, QueryError> {
    if term == "EQ" {
        return Ok(None);
    }
    let refused = || QueryError::Term(crate::error::cut(term));
    for prefix in ["ORDERBYDESC", "ORDERBY"] {
        if let Some(column) = term.strip_prefix(prefix) {
            let whole = !column.is_empty() && column.bytes().all(column_byte);
            return whole.then_some(Some((column, false))).ok_or_else(refused);
        }
    }
    let rest = ["OR", "NQ"]
        .iter()
        .find_map(|prefix| term.strip_prefix(prefix))
        .unwrap_or(term);
    let end = rest.bytes().take_while(|b| column_byte(*b)).count();
    let (column, condition) = rest.split_at(end);
    let named = column.starts_with(|c: char| c.is_ascii_lowercase());
    let operated = OPERATORS
        .iter()
        .any(|operator| condition.starts_with(operator));
    if named && operated {
        Ok(Some((column, true)))
    } else {
        Err(refused())
    }
}
