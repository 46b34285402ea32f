//! The client against canned answers, and against the stand-in, which shares no code with it.
#![expect(
    clippy::unwrap_used,
    reason = "all of this program is tests; the lint only knows test functions"
)]

mod canned;
mod paging;
mod principal;
mod refusals;
mod signed_out;
mod sim_faults;
mod sim_places;
mod sim_reads;
mod simulated;
