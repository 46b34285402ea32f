#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod approval;
mod correlation;
mod decision;
mod kind;
mod number;
mod request;
mod state;
mod sys_id;
mod walk;
mod window;

pub use approval::{Approval, ApprovalRow, RowState};
pub use correlation::{Correlation, Origin};
pub use decision::{
    ConflictPolicy, Criteria, Decision, Override, ProceedWhen, StopReason, WaitReason,
    WindowPolicy, decide,
};
pub use kind::Type;
pub use number::{Number, NumberError};
pub use request::{Conflicts, Request};
pub use state::State;
pub use sys_id::{SysId, SysIdError};
pub use walk::{approval_target, forward, is_reusable};
pub use window::{Phase, Window};
