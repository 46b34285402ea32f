//! The server played over a real line: chains, gates, jobs, connections.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod chain;
mod connection;
mod definition;
mod jobs;
mod polling;
mod server;
mod sets;
mod unsettled;
