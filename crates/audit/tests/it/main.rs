//! Reports of changes and runs that both simulators hold.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod gaps;
mod harness;
mod release;
mod review;
mod run;
mod volume;
