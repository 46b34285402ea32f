//! Addresses on one instance.

use change::SysId;
use url::Url;

/// The instance's base address, and what lies below it.
#[derive(Debug, Clone)]
pub(crate) struct Paths(Url);

impl Paths {
    pub(crate) fn new(mut base: Url) -> Self {
        base.set_query(None);
        base.set_fragment(None);
        Self(base)
    }

    /// An address below the base; each segment is encoded.
    pub(crate) fn at(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        // A base that can have no path (`mailto:`) stays what it is, and the way out refuses it.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// A table. Version 2, because in version 1 an empty list is an error ("Table API").
    pub(crate) fn table(&self, table: &str) -> Url {
        self.at(&["api", "now", "v2", "table", table])
    }

    pub(crate) fn record(&self, table: &str, id: &SysId) -> Url {
        self.at(&["api", "now", "v2", "table", table, id.as_str()])
    }

    /// The Change Management API.
    pub(crate) fn change(&self, segments: &[&str]) -> Url {
        let mut all = vec!["api", "sn_chg_rest", "v1", "change"];
        all.extend(segments);
        self.at(&all)
    }
}
