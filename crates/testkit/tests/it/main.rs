//! The emulated agent against real processes.

mod node;
mod step;
