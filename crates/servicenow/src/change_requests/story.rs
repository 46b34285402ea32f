//! What an auditor asks about one change: who wanted it, who opened and closed it, and when.

use change::SysId;
use jiff::Timestamp;
use url::Url;

use super::{COLUMNS, ChangeRequests, decode, get};
use crate::error::{Error, Operation};
use crate::moment;
use crate::wire::Row;

/// The columns beyond a full reading. Persons are read through their references: an account that may read the change
/// need not be allowed to read users, and then those columns are not there.
const FURTHER: [&str; 18] = [
    "opened_at",
    "closed_at",
    "requested_by",
    "requested_by.user_name",
    "requested_by.email",
    "opened_by",
    "opened_by.user_name",
    "opened_by.email",
    "closed_by",
    "closed_by.user_name",
    "closed_by.email",
    "cmdb_ci",
    "business_service",
    "description",
    "risk",
    "priority",
    "category",
    "chg_model",
];

/// A change request with its persons, times and surroundings. Texts are an outsider's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The change request itself.
    pub request: change::Request,
    /// When it was opened, as whoever opened it says: the column can be written.
    pub opened_at: Option<Timestamp>,
    /// When it was closed or cancelled.
    pub closed_at: Option<Timestamp>,
    /// When its record came to be: the instance's own word.
    pub created_at: Option<Timestamp>,
    /// Who wanted it.
    pub requested_by: Option<User>,
    /// Who opened it.
    pub opened_by: Option<User>,
    /// Who closed it.
    pub closed_by: Option<User>,
    /// The name of the configuration item it is about.
    pub configuration_item: Option<String>,
    /// The name of the business service it is about.
    pub business_service: Option<String>,
    /// What it is about.
    pub description: String,
    /// The label of its risk.
    pub risk: Option<String>,
    /// The label of its priority.
    pub priority: Option<String>,
    /// The label of its category.
    pub category: Option<String>,
    /// The name of the change model that drives it.
    pub model: Option<String>,
    /// The page that a person opens.
    pub page: Url,
}

/// A person, as far as this account may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name as the instance shows it.
    pub name: String,
    /// The name the person signs in with, where it may be read.
    pub user_name: Option<String>,
    /// The e-mail address, where it may be read.
    pub email: Option<String>,
}

impl ChangeRequests<'_> {
    /// Reads what an auditor asks about a change request. Columns hidden from this account are `None`.
    ///
    /// # Errors
    /// As [`ChangeRequests::get`].
    pub async fn story(&self, id: &SysId) -> Result<Story, Box<Error>> {
        let operation = Operation::new("read the story of change request", id);
        let columns: Vec<&str> = COLUMNS.into_iter().chain(FURTHER).collect();
        let request = get(self.instance.paths(), id, &columns);
        let row = self.instance.read(&operation, request).await?.row()?;
        let request = decode::checked(&operation, &row, id)?;
        Ok(story(&row, request, self.instance.address_of(id)))
    }
}

fn story(row: &Row, request: change::Request, page: Url) -> Story {
    let text = |column: &str| row.shown(column).map(str::to_owned);
    let time = |column: &str| moment::read(row.value(column));
    Story {
        request,
        opened_at: time("opened_at"),
        closed_at: time("closed_at"),
        created_at: time("sys_created_on"),
        requested_by: user(row, "requested_by"),
        opened_by: user(row, "opened_by"),
        closed_by: user(row, "closed_by"),
        configuration_item: text("cmdb_ci"),
        business_service: text("business_service"),
        description: row.value("description").to_owned(),
        risk: text("risk"),
        priority: text("priority"),
        category: text("category"),
        model: text("chg_model"),
        page,
    }
}

fn user(row: &Row, column: &str) -> Option<User> {
    let behind = |field: &str| row.shown(&format!("{column}.{field}")).map(str::to_owned);
    Some(User {
        name: row.shown(column)?.to_owned(),
        user_name: behind("user_name"),
        email: behind("email"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_names_its_persons_times_and_labels() {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../../fixtures/story.json")).unwrap();
        let row = crate::wire::row(&json["result"]).unwrap();
        let request = decode::request(&row).unwrap();
        let page: Url = "http://127.0.0.1/page".parse().unwrap();
        let story = story(&row, request.clone(), page.clone());
        let at = |text: &str| moment::read(text);
        assert_eq!(story.request, request);
        assert_eq!(story.opened_at, at("2026-03-06 09:00:00"));
        assert_eq!(story.created_at, at("2026-03-06 09:00:01"));
        assert_eq!(story.closed_at, None);
        assert_eq!(
            story.requested_by,
            Some(User {
                name: "Rita Requester".to_owned(),
                user_name: Some("rita".to_owned()),
                email: Some("rita@example.invalid".to_owned()),
            })
        );
        // An account that may not read users sees their names only.
        assert_eq!(
            story.opened_by,
            Some(User {
                name: "Azure Service".to_owned(),
                user_name: None,
                email: None,
            })
        );
        assert_eq!(story.closed_by, None);
        assert_eq!(story.configuration_item.as_deref(), Some("Shop Frontend"));
        assert_eq!(story.business_service, None);
        assert_eq!(story.description, "Line one\nline <two>");
        assert_eq!(story.risk.as_deref(), Some("Moderate"));
        assert_eq!(story.priority.as_deref(), Some("Low"));
        assert_eq!(story.category.as_deref(), Some("Other"));
        assert_eq!(story.model, None);
        assert_eq!(story.page, page);
    }
}
