//! One program, one file per theme.

mod world;

mod approvals;
mod cancel;
mod decide;
mod existing;
mod hostile;
mod kinds;
mod machines;
mod race;
mod rerun;
mod templates;
