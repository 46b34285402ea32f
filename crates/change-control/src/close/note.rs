//! The note where no step carries it.

use change::{Request, State, is_past};
use servicenow::Fields;

use super::walk::Walk;
use super::{Earlier, Left};
use crate::Error;

impl Walk<'_, '_> {
    /// The note in a write of its own: no step carried it. On a change that stands where it should, what the last step
    /// would have written travels with it, and shows a later attempt that it was written.
    pub(super) async fn note(
        &mut self,
        known: Option<bool>,
        left: Option<&Left>,
    ) -> Result<Option<Left>, Box<Error>> {
        let alone = left.is_some() || self.request.state.is_final();
        let ending = self.ending(alone);
        let hidden = alone || (self.request.work_end.is_some() && ending.is_empty());
        if known.is_none() && hidden && self.closing.earlier >= Earlier::Began {
            return Ok(None);
        }
        let control = self.control;
        let note = (self.closing.note)(&self.request, left);
        let (id, number) = (self.request.sys_id.clone(), self.request.number.clone());
        let with = if alone {
            Fields::new()
        } else {
            ending
                .iter()
                .fold(self.times(true), |all, (column, value)| {
                    all.set(column, value)
                })
        };
        if with.is_empty() {
            control
                .note(&id, &number, &note, self.closing.marker)
                .await?;
            self.wrote = true;
            return Ok(None);
        }
        let fields = with.set("work_notes", note);
        match self.write(&fields).await {
            Ok(request) => {
                self.request = request;
                self.wrote = true;
                Ok(None)
            }
            Err(error) if matches!(*error, Error::Refused { .. }) => Ok(Some(Left::Refused(error))),
            Err(error) => Err(error),
        }
    }

    /// What a change in Review says about its end, where nobody has written it yet: somebody else walked it there.
    fn ending(&self, alone: bool) -> Fields {
        let mut fields = Fields::new();
        let here = is_past(self.request.state, State::Review);
        let wanted = self
            .closing
            .goal
            .is_some_and(|goal| is_past(goal, State::Review));
        let empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
        if alone || !here || !wanted {
            return fields;
        }
        if empty(&self.request.close_code)
            && let Some(code) = self.closing.close_code
        {
            fields.insert("close_code", code);
        }
        if empty(&self.request.close_notes) {
            fields.insert("close_notes", self.closing.close_notes);
        }
        fields
    }

    /// Writes the actual times with the note, once: before it is tried again it is looked for.
    async fn write(&self, fields: &Fields) -> Result<Request, Box<Error>> {
        let mut tried = false;
        let (control, before) = (self.control, &self.request);
        let (finished, marker) = (self.closing.finished, self.closing.marker);
        let ends = fields.get("close_notes").is_some();
        let is_written = |now: &Request| {
            if ends {
                now.close_notes
                    .as_deref()
                    .is_some_and(|notes| notes.contains(marker))
            } else {
                finished.is_some() && now.work_end == finished
            }
        };
        let written = control
            .persist(
                || format!("no note was written on {}", before.number),
                async || {
                    let changes = control.instance.change_requests();
                    if std::mem::replace(&mut tried, true) {
                        let now = changes.get(&before.sys_id).await?;
                        if is_written(&now) {
                            return Ok((now, Vec::new()));
                        }
                    }
                    let written = changes.update(&before.sys_id, fields).await?;
                    Ok((written.request, written.dropped))
                },
            )
            .await;
        let (request, dropped) = written?;
        control.tell_dropped(&request.number, &dropped);
        Ok(request)
    }
}
