//! A change that is new in a run.

use jiff::Timestamp;

use crate::wire::{Missing, Node, Person};

/// A commit, or a changeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash, or the number of a changeset.
    pub id: String,
    /// Its message; the beginning of it where [`Commit::truncated`] says so.
    pub message: String,
    /// Whether the service cut the message.
    pub truncated: bool,
    /// Who wrote it. At other services than Azure Repos this is a name with no account behind it.
    pub author: Option<Person>,
    /// When.
    pub at: Option<Timestamp>,
    /// Where it comes from: `TfsGit`, `GitHub`, `TfsVersionControl`, ...
    pub kind: String,
}

pub(super) fn decode(node: Node<'_>) -> Result<Commit, Missing> {
    Ok(Commit {
        id: node.need_text("id")?,
        message: node.text_or_empty("message"),
        truncated: node.flag("messageTruncated"),
        author: node.person("author"),
        at: node.moment("timestamp"),
        kind: node.text_or_empty("type"),
    })
}
