#![doc = include_str!("../README.md")]

pub mod collect;
pub mod trail;

pub mod claims;
mod marks;
mod rules;
mod words;

mod html;
mod json;
mod period;
mod summary;

pub use html::{html, period_html};
pub use json::{json, period_json};
pub use period::{Period, PeriodRow, RowFinding, Total};
pub use rules::{Evidence, Ruling, Severity, Verdict, rule_ids};
pub use summary::{SummaryLine, summary};
pub use trail::{Hints, Trail};
