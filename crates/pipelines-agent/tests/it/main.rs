//! The launcher and the doors of this crate, under the emulated agent.

mod doors;
mod launcher;
mod packed;
mod stage;
