//! A change request as it stood when it was read.

use jiff::Timestamp;

use crate::{Approval, Number, State, SysId, Type, Window};

/// One change request. Everything a decision or a reader needs, nothing of how it travelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The key.
    pub sys_id: SysId,
    /// The number.
    pub number: Number,
    /// Where it stands.
    pub state: State,
    /// The instance's own label of the state.
    pub state_label: String,
    /// What its approvers amount to.
    pub approval: Approval,
    /// Its type.
    pub kind: Type,
    /// Whether it is on hold, and why.
    pub on_hold: Option<String>,
    /// The planned window.
    pub window: Window,
    /// When the work began.
    pub work_start: Option<Timestamp>,
    /// When the work ended.
    pub work_end: Option<Timestamp>,
    /// Conflicts with other changes, as far as known.
    pub conflicts: Conflicts,
    /// The peer's key as stored. Empty where nobody set one.
    pub correlation: String,
    /// The name of the assignment group as the instance shows it, if one is set.
    pub assignment_group: Option<String>,
    /// The title, in an outsider's words.
    pub short_description: String,
    /// The close code, once closed.
    pub close_code: Option<String>,
    /// What was said at the end, in an outsider's words.
    pub close_notes: Option<String>,
}

/// Conflicts of a change with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflicts {
    /// Detection did not run, or its answer was not asked for.
    Unknown,
    /// Detection ran and found none.
    None,
    /// Detection ran and found these (a readable line each; possibly none named).
    Found(Vec<String>),
}

impl Request {
    /// A change request for examples and tests: new, normal, without a window.
    #[must_use]
    pub fn example() -> Self {
        Self {
            sys_id: "0123456789abcdef0123456789abcdef"
                .parse()
                .expect("32 hex digits"),
            number: "CHG0030001".parse().expect("a number"),
            state: State::New,
            state_label: "New".to_owned(),
            approval: Approval::NotRequested,
            kind: Type::Normal,
            on_hold: None,
            window: Window::default(),
            work_start: None,
            work_end: None,
            conflicts: Conflicts::Unknown,
            correlation: String::new(),
            assignment_group: None,
            short_description: "Deploy shop to production".to_owned(),
            close_code: None,
            close_notes: None,
        }
    }

    /// Whether the approvers' part is done.
    ///
    /// A standard change is approved by its template: instances differ in whether they say so in the approval field,
    /// so `not requested` counts once it is scheduled.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        match self.approval {
            Approval::Approved => true,
            Approval::NotRequested => {
                self.kind == Type::Standard
                    && matches!(self.state, State::Scheduled | State::Implement)
            }
            Approval::Requested | Approval::Rejected | Approval::Other(_) => false,
        }
    }
}
