//! From a row to the words of `change`.

use change::{Approval, Conflicts, State, SysId, Type, Window};
use jiff::Timestamp;

use crate::error::{Error, Operation};
use crate::fields::flag;
use crate::moment;
use crate::wire::Row;

/// The state, by its stored value. A text there belongs to an instance whose state was written wrongly.
pub(crate) fn state_of(row: &Row) -> Option<State> {
    row.value("state").parse().ok().map(State::from_value)
}

/// The change request in a row; names the column that is missing or unusable.
pub(crate) fn request(row: &Row) -> Result<change::Request, &'static str> {
    let state = state_of(row).ok_or("state")?;
    let text = |column: &str| row.shown(column).map(str::to_owned);
    Ok(change::Request {
        sys_id: row.sys_id().ok_or("sys_id")?,
        number: row.value("number").parse().map_err(|_| "number")?,
        state,
        state_label: label_of(row, state),
        approval: Approval::from_value(row.value("approval")),
        kind: Type::from_value(row.value("type")),
        on_hold: flag(row, "on_hold").then(|| text("on_hold_reason").unwrap_or_default()),
        window: Window {
            start: moment_of(row, "start_date")?,
            end: moment_of(row, "end_date")?,
        },
        // An actual time that cannot be read binds nobody: it is as good as none.
        work_start: moment::read(row.value("work_start")),
        work_end: moment::read(row.value("work_end")),
        conflicts: conflicts_of(row.value("conflict_status")),
        correlation: row.value("correlation_id").to_owned(),
        assignment_group: text("assignment_group"),
        short_description: row.value("short_description").to_owned(),
        close_code: stored(row, "close_code"),
        close_notes: stored(row, "close_notes"),
    })
}

/// The change request in a row that was asked for by its key.
pub(crate) fn checked(
    operation: &Operation,
    row: &Row,
    id: &SysId,
) -> Result<change::Request, Box<Error>> {
    let request = required(operation, row, false)?;
    if request.sys_id == *id {
        return Ok(request);
    }
    Err(Box::new(Error::KeyMismatch {
        operation: operation.clone(),
        column: "sys_id".to_owned(),
        found: request.sys_id.to_string(),
    }))
}

/// The change request in a row that must hold one.
pub(crate) fn required(
    operation: &Operation,
    row: &Row,
    wrote: bool,
) -> Result<change::Request, Box<Error>> {
    request(row).map_err(|missing| {
        Box::new(Error::Shape {
            operation: operation.clone(),
            missing,
            may_have_happened: wrote,
        })
    })
}

fn stored(row: &Row, column: &str) -> Option<String> {
    Some(row.value(column).to_owned()).filter(|text| !text.is_empty())
}

/// What the column says. Its "Conflict" is known to outlive the conflicts, so it names none.
pub(crate) fn conflicts_of(status: &str) -> Conflicts {
    match status {
        "Conflict" => Conflicts::Found(Vec::new()),
        "No Conflict" => Conflicts::None,
        _ => Conflicts::Unknown,
    }
}

fn label_of(row: &Row, state: State) -> String {
    match row.get("state").and_then(|value| value.display.as_deref()) {
        Some(label) if !label.is_empty() => label.to_owned(),
        _ => state.to_string(),
    }
}

/// A planned time that is there but cannot be read is an error, not an open window.
fn moment_of(row: &Row, column: &'static str) -> Result<Option<Timestamp>, &'static str> {
    match row.value(column) {
        "" => Ok(None),
        text => moment::read(text).map(Some).ok_or(column),
    }
}
