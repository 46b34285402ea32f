#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod chain;
mod masker;
mod safe_url;
mod secret;

pub use chain::chain;
pub use masker::Masker;
pub use safe_url::SafeUrl;
pub use secret::Secret;

/// What stands where something secret was.
pub const MASK: &str = "***";
