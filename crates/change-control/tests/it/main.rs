//! The moves against the stand-in, in hours that pass in seconds.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]
#![expect(
    clippy::large_futures,
    reason = "the story of a test is polled in one place, on a stack of its own"
)]

mod desk;

mod ask;
mod close;
mod moves;
mod open;
mod outage;
mod race;
mod wait;
