//! Encoded queries: read by `parser`, answered by `eval`.

mod eval;
mod parser;

pub(crate) use eval::{matches, prune, sort, value_at};
pub(crate) use parser::{Operator, Query, Term};
