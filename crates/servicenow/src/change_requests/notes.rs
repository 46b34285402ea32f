//! Work notes. They are appended to a journal, never replaced: writing one twice leaves two.

use change::SysId;

use super::{ChangeRequests, TABLE};
use crate::error::{Error, Operation};
use crate::fields::Fields;
use crate::instance::{List, locked};
use crate::query::{Query, QueryError};

const JOURNAL: &str = "sys_journal_field";

/// The width of the column, in characters.
const WIDTH: usize = 4000;

impl ChangeRequests<'_> {
    /// Adds a work note that holds `marker`, unless one is known to be there: `false` then.
    ///
    /// The journal is looked at where a former try with this marker ended unclear, in this process; across processes
    /// ask [`ChangeRequests::has_note`] first. A note longer than the column is cut, and says so; the marker stays.
    ///
    /// # Errors
    /// Where [`Error::may_have_happened`] says so, the note may be there; a later call looks before it writes.
    pub async fn add_note(&self, id: &SysId, note: &str, marker: &str) -> Result<bool, Error> {
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
    pub async fn has_note(&self, id: &SysId, marker: &str) -> Result<Option<bool>, Error> {
        let operation = Operation::new("read the work notes of change request", id);
        let list = notes(id).map_err(|source| Error::Query {
            operation: operation.clone(),
            source,
        })?;
        let rows = match self.instance.list(&operation, &list).await {
            Err(Error::Refused { .. }) => return Ok(None),
            other => other?,
        };
        let holds = |text: &str| text.contains(marker);
        if rows.iter().any(|row| holds(row.value("value"))) {
            return Ok(Some(true));
        }
        if !rows.is_empty() || self.reads_journals(&operation).await? {
            return Ok(Some(false));
        }
        Ok(None)
    }

    /// Without the right, a list is not refused but empty: so look whether any entry at all is shown.
    async fn reads_journals(&self, operation: &Operation) -> Result<bool, Error> {
        let list =
            List::new(JOURNAL, Query::new(), &["sys_id"]).map_err(|source| Error::Query {
                operation: operation.clone(),
                source,
            })?;
        let request = list.request(self.instance.paths(), 10, 0);
        let answer = self.instance.read(operation, request).await?;
        Ok(!answer.rows()?.is_empty())
    }

    fn forget(&self, key: &(SysId, String)) {
        locked(&self.instance.memory().unclear_notes).retain(|known| known != key);
    }

    fn unknowable(&self, operation: Operation) -> Error {
        Error::Incomplete {
            operation,
            saying: Some(
                "a former try may have written it, and this account may not read sys_journal_field to find out"
                    .to_owned(),
            ),
            may_have_happened: true,
        }
    }
}

fn notes(id: &SysId) -> Result<List, QueryError> {
    let fields = ["sys_id", "element_id", "element", "value"];
    let list = List::by_key(JOURNAL, "element_id", id.as_str(), &fields)?;
    Ok(List {
        query: list.query.eq("name", TABLE)?.eq("element", "work_notes")?,
        ..list
    })
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
