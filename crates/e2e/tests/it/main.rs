//! One program, one file per theme.

mod world;

mod approvals;
