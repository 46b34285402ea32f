//! Two creators for one stage end with one open change.
//!
//! Nothing on an instance keeps a key unique, so whoever created reads the key again. Alone: done. Otherwise the
//! older change is kept. The creator of a younger one withdraws it at once. The creator of the oldest gives the
//! others a moment to do so; one that is still open then belongs to somebody who read before ours was there and is
//! content with it, so ours yields. Either way one remains, and no process has to talk to the other.

use std::time::Duration;

use change::{Request, is_reusable};
use tokio::time::sleep;

use crate::{Control, Error, How, News, Opened};

/// How long, and how often, the creator of the oldest change waits for others to withdraw.
const MOMENT: Duration = Duration::from_secs(1);
const MOMENTS: u32 = 8;

impl Control<'_> {
    /// Makes sure that a change that was just created is the only open one under its key.
    pub(crate) async fn settle_created(
        &self,
        key: &str,
        ours: Request,
    ) -> Result<Opened, Box<Error>> {
        let mut rows = self.open_under(key).await?;
        if rows.is_empty() {
            // A reading right after the write may be served from elsewhere. Ours is known to exist.
            return Ok(Opened {
                request: ours,
                how: How::Created,
            });
        }
        if rows[0].sys_id != ours.sys_id {
            return self.withdraw(ours, rows.remove(0)).await;
        }
        for _ in 0..MOMENTS {
            if rows.len() == 1 {
                return Ok(Opened {
                    request: rows.remove(0),
                    how: How::Created,
                });
            }
            sleep(MOMENT).await;
            rows = self.open_under(key).await?;
            if rows.is_empty() {
                return Ok(Opened {
                    request: ours,
                    how: How::Created,
                });
            }
        }
        match rows.into_iter().find(|row| row.sys_id != ours.sys_id) {
            Some(kept) => self.withdraw(ours, kept).await,
            None => Ok(Opened {
                request: ours,
                how: How::Created,
            }),
        }
    }

    /// Makes sure that only one of several open changes found under a key remains: leftovers of creators that died
    /// between creating and reading again. Living ones get the time to withdraw theirs.
    pub(crate) async fn settle_found(
        &self,
        key: &str,
        oldest: Request,
        alone: bool,
    ) -> Result<Request, Box<Error>> {
        let mut kept = oldest;
        let mut others = Vec::new();
        let moments = if alone { 0 } else { MOMENTS };
        for _ in 0..moments {
            sleep(MOMENT).await;
            let mut open = self.open_under(key).await?.into_iter();
            // When all are over by now, the wait will say so of the one that was found.
            let Some(first) = open.next() else {
                return Ok(kept);
            };
            kept = first;
            others = open.collect();
            if others.is_empty() {
                return Ok(kept);
            }
        }
        for other in others {
            Box::pin(self.give_up(&other, &kept)).await;
        }
        Ok(kept)
    }

    async fn withdraw(&self, ours: Request, kept: Request) -> Result<Opened, Box<Error>> {
        Box::pin(self.give_up(&ours, &kept)).await;
        self.tell(News::Adopted(&kept));
        Ok(Opened {
            request: kept,
            how: How::Adopted,
        })
    }

    /// Cancels one change in favour of another. A refusal leaves two open; it is told, not hidden, and does not keep
    /// the stage from its change.
    async fn give_up(&self, ours: &Request, kept: &Request) {
        let why = format!(
            "Withdrawn: {} was opened for the same stage at the same time and is kept.",
            kept.number
        );
        let fields = servicenow::Fields::new().set("work_notes", why);
        let canceled = change::State::Canceled;
        let withdrawn = self.persist_while_clear(
            || format!("{} was not withdrawn", ours.number),
            async || {
                let changes = self.instance.change_requests();
                changes.move_to(&ours.sys_id, canceled, &fields).await
            },
        );
        match withdrawn.await {
            Ok(_) => self.tell(News::Withdrawn {
                ours: &ours.number,
                kept: &kept.number,
            }),
            Err(error) => self.tell(News::NotWithdrawn {
                ours: &ours.number,
                error: &error,
            }),
        }
    }

    async fn open_under(&self, key: &str) -> Result<Vec<Request>, Box<Error>> {
        Ok(self
            .under(key)
            .await?
            .into_iter()
            .filter(is_reusable)
            .collect())
    }
}
