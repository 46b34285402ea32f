//! Work items.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Person;

/// A work item at revision 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkItemSeed {
    /// Id in the organization; unset, the next free one.
    pub id: Option<u64>,
    /// Name of the project; unset, the main one.
    pub project: Option<String>,
    /// Name of the type.
    pub kind: String,
    /// Title.
    pub title: String,
    /// State.
    pub state: String,
    /// To whom it is assigned.
    pub assigned_to: Option<Person>,
    /// Who created it.
    pub created_by: Person,
    /// When.
    pub created: String,
    /// Tags, joined with semicolons when shown.
    pub tags: Vec<String>,
    /// More fields by reference name.
    pub fields: BTreeMap<String, Value>,
}

impl Default for WorkItemSeed {
    fn default() -> Self {
        Self {
            id: None,
            project: None,
            kind: "User Story".to_owned(),
            title: "Customers can buy blue shoes".to_owned(),
            state: "Resolved".to_owned(),
            assigned_to: Some(Person::pat_doe()),
            created_by: Person::kim_roe(),
            created: "2026-11-20T10:15:00.213Z".to_owned(),
            tags: Vec::new(),
            fields: BTreeMap::new(),
        }
    }
}
