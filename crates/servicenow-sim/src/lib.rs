#![doc = include_str!("../README.md")]

mod faults;
mod handle;
mod options;
mod recorder;
mod sim;

mod acl;
mod approvals;
mod attachments;
mod auth;
mod batch;
mod change_model;
mod change_tasks;
mod chg_rest;
mod clock;
mod coerce;
mod control;
mod exchange;
mod http;
mod ids;
mod incidents;
mod limits;
mod lookup;
mod oauth;
mod page;
mod protocol;
mod query;
mod refusal;
mod render;
mod rules;
mod schema;
mod seed;
mod serve;
mod stats;
mod stop;
mod store;
mod table_api;
mod world;

pub use faults::{Fault, On, When};
pub use handle::{HandleError, Rounds};
pub use options::{
    Api, DateMode, ExtraColumn, ExtraTable, InsertPolicy, OffList, Options, RoundPolicy, Semaphore,
    StandardApproval, TextState,
};
pub use recorder::{Finding, FindingKind, Recorded};
pub use seed::SeedError;
pub use sim::{Credentials, Sim, StartError};
pub use stop::Last;
