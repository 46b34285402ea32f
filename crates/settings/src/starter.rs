//! The file to start from.

/// A commented `servicenow.yml` that shows what can be said, ready to be edited.
#[must_use]
pub fn starter() -> &'static str {
    include_str!("../../../extension/examples/servicenow.yml")
}
