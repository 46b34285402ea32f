//! The simulator as its clients meet it: over a socket, one file per area.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod approvals;
mod change_api;
mod client;
mod faults;
mod handle;
mod models;
mod oauth;
mod page;
mod program;
mod protocol;
mod pysnc;
mod query;
mod reads;
mod walk;
mod writes;
