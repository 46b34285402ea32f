//! The walk itself: what forbids a step, and what a step is written with.

use change::{Approval, Request, State, Type, forward, is_past, shipped_step};
use servicenow::Fields;

use super::{Closing, Left};
use crate::ask::choosable;
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
    pub(super) async fn go(&mut self) -> Result<Option<Left>, Box<Error>> {
        let Some(goal) = self.closing.goal else {
            return Ok(None);
        };
        for _ in 0..STEPS {
            if is_past(self.request.state, goal) {
                return Ok(None);
            }
            if let Some(left) = obstacle(&self.request) {
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

    async fn step(&mut self, goal: State) -> Result<Option<Left>, Box<Error>> {
        let from = self.request.state;
        let next = self.control.next_states(&self.request).await?;
        // What is offered starts from where the change stands, which somebody may have changed.
        let elsewhere = next
            .as_ref()
            .is_none_or(|next| !next.available.contains(&from));
        if elsewhere && self.look_again().await? {
            return Ok(None);
        }
        let offered = next.map(|next| choosable(&next, from));
        let step = match &offered {
            None => shipped_step(&self.request.kind, from),
            Some(states) => forward(from, goal, states),
        };
        let Some(step) = step else {
            if self.look_again().await? {
                return Ok(None);
            }
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
            Err(error) if matches!(*error, Error::Refused { .. }) => {
                let changed = self.look_again().await?;
                Ok((!changed).then(|| Left::Refused(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the change anew. Whether it stands elsewhere than it was thought to.
    pub(super) async fn look_again(&mut self) -> Result<bool, Box<Error>> {
        let control = self.control;
        let (id, number) = (self.request.sys_id.clone(), self.request.number.clone());
        let now = control
            .persist(
                || format!("{number} could not be read"),
                async || control.instance.change_requests().get(&id).await,
            )
            .await?;
        let standing = |request: &Request| {
            let approval = request.approval.clone();
            (request.state, approval, request.on_hold.clone())
        };
        let changed = standing(&now) != standing(&self.request);
        self.request = now;
        Ok(changed)
    }

    /// One step, tried again through an outage: but a step with a note in it is looked for before it is taken again.
    async fn take(&self, step: State, fields: &Fields) -> Result<Request, Box<Error>> {
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
    pub(super) fn times(&self, over: bool) -> Fields {
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
}

/// What forbids any step of a change on its way to its end, by what it says of itself.
#[must_use]
pub fn obstacle(request: &Request) -> Option<Left> {
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

/// A standard change is approved by its template.
fn is_preapproved(request: &Request) -> bool {
    request.kind == Type::Standard && request.approval != Approval::Rejected
}
