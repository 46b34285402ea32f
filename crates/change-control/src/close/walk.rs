//! The walk itself: what forbids a step, what a step is written with, and the note where no step carries it.

use change::{Approval, ChangeTask, Outcome, Request, State, Type, forward, is_past, shipped_step};
use servicenow::Fields;

use super::{Closing, Earlier, Left, Tasks};
use crate::{Control, Error, News};

/// More steps than any model has on the way to an end.
const STEPS: usize = 12;

/// A change on its way.
pub(super) struct Walk<'w, 'c> {
    pub(super) control: &'w Control<'c>,
    pub(super) closing: &'w Closing<'w>,
    /// The change as it stands.
    pub(super) request: Request,
    /// Whether the note counts as written.
    pub(super) noted: bool,
    /// Whether it was written now.
    pub(super) wrote: bool,
}

impl Walk<'_, '_> {
    /// Step by step to the goal, or to where it cannot go on.
    pub(super) async fn go(&mut self) -> Result<Option<Left>, Error> {
        let Some(goal) = self.closing.goal else {
            return Ok(None);
        };
        for _ in 0..STEPS {
            if is_past(self.request.state, goal) {
                return Ok(None);
            }
            if let Some(left) = self.obstacle() {
                return Ok(Some(left));
            }
            // What has to be carried out before the change may say that it was.
            let leaves_work = !matches!(self.request.state, State::New | State::Scheduled);
            if leaves_work
                && is_past(goal, State::Review)
                && let Some(left) = self.finish_tasks().await?
            {
                return Ok(Some(left));
            }
            // An instance may have moved it on by itself when its last task was closed.
            if is_past(self.request.state, goal) {
                return Ok(None);
            }
            if let Some(left) = self.step(goal).await? {
                return Ok(Some(left));
            }
        }
        Ok(Some(Left::NoStep(Vec::new())))
    }

    /// What forbids any step.
    fn obstacle(&self) -> Option<Left> {
        let request = &self.request;
        if request.state == State::Canceled {
            return Some(Left::Canceled);
        }
        if let Some(reason) = &request.on_hold {
            return Some(Left::OnHold(reason.clone()));
        }
        let approved = request.is_approved();
        let unapproved = match request.state {
            State::New => !(approved || is_preapproved(request)),
            State::Assess | State::Authorize | State::Scheduled => !approved,
            State::Implement | State::Review | State::Closed | State::Canceled => {
                request.approval == Approval::Rejected
            }
            // A model without approvals asks nobody.
            State::Other(_) => matches!(request.approval, Approval::Requested | Approval::Rejected),
        };
        unapproved.then_some(Left::Unapproved)
    }

    /// The note in a write of its own: no step carried it. On a change that stands where it should, the actual times
    /// travel with it, and show a later attempt that it was written.
    pub(super) async fn note(
        &mut self,
        known: Option<bool>,
        left: Option<&Left>,
    ) -> Result<Option<Left>, Error> {
        let alone = left.is_some() || self.request.state.is_final();
        let shows = alone || self.request.work_end.is_some();
        if known.is_none() && shows && self.closing.earlier >= Earlier::Began {
            return Ok(None);
        }
        let control = self.control;
        let note = (self.closing.note)(&self.request, left);
        let (id, number) = (self.request.sys_id.clone(), self.request.number.clone());
        let times = if alone {
            Fields::new()
        } else {
            self.times(true)
        };
        if times.is_empty() {
            control
                .note(&id, &number, &note, self.closing.marker)
                .await?;
            self.wrote = true;
            return Ok(None);
        }
        let fields = times.set("work_notes", note);
        match self.write(&fields).await {
            Ok(request) => {
                self.request = request;
                self.wrote = true;
                Ok(None)
            }
            Err(error @ Error::Refused { .. }) => Ok(Some(Left::Refused(Box::new(error)))),
            Err(error) => Err(error),
        }
    }

    /// Writes the actual times with the note, once: before it is tried again it is looked for.
    async fn write(&self, fields: &Fields) -> Result<Request, Error> {
        let mut tried = false;
        let (control, before) = (self.control, &self.request);
        let finished = self.closing.finished;
        let written = control
            .persist(
                || format!("no note was written on {}", before.number),
                async || {
                    let changes = control.instance.change_requests();
                    if std::mem::replace(&mut tried, true) {
                        let now = changes.get(&before.sys_id).await?;
                        if finished.is_some() && now.work_end == finished {
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

    async fn step(&mut self, goal: State) -> Result<Option<Left>, Error> {
        let from = self.request.state;
        let offered = self.control.offered(&self.request).await?;
        let step = match &offered {
            None => shipped_step(&self.request.kind, from),
            Some(states) => forward(from, goal, states),
        };
        let Some(step) = step else {
            return Ok(Some(Left::NoStep(offered.unwrap_or_default())));
        };
        if step == State::Closed && self.closing.close_code.is_none() {
            return Ok(Some(Left::NoCloseCode));
        }
        let last = step == goal;
        let fields = self.fields(step, last);
        let carried = fields.get("work_notes").is_some();
        match self.take(step, &fields).await {
            Ok(request) => {
                self.request = request;
                self.noted |= carried;
                self.wrote |= carried;
                Ok(None)
            }
            Err(error @ Error::Refused { .. }) => Ok(Some(Left::Refused(Box::new(error)))),
            Err(error) => Err(error),
        }
    }

    /// One step, tried again through an outage: but a step with a note in it is looked for before it is taken again.
    async fn take(&self, step: State, fields: &Fields) -> Result<Request, Error> {
        let mut tried = false;
        let (control, before) = (self.control, &self.request);
        let moved = control
            .persist(
                || {
                    format!(
                        "{} was not moved from {} to {step}",
                        before.number, before.state
                    )
                },
                async || {
                    let changes = control.instance.change_requests();
                    if std::mem::replace(&mut tried, true) {
                        let now = changes.get(&before.sys_id).await?;
                        if is_past(now.state, step) {
                            return Ok((now, Vec::new()));
                        }
                    }
                    let moved = changes.move_to(&before.sys_id, step, fields).await?;
                    Ok((moved.request, moved.dropped))
                },
            )
            .await;
        let (request, dropped) = moved?;
        control.tell(News::Moved {
            request: &request,
            from: before.state,
        });
        control.tell_dropped(&request.number, &dropped);
        Ok(request)
    }

    /// What is written with a step: what the instance wants for it, and on the last one the note.
    fn fields(&self, step: State, last: bool) -> Fields {
        let mut fields = self.times(is_past(step, State::Review));
        let ends = is_past(step, State::Review);
        if ends && last {
            if let Some(code) = self.closing.close_code {
                fields.insert("close_code", code);
            }
            fields.insert("close_notes", self.closing.close_notes);
        }
        if last && !self.noted {
            fields.insert("work_notes", (self.closing.note)(&self.request, None));
        }
        fields
    }

    /// The actual times that differ from those stored.
    fn times(&self, over: bool) -> Fields {
        let mut fields = Fields::new();
        if self.closing.started != self.request.work_start
            && let Some(started) = self.closing.started
        {
            fields = fields.set_time("work_start", started);
        }
        if over
            && self.closing.finished != self.request.work_end
            && let Some(finished) = self.closing.finished
        {
            fields = fields.set_time("work_end", finished);
        }
        fields
    }

    /// Closes open change tasks, or says that they are in the way.
    async fn finish_tasks(&mut self) -> Result<Option<Left>, Error> {
        let control = self.control;
        let number = self.request.number.clone();
        let id = self.request.sys_id.clone();
        let tasks = control
            .persist(
                || format!("the change tasks of {number} could not be read"),
                async || control.instance.change_tasks().of(&id).await,
            )
            .await?;
        let open: Vec<ChangeTask> = tasks
            .into_iter()
            .filter(|task| !task.state.is_final())
            .collect();
        if open.is_empty() {
            return Ok(None);
        }
        let Tasks::Close { outcome, notes } = self.closing.tasks else {
            return Ok(Some(Left::OpenTasks(open)));
        };
        let code = self.task_code(outcome).await?;
        for task in open {
            let closed = control
                .persist(
                    || format!("the change task {} was not closed", task.number),
                    async || {
                        let tasks = control.instance.change_tasks();
                        tasks.close(&task.sys_id, &code, notes).await
                    },
                )
                .await;
            match closed {
                Ok(task) => control.tell(News::TaskClosed(&task)),
                Err(error @ Error::Refused { .. }) => {
                    return Ok(Some(Left::StuckTask {
                        task: Box::new(task),
                        error: Box::new(error),
                    }));
                }
                Err(error) => return Err(error),
            }
        }
        self.request = control
            .persist(
                || format!("{number} could not be read"),
                async || control.instance.change_requests().get(&id).await,
            )
            .await?;
        Ok(None)
    }

    /// The code that change tasks are closed with.
    async fn task_code(&self, outcome: Outcome) -> Result<String, Error> {
        let references = self.control.instance.references();
        self.control
            .persist(
                || "the close codes of change tasks could not be looked up".to_owned(),
                async || match references.task_close_code(outcome).await {
                    // The refusal to close the task says what is wrong with it.
                    Err(servicenow::Error::NoChoice { .. }) => Ok(outcome.word().to_owned()),
                    other => other,
                },
            )
            .await
    }
}

/// A standard change is approved by its template.
fn is_preapproved(request: &Request) -> bool {
    request.kind == Type::Standard && request.approval != Approval::Rejected
}
