#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod instance;

mod approvals;
mod attachments;
mod change_requests;
mod change_tasks;
mod records;
mod references;

mod auth;
mod error;
mod fields;
mod moment;
mod query;
mod wire;

pub use approvals::Approvals;
pub use attachments::{Attachment, Attachments};
pub use auth::{Auth, Grant};
pub use change_requests::{
    ChangeRequests, ChangesInPeriod, Condition, Moved, NewChange, NextStates, Note, Poll, Story,
    Transition, User, Written,
};
pub use change_tasks::ChangeTasks;
pub use error::{Error, Operation, Page, Refusal};
pub use fields::{Dropped, Fields};
pub use instance::{Clock, Instance, OnNewSecret};
pub use query::{Query, QueryError};
pub use records::{Record, Records};
pub use references::{References, Template};
