//! The built program against stand-ins of both parties, which share no code with it.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod configuration;
mod failures;
mod harness;
mod one_change;
mod period;
mod secrets;
mod world;
