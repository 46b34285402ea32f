//! Pages: how many entries one answer holds, and the opaque token that leads to the next.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::http::Reply;
use crate::options::Page;
use crate::protocol::Call;
use crate::recorder::FindingKind;
use crate::refusal::Refusal;

pub(crate) const TOKEN_HEADER: &str = "X-MS-ContinuationToken";

/// How many entries the caller gets; asking for more than there ever are is told as a finding.
pub(crate) fn size(call: &mut Call<'_>, parameter: &str, page: Page) -> Result<usize, Refusal> {
    let asked = call.number(parameter)?;
    let asked = asked.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
    if let Some(n) = asked.filter(|n| *n > page.cap) {
        call.find(FindingKind::PageTooLarge, format!("{parameter}={n}"));
    }
    Ok(asked.unwrap_or(page.default).min(page.cap))
}

/// One page of the items, and the token of the next one.
pub(crate) struct Cut<T> {
    pub(crate) items: Vec<T>,
    token: Option<String>,
}

impl<T> Cut<T> {
    /// Adds the token, where there are more entries.
    pub(crate) fn mark(&self, reply: Reply) -> Reply {
        match &self.token {
            Some(token) => reply.with(TOKEN_HEADER, token.clone()),
            None => reply,
        }
    }
}

/// Cuts by `continuationToken` and a page-size parameter.
pub(crate) fn cut<T>(
    call: &mut Call<'_>,
    parameter: &str,
    page: Page,
    items: Vec<T>,
) -> Result<Cut<T>, Refusal> {
    let size = size(call, parameter, page)?;
    let path = call.request.path.to_ascii_lowercase();
    let start = match call.param("continuationToken") {
        None => 0,
        Some(token) => open(&path, &token).ok_or_else(|| {
            Refusal::argument("continuationToken", "The continuation token is not valid.")
        })?,
    };
    let end = start.saturating_add(size).min(items.len());
    // An empty page of a zero size would lead to itself for ever.
    let token = (size > 0 && end < items.len()).then(|| seal(&path, end));
    let items = items.into_iter().skip(start).take(size).collect();
    Ok(Cut { items, token })
}

/// Cuts by `$skip` and `$top`, without a token.
pub(crate) fn skip<T>(call: &mut Call<'_>, page: Page, items: Vec<T>) -> Result<Vec<T>, Refusal> {
    let size = size(call, "$top", page)?;
    let start = call.number("$skip")?.unwrap_or(0);
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    Ok(items.into_iter().skip(start).take(size).collect())
}

/// A token is good for one address only. It has letters that need escapes in a query, as real ones may have.
fn seal(path: &str, offset: usize) -> String {
    STANDARD.encode(format!("\u{fb}\u{ff}{}|{offset}", mark_of(path)))
}

fn open(path: &str, token: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (mark, offset) = text.strip_prefix("\u{fb}\u{ff}")?.split_once('|')?;
    (mark == mark_of(path)).then(|| offset.parse().ok())?
}

fn mark_of(path: &str) -> String {
    crate::ids::stable_guid("page", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_what_it_was_made_for() {
        let token = seal("/a", 50);
        assert_eq!(open("/a", &token), Some(50));
        assert_eq!(open("/b", &token), None);
        assert_eq!(open("/a", "50"), None);
        assert!(!token.chars().all(char::is_alphanumeric));
    }
}
