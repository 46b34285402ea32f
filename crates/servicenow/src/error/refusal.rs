//! The instance's reasons, told apart by its own words. 403 alone has at least four unrelated causes.

use super::envelope::{Envelope, cut};

/// Why the instance said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A business rule stopped the write: the state model, a conflict, the customer's own. Its message does not cross
    /// the API, only its name does.
    #[error("refused by the instance's business rule {rule:?}")]
    BusinessRule {
        /// The rule's name.
        rule: String,
    },
    /// A data policy wants more. A choice that is not on the list counts as missing.
    #[error("the instance wants more fields first: {}", fields.join(", "))]
    Mandatory {
        /// Labels of the fields, as the instance shows them.
        fields: Vec<String>,
    },
    /// The account may not do this.
    #[error(
        "the account may not {action} this record: grant it the role sn_change_write (or itil), and see the table's \
         access rules"
    )]
    Acl {
        /// `insert`, `update` or `delete`.
        action: String,
    },
    /// The account may not filter by a column.
    #[error(
        "the account may not read a column that the query filters by: grant it sn_change_read (or itil)"
    )]
    QueryRights,
    /// The API, or the table, is closed to this account.
    #[error(
        "this API or table is closed to the account: see its REST access policies and web-service access"
    )]
    ApiClosed,
    /// There is no such table.
    #[error("the instance has no table {table:?}, or the plugin behind it is not active")]
    InvalidTable {
        /// The table.
        table: String,
    },
    /// There is no API at this address: its plugin is not active.
    #[error("the instance offers no API at this address")]
    NoSuchApi,
    /// Anything else.
    #[error("the instance says: {text}{}", status.map(|s| format!(" (status {s})")).unwrap_or_default())]
    Other {
        /// Its words, cut to 300 characters.
        text: String,
        /// The status of the answer.
        status: Option<u16>,
    },
}

impl Refusal {
    /// The refusal that is known by its words, in message or detail.
    pub(crate) fn recognise(envelope: &Envelope) -> Option<Self> {
        [&envelope.detail, &envelope.message]
            .into_iter()
            .find_map(|text| Self::known(text))
    }

    fn known(text: &str) -> Option<Self> {
        if let Some(rest) = after(text, "aborted by Business Rule '") {
            // "name^sys_id'"; a name may hold an apostrophe, an id does not.
            let rule = rest.split('^').next().unwrap_or(rest);
            let rule = if rule.len() == rest.len() {
                rest.split('\'').next().unwrap_or(rest)
            } else {
                rule
            };
            return Some(Self::BusinessRule { rule: cut(rule) });
        }
        if let Some(rest) = after(text, "Data Policy Exception:") {
            let list = after(rest, "mandatory:").unwrap_or(rest);
            let fields = list.split(',').map(|field| cut(field.trim())).collect();
            return Some(Self::Mandatory { fields });
        }
        if let Some(rest) = after(text, "ACL Exception ") {
            let action = rest.split_whitespace().next().unwrap_or("change");
            return Some(Self::Acl {
                action: cut(&action.to_lowercase()),
            });
        }
        if text.contains("Insufficient rights to query records") {
            return Some(Self::QueryRights);
        }
        if text.contains("Failed API level ACL Validation") {
            return Some(Self::ApiClosed);
        }
        if text.contains("Requested URI does not represent any resource") {
            return Some(Self::NoSuchApi);
        }
        let table = text.strip_prefix("Invalid table ")?;
        Some(Self::InvalidTable { table: cut(table) })
    }

    pub(crate) fn other(envelope: Option<Envelope>, status: Option<u16>) -> Self {
        Self::Other {
            text: envelope.unwrap_or_default().text(),
            status,
        }
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}
