//! What the step saw so far.

use change::{ApprovalRow, Request};

/// What outputs and summary speak of.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) request: Option<Request>,
    pub(crate) approvals: Vec<ApprovalRow>,
    pub(crate) address: Option<String>,
    /// The key of a change that is being created: it may or may not exist.
    pub(crate) opening: Option<String>,
}
