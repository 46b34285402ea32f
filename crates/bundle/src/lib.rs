#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod files;
mod solid;

pub use files::{INDEX, STREAM, read, write};
pub use solid::{Bundle, Entry, Error, Index, Program, pack, unpack};
