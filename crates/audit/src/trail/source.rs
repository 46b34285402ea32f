//! Where a fact comes from.

use jiff::Timestamp;
use serde::Serialize;

/// An address that a report may link to: http or https, nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link(String);

impl Link {
    /// The address, unless it is of a kind that a browser would run or open elsewhere.
    #[must_use]
    pub fn new(address: &str) -> Option<Self> {
        let scheme = address.split_once("://")?.0;
        let known = ["http", "https"]
            .iter()
            .any(|s| scheme.eq_ignore_ascii_case(s));
        let clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
        (known && clean).then(|| Self(address.to_owned()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A moment, and which record says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// The moment.
    pub at: Timestamp,
    /// The record, in words.
    pub source: String,
    /// Its page.
    pub link: Option<Link>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// What is missing from the report.
    pub what: String,
    /// Where it would have come from.
    pub source: String,
    /// Why it could not be read.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_linked() {
        for good in ["http://127.0.0.1/a?b=c", "HTTPS://shop.example/x"] {
            assert_eq!(Link::new(good).map(|link| link.0).as_deref(), Some(good));
        }
        for bad in [
            "",
            "javascript:alert(1)",
            "javascript://x/%0aalert(1)",
            "data:text/html,x",
            "vstfs:///Build/Build/1",
            " https://shop.example",
            "https://shop.example/\u{0}",
            "//shop.example",
        ] {
            assert_eq!(Link::new(bad), None, "{bad:?}");
        }
    }
}
