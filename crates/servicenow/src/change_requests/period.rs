//! The changes of ours in a period.

use jiff::{SignedDuration, Timestamp};

use super::{COLUMNS, ChangeRequests, TABLE, decode};
use crate::Instance;
use crate::error::{Error, Operation};
use crate::instance::{List, Pages};
use crate::moment;
use crate::query::{Query, QueryError};
use crate::wire::Row;

/// How every key of ours begins, and every close note of a change that was found by its number instead.
const KEYS: &str = "azdo:";
const NOTES: &str = "[snowgate ";

/// No zone is further from UTC. The vendor does not say whether a moment in a query is UTC or the account's own time,
/// so a query reaches this far beyond the period, and what comes back is compared.
const ZONES: SignedDuration = SignedDuration::from_hours(15);

/// Changes in one answer.
const PAGE: usize = 100;

/// More are an error: nobody reads them, and an instance that runs wild has to end somewhere.
const MOST: usize = 1_000_000;

/// The change requests of a period, page by page, oldest record first.
#[derive(Debug)]
pub struct ChangesInPeriod<'a> {
    instance: &'a Instance,
    operation: Operation,
    pages: Pages,
    from: Timestamp,
    to: Timestamp,
}

impl<'a> ChangeRequests<'a> {
    /// The change requests that Snowgate had to do with (by their key, or by their close notes) and whose work began in
    /// `from..to`; those without a beginning count by when their record came to be.
    ///
    /// # Errors
    /// [`Error::Query`] for a period that cannot be asked for: one that ends before it begins, or at the end of time.
    pub fn in_period(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<ChangesInPeriod<'a>, Box<Error>> {
        let period = format!("{}..{}", moment::written(from), moment::written(to));
        let operation = Operation::new("list the change requests of", period);
        let list = in_period(from, to).map_err(Error::query(&operation))?;
        Ok(ChangesInPeriod {
            instance: self.instance,
            operation,
            pages: Pages::new(list),
            from,
            to,
        })
    }
}

impl ChangesInPeriod<'_> {
    /// The next page, which may be empty; `None` after the last.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] where a row came back that is not of ours or of another time altogether (the instance
    /// ignored part of the query); otherwise see [`Error`].
    pub async fn next(&mut self) -> Result<Option<Vec<change::Request>>, Box<Error>> {
        let Some(rows) = self.pages.next(self.instance, &self.operation).await? else {
            return Ok(None);
        };
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            self.check(row)?;
            if is_ours(row) && within(row, self.from, self.to) {
                page.push(decode::required(&self.operation, row, false)?);
            }
        }
        Ok(Some(page))
    }

    /// Refuses rows that were not asked for.
    fn check(&self, row: &Row) -> Result<(), Box<Error>> {
        let holds = |column: &str, part: &str| row.value(column).to_lowercase().contains(part);
        let column = if !holds("correlation_id", KEYS) && !holds("close_notes", NOTES.trim_end()) {
            "correlation_id"
        } else if !within(row, early(self.from), late(self.to)) {
            "work_start"
        } else {
            return Ok(());
        };
        Err(Box::new(Error::KeyMismatch {
            operation: self.operation.clone(),
            column: column.to_owned(),
            found: row.value(column).to_owned(),
        }))
    }
}

fn is_ours(row: &Row) -> bool {
    row.value("correlation_id").starts_with(KEYS) || row.value("close_notes").contains(NOTES)
}

/// Whether a change lies in a period. One without any readable time does: better one too many than one unseen.
fn within(row: &Row, from: Timestamp, to: Timestamp) -> bool {
    let time = |column| moment::read(row.value(column));
    time("work_start")
        .or_else(|| time("sys_created_on"))
        .is_none_or(|at| from <= at && at < to)
}

fn early(from: Timestamp) -> Timestamp {
    from.saturating_sub(ZONES).unwrap_or(from)
}

fn late(to: Timestamp) -> Timestamp {
    to.saturating_add(ZONES).unwrap_or(to)
}

fn in_period(from: Timestamp, to: Timestamp) -> Result<List, QueryError> {
    if to < from {
        return Err(QueryError::Empty("the period".to_owned()));
    }
    let (from, to) = (moment::written(early(from)), moment::written(late(to)));
    let ours = || {
        Query::new()
            .starts_with("correlation_id", KEYS)?
            .or_contains("close_notes", NOTES)
    };
    let begun = ours()?
        .at_least("work_start", &from)?
        .below("work_start", &to)?;
    let not_begun = ours()?
        .empty("work_start")?
        .at_least("sys_created_on", &from)?
        .below("sys_created_on", &to)?;
    let query = begun.or_all(not_begun);
    // Records that come to be during the walk are at its end, and shift nothing.
    let list = List::new(TABLE, query, &COLUMNS)?.ordered(&["sys_created_on"])?;
    Ok(List {
        page: PAGE,
        most: MOST,
        ..list
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Paths;
    use serde_json::json;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn one_query_asks_for_both_ways_of_lying_in_the_period() {
        let list = in_period(at("2026-03-02T00:00:00Z"), at("2026-03-09T00:00:00Z")).unwrap();
        let request = list.request(
            &Paths::new("http://127.0.0.1".parse().unwrap()),
            list.page,
            0,
        );
        let query: Vec<(String, String)> = request.url().query_pairs().into_owned().collect();
        let ours = "correlation_idSTARTSWITHazdo:^ORclose_notesLIKE[snowgate ";
        assert_eq!(
            query[0].1,
            format!(
                "{ours}^work_start>=2026-03-01 09:00:00^work_start<2026-03-09 15:00:00\
                 ^NQ{ours}^work_startISEMPTY^sys_created_on>=2026-03-01 09:00:00\
                 ^sys_created_on<2026-03-09 15:00:00^ORDERBYsys_created_on^ORDERBYsys_id"
            )
        );
        assert!(in_period(at("2026-03-02T00:00:00Z"), at("2026-03-01T00:00:00Z")).is_err());
    }

    #[test]
    fn the_beginning_of_the_work_decides_and_else_the_records_own() {
        let (from, to) = (at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
        for (work_start, created, expected) in [
            ("2026-03-02 00:00:00", "2026-01-01 00:00:00", true),
            ("2026-03-02 23:59:59", "", true),
            ("2026-03-03 00:00:00", "2026-03-02 12:00:00", false),
            ("2026-03-01 23:59:59", "2026-03-02 12:00:00", false),
            ("", "2026-03-02 12:00:00", true),
            ("", "2026-03-03 12:00:00", false),
            ("", "", true),
        ] {
            let json = json!({"work_start": work_start, "sys_created_on": created});
            let row = Row::from_json(&json).unwrap();
            assert_eq!(within(&row, from, to), expected, "{json}");
        }
    }
}
