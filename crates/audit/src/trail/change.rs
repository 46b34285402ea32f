//! What ServiceNow says about one change.

use jiff::Timestamp;
use serde::Serialize;

use super::{Gap, Link, Person};

/// The change request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The number people say aloud.
    pub number: String,
    /// The key.
    pub sys_id: String,
    /// The page a person opens.
    pub page: Option<Link>,
    /// The title.
    pub short_description: String,
    /// The description.
    pub description: String,
    /// The state as the instance shows it.
    pub state: String,
    /// The state's stored value.
    pub state_value: i32,
    /// Standard, normal, emergency, or the instance's own.
    #[serde(rename = "type")]
    pub kind: String,
    /// The model's name.
    pub model: Option<String>,
    /// What all approvers amount to, as stored.
    pub approval: String,
    /// Why it is on hold, while it is.
    pub on_hold: Option<String>,
    /// The risk's label.
    pub risk: Option<String>,
    /// The priority's label.
    pub priority: Option<String>,
    /// The category's label.
    pub category: Option<String>,
    /// The planned start.
    pub planned_start: Option<Timestamp>,
    /// The planned end.
    pub planned_end: Option<Timestamp>,
    /// The actual start.
    pub actual_start: Option<Timestamp>,
    /// The actual end.
    pub actual_end: Option<Timestamp>,
    /// When the record came to be.
    pub created_at: Option<Timestamp>,
    /// When it was opened, as the record says: a field that can be written.
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// For whom it was requested.
    pub requested_by: Option<Person>,
    /// Who opened it.
    pub opened_by: Option<Person>,
    /// Who closed it.
    pub closed_by: Option<Person>,
    /// The group that carries it out.
    pub assignment_group: Option<String>,
    /// The configuration item.
    pub configuration_item: Option<String>,
    /// The business service.
    pub business_service: Option<String>,
    /// The close code, once closed.
    pub close_code: Option<String>,
    /// The close notes.
    pub close_notes: Option<String>,
    /// The key of the stage that opened it, as stored.
    pub correlation: String,
    /// Other changes that conflict with it, where detection said so.
    pub conflicts: Vec<String>,
}

/// One approver's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Who was asked.
    pub approver: Person,
    /// For which group.
    pub group: Option<String>,
    /// The answer: requested, approved, rejected, or the instance's own word.
    pub state: String,
    /// The approver's words.
    pub comment: Option<String>,
    /// When the row last changed. ServiceNow keeps no other time of an answer.
    pub at: Option<Timestamp>,
}

impl Approval {
    pub(crate) fn is_given(&self) -> bool {
        self.state == "approved"
    }
}

/// The work notes, as far as they can be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notes {
    /// Whether the journal could be read at all.
    pub readable: bool,
    /// How many there are.
    pub total: usize,
    /// The newest of them, oldest first.
    pub kept: Vec<Note>,
}

/// One work note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// When it was written.
    pub at: Option<Timestamp>,
    /// By which account.
    pub by: String,
    /// What it says.
    pub text: String,
}

/// A file on the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its SHA-256 in lower-case hex, as the instance keeps it.
    pub sha256: Option<String>,
}

/// Everything read from the instance about one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTrail {
    /// The change.
    pub change: Change,
    /// Its approvers, in the order they were asked.
    pub approvals: Vec<Approval>,
    /// Its work notes.
    pub notes: Notes,
    /// Its files.
    pub files: Vec<File>,
    /// Whether the list of files could be read.
    pub files_readable: bool,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}
