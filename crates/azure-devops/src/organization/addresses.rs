//! Addresses in one organization. They are built from its configured address and from checked ids, never taken from an
//! answer: those still carry hosts of former times, and whatever else somebody put there.

use url::Url;

use crate::error::{Error, Operation};

const HOST: &str = "dev.azure.com";
const RELEASE_HOST: &str = "vsrm.dev.azure.com";
const LEGACY: &str = ".visualstudio.com";
const LEGACY_RELEASE: &str = ".vsrm.visualstudio.com";

/// Where an organization is.
#[derive(Debug)]
pub(crate) struct Addresses {
    collection: Url,
    releases: Url,
}

impl Addresses {
    pub(crate) fn new(mut collection: Url) -> Self {
        collection.set_query(None);
        collection.set_fragment(None);
        // An address that can have no credentials has none.
        let _ = collection.set_username("");
        let _ = collection.set_password(None);
        let path = collection.path().trim_end_matches('/').to_owned();
        collection.set_path(&path);
        let host = collection.host_str().unwrap_or_default().to_owned();
        let mut releases = collection.clone();
        let moved = |url: &mut Url, host: &str| {
            // The names differ by a prefix that is a valid one, so this cannot fail.
            let _ = url.set_host(Some(host));
        };
        // Jobs of classic releases are given the release host's address where others get the collection's.
        if host == HOST {
            moved(&mut releases, RELEASE_HOST);
        } else if host == RELEASE_HOST {
            moved(&mut collection, HOST);
        } else if let Some(name) = host.strip_suffix(LEGACY_RELEASE) {
            moved(&mut collection, &format!("{name}{LEGACY}"));
        } else if let Some(name) = host.strip_suffix(LEGACY) {
            moved(&mut releases, &format!("{name}{LEGACY_RELEASE}"));
        }
        Self {
            collection,
            releases,
        }
    }

    pub(crate) fn collection(&self) -> &Url {
        &self.collection
    }

    /// A link of an answer, if a person can be shown it: it leads into this organization and nowhere else.
    pub(crate) fn own_link(&self, link: &str) -> Option<Url> {
        let link = Url::parse(link).ok()?;
        let plain = link.username().is_empty() && link.password().is_none();
        let own = is_below(&link, &self.collection)
            || self.twin().is_some_and(|twin| is_below(&link, &twin));
        (matches!(link.scheme(), "http" | "https") && plain && own).then_some(link)
    }

    /// The other name of the same organization at the public service.
    fn twin(&self) -> Option<Url> {
        let host = self.collection.host_str()?;
        let twin = if host == HOST {
            let name = self.collection.path_segments()?.next()?;
            format!("https://{name}{LEGACY}/")
        } else {
            format!("https://{HOST}/{}/", host.strip_suffix(LEGACY)?)
        };
        Url::parse(&twin).ok()
    }
}

/// Whether an address is that of `base` or below it. The service reads paths without regard to case.
fn is_below(url: &Url, base: &Url) -> bool {
    let lower = |url: &Url| format!("{}/", url.path().trim_end_matches('/')).to_ascii_lowercase();
    url.origin() == base.origin() && lower(url).starts_with(&lower(base))
}

/// A text that can be one segment of a path. Whatever it holds is encoded; only what a path would swallow is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a>(&'a str);

impl<'a> Segment<'a> {
    pub(crate) fn new(text: &'a str) -> Option<Self> {
        let swallowed = ["", ".", ".."].contains(&text.trim());
        (!swallowed && !text.contains(char::is_control)).then_some(Self(text))
    }

    pub(crate) fn checked(
        operation: &Operation,
        what: &'static str,
        text: &'a str,
    ) -> Result<Self, Box<Error>> {
        Self::new(text).ok_or_else(|| {
            Box::new(Error::Unusable {
                operation: operation.clone(),
                what,
            })
        })
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

/// A project's place in the addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    addresses: &'a Addresses,
    project: Segment<'a>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(addresses: &'a Addresses, project: Segment<'a>) -> Self {
        Self { addresses, project }
    }

    /// An API of the project. Segments but the literal ones are checked or numbers.
    pub(crate) fn api(&self, segments: &[&str], version: &str) -> Url {
        self.versioned(&self.addresses.collection, segments, version)
    }

    /// An API of release management.
    pub(crate) fn release_api(&self, segments: &[&str], version: &str) -> Url {
        self.versioned(&self.addresses.releases, segments, version)
    }

    fn versioned(&self, base: &Url, segments: &[&str], version: &str) -> Url {
        let mut all = vec!["_apis"];
        all.extend(segments);
        let mut url = self.below(base, &all);
        url.query_pairs_mut().append_pair("api-version", version);
        url
    }

    /// A page for people, with its query.
    pub(crate) fn page(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.below(&self.addresses.collection, segments);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn below(&self, base: &Url, segments: &[&str]) -> Url {
        let mut url = base.clone();
        // An address that can have no path (`mailto:`) stays what it is, and the way out refuses it.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty()
                .push(self.project.as_str())
                .extend(segments);
        }
        url
    }

    /// The page that an answer links to where that is a page of this organization, else the one composed here.
    pub(crate) fn link_or(&self, link: Option<String>, composed: Url) -> Url {
        link.and_then(|link| self.addresses.own_link(&link))
            .unwrap_or(composed)
    }
}

#[cfg(test)]
mod tests;
