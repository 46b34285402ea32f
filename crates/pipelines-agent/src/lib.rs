#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod certificates;
pub mod commands;
pub mod connection;
pub mod env;
pub mod facts;
pub mod finish;
pub mod inputs;
pub mod interrupt;
pub mod proxy;
pub mod summary;
pub mod text;

pub use certificates::Certificates;
pub use commands::{Console, Outcome, Visibility};
pub use connection::{ConnectionError, ServiceConnection};
pub use env::Environment;
pub use facts::RunFacts;
pub use inputs::{Fallback, Inputs, Problem};
pub use interrupt::Interrupt;
pub use proxy::{AgentProxy, ProxyError};
