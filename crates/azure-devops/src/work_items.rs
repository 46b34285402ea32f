//! Work items, as they are now.

use std::collections::HashSet;

use jiff::Timestamp;
use outbound::{Effect, Request};
use serde_json::json;
use url::Url;

use crate::error::{Error, Operation, Scope};
use crate::organization::{Organization, Place};
use crate::wire::{Missing, Node, Person};

/// Ids in one request; more are an error of the service's.
const BATCH: usize = 200;

const FIELDS: [&str; 6] = [
    "System.Id",
    "System.WorkItemType",
    "System.Title",
    "System.State",
    "System.AssignedTo",
    "System.ChangedDate",
];

/// Verbs on the work items of one project.
#[derive(Debug, Clone, Copy)]
pub struct WorkItems<'a> {
    organization: &'a Organization,
    project: &'a str,
}

/// A user story, a bug, a task, ...
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// Its id, unique in the organization.
    pub id: u64,
    /// Its type, such as `User Story`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its state, in a word of its process.
    pub state: String,
    /// Who works on it.
    pub assigned_to: Option<Person>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
    /// Its page for people.
    pub page: Url,
}

impl<'a> WorkItems<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a str) -> Self {
        Self {
            organization,
            project,
        }
    }

    /// Reads work items, up to 200 at a time, and hands out each such page. Returns how many of the ids the service left
    /// out: it does not tell deleted ones from those this identity may not see.
    ///
    /// # Errors
    /// See [`Error`]. Pages before the failing one have been handed out.
    pub async fn get_many(
        &self,
        ids: &[u64],
        mut each: impl FnMut(Vec<WorkItem>),
    ) -> Result<usize, Box<Error>> {
        let operation = Operation::new(Scope::Work, "read work items of project", self.project);
        let place = self.organization.place(&operation, self.project)?;
        let mut left_out = 0;
        for ids in ids.chunks(BATCH) {
            let ids: HashSet<u64> = ids.iter().copied().collect();
            let request = batch(&place, &ids);
            let answer = self.organization.send(&operation, request).await?;
            let items = answer.items("value", |node| decode(node, &place))?;
            if items.iter().any(|item| !ids.contains(&item.id)) {
                return Err(answer.lacks("id"));
            }
            left_out += ids.len().saturating_sub(items.len());
            if !items.is_empty() {
                each(items);
            }
        }
        Ok(left_out)
    }
}

/// The request for some work items. It is a POST that only reads.
fn batch(place: &Place<'_>, ids: &HashSet<u64>) -> Request {
    let mut ids: Vec<u64> = ids.iter().copied().collect();
    ids.sort_unstable();
    let body = json!({"ids": ids, "fields": FIELDS, "errorPolicy": "omit"});
    Request::post(place.api(&["wit", "workitemsbatch"], "7.1"))
        .json(&body)
        .effect(Effect::Read)
}

fn decode(node: Node<'_>, place: &Place<'_>) -> Result<WorkItem, Missing> {
    let id = node.need_number("id")?;
    let fields = node.at("fields");
    Ok(WorkItem {
        id,
        kind: fields.text_or_empty("System.WorkItemType"),
        title: fields.text_or_empty("System.Title"),
        state: fields.text_or_empty("System.State"),
        assigned_to: fields.person("System.AssignedTo"),
        changed: fields.moment("System.ChangedDate"),
        page: place.page(&["_workitems", "edit", &id.to_string()], &[]),
    })
}

#[cfg(test)]
mod tests;
