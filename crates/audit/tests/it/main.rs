//! One program: reports of changes and runs that both simulators hold.

mod gaps;
mod harness;
mod release;
mod run;
mod volume;
