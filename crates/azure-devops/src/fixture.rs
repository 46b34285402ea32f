//! Answers and places for the tests of what reads them.

use serde_json::Value as Json;

use crate::organization::{Addresses, Place, Segment};
use crate::wire::{Missing, Node};

pub(crate) const COLLECTION: &str = "https://dev.azure.com/fabrikam/";

pub(crate) fn addresses() -> Addresses {
    Addresses::new(COLLECTION.parse().unwrap())
}

/// The place of a project with a space in its name.
pub(crate) fn place(addresses: &Addresses) -> Place<'_> {
    Place::new(addresses, Segment::new("Fabrikam Fiber").unwrap())
}

/// Reads a fixture's text.
pub(crate) fn read<T>(
    text: &str,
    decode: impl FnOnce(Node<'_>, &Place<'_>) -> Result<T, Missing>,
) -> T {
    let json: Json = serde_json::from_str(text).unwrap();
    let addresses = addresses();
    decode(Node::new(&json), &place(&addresses)).unwrap()
}

/// Reads the list in a fixture's text.
pub(crate) fn read_list<T>(
    text: &str,
    decode: impl Fn(Node<'_>, &Place<'_>) -> Result<T, Missing>,
) -> Vec<T> {
    read(text, |node, place| {
        node.list("value", |node| decode(node, place))
    })
}

pub(crate) fn query_of(url: &url::Url) -> Vec<(String, String)> {
    url.query_pairs().into_owned().collect()
}

pub(crate) fn at(text: &str) -> Option<jiff::Timestamp> {
    Some(text.parse().unwrap())
}
