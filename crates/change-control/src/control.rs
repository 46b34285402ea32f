//! Where the verbs live.

use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

use change::{Number, Request, State, SysId};
use servicenow::{Fields, Instance};

use crate::{Error, News};

/// The moves on the change requests of one instance, and who is told about them.
pub struct Control<'a> {
    pub(crate) instance: &'a Instance,
    listener: RefCell<&'a mut dyn FnMut(News<'_>)>,
    pub(crate) unavailable: Duration,
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("unavailable", &self.unavailable)
            .finish_non_exhaustive()
    }
}

impl<'a> Control<'a> {
    /// Moves on `instance`, told to `listener`; an instance that does not answer is waited for that long.
    pub fn new(
        instance: &'a Instance,
        unavailable: Duration,
        listener: &'a mut dyn FnMut(News<'_>),
    ) -> Self {
        Self {
            instance,
            listener: RefCell::new(listener),
            unavailable,
        }
    }

    pub(crate) fn tell(&self, news: News<'_>) {
        (self.listener.borrow_mut())(news);
    }

    /// Cancels a change, with the reason as a work note.
    ///
    /// # Errors
    /// When the instance refuses (a change in Review cannot be cancelled) or cannot be reached. It is tried once:
    /// whoever cancels has little time.
    pub async fn cancel(&self, request: &Request, why: &str) -> Result<Request, Box<Error>> {
        let changes = self.instance.change_requests();
        // Somebody may have been faster. A failed reading is no reason not to try.
        if let Ok(now) = changes.get(&request.sys_id).await
            && now.state == State::Canceled
        {
            return Ok(now);
        }
        let fields = Fields::new().set("work_notes", why);
        match changes
            .move_to(&request.sys_id, State::Canceled, &fields)
            .await
        {
            Ok(moved) => {
                self.tell(News::Moved {
                    request: &moved.request,
                    from: request.state,
                });
                Ok(moved.request)
            }
            Err(source) => Err(Box::new(Error::Refused {
                what: format!("{} was not cancelled", request.number),
                source,
            })),
        }
    }

    /// Writes a work note, once: `marker` is part of the note and looked for before it is written, where the account
    /// may read journals, and after an unclear answer. An instance that does not answer is waited for.
    ///
    /// # Errors
    /// When the instance refuses, stays unreachable, or does not say whether it took the note.
    pub async fn note(
        &self,
        id: &SysId,
        number: &Number,
        note: &str,
        marker: &str,
    ) -> Result<(), Box<Error>> {
        let what = || format!("no note was written on {number}");
        let added = self.persist_while_clear(what, async || {
            let changes = self.instance.change_requests();
            if changes.has_note(id, marker).await? == Some(true) {
                return Ok(false);
            }
            changes.add_note(id, note, marker).await
        });
        Box::pin(added).await.map(|_| ())
    }
}
