//! Any column of a change request, by label or name: the choices and references that ship with the table.

use super::References;
use crate::error::Error;

/// Choices that are written as the user gives them. Type, state and close code have rules of their own.
const CHOICES: [&str; 6] = ["risk", "impact", "urgency", "priority", "scope", "category"];

/// References, the tables that they lead to, and what one looks for there (dictionary of `change_request` and `task`).
const REFERENCES: [(&str, &str, &str); 10] = [
    ("assigned_to", "sys_user", "find the user"),
    ("assignment_group", "sys_user_group", "find the group"),
    (
        "business_service",
        "cmdb_ci_service",
        "find the business service",
    ),
    ("cab_delegate", "sys_user", "find the user"),
    ("chg_model", "chg_model", "find the change model"),
    ("cmdb_ci", "cmdb_ci", "find the configuration item"),
    ("company", "core_company", "find the company"),
    ("location", "cmn_location", "find the location"),
    ("requested_by", "sys_user", "find the user"),
    (
        "service_offering",
        "service_offering",
        "find the service offering",
    ),
];

impl References<'_> {
    /// What a column of a change request stores for a label, a name, or the value itself. Without a call where the
    /// column is neither a choice nor a reference that ships, or nothing is to be looked up.
    ///
    /// # Errors
    /// As [`References::choice`] and [`References::group`].
    pub async fn column(&self, column: &str, text: &str) -> Result<String, Box<Error>> {
        if text.trim().is_empty() {
            return Ok(text.to_owned());
        }
        if CHOICES.contains(&column) {
            return self.choice(column, text).await;
        }
        let reference = REFERENCES.iter().find(|(name, ..)| *name == column);
        match reference {
            Some((_, table, verb)) => Ok(self.key(table, verb, text).await?.to_string()),
            None => Ok(text.to_owned()),
        }
    }
}
