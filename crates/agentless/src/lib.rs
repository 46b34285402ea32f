#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod definition;
mod gate;
mod job;
mod settings;

mod connection;

mod expression;
mod json_path;
mod template;

mod answer;
mod causes;
mod duration;
mod http;
mod names;

pub use connection::{
    Binding, BindingError, Choice, ConnectionType, ConnectionTypeError, Endpoint, PickList,
    QueryError, Scheme, Verdict,
};
pub use definition::{Definition, DefinitionError, SectionError};
pub use expression::{EvaluateError, Expression, ExpressionError, Value, Version};
pub use gate::{Asked, Failure, Gate, Outcome, Sample, Section, Term, run_job};
pub use http::{Exchange, RequestError};
pub use job::{Job, JobError};
pub use json_path::PathError;
pub use settings::{AfterFalse, Lasting, Order, Precedence, Refusal, Settings};
pub use template::{RenderError, Template, TemplateError};
