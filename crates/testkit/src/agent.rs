//! An emulated agent: unpacks a package, starts a step, reads its commands, ends it as the real one does.
//!
//! Written from the behaviour of Microsoft's agent, and knows nothing of the crate that task programs speak through.

mod command;
mod definition;
mod environment;
mod glob;
mod isolation;
mod log;
mod masks;
mod output;
mod package;
mod processes;
mod running;
mod sample;
mod step;

pub use command::{Command, Line, read_line};
pub use definition::Task;
pub use isolation::Isolation;
pub use log::{Issue, Log, TaskResult};
pub use output::{Entry, Stream};
pub use package::Package;
pub use processes::{Process, with_lookup_id};
pub use running::{EndedBy, Finished, Running};
pub use step::{Connection, Step};
