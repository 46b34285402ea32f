//! The client against the stand-in, which shares no code with it.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod approvals;
mod attachments;
mod auth;
mod canned;
mod change_tasks;
mod create;
mod faults;
mod find;
mod harness;
mod journals;
mod moves;
mod notes;
mod period;
mod records;
mod references;
mod story;
