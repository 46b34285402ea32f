#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod settings;

mod columns;
mod form;
mod glob;
mod keys;
mod maps;
mod near;
mod problem;
mod read;
mod resolve;
mod schema;
mod shape;
mod starter;
pub mod template;
mod yaml;

pub use columns::{Columns, field_map};
pub use keys::value_keys;
pub use maps::{Category, IncidentMove, Maps, Weight};
pub use problem::{Position, Problem, Problems};
pub use read::Value;
pub use resolve::{Origin, ResolveError, Resolved};
pub use schema::{schema, schema_text};
pub use settings::Settings;
pub use shape::{Choice, Key, Task};
pub use starter::starter;
