//! The simulator as its clients meet it: over a socket, one file per area.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod approvals;
mod attachments;
mod change_api;
mod client;
mod closing;
mod customs;
mod faults;
mod handle;
mod lists;
mod models;
mod oauth;
mod page;
mod program;
mod protocol;
mod pysnc;
mod query;
mod reads;
mod stop;
mod walk;
mod writes;
