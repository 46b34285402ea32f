//! Open or adopt: one change per stage, whatever goes wrong on the way.
//!
//! The key is looked up before every creation, also before a second try, so that an answer that was lost never makes
//! a second change. A returned row was already compared with the key by the client.

use std::fmt;
use std::time::Duration;

use change::{Correlation, Number, Request, State, is_reusable};
use jiff::Timestamp;
use servicenow::NewChange;
use tokio::time::{Instant, sleep};

use crate::outage::Outage;
use crate::{Control, Error, News};

/// After this many changes of one stage that are over, something else is wrong.
const GENERATIONS: u32 = 50;

/// How often an unclear creation is tried in all.
const TRIES: u32 = 4;

/// How long to look for a change whose creation gave no clear answer before it is created again: a transaction that
/// outlived its connection commits late.
const LOOK_AGAIN: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// Which change to open.
#[derive(Debug)]
pub enum Order<'a> {
    /// The open one of this stage, or a new one.
    CreateOrReuse(Opening<'a>),
    /// A new one, even if one is open.
    Create(Opening<'a>),
    /// The one with this number.
    Number(&'a Number),
    /// The only one that this encoded query matches.
    Query(&'a str),
}

/// What to create, and under which key.
#[derive(Clone, Copy)]
pub struct Opening<'a> {
    /// The stage's identity.
    pub correlation: &'a Correlation,
    /// The change to create, given the instance's time just before. Its key is set by [`Control::open`].
    pub new: &'a dyn Fn(Timestamp) -> NewChange,
}

impl fmt::Debug for Opening<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("correlation", &self.correlation)
            .finish_non_exhaustive()
    }
}

/// Where the change of a stage is, or may be put.
#[derive(Debug)]
pub enum Place {
    /// This one is open under the key.
    Taken {
        /// The key.
        key: String,
        /// The change; the oldest where there are several.
        oldest: Box<Request>,
        /// Whether it is the only one.
        alone: bool,
    },
    /// Nothing is under this key.
    Free {
        /// The key.
        key: String,
    },
}

/// An open change and where it came from.
#[derive(Debug)]
pub struct Opened {
    /// The change.
    pub request: Request,
    /// Where it came from.
    pub how: How,
}

/// Where an open change came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// We made it.
    Created,
    /// It was there, under this stage's key.
    Adopted,
    /// The user named it.
    Named,
}

impl Control<'_> {
    /// Finds or creates the change of a stage.
    ///
    /// # Errors
    /// When the user's number or query leads to none or to several, when the instance refuses, stays unreachable, or
    /// never answers a creation clearly.
    pub async fn open(&self, order: &Order<'_>) -> Result<Opened, Box<Error>> {
        match order {
            Order::CreateOrReuse(opening) => self.create(opening, true).await,
            Order::Create(opening) => self.create(opening, false).await,
            Order::Number(number) => self.named_by_number(number).await,
            Order::Query(query) => self.named_by_query(query).await,
        }
    }

    async fn named_by_number(&self, number: &Number) -> Result<Opened, Box<Error>> {
        let found = self
            .persist(
                || format!("{number} could not be read"),
                async || self.instance.change_requests().by_number(number).await,
            )
            .await?;
        let request = found.ok_or_else(|| Box::new(Error::NoSuchNumber(number.clone())))?;
        self.tell(News::Found(&request));
        Ok(Opened {
            request,
            how: How::Named,
        })
    }

    async fn named_by_query(&self, query: &str) -> Result<Opened, Box<Error>> {
        let mut found = self
            .persist(
                || "the change query could not be asked".to_owned(),
                async || self.instance.change_requests().by_query(query).await,
            )
            .await
            .map_err(blame_query)?;
        if let [first, second, ..] = found.as_slice() {
            let (first, second) = (first.number.clone(), second.number.clone());
            return Err(Box::new(Error::QueryMatchesMany { first, second }));
        }
        let request = found
            .pop()
            .ok_or_else(|| Box::new(Error::QueryMatchesNone))?;
        self.tell(News::Found(&request));
        Ok(Opened {
            request,
            how: How::Named,
        })
    }

    async fn create(&self, opening: &Opening<'_>, reuse: bool) -> Result<Opened, Box<Error>> {
        match self.seek(opening.correlation, reuse).await? {
            Place::Taken { key, oldest, alone } => {
                let request = self.settle_found(&key, *oldest, alone).await?;
                self.tell(News::Adopted(&request));
                Ok(Opened {
                    request,
                    how: How::Adopted,
                })
            }
            Place::Free { key } => self.create_under(opening, &key).await,
        }
    }

    /// Looks where a stage's change is, or where the next one has its place. Nothing is written.
    ///
    /// # Errors
    /// When the instance refuses or stays unreachable, or too many changes of the stage are over.
    pub async fn seek(&self, correlation: &Correlation, reuse: bool) -> Result<Place, Box<Error>> {
        for generation in 1..=GENERATIONS {
            let key = correlation.key(generation);
            let rows = self.under(&key).await?;
            let Some(last) = rows.last() else {
                return Ok(Place::Free { key });
            };
            let mut open = rows.iter().filter(|row| is_reusable(row));
            match open.next() {
                None => self.tell(News::Superseded(last)),
                Some(oldest) if !reuse => self.tell(News::LeftOpen(oldest)),
                Some(oldest) => {
                    return Ok(Place::Taken {
                        key,
                        oldest: Box::new(oldest.clone()),
                        alone: open.next().is_none(),
                    });
                }
            }
        }
        Err(Box::new(Error::TooManyGenerations(GENERATIONS)))
    }

    /// The change of a stage, however it stands: the open one, else the one of the last generation. A row that was
    /// withdrawn in favour of another one under the same key does not count.
    ///
    /// # Errors
    /// As [`Control::seek`].
    pub async fn latest(&self, correlation: &Correlation) -> Result<Option<Request>, Box<Error>> {
        let mut latest = None;
        for generation in 1..=GENERATIONS {
            let rows = self.under(&correlation.key(generation)).await?;
            let open = rows.iter().find(|row| is_reusable(row));
            let kept = rows.iter().find(|row| row.state != State::Canceled);
            match open.or(kept).or(rows.last()) {
                Some(row) => latest = Some(row.clone()),
                None => return Ok(latest),
            }
        }
        Err(Box::new(Error::TooManyGenerations(GENERATIONS)))
    }

    /// Creates under a key that was just seen to be free, and makes sure that it stays the only one.
    async fn create_under(&self, opening: &Opening<'_>, key: &str) -> Result<Opened, Box<Error>> {
        let mut new = (opening.new)(self.instance.now());
        key.clone_into(&mut new.correlation);
        let mut outage = Outage::default();
        let mut unclear = 0;
        loop {
            self.tell(News::Opening(key));
            let began = Instant::now();
            let error = match self.instance.change_requests().create(&new).await {
                Ok(written) => {
                    outage.answered(self);
                    self.tell(News::Created(&written.request));
                    self.tell_dropped(&written.request.number, &written.dropped);
                    return self.settle_created(key, written.request).await;
                }
                Err(error) => error,
            };
            if error.may_have_happened() {
                unclear += 1;
                self.tell(News::Unclear(&error));
                if let Some(request) = self.look_for_lost(key).await? {
                    self.tell(News::Created(&request));
                    return self.settle_created(key, request).await;
                }
                if unclear == TRIES {
                    return Err(Box::new(Error::Unclear {
                        tries: TRIES,
                        source: error,
                    }));
                }
            } else {
                let what = || "the change request was not created".to_owned();
                let pause = outage.failed(self, began, &what, Duration::ZERO, error)?;
                sleep(pause).await;
                // Somebody may have used the pause.
                if let Some(open) = self.under(key).await?.into_iter().find(is_reusable) {
                    self.tell(News::Adopted(&open));
                    return Ok(Opened {
                        request: open,
                        how: How::Adopted,
                    });
                }
            }
        }
    }

    /// Looks for the change of a creation that gave no clear answer.
    async fn look_for_lost(&self, key: &str) -> Result<Option<Request>, Box<Error>> {
        for pause in LOOK_AGAIN {
            sleep(pause).await;
            if let Some(request) = self.under(key).await?.into_iter().find(is_reusable) {
                return Ok(Some(request));
            }
        }
        Ok(None)
    }

    /// All changes under a key, the oldest first.
    pub(crate) async fn under(&self, key: &str) -> Result<Vec<Request>, Box<Error>> {
        self.persist(
            || "the change requests of this stage could not be looked up".to_owned(),
            async || self.instance.change_requests().by_correlation(key).await,
        )
        .await
    }
}

/// A refusal that is about the user's query, and not about what the account may do, is theirs to mend.
fn blame_query(mut error: Box<Error>) -> Box<Error> {
    use servicenow::Error as Source;
    *error = match *error {
        Error::Refused { source, .. }
            if matches!(*source, Source::Query { .. } | Source::UnknownColumn { .. }) =>
        {
            Error::BadQuery { source }
        }
        other => other,
    };
    error
}
