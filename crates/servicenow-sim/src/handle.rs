//! What a test may do to a running instance, beside talking to it: look, change, decide, break.

mod people;
mod records;

use std::time::Duration;

use crate::approvals;
use crate::coerce::Incoming;
use crate::faults::{Fault, On, When};
use crate::options::Options;
use crate::recorder::{Finding, Recorded};
use crate::rules;
use crate::serve;
use crate::sim::Sim;
use crate::stop::Last;
use crate::store::{self, Record};
use crate::world::World;

const CHANGE: &str = "change_request";

/// How far to approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounds {
    /// Every approver of the round that is waiting now.
    Current,
    /// Round after round until nobody is asked any more.
    All,
}

/// Why the handle could not do as told.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// No change has this number.
    #[error("no change request has the number {0}")]
    NoChange(String),
    /// No user has this name.
    #[error("no user has the name {0}")]
    NoUser(String),
    /// Nobody is asked to approve, or not this user.
    #[error("nothing waits for an approval on {0}")]
    NothingWaits(String),
    /// The rules of the instance refused; the text is what a client would have read.
    #[error("the instance refused: {0}")]
    Refused(String),
}

pub(crate) fn change_id(world: &World, number: &str) -> Result<String, HandleError> {
    let row = world.store.find(CHANGE, "number", number);
    row.map(|r| store::get(r, "sys_id").to_owned())
        .ok_or_else(|| HandleError::NoChange(number.to_owned()))
}

/// Approver rows that wait, with the user name of each approver.
fn waiting(world: &World, change: &str) -> Vec<(String, String)> {
    let name = |row: &String| {
        let approver = store::get(world.store.get("sysapproval_approver", row)?, "approver");
        Some(store::get(world.store.get("sys_user", approver)?, "user_name").to_owned())
    };
    let rows = approvals::waiting(world, change).into_iter();
    rows.map(|row| (row.clone(), name(&row).unwrap_or_default()))
        .collect()
}

pub(crate) fn approve(world: &mut World, number: &str, rounds: Rounds) -> Result<(), HandleError> {
    let id = change_id(world, number)?;
    let mut asked = waiting(world, &id);
    if asked.is_empty() {
        return Err(HandleError::NothingWaits(number.to_owned()));
    }
    loop {
        for (row, by) in asked {
            approvals::decide(world, &row, "approved", "", &by);
        }
        asked = waiting(world, &id);
        if rounds == Rounds::Current || asked.is_empty() {
            return Ok(());
        }
    }
}

/// Decides one approver's row; without a name, the first that waits.
pub(crate) fn decide(
    world: &mut World,
    number: &str,
    approver: Option<&str>,
    state: &str,
    comment: &str,
) -> Result<(), HandleError> {
    let id = change_id(world, number)?;
    let asked = waiting(world, &id);
    let row = asked
        .into_iter()
        .find(|(_, by)| approver.is_none_or(|a| a == by));
    let (row, by) = row.ok_or_else(|| HandleError::NothingWaits(number.to_owned()))?;
    approvals::decide(world, &row, state, comment, &by);
    Ok(())
}

/// Writes columns of a change as a user would, through all rules.
pub(crate) fn write_as(
    world: &mut World,
    number: &str,
    user: &str,
    columns: &[(&str, &str)],
    note: &str,
) -> Result<(), HandleError> {
    let id = change_id(world, number)?;
    let row = world.store.find("sys_user", "user_name", user);
    let user_id = row.map(|r| store::get(r, "sys_id").to_owned());
    let actor = user_id.and_then(|id| crate::auth::actor(world, &id));
    let actor = actor.ok_or_else(|| HandleError::NoUser(user.to_owned()))?;
    let values: Record = columns
        .iter()
        .map(|(c, v)| ((*c).to_owned(), (*v).to_owned()))
        .collect();
    let notes = if note.is_empty() {
        Vec::new()
    } else {
        vec![("work_notes".to_owned(), note.to_owned())]
    };
    let incoming = Incoming {
        values,
        notes,
        ..Incoming::default()
    };
    rules::update(world, &actor, &mut Vec::new(), CHANGE, &id, incoming).map_err(|refusal| {
        HandleError::Refused(refusal.detail().unwrap_or_else(|| format!("{refusal:?}")))
    })
}

impl Sim {
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut serve::lock(&self.world))
    }

    /// Every approver of the waiting round (or of all rounds) approves.
    ///
    /// # Errors
    ///
    /// When no change has the number, or nobody is asked.
    pub fn approve(&self, number: &str, rounds: Rounds) -> Result<(), HandleError> {
        self.with(|w| approve(w, number, rounds))
    }

    /// One approver approves.
    ///
    /// # Errors
    ///
    /// When no change has the number, or this user is not asked.
    pub fn approve_as(&self, number: &str, approver: &str) -> Result<(), HandleError> {
        self.with(|w| decide(w, number, Some(approver), "approved", ""))
    }

    /// One approver rejects, saying why.
    ///
    /// # Errors
    ///
    /// When no change has the number, or this user is not asked.
    pub fn reject(&self, number: &str, approver: &str, comment: &str) -> Result<(), HandleError> {
        self.with(|w| decide(w, number, Some(approver), "rejected", comment))
    }

    /// Somebody cancels the change; the reason becomes a work note.
    ///
    /// # Errors
    ///
    /// When there is no such change or user, or the state cannot be cancelled.
    pub fn cancel(&self, number: &str, user: &str, reason: &str) -> Result<(), HandleError> {
        self.with(|w| write_as(w, number, user, &[("state", "4")], reason))
    }

    /// Somebody puts the change on hold.
    ///
    /// # Errors
    ///
    /// When there is no such change or user, or the reason is empty.
    pub fn hold(&self, number: &str, user: &str, reason: &str) -> Result<(), HandleError> {
        self.with(|w| {
            write_as(
                w,
                number,
                user,
                &[("on_hold", "true"), ("on_hold_reason", reason)],
                "",
            )
        })
    }

    /// Somebody releases the change from hold.
    ///
    /// # Errors
    ///
    /// When there is no such change or user.
    pub fn release(&self, number: &str, user: &str) -> Result<(), HandleError> {
        self.with(|w| write_as(w, number, user, &[("on_hold", "false")], ""))
    }

    /// Somebody moves the planned window (platform text, UTC).
    ///
    /// # Errors
    ///
    /// When there is no such change or user.
    pub fn reschedule(
        &self,
        number: &str,
        user: &str,
        start: &str,
        end: &str,
    ) -> Result<(), HandleError> {
        self.with(|w| {
            write_as(
                w,
                number,
                user,
                &[("start_date", start), ("end_date", end)],
                "",
            )
        })
    }

    /// Somebody asks for a state, through all rules: what a person at the form would do.
    ///
    /// # Errors
    ///
    /// When there is no such change or user, or the rules refuse.
    pub fn move_as(
        &self,
        number: &str,
        user: &str,
        columns: &[(&str, &str)],
    ) -> Result<(), HandleError> {
        self.with(|w| write_as(w, number, user, columns, ""))
    }

    /// Adds a fault; faults struck first were added first.
    pub fn fail(&self, on: On, when: When, fault: Fault) {
        self.with(|w| w.faults.add(on, when, fault));
    }

    /// Removes every fault.
    pub fn heal(&self) {
        self.with(|w| w.faults.clear());
    }

    /// Cuts the line after so many more requests: the last of them takes effect and is answered or not, every later one
    /// is neither looked at nor recorded, and its connection closes without a byte.
    pub fn stop_after(&self, requests: u64, last: Last) {
        self.with(|w| w.line.stop_after(requests, last));
    }

    /// Mends the line.
    pub fn resume(&self) {
        self.with(|w| w.line.resume());
    }

    /// How many requests were let through since the start; [`Sim::forget_requests`] does not forget them.
    pub fn request_count(&self) -> u64 {
        self.with(|w| w.line.served())
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        self.with(|w| w.recorder.requests.clone())
    }

    /// Every finding so far, oldest first.
    pub fn findings(&self) -> Vec<Finding> {
        self.with(|w| {
            w.recorder
                .requests
                .iter()
                .flat_map(|r| r.findings.clone())
                .collect()
        })
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.with(|w| w.recorder.requests.clear());
    }

    /// Turns switches of the running instance. Schema, seed, start of the clock and semaphore are read at start only.
    pub fn configure(&self, change: impl FnOnce(&mut Options)) {
        self.with(|w| change(&mut w.options));
    }

    /// Moves the instance's clock forward.
    pub fn advance(&self, by: Duration) {
        self.with(|w| {
            w.clock
                .advance(jiff::SignedDuration::try_from(by).unwrap_or(jiff::SignedDuration::MAX));
        });
    }

    /// The instance's time as platform text, UTC.
    pub fn now(&self) -> String {
        self.with(|w| w.now_text())
    }
}
