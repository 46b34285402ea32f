//! One program, one file per theme.

mod world;

mod approvals;
mod cancel;
mod cancel;
mod decide;
mod existing;
mod kinds;
mod race;
mod rerun;
