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
/// After an error of the way to the service the same page can be asked for again.
pub struct Pages<'a, T> {
    organization: &'a Organization,
    operation: Operation,
    /// The address of the first page; none where the project's name cannot be part of one.
    first: Option<Url>,
    decode: fn(Node<'_>) -> Result<T, Missing>,
    cursor: Cursor,
}

/// Where a list is read on.
#[derive(Debug, Default)]
struct Cursor {
    token: Option<String>,
    /// Tokens so far: one that comes back would begin the same round again.
    seen: HashSet<String>,
    ended: bool,
}

/// The pages do not come to an end.
#[derive(Debug, PartialEq, Eq)]
struct Circle;

impl Cursor {
    /// Moves to the page that an answer's header names; to the end where it names none.
    fn advance(&mut self, header: Option<&str>) -> Result<(), Circle> {
        let token = header.map(str::trim).filter(|token| !token.is_empty());
        let Some(token) = token else {
            self.ended = true;
            return Ok(());
        };
        let usable = token.len() <= LONGEST_TOKEN && self.seen.len() < MOST_PAGES;
        if !usable || !self.seen.insert(token.to_owned()) {
            self.ended = true;
            return Err(Circle);
        }
        self.token = Some(token.to_owned());
        Ok(())
    }
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
            cursor: Cursor::default(),
        }
    }

    /// The next page that holds something; nothing after the last.
    ///
    /// # Errors
    /// [`Error::Endless`] where the service leads in a circle or never comes to an end; otherwise see [`Error`].
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Box<Error>> {
        while !self.cursor.ended {
            let request = self.request()?;
            let answer = self.organization.send(&self.operation, request).await?;
            let items = answer.items("value", self.decode)?;
            let moved = self.cursor.advance(answer.continuation.as_deref());
            moved.map_err(|Circle| {
                Box::new(Error::Endless {
                    operation: self.operation.clone(),
                })
            })?;
            if !items.is_empty() {
                return Ok(Some(items));
            }
        }
        Ok(None)
    }

    /// All pages in one list, where it cannot be long.
    pub(crate) async fn all(mut self) -> Result<Vec<T>, Box<Error>> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    fn request(&self) -> Result<Request, Box<Error>> {
        let mut url = self.first.clone().ok_or_else(|| {
            Box::new(Error::Unusable {
                operation: self.operation.clone(),
                what: "project",
            })
        })?;
        if let Some(token) = &self.cursor.token {
            url.query_pairs_mut()
                .append_pair("continuationToken", token);
        }
        Ok(Request::get(url))
    }
}

impl<T> std::fmt::Debug for Pages<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages")
            .field("operation", &self.operation)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_ends_where_no_token_comes() {
        for header in [None, Some(""), Some("  ")] {
            let mut cursor = Cursor::default();
            assert_eq!(cursor.advance(Some(" a b ")), Ok(()));
            assert_eq!(cursor.token.as_deref(), Some("a b"));
            assert!(!cursor.ended);
            assert_eq!(cursor.advance(header), Ok(()));
            assert!(cursor.ended, "{header:?}");
        }
    }

    #[test]
    fn a_circle_of_any_length_is_seen() {
        let mut cursor = Cursor::default();
        for token in ["a", "b", "c"] {
            assert_eq!(cursor.advance(Some(token)), Ok(()));
        }
        assert_eq!(cursor.advance(Some("a")), Err(Circle));
        assert!(cursor.ended);
    }

    #[test]
    fn tokens_that_go_on_for_ever_end() {
        let mut cursor = Cursor::default();
        let end = (0..).find(|n| cursor.advance(Some(&n.to_string())).is_err());
        assert_eq!(end, Some(MOST_PAGES));
        let long = "x".repeat(LONGEST_TOKEN + 1);
        assert_eq!(Cursor::default().advance(Some(&long)), Err(Circle));
    }

    proptest! {
        #[test]
        fn any_header_ends_moves_or_fails(headers in proptest::collection::vec("[ -~]{0,4}", 0..40)) {
            let mut cursor = Cursor::default();
            let mut tokens = Vec::new();
            for header in &headers {
                let before = cursor.token.clone();
                if cursor.advance(Some(header)).is_err() || cursor.ended {
                    break;
                }
                prop_assert_ne!(&before, &cursor.token);
                tokens.push(cursor.token.clone());
            }
            let distinct: HashSet<_> = tokens.iter().collect();
            prop_assert_eq!(distinct.len(), tokens.len());
        }
    }
}
