//! Writing columns of a change request, and proving that they were stored.

use change::SysId;
use outbound::Request;

use super::{ChangeRequests, TABLE, columns_with, decode, get, shape};
use crate::error::{Error, Operation};
use crate::fields::{Dropped, Fields};
use crate::instance::Paths;
use crate::wire::Row;

/// Columns that have to be right: a change without them is not the one we mean.
const VITAL: [&str; 2] = ["correlation_id", "state"];

/// A change request as it stands after a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The change request.
    pub request: change::Request,
    /// Columns that do not hold what was asked.
    pub dropped: Vec<Dropped>,
}

impl Written {
    /// Compares what was asked with what came back.
    pub(super) fn compare(
        operation: &Operation,
        fields: &Fields,
        echo: &Row,
    ) -> Result<Self, Box<Error>> {
        let request = decode::required(operation, echo, true)?;
        let mut dropped = fields.dropped(echo);
        for column in &echo.ignored {
            let asked = fields.get(column).unwrap_or_default();
            // The instance says so itself; an echo that holds the value all the same wins.
            if !dropped.iter().any(|known| known.column == *column)
                && fields.get(column).is_some()
                && echo.get(column).is_none()
            {
                dropped.push(Dropped {
                    column: column.clone(),
                    asked: asked.to_owned(),
                    stored: None,
                });
            }
        }
        Ok(Self { request, dropped })
    }

    /// Turns a vital column that was dropped into an error.
    pub(super) fn vital(self, operation: &Operation) -> Result<Self, Box<Error>> {
        let vital = |dropped: &&Dropped| VITAL.contains(&dropped.column.as_str());
        match self.dropped.iter().find(vital) {
            None => Ok(self),
            Some(dropped) => Err(Box::new(Error::Dropped {
                operation: operation.clone(),
                number: self.request.number.clone(),
                dropped: Box::new(dropped.clone()),
            })),
        }
    }
}

impl ChangeRequests<'_> {
    /// Writes columns. Where the outcome is unclear, the record is read again, and so is the journal where an entry was
    /// written: if they hold what was asked, that is the answer; if not, the write is repeated once. An entry is only
    /// written again where the instance answered that it did not do it and the journal shows so too.
    ///
    /// # Errors
    /// [`Error::Dropped`] where state or correlation was not stored, [`Error::NotWritable`] for the approval; otherwise
    /// see [`Error`].
    pub async fn update(&self, id: &SysId, fields: &Fields) -> Result<Written, Box<Error>> {
        fields.check()?;
        let operation = Operation::new("update change request", id);
        let mut last = false;
        loop {
            let unclear = match self.patch(&operation, id, fields).await {
                Err(error) if error.may_have_happened() => error,
                other => return other?.vital(&operation),
            };
            last |= fields.appends() && !unclear.is_over();
            let Ok(found) = self.compare(&operation, id, fields).await else {
                return Err(unclear);
            };
            match self.holds_entries(id, fields).await {
                Ok(Some(true)) if found.dropped.is_empty() => return Ok(found),
                // The entry is there and a column is not as asked: one write does both, so the column was dropped.
                Ok(Some(true)) if fields.appends() => return found.vital(&operation),
                Ok(Some(_)) if !last => last = true,
                _ => return Err(unclear),
            }
        }
    }

    /// One write, compared with its echo.
    pub(super) async fn patch(
        &self,
        operation: &Operation,
        id: &SysId,
        fields: &Fields,
    ) -> Result<Written, Box<Error>> {
        let request = patch(self.instance.paths(), id, fields);
        let echo = self.instance.send(operation, request).await?.row()?;
        Written::compare(operation, fields, &echo)
    }

    /// Reads the record and compares it with what was to be written.
    pub(super) async fn compare(
        &self,
        operation: &Operation,
        id: &SysId,
        fields: &Fields,
    ) -> Result<Written, Box<Error>> {
        let request = get(self.instance.paths(), id, &columns_with(fields));
        let row = self.instance.read(operation, request).await?.row()?;
        Written::compare(operation, fields, &row)
    }
}

pub(super) fn patch(paths: &Paths, id: &SysId, fields: &Fields) -> Request {
    let mut url = paths.record(TABLE, id);
    shape(&mut url, &columns_with(fields));
    // The default, but an instance may be set otherwise for its forms: raw values, dates in UTC.
    url.query_pairs_mut()
        .append_pair("sysparm_input_display_value", "false");
    Request::patch(url).json(&fields.to_json())
}
