//! The simulator as its clients meet it: over a socket, one file per area.

mod client;
mod walk;
