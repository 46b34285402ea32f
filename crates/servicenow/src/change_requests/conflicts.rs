//! Conflicts with other changes.

use change::{Conflicts, SysId};
use outbound::{Effect, Request};
use serde_json::Value as Json;

use super::{ChangeRequests, decode::conflicts_of};
use crate::error::{Error, Operation};
use crate::instance::Paths;
use crate::wire::Row;

impl ChangeRequests<'_> {
    /// Reads the conflicts that detection found. Decides by the list: the status beside it may say "Conflict" when
    /// there is none any more. Where the Change Management API is absent, the column `conflict_status` is all there is.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn conflicts(&self, id: &SysId) -> Result<Conflicts, Box<Error>> {
        if self.instance.has_change_api() {
            let operation = Operation::new("read the conflicts of change request", id);
            let request = Request::get(conflict(self.instance.paths(), id));
            match self.instance.read(&operation, request).await {
                Ok(answer) => return Ok(decode(answer.result())),
                Err(error) if error.is_absent_api() => self.instance.remember_no_change_api(),
                Err(error) => return Err(error),
            }
        }
        Ok(self.get(id).await?.conflicts)
    }

    /// Starts conflict detection; it runs on by itself, and [`ChangeRequests::conflicts`] shows what it found. `false`
    /// where the Change Management API is absent.
    ///
    /// # Errors
    /// See [`Error`]. Detection needs a window and a configuration item.
    pub async fn start_conflict_detection(&self, id: &SysId) -> Result<bool, Box<Error>> {
        if !self.instance.has_change_api() {
            return Ok(false);
        }
        let operation = Operation::new("start conflict detection for change request", id);
        let request = start(self.instance.paths(), id);
        match self.instance.send(&operation, request).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_absent_api() => {
                self.instance.remember_no_change_api();
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

fn conflict(paths: &Paths, id: &SysId) -> url::Url {
    paths.change(&[id.as_str(), "conflict"])
}

/// Starting it again only starts it again.
fn start(paths: &Paths, id: &SysId) -> Request {
    Request::post(conflict(paths, id))
        .json(&Json::Object(serde_json::Map::new()))
        .effect(Effect::Absolute)
}

/// Where detection stands, by the values of the vendor's progress workers: 0 and 1 go on, 2 is done, what follows did not
/// get done.
pub(super) fn decode(result: &Json) -> Conflicts {
    let row = Row::from_json(result).unwrap_or_default();
    let job = row.value("job_status");
    if matches!(job, "0" | "1") {
        return Conflicts::Unknown;
    }
    let list = result.get("conflicts").and_then(Json::as_array);
    let found: Vec<String> = list.into_iter().flatten().filter_map(line).collect();
    if !found.is_empty() {
        return Conflicts::Found(found);
    }
    let ended = matches!(job, "" | "2");
    let ran = row.get("last_run").is_none_or(|at| !at.value.is_empty());
    match conflicts_of(row.value("status")) {
        Conflicts::None | Conflicts::Found(_) if ended && ran => Conflicts::None,
        _ => Conflicts::Unknown,
    }
}

/// "CHG0030002: CI Already Scheduled".
fn line(conflict: &Json) -> Option<String> {
    let row = Row::from_json(conflict)?;
    let parts: Vec<&str> = ["change", "type"]
        .iter()
        .filter_map(|column| row.shown(column))
        .collect();
    let text = if parts.is_empty() {
        "a conflict without details".to_owned()
    } else {
        parts.join(": ")
    };
    Some(text)
}
