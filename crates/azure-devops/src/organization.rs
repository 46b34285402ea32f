//! One organization: where it is, who we are there, and when it may be asked again.

mod addresses;
mod pace;
mod pages;
mod send;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use redact::Secret;
use url::Url;

use crate::auth::{Auth, Credentials};
use crate::error::{Error, Operation};
use crate::{Deployments, PullRequests, Releases, Runs, WorkItems};

pub(crate) use addresses::{Addresses, Place, Segment};
pub use pages::Pages;

/// Reads the local time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Called with each secret that comes to be while running, before its first use.
pub type OnNewSecret = Arc<dyn Fn(&Secret) + Send + Sync>;

/// One organization (on premises: a collection), as one identity. Cheap to clone; clones share tokens and the pace the
/// service asks for.
///
/// Requests are paced: where an answer asks to be left alone for a while (`Retry-After`, `X-RateLimit-Delay`, also beside
/// a success), the next request waits for up to 30 seconds. The service itself delays requests by about as much, so the
/// time an attempt may take ([`outbound::Limits::total`]) should be longer.
#[derive(Clone)]
pub struct Organization {
    addresses: Arc<Addresses>,
    http: outbound::Client,
    credentials: Arc<Credentials>,
    pace: Arc<pace::Pace>,
    clock: Option<Clock>,
    on_new_secret: Option<OnNewSecret>,
}

impl Organization {
    /// An organization at `collection`, with or without a trailing slash: `https://dev.azure.com/{organization}/`,
    /// `https://{organization}.visualstudio.com/`, or a collection on premises with its path. User name, password, query
    /// and fragment of the address are not used.
    ///
    /// Classic releases live on a host of their own at the public service (`vsrm.dev.azure.com`,
    /// `{organization}.vsrm.visualstudio.com`); it is derived. Everywhere else they are below the same address.
    #[must_use]
    pub fn new(collection: Url, auth: Auth, http: outbound::Client) -> Self {
        Self {
            addresses: Arc::new(Addresses::new(collection)),
            http,
            credentials: Arc::new(Credentials::new(auth)),
            pace: Arc::default(),
            clock: None,
            on_new_secret: None,
        }
    }

    /// Reads the local time from `clock`. It is asked where an answer names the date until which it wants to be left
    /// alone, but not its own.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Tells `f` of each secret that comes to be while running (the Basic header's blob, fetched tokens), before its
    /// first use.
    #[must_use]
    pub fn on_new_secret(mut self, f: OnNewSecret) -> Self {
        self.on_new_secret = Some(f);
        self
    }

    /// The runs of a project, by its name or GUID.
    #[must_use]
    pub fn runs<'a>(&'a self, project: &'a str) -> Runs<'a> {
        Runs::new(self, project)
    }

    /// The work items of a project, by its name or GUID.
    #[must_use]
    pub fn work_items<'a>(&'a self, project: &'a str) -> WorkItems<'a> {
        WorkItems::new(self, project)
    }

    /// The pull requests in Azure Repos of a project, by its name or GUID.
    #[must_use]
    pub fn pull_requests<'a>(&'a self, project: &'a str) -> PullRequests<'a> {
        PullRequests::new(self, project)
    }

    /// What YAML pipelines deployed to the environments of a project, by its name or GUID.
    #[must_use]
    pub fn deployments<'a>(&'a self, project: &'a str) -> Deployments<'a> {
        Deployments::new(self, project)
    }

    /// The classic releases of a project, by its name or GUID.
    #[must_use]
    pub fn releases<'a>(&'a self, project: &'a str) -> Releases<'a> {
        Releases::new(self, project)
    }

    /// A project's place in the addresses; an error where its name cannot be part of one.
    pub(crate) fn place<'a>(
        &'a self,
        operation: &Operation,
        project: &'a str,
    ) -> Result<Place<'a>, Box<Error>> {
        let project = Segment::checked(operation, "project", project)?;
        Ok(Place::new(&self.addresses, project))
    }

    pub(crate) fn announce(&self, secret: &Secret) {
        if let Some(tell) = &self.on_new_secret {
            tell(secret);
        }
    }
}

impl fmt::Debug for Organization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Organization")
            .field(
                "collection",
                &redact::SafeUrl::from(self.addresses.collection()),
            )
            .finish_non_exhaustive()
    }
}
