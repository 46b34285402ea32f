//! The table `change_task`: the pieces of work below a change request.

use std::time::Duration;

use change::{ChangeTask, SysId, TaskState};
use outbound::Request;

use crate::Instance;
use crate::change_requests::shape;
use crate::error::{Error, Operation};
use crate::fields::{Fields, flag};
use crate::instance::{List, Paths};
use crate::query::QueryError;
use crate::wire::Row;

const TABLE: &str = "change_task";

const COLUMNS: [&str; 7] = [
    "sys_id",
    "number",
    "change_request",
    "short_description",
    "state",
    "change_task_type",
    "on_hold",
];

/// An instance may show the old state for a moment after a write: how long one waits before looking once more.
const LOOK: Duration = Duration::from_millis(500);

/// Verbs on change tasks.
#[derive(Debug, Clone, Copy)]
pub struct ChangeTasks<'a> {
    instance: &'a Instance,
}

impl<'a> ChangeTasks<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// The tasks of a change request, oldest first; none where there are none, or where this account may not read them.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] where tasks of another change came back; otherwise see [`Error`].
    pub async fn of(&self, change: &SysId) -> Result<Vec<ChangeTask>, Box<Error>> {
        let operation = Operation::new("read the tasks of change request", change);
        let list = of(change).map_err(Error::query(&operation))?;
        let rows = self.instance.list(&operation, &list).await?;
        rows.iter()
            .map(|row| required(&operation, row, false))
            .collect()
    }

    /// Closes a task, in one step from whatever state it is in. One that turns out to be closed or cancelled already is
    /// fine, and comes back as it is.
    ///
    /// The code is a stored value of the task's own column, which need not offer what the change's offers.
    ///
    /// # Errors
    /// [`Error::Refused`] with the business rule's name or the missing fields (an off-list code counts as missing);
    /// [`Error::TaskKept`] where the instance reports success and does not close it; otherwise see [`Error`].
    pub async fn close(
        &self,
        task: &SysId,
        close_code: &str,
        close_notes: &str,
    ) -> Result<ChangeTask, Box<Error>> {
        let operation = Operation::new("close change task", task);
        let fields = Fields::new()
            .set("state", TaskState::Closed.value().to_string())
            .set("close_code", close_code)
            .set("close_notes", close_notes);
        let unclear = match self.patch(&operation, task, &fields).await {
            Ok(written) => return self.settled(&operation, task, &fields, written).await,
            Err(error) if error.may_have_happened() => error,
            Err(error) => return self.refused(&operation, task, error).await,
        };
        match self.read(&operation, task, &fields).await {
            Ok(found) if found.0.state.is_final() => Ok(found.0),
            // It did not happen, and the values are absolute: once more.
            Ok(_) => match self.patch(&operation, task, &fields).await {
                Ok(written) => self.settled(&operation, task, &fields, written).await,
                Err(error) => self.refused(&operation, task, error).await,
            },
            Err(_) => Err(unclear),
        }
    }

    /// The task as its echo shows it, looked at once more where it seems not to have moved.
    async fn settled(
        &self,
        operation: &Operation,
        id: &SysId,
        fields: &Fields,
        mut written: (ChangeTask, Row),
    ) -> Result<ChangeTask, Box<Error>> {
        if !written.0.state.is_final() {
            tokio::time::sleep(LOOK).await;
            // A look that fails is a look less: the write itself had a clear answer.
            if let Ok(found) = self.read(operation, id, fields).await {
                written = found;
            }
        }
        let (task, echo) = written;
        if !task.state.is_final() {
            return Err(Box::new(Error::TaskKept {
                operation: operation.clone(),
                number: task.number,
                asked: TaskState::Closed,
                found: task.state,
            }));
        }
        for dropped in fields.dropped(&echo) {
            if dropped.column != "state" {
                self.instance.notice(format!(
                    "{} is closed, but its {} was not stored as asked",
                    task.number, dropped.column
                ));
            }
        }
        Ok(task)
    }

    /// A refusal is none where the task is at its end; otherwise it names the task as people know it.
    async fn refused(
        &self,
        operation: &Operation,
        id: &SysId,
        error: Box<Error>,
    ) -> Result<ChangeTask, Box<Error>> {
        let Ok((task, _)) = self.read(operation, id, &Fields::new()).await else {
            return Err(error);
        };
        match *error {
            _ if task.state.is_final() => Ok(task),
            Error::Refused { refusal, .. } => {
                let known = format!("{} (it is {})", task.number, task.state);
                Err(Box::new(Error::Refused {
                    operation: Operation::new("close change task", known),
                    refusal,
                }))
            }
            other => Err(Box::new(other)),
        }
    }

    async fn patch(
        &self,
        operation: &Operation,
        id: &SysId,
        fields: &Fields,
    ) -> Result<(ChangeTask, Row), Box<Error>> {
        let request = patch(self.instance.paths(), id, fields);
        let echo = self.instance.send(operation, request).await?.row()?;
        Ok((checked(operation, &echo, id, true)?, echo))
    }

    async fn read(
        &self,
        operation: &Operation,
        id: &SysId,
        fields: &Fields,
    ) -> Result<(ChangeTask, Row), Box<Error>> {
        let mut url = self.instance.paths().record(TABLE, id);
        shape(&mut url, &columns_with(fields));
        let row = self
            .instance
            .read(operation, Request::get(url))
            .await?
            .row()?;
        Ok((checked(operation, &row, id, false)?, row))
    }
}

fn of(change: &SysId) -> Result<List, QueryError> {
    List::by_key(TABLE, "change_request", change.as_str(), &COLUMNS)?.ordered(&["sys_created_on"])
}

fn patch(paths: &Paths, id: &SysId, fields: &Fields) -> Request {
    let mut url = paths.record(TABLE, id);
    shape(&mut url, &columns_with(fields));
    url.query_pairs_mut()
        .append_pair("sysparm_input_display_value", "false");
    Request::patch(url).json(&fields.to_json())
}

fn columns_with(fields: &Fields) -> Vec<&str> {
    let written = fields.iter().map(|(column, _)| column);
    COLUMNS
        .into_iter()
        .chain(written.filter(|column| !COLUMNS.contains(column)))
        .collect()
}

/// The task in a row; names the column that is missing or unusable.
fn decode(row: &Row) -> Result<ChangeTask, &'static str> {
    let state = row.value("state").parse().map_err(|_| "state")?;
    Ok(ChangeTask {
        sys_id: row.sys_id().ok_or("sys_id")?,
        number: row.value("number").to_owned(),
        short_description: row.value("short_description").to_owned(),
        state: TaskState::from_value(state),
        kind: Some(row.value("change_task_type").to_owned()).filter(|kind| !kind.is_empty()),
        on_hold: flag(row, "on_hold"),
    })
}

fn required(operation: &Operation, row: &Row, wrote: bool) -> Result<ChangeTask, Box<Error>> {
    decode(row).map_err(|missing| {
        Box::new(Error::Shape {
            operation: operation.clone(),
            missing,
            may_have_happened: wrote,
        })
    })
}

fn checked(
    operation: &Operation,
    row: &Row,
    id: &SysId,
    wrote: bool,
) -> Result<ChangeTask, Box<Error>> {
    let task = required(operation, row, wrote)?;
    if task.sys_id == *id {
        return Ok(task);
    }
    Err(Box::new(Error::KeyMismatch {
        operation: operation.clone(),
        column: "sys_id".to_owned(),
        found: task.sys_id.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn tasks_are_read_with_their_states_kinds_and_hold() {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../fixtures/change_tasks.json")).unwrap();
        let rows = crate::wire::rows(&json["result"]).unwrap();
        let tasks: Vec<ChangeTask> = rows.iter().map(|row| decode(row).unwrap()).collect();
        assert_eq!(tasks[0].number, "CTASK0010001");
        assert_eq!(tasks[0].state, TaskState::Open);
        assert_eq!(tasks[0].kind.as_deref(), Some("implementation"));
        assert_eq!(tasks[0].short_description, "Implement ##vso[task.complete]");
        assert!(!tasks[0].on_hold);
        // Columns that this account may not read are not there.
        assert_eq!(tasks[1].state, TaskState::Pending);
        assert_eq!((tasks[1].kind.as_deref(), tasks[1].on_hold), (None, true));
    }

    #[test]
    fn a_row_without_something_usable_names_it() {
        let mut row = serde_json::json!({"sys_id": ID, "number": "CTASK0010001", "state": "1"});
        let read = |row: &serde_json::Value| decode(&Row::from_json(row).unwrap());
        assert!(read(&row).is_ok());
        row["state"] = "open".into();
        assert_eq!(read(&row), Err("state"));
        row["state"] = "1".into();
        row["sys_id"] = "x".into();
        assert_eq!(read(&row), Err("sys_id"));
    }

    #[test]
    fn closing_is_one_patch_of_absolute_values_that_asks_for_their_echo() {
        let id: SysId = ID.parse().unwrap();
        let paths = Paths::new("http://127.0.0.1/snow".parse().unwrap());
        let fields = Fields::new().set("state", "3").set("close_code", "x");
        let request = patch(&paths, &id, &fields);
        assert_eq!(request.method(), "PATCH");
        assert_eq!(
            request.url().path(),
            format!("/snow/api/now/v2/table/change_task/{ID}")
        );
        assert_eq!(request.effect_kind(), outbound::Effect::Absolute);
        let asked = request
            .url()
            .query_pairs()
            .find(|(name, _)| name == "sysparm_fields")
            .unwrap()
            .1
            .into_owned();
        assert_eq!(asked, format!("{},close_code", COLUMNS.join(",")));
    }
}
