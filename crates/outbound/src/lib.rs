#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod send;

mod error;
mod request;
mod response;
mod settings;

mod attempt;
mod breaker;
mod identity;
mod jitter;
mod proxy;
mod receipts;
mod retry;
mod retry_after;
mod setup;
mod trust;

pub use breaker::Breaker;
pub use error::{Answer, Cause, Class, Error};
pub use identity::Identity;
pub use proxy::Proxy;
pub use receipts::Receipt;
pub use request::{Effect, FormValue, Request};
pub use response::Response;
pub use retry::Retry;
pub use send::Client;
pub use settings::{Clock, Limits, Settings};
pub use setup::SetupError;
pub use trust::Trust;
