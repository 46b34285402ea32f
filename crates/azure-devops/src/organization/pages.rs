//! Lists that the service hands out page by page, by a token in a header.

use std::collections::HashSet;

use outbound::Request;
use url::Url;

use super::Organization;
use crate::error::{Error, Operation};
use crate::wire::{Missing, Node};

/// Pages in one list, more are an error: 200,000 entries at 200 in a page.
const MOST_PAGES: usize = 1000;

/// A token is a few dozen characters; one that would fill an address is none.
const LONGEST_TOKEN: usize = 2000;

/// A list that is read page by page; one page is in memory at a time.
///
/// After an error the same page can be asked for again.
pub struct Pages<'a, T> {
    organization: &'a Organization,
    operation: Operation,
    /// The address of the first page; none where the project's name cannot be part of one.
    first: Option<Url>,
    decode: fn(Node<'_>) -> Result<T, Missing>,
    token: Option<String>,
    /// Tokens so far: one that comes back would begin the same round again.
    seen: HashSet<String>,
    ended: bool,
}

impl<'a, T> Pages<'a, T> {
    pub(crate) fn new(
        organization: &'a Organization,
        operation: Operation,
        first: Option<Url>,
        decode: fn(Node<'_>) -> Result<T, Missing>,
    ) -> Self {
        Self {
            organization,
            operation,
            first,
            decode,
            token: None,
            seen: HashSet::new(),
            ended: false,
        }
    }

    /// The next page that holds something; nothing after the last.
    ///
    /// # Errors
    /// [`Error::Endless`] where the service leads in a circle or never comes to an end; otherwise see [`Error`].
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        while !self.ended {
            let request = self.request()?;
            let answer = self.organization.send(&self.operation, request).await?;
            let items = answer.items("value", self.decode)?;
            self.turn(answer.continuation)?;
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    /// All pages in one list, where it cannot be long.
    pub(crate) async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    fn request(&self) -> Result<Request, Error> {
        let mut url = self.first.clone().ok_or_else(|| Error::Unusable {
            operation: self.operation.clone(),
            what: "project",
        })?;
        if let Some(token) = &self.token {
            url.query_pairs_mut()
                .append_pair("continuationToken", token);
        }
        Ok(Request::get(url))
    }

    fn turn(&mut self, token: Option<String>) -> Result<(), Error> {
        let Some(token) = token else {
            self.ended = true;
            return Ok(());
        };
        let usable = token.len() <= LONGEST_TOKEN && self.seen.len() < MOST_PAGES;
        if !usable || !self.seen.insert(token.clone()) {
            self.ended = true;
            return Err(self.endless());
        }
        self.token = Some(token);
        Ok(())
    }

    fn endless(&self) -> Error {
        Error::Endless {
            operation: self.operation.clone(),
        }
    }
}

impl<T> std::fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.operation)
            .field("pages", &self.seen.len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
