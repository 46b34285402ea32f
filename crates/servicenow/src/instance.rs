//! One ServiceNow installation: who we are there, what its clock says, what it lacks.

mod clock;
mod list;
mod paths;
mod send;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use change::SysId;
use jiff::Timestamp;
use redact::Secret;
use url::Url;

use crate::auth::{Auth, Credentials};
use crate::error::Error;
use crate::{Approvals, Attachments, ChangeRequests, ChangeTasks, Records, References};

pub use clock::Clock;
pub(crate) use list::{List, Pages};
pub(crate) use paths::Paths;
pub(crate) use send::document;

/// Called with each secret that comes to be while running, before its first use.
pub type OnNewSecret = Arc<dyn Fn(&Secret) + Send + Sync>;

/// One ServiceNow installation, as one account. Cheap to clone; clones share tokens and what was learnt.
#[derive(Clone)]
pub struct Instance {
    paths: Paths,
    http: outbound::Client,
    credentials: Arc<Credentials>,
    clock: clock::InstanceClock,
    on_new_secret: Option<OnNewSecret>,
    memory: Arc<Memory>,
}

/// What was learnt about the instance, and tried on it.
#[derive(Default)]
pub(crate) struct Memory {
    /// The Change Management API answered that it is not there.
    change_api_absent: AtomicBool,
    notices: Mutex<Notices>,
    /// Notes whose writing ended unclear, by change and marker.
    pub(crate) unclear_notes: Mutex<Vec<(SysId, String)>>,
    pub(crate) choices: Mutex<crate::references::Known>,
}

#[derive(Default)]
struct Notices {
    told: Vec<String>,
    fresh: Vec<String>,
}

impl Instance {
    /// An instance at `base`, with or without a trailing slash; a path prefix is kept.
    ///
    /// Without [`Instance::with_clock`] its time is unknown until the first answer.
    #[must_use]
    pub fn new(base: Url, auth: Auth, http: outbound::Client) -> Self {
        Self {
            paths: Paths::new(base),
            http,
            credentials: Arc::new(Credentials::new(auth)),
            clock: clock::InstanceClock::default(),
            on_new_secret: None,
            memory: Arc::default(),
        }
    }

    /// Reads the local time from `clock`.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock::InstanceClock::new(clock);
        self
    }

    /// Tells `f` of each secret that comes to be while running (the Basic header's blob, fetched tokens, signed
    /// assertions), before its first use.
    #[must_use]
    pub fn on_new_secret(mut self, f: OnNewSecret) -> Self {
        self.on_new_secret = Some(f);
        self
    }

    /// The table `change_request` and what belongs to its rows.
    #[must_use]
    pub fn change_requests(&self) -> ChangeRequests<'_> {
        ChangeRequests::new(self)
    }

    /// The pieces of work below a change request.
    #[must_use]
    pub fn change_tasks(&self) -> ChangeTasks<'_> {
        ChangeTasks::new(self)
    }

    /// A table of the customer's own.
    ///
    /// # Errors
    /// [`Error::Query`] for a name that is no table's: small letters, digits and underscores.
    pub fn records<'a>(&'a self, table: &'a str) -> Result<Records<'a>, Box<Error>> {
        Records::new(self, table)
    }

    /// Who was asked about a change request, and what they answered.
    #[must_use]
    pub fn approvals(&self) -> Approvals<'_> {
        Approvals::new(self)
    }

    /// Names and labels that a change request refers to.
    #[must_use]
    pub fn references(&self) -> References<'_> {
        References::new(self)
    }

    /// Files on records.
    #[must_use]
    pub fn attachments(&self) -> Attachments<'_> {
        Attachments::new(self)
    }

    /// The instance's time: the local clock, moved by what the last answer's `Date` header showed. An agent whose clock
    /// is an hour off sees the same windows as everybody else.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The page of a change request that a person opens.
    #[must_use]
    pub fn address_of(&self, sys_id: &SysId) -> Url {
        let mut url = self.paths.at(&["nav_to.do"]);
        let uri = format!("change_request.do?sys_id={sys_id}");
        url.query_pairs_mut().append_pair("uri", &uri);
        url
    }

    /// What a user should be told about this instance. Each notice is handed out once.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.memory.notices).fresh)
    }

    pub(crate) fn notice(&self, text: String) {
        let mut notices = locked(&self.memory.notices);
        if !notices.told.contains(&text) {
            notices.told.push(text.clone());
            notices.fresh.push(text);
        }
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn has_change_api(&self) -> bool {
        !self.memory.change_api_absent.load(Ordering::Relaxed)
    }

    pub(crate) fn remember_no_change_api(&self) {
        self.memory.change_api_absent.store(true, Ordering::Relaxed);
        self.notice(
            "the Change Management API (sn_chg_rest) is not available on this instance: using the Table API instead"
                .to_owned(),
        );
    }

    pub(crate) fn announce(&self, secret: &Secret) {
        if let Some(tell) = &self.on_new_secret {
            tell(secret);
        }
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance")
            .field("base", &redact::SafeUrl::from(&self.paths.at(&[])))
            .finish_non_exhaustive()
    }
}

/// What a lock protects here is complete after every statement, so a panic elsewhere leaves it usable.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
