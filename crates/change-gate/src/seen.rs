//! What the step saw so far.

use change::{ApprovalRow, Request};
use servicenow::Instance;

/// What outputs and summary speak of.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) request: Option<Request>,
    pub(crate) approvals: Vec<ApprovalRow>,
    pub(crate) address: Option<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) history: Vec<String>,
    /// The key of a change that is being created: it may or may not exist.
    pub(crate) opening: Option<String>,
    pub(crate) instance: Option<Instance>,
}
