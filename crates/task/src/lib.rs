#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod connect;
pub mod file;
pub mod origin;

mod draft;
mod log;
mod lookup;
mod moment;
mod page;
pub mod texts;
pub mod words;

pub use draft::{Draft, Resolved};
pub use log::{Log, wall_clock};
pub use lookup::Lookup;
pub use moment::Moment;
pub use origin::Names;
pub use page::Page;
