//! Every way the instance says no, with the words a real one uses. The texts are the documented or observed ones;
//! two whose exact text no source gives are marked.

use crate::http::Reply;

/// What an access rule stopped; the word appears in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Insert,
    Update,
    Delete,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Self::Insert => "Insert",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    NotAuthenticated {
        mfa: bool,
    },
    NoRecord,
    InvalidTable(String),
    UnknownUri,
    MethodNotAllowed,
    Acl(Action),
    ApiAcl,
    QueryRights,
    Rule {
        table: &'static str,
        rule: String,
    },
    Policy(Vec<String>),
    Other {
        status: u16,
        message: String,
        detail: Option<String>,
    },
}

/// Business rules of the change application, by the names clients see.
pub(crate) const CHECK_TRANSITION: &str = "Change Model: Check State Transition";

impl Refusal {
    pub(crate) fn bad(status: u16, message: impl Into<String>, detail: Option<&str>) -> Self {
        Self::Other {
            status,
            message: message.into(),
            detail: detail.map(str::to_owned),
        }
    }

    pub(crate) fn transition() -> Self {
        Self::Rule {
            table: "change_request",
            rule: CHECK_TRANSITION.to_owned(),
        }
    }

    /// The `detail` text of a rule or policy refusal, which the change API shows inside its `message` instead.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Acl(action) => Some(format!(
                "ACL Exception {} Failed due to security constraints",
                action.word()
            )),
            Self::Rule { table, rule } => Some(format!(
                "Operation against file '{table}' was aborted by Business Rule '{rule}^{}'. Business Rule Stack:{rule}",
                rule_id(rule)
            )),
            Self::Policy(labels) => Some(format!(
                "Data Policy Exception: The following fields are mandatory: {}",
                labels.join(", ")
            )),
            Self::NoRecord => {
                Some("Record doesn't exist or ACL restricts the record retrieval".to_owned())
            }
            Self::QueryRights => {
                Some("Field(s) present in the query do not have permission to be read".to_owned())
            }
            Self::Other { detail, .. } => detail.clone(),
            Self::NotAuthenticated { .. }
            | Self::InvalidTable(_)
            | Self::UnknownUri
            | Self::MethodNotAllowed
            | Self::ApiAcl => None,
        }
    }

    pub(crate) fn reply(&self) -> Reply {
        let detail = self.detail();
        let detail = detail.as_deref();
        match self {
            Self::NotAuthenticated { mfa } => not_authenticated(*mfa),
            Self::NoRecord => Reply::failure(404, "No Record found", detail),
            Self::InvalidTable(name) => Reply::failure(400, &format!("Invalid table {name}"), None),
            Self::UnknownUri => {
                Reply::failure(400, "Requested URI does not represent any resource", None)
            }
            // The status is documented, the words are not.
            Self::MethodNotAllowed => Reply::failure(405, "Method not supported", None),
            Self::Acl(_) | Self::Rule { .. } | Self::Policy(_) => {
                Reply::failure(403, "Operation Failed", detail)
            }
            Self::ApiAcl => Reply::failure(403, "Failed API level ACL Validation", None),
            Self::QueryRights => {
                Reply::failure(403, "Insufficient rights to query records", detail)
            }
            Self::Other {
                status, message, ..
            } => Reply::failure(*status, message, detail),
        }
    }
}

fn not_authenticated(mfa: bool) -> Reply {
    let reply = Reply::failure(
        401,
        "User Not Authenticated",
        Some("Required to provide Auth information"),
    )
    .with("WWW-Authenticate", "Basic realm=\"Service-now\"");
    if mfa {
        reply.with("X-MFA_TOKEN", "invalid")
    } else {
        reply
    }
}

/// A rule's `sys_id`: the same rule has the same id in every run, as on one instance.
fn rule_id(rule: &str) -> String {
    crate::ids::stable_id("sys_script", rule)
}
