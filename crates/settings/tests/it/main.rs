//! The crate as its callers use it: the published example, resolved and rendered.

mod example;
