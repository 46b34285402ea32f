//! The reports for programs. Their schema is `extension/audit.schema.json`.

use serde::Serialize;

use crate::{Period, Trail};

/// One change's report as JSON: the [`Trail`] as it stands.
#[must_use]
pub fn json(trail: &Trail) -> String {
    text(trail)
}

/// A period's report as JSON: the [`Period`] as it stands.
#[must_use]
pub fn period_json(period: &Period) -> String {
    text(period)
}

fn text(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report)
        .expect("a report holds texts, numbers and times, and every key is a text");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
