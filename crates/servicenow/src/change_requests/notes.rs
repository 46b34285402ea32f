//! Work notes. They are appended to a journal, never replaced: writing one twice leaves two.

use change::SysId;
use jiff::Timestamp;

use super::{ChangeRequests, TABLE};
use crate::error::{Error, Operation};
use crate::fields::Fields;
use crate::instance::{List, locked};
use crate::moment;
use crate::query::{Query, QueryError};
use crate::wire::Row;

const JOURNAL: &str = "sys_journal_field";

/// The width of the column, in characters.
const WIDTH: usize = 4000;

/// An entry of a journal: work notes are for those who work on the change, not for who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When it was written.
    pub at: Option<Timestamp>,
    /// The sign-in name of who wrote it. Empty where it cannot be read.
    pub by: String,
    /// What it says, in an outsider's words.
    pub text: String,
}

impl ChangeRequests<'_> {
    /// The work notes of a change request, oldest first. `None` where the journal shows none and this account cannot be
    /// seen to read journals at all.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn notes(&self, id: &SysId) -> Result<Option<Vec<Note>>, Box<Error>> {
        self.journal(id, "work_notes").await
    }

    /// Adds a work note that holds `marker`, unless one is known to be there: `false` then.
    ///
    /// The journal is looked at where a former try with this marker ended unclear, in this process; across processes
    /// ask [`ChangeRequests::has_note`] first. A note longer than the column is cut, and says so; the marker stays.
    ///
    /// # Errors
    /// Where [`Error::may_have_happened`] says so, the note may be there; a later call looks before it writes.
    pub async fn add_note(&self, id: &SysId, note: &str, marker: &str) -> Result<bool, Box<Error>> {
        let operation = Operation::new("add a work note to change request", id);
        let key = (id.clone(), marker.to_owned());
        if locked(&self.instance.memory().unclear_notes).contains(&key) {
            match self.has_note(id, marker).await? {
                Some(true) => {
                    self.forget(&key);
                    return Ok(false);
                }
                Some(false) => self.forget(&key),
                None => return Err(self.unknowable(operation)),
            }
        }
        let fields = Fields::new().set("work_notes", fit(note, marker));
        let unclear = match self.patch(&operation, id, &fields).await {
            Err(error) if error.may_have_happened() => error,
            other => return other.map(|_| true),
        };
        locked(&self.instance.memory().unclear_notes).push(key.clone());
        match self.has_note(id, marker).await {
            Ok(Some(true)) => {
                self.forget(&key);
                Ok(true)
            }
            _ => Err(unclear),
        }
    }

    /// Whether a work note with this marker is on the change. `None` where the journal does not show it and this
    /// account cannot be seen to read journals at all.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn has_note(&self, id: &SysId, marker: &str) -> Result<Option<bool>, Box<Error>> {
        let notes = self.notes(id).await?;
        Ok(notes.map(|notes| notes.iter().any(|note| note.text.contains(marker))))
    }

    /// Whether every journal entry among the columns is in its journal, word by word. `None` where that cannot be known.
    pub(super) async fn holds_entries(
        &self,
        id: &SysId,
        fields: &Fields,
    ) -> Result<Option<bool>, Box<Error>> {
        for (element, text) in fields.journals() {
            let Some(entries) = self.journal(id, element).await? else {
                return Ok(None);
            };
            if !entries.iter().any(|entry| same_words(&entry.text, text)) {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    async fn journal(&self, id: &SysId, element: &str) -> Result<Option<Vec<Note>>, Box<Error>> {
        let operation = Operation::new("read the journal of change request", id);
        let list = entries(id, element).map_err(Error::query(&operation))?;
        let rows = match self.instance.list(&operation, &list).await {
            Err(error) if error.refusal().is_some() => return Ok(None),
            other => other?,
        };
        if rows.is_empty() && !self.reads_journals(&operation).await? {
            return Ok(None);
        }
        Ok(Some(rows.iter().map(decode).collect()))
    }

    /// Without the right, a list is not refused but empty: so look whether any entry at all is shown.
    async fn reads_journals(&self, operation: &Operation) -> Result<bool, Box<Error>> {
        let list =
            List::new(JOURNAL, Query::new(), &["sys_id"]).map_err(Error::query(operation))?;
        let request = list.request(self.instance.paths(), 10, 0);
        let answer = self.instance.read(operation, request).await?;
        Ok(!answer.rows()?.is_empty())
    }

    fn forget(&self, key: &(SysId, String)) {
        locked(&self.instance.memory().unclear_notes).retain(|known| known != key);
    }

    fn unknowable(&self, operation: Operation) -> Box<Error> {
        Box::new(Error::Incomplete {
            operation,
            saying: Some(
                "a former try may have written it, and this account may not read sys_journal_field to find out"
                    .to_owned(),
            ),
            may_have_happened: true,
        })
    }
}

fn entries(id: &SysId, element: &str) -> Result<List, QueryError> {
    let fields = [
        "sys_id",
        "element_id",
        "element",
        "value",
        "sys_created_on",
        "sys_created_by",
    ];
    let list =
        List::by_key(JOURNAL, "element_id", id.as_str(), &fields)?.ordered(&["sys_created_on"])?;
    Ok(List {
        query: list.query.eq("name", TABLE)?.eq("element", element)?,
        ..list
    })
}

fn decode(row: &Row) -> Note {
    Note {
        at: moment::read(row.value("sys_created_on")),
        by: row.value("sys_created_by").to_owned(),
        text: row.value("value").to_owned(),
    }
}

/// Whether two entries say the same: an instance has its own line ends, and drops white space around an entry.
fn same_words(stored: &str, asked: &str) -> bool {
    stored.trim().lines().eq(asked.trim().lines())
}

/// The note with its marker, within the width of the column.
fn fit(note: &str, marker: &str) -> String {
    let whole = if note.contains(marker) {
        note.to_owned()
    } else {
        format!("{note}\n{marker}")
    };
    if whole.chars().count() <= WIDTH {
        return whole;
    }
    let total = note.chars().count();
    let tail = |cut: usize| format!("\n[{cut} characters cut]\n{marker}");
    let room = WIDTH.saturating_sub(tail(total).chars().count());
    let head: String = note.chars().take(room).collect();
    head + &tail(total - room.min(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_recognised_by_its_words_alone() {
        assert!(same_words("a\r\nb \n", "a\nb"));
        assert!(!same_words("a\nb", "a b"));
        assert!(!same_words("a", "a\nb"));
    }

    #[test]
    fn a_note_says_who_when_and_what() {
        let json = serde_json::json!({
            "value": "deployed",
            "sys_created_on": {"display_value": "2026-03-01 15:30:05", "value": "2026-03-01 22:30:05"},
            "sys_created_by": "svc.azure",
        });
        let note = decode(&Row::from_json(&json).unwrap());
        assert_eq!(note.at, moment::read("2026-03-01 22:30:05"));
        assert_eq!(
            (note.by.as_str(), note.text.as_str()),
            ("svc.azure", "deployed")
        );
        assert_eq!(decode(&Row::default()).at, None);
    }

    #[test]
    fn a_note_keeps_its_marker_and_the_width_of_the_column() {
        assert_eq!(fit("Deployed.", "[run 7]"), "Deployed.\n[run 7]");
        assert_eq!(
            fit("Deployed by [run 7].", "[run 7]"),
            "Deployed by [run 7]."
        );
        for note in ["é".repeat(5000), format!("{}[run 7]", "x".repeat(3999))] {
            let fitted = fit(&note, "[run 7]");
            assert!(fitted.chars().count() <= WIDTH);
            assert!(
                fitted.ends_with("\n[run 7]"),
                "{}",
                &fitted[fitted.len() - 40..]
            );
            let told: usize = fitted
                .split_once("\n[")
                .and_then(|(head, rest)| {
                    let cut: usize = rest.split(' ').next()?.parse().ok()?;
                    Some(head.chars().count() + cut)
                })
                .unwrap();
            assert_eq!(told, note.chars().count());
        }
    }
}
