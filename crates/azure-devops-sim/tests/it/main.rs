//! The simulator as its clients meet it: over a socket, one file per area.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod client;
mod runs;
