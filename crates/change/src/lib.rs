#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod approval;
mod change_task;
mod correlation;
mod decision;
mod kind;
mod number;
mod outcome;
mod place;
mod request;
mod state;
mod sys_id;
mod walk;
mod window;

pub use approval::{Approval, ApprovalRow, RowState};
pub use change_task::{ChangeTask, TaskState};
pub use correlation::{Correlation, Origin};
pub use decision::{
    ConflictPolicy, Criteria, Decision, Override, ProceedWhen, StopReason, WaitReason,
    WindowPolicy, decide,
};
pub use kind::Type;
pub use number::{Number, NumberError};
pub use outcome::Outcome;
pub use place::{Place, RunKey};
pub use request::{Conflicts, Request};
pub use state::State;
pub use sys_id::{SysId, SysIdError};
pub use walk::{approval_target, forward, is_past, is_reusable, shipped_step};
pub use window::{Phase, Window};
