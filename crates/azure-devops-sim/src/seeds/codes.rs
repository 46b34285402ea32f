//! Repositories and pull requests.

use serde::Deserialize;

use super::Person;

/// Where source code lives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Repository {
    /// GUID for code in the organization, `owner/name` for GitHub.
    pub id: String,
    /// Name.
    pub name: String,
    /// `TfsGit`, `GitHub`, `Bitbucket`, ...
    pub kind: String,
    /// Address; unset, the one the organization serves it at.
    pub url: Option<String>,
}

impl Default for Repository {
    fn default() -> Self {
        Self {
            id: "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11".to_owned(),
            name: "shop-web".to_owned(),
            kind: "TfsGit".to_owned(),
            url: None,
        }
    }
}

impl Repository {
    /// A repository at GitHub.
    pub fn github(name: &str) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            kind: "GitHub".to_owned(),
            url: Some(format!("https://github.com/{name}")),
        }
    }
}

/// One reviewer and the vote.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewerSeed {
    /// Who.
    pub person: Person,
    /// 10 approved, 5 approved with suggestions, 0 none, -5 waits for the author, -10 rejected.
    pub vote: i8,
    /// Whether the vote is required.
    pub required: bool,
    /// A group rather than a person.
    pub group: bool,
}

impl Default for ReviewerSeed {
    fn default() -> Self {
        Self {
            person: Person::kim_roe(),
            vote: 10,
            required: false,
            group: false,
        }
    }
}

/// A pull request in a repository of the organization.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PullRequestSeed {
    /// Id in the organization; unset, the next free one.
    pub id: Option<u64>,
    /// Repository.
    pub repository: Repository,
    /// Title.
    pub title: String,
    /// Text below it.
    pub description: String,
    /// `active`, `completed` or `abandoned`.
    pub status: String,
    /// Who opened it.
    pub created_by: Person,
    /// When.
    pub created: String,
    /// When it was completed or abandoned.
    pub closed: Option<String>,
    /// Who completed or abandoned it.
    pub closed_by: Option<Person>,
    /// Full name of the source ref.
    pub source_branch: String,
    /// Full name of the target ref.
    pub target_branch: String,
    /// Head of the source branch.
    pub source_commit: String,
    /// The commit that merged it.
    pub merge_commit: String,
    /// Reviewers.
    pub reviewers: Vec<ReviewerSeed>,
    /// Ids of linked work items.
    pub work_items: Vec<u64>,
}

impl Default for PullRequestSeed {
    fn default() -> Self {
        Self {
            id: None,
            repository: Repository::default(),
            title: "Sell blue shoes".to_owned(),
            description: "As asked for by many.".to_owned(),
            status: "completed".to_owned(),
            created_by: Person::pat_doe(),
            created: "2026-11-24T14:00:00.3333333Z".to_owned(),
            closed: Some("2026-11-25T08:55:00Z".to_owned()),
            closed_by: Some(Person::kim_roe()),
            source_branch: "refs/heads/blue-shoes".to_owned(),
            target_branch: "refs/heads/main".to_owned(),
            source_commit: "c3b7e4296a0c1d2e3f4051627384958d3a1f0c5b".to_owned(),
            merge_commit: "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b".to_owned(),
            reviewers: vec![ReviewerSeed::default()],
            work_items: Vec::new(),
        }
    }
}
