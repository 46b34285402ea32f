//! The table `change_request`: find, open, read, write.

mod conflicts;
mod create;
mod decode;
mod find;
mod moves;
mod next_states;
mod notes;
mod period;
mod schedule;
mod story;
mod update;

use change::{Approval, State, SysId};
use outbound::Request;
use url::Url;

pub use create::NewChange;
pub use moves::Moved;
pub use next_states::{Condition, NextStates, Transition};
pub use notes::Note;
pub use period::ChangesInPeriod;
pub use story::{Story, User};
pub use update::Written;

use crate::error::{Error, Operation};
use crate::fields::{Fields, flag};
use crate::instance::Paths;
use crate::{Instance, change_requests::decode::state_of};

pub(crate) const TABLE: &str = "change_request";

/// The columns of a full reading. Asked for by name: without that, an answer holds every column of the table.
pub(crate) const COLUMNS: [&str; 18] = [
    "sys_id",
    "number",
    "state",
    "approval",
    "type",
    "on_hold",
    "on_hold_reason",
    "start_date",
    "end_date",
    "conflict_status",
    "correlation_id",
    "assignment_group",
    "short_description",
    "close_code",
    "close_notes",
    "work_start",
    "work_end",
    "sys_created_on",
];

/// Verbs on change requests.
#[derive(Debug, Clone, Copy)]
pub struct ChangeRequests<'a> {
    instance: &'a Instance,
}

/// The three columns a wait looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Where the change stands.
    pub state: State,
    /// What its approvers amount to.
    pub approval: Approval,
    /// Whether it is on hold.
    pub on_hold: bool,
}

impl<'a> ChangeRequests<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// Reads one change request.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is missing or hidden by an ACL; otherwise see [`Error`].
    pub async fn get(&self, id: &SysId) -> Result<change::Request, Box<Error>> {
        let operation = Operation::new("read change request", id);
        let request = get(self.instance.paths(), id, &COLUMNS);
        let row = self.instance.read(&operation, request).await?.row()?;
        decode::checked(&operation, &row, id)
    }

    /// Reads only what a wait looks at: state, approval and hold.
    ///
    /// # Errors
    /// As [`ChangeRequests::get`].
    pub async fn poll(&self, id: &SysId) -> Result<Poll, Box<Error>> {
        let operation = Operation::new("poll change request", id);
        let answer = self
            .instance
            .read(&operation, poll(self.instance.paths(), id))
            .await?;
        let row = answer.row()?;
        Ok(Poll {
            state: state_of(&row).ok_or_else(|| answer.lacks("state"))?,
            approval: Approval::from_value(row.value("approval")),
            on_hold: flag(&row, "on_hold"),
        })
    }
}

fn poll(paths: &Paths, id: &SysId) -> Request {
    let mut url = paths.record(TABLE, id);
    url.query_pairs_mut()
        .append_pair("sysparm_fields", "state,approval,on_hold");
    Request::get(url)
}

pub(crate) fn get(paths: &Paths, id: &SysId, columns: &[&str]) -> Request {
    let mut url = paths.record(TABLE, id);
    shape(&mut url, columns);
    Request::get(url)
}

/// Asks for these columns, with stored and shown values, references as bare keys.
pub(crate) fn shape(url: &mut Url, columns: &[&str]) {
    url.query_pairs_mut()
        .append_pair("sysparm_fields", &columns.join(","))
        .append_pair("sysparm_display_value", "all")
        .append_pair("sysparm_exclude_reference_link", "true");
}

/// The columns of a full reading, and those written, so that the echo shows what became of them.
pub(crate) fn columns_with(fields: &Fields) -> Vec<&str> {
    let mut columns = COLUMNS.to_vec();
    for (column, _) in fields.iter() {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

#[cfg(test)]
mod tests;
