//! The simulator as its clients meet it: over a socket, one file per area.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod client;
mod credentials;
mod faults;
mod node_client;
mod page;
mod program;
mod protocol;
mod releases;
mod runs;
mod work_items;
