#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod ask;
mod close;
mod control;
mod error;
mod implement;
mod news;
mod open;
mod outage;
mod pace;
mod race;
mod wait;

pub use ask::Asked;
pub use close::{Closing, Earlier, Left, Recorded, Tasks, obstacle};
pub use control::Control;
pub use error::{Blame, Error};
pub use implement::Started;
pub use news::News;
pub use open::{How, Opened, Opening, Order, Place};
pub use wait::{Ending, Patience};
