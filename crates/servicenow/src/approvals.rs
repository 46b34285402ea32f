//! Who was asked about a change request, and what they answered. Read only: approvals are given by people, in the
//! instance, and never by this client.

use change::{ApprovalRow, RowState, SysId};

use crate::Instance;
use crate::error::{Error, Operation};
use crate::instance::List;
use crate::moment;
use crate::query::QueryError;
use crate::wire::Row;

/// Verbs on approvals.
#[derive(Debug, Clone, Copy)]
pub struct Approvals<'a> {
    instance: &'a Instance,
}

const COLUMNS: [&str; 10] = [
    "sys_id",
    "sysapproval",
    "approver",
    "approver.user_name",
    "approver.email",
    "group",
    "group.assignment_group",
    "state",
    "comments",
    "sys_updated_on",
];

impl<'a> Approvals<'a> {
    pub(crate) fn new(instance: &'a Instance) -> Self {
        Self { instance }
    }

    /// The approvers of a change request, in the order they were asked; none where nobody was, or where this account
    /// may not read approvals.
    ///
    /// # Errors
    /// [`Error::KeyMismatch`] where rows of another record came back; otherwise see [`Error`].
    pub async fn of(&self, id: &SysId) -> Result<Vec<ApprovalRow>, Box<Error>> {
        let operation = Operation::new("read the approvals of change request", id);
        let list = of(id).map_err(Error::query(&operation))?;
        let rows = self.instance.list(&operation, &list).await?;
        let mut answers = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut answer = decode(row);
            if answer.state == RowState::Rejected && answer.comment.is_none() {
                answer.comment = self.reason(row).await;
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// The words of a refusal. `comments` is a journal column, which reads back empty on most instances: its entries
    /// are records of their own, shown to accounts that may read them. Not knowing the reason is no reason to fail.
    async fn reason(&self, row: &Row) -> Option<String> {
        let operation = Operation::new("read the comments of approval", row.value("sys_id"));
        let list = comments(&row.sys_id()?).ok()?;
        let rows = self.instance.list(&operation, &list).await.ok()?;
        let last = rows.last()?.value("value").trim().to_owned();
        (!last.is_empty()).then_some(last)
    }
}

fn comments(row: &SysId) -> Result<List, QueryError> {
    let fields = ["sys_id", "element_id", "element", "value"];
    let list = List::by_key("sys_journal_field", "element_id", row.as_str(), &fields)?
        .ordered(&["sys_created_on"])?;
    Ok(List {
        query: list
            .query
            .eq("name", "sysapproval_approver")?
            .eq("element", "comments")?,
        ..list
    })
}

fn of(id: &SysId) -> Result<List, QueryError> {
    List::by_key("sysapproval_approver", "sysapproval", id.as_str(), &COLUMNS)?
        .ordered(&["sys_created_on"])
}

fn decode(row: &Row) -> ApprovalRow {
    let text = |column: &str| row.shown(column).map(str::to_owned);
    ApprovalRow {
        approver: text("approver").unwrap_or_default(),
        user_name: text("approver.user_name"),
        email: text("approver.email"),
        // The row's group is a record of its own; its name is that of the group behind it.
        group: text("group.assignment_group").or_else(|| text("group")),
        state: RowState::from_value(row.value("state")),
        comment: text("comments"),
        at: moment::read(row.value("sys_updated_on")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_approvers_row_shows_names_and_the_group_behind_the_group() {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../fixtures/approvals.json")).unwrap();
        let rows = crate::wire::rows(&json["result"]).unwrap();
        let decoded: Vec<_> = rows.iter().map(decode).collect();
        assert_eq!(decoded[0].approver, "Ana Approver");
        assert_eq!(decoded[0].group.as_deref(), Some("Network"));
        assert_eq!(decoded[0].state, RowState::Rejected);
        assert_eq!(decoded[0].comment.as_deref(), Some("not on a Friday"));
        assert_eq!(decoded[0].at, moment::read("2026-03-06 14:05:09"));
        assert_eq!(decoded[0].user_name.as_deref(), Some("ana.approver"));
        assert_eq!(decoded[0].email.as_deref(), Some("ana@example.invalid"));
        // An account that may not read the user's record gets rows without its columns.
        assert_eq!(decoded[1].user_name, None);
        assert_eq!(decoded[1].email, None);
        assert_eq!(decoded[1].group, None);
        assert_eq!(decoded[1].comment, None);
        assert_eq!(decoded[1].state, RowState::Other("not_required".to_owned()));
        assert_eq!(decode(&Row::from_json(&json!({})).unwrap()).approver, "");
    }

    #[test]
    fn the_reason_of_a_refusal_is_asked_of_the_journal() {
        let id: SysId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let paths = crate::instance::Paths::new("http://127.0.0.1".parse().unwrap());
        let request = comments(&id).unwrap().request(&paths, 50, 0);
        let query: Vec<(String, String)> = request.url().query_pairs().into_owned().collect();
        assert_eq!(request.url().path(), "/api/now/v2/table/sys_journal_field");
        for term in [
            format!("element_id={id}"),
            "name=sysapproval_approver".to_owned(),
            "element=comments".to_owned(),
            "ORDERBYsys_created_on".to_owned(),
        ] {
            assert!(query[0].1.split('^').any(|part| part == term), "{query:?}");
        }
    }

    #[test]
    fn the_request_asks_for_one_record_in_total_order() {
        let id: SysId = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let paths = crate::instance::Paths::new("http://127.0.0.1".parse().unwrap());
        let request = of(&id).unwrap().request(&paths, 50, 0);
        let query: Vec<(String, String)> = request.url().query_pairs().into_owned().collect();
        assert_eq!(
            request.url().path(),
            "/api/now/v2/table/sysapproval_approver"
        );
        assert_eq!(
            query[0].1,
            format!("sysapproval={id}^ORDERBYsys_created_on^ORDERBYsys_id")
        );
    }
}
