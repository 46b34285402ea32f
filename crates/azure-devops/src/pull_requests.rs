//! Pull requests in Azure Repos, and who reviewed them.
//!
//! Their routes and fields are those of the published REST reference ("Pull Request Query", "Get Pull Request"); none of
//! them was seen on a live organization, so what is not there is taken as absent rather than as an error (UNVERIFIED).

use std::collections::BTreeMap;

use jiff::Timestamp;
use outbound::{Effect, Request};
use serde_json::json;
use url::Url;

use crate::error::{Error, Operation, Scope};
use crate::organization::{Organization, Place, Segment};
use crate::wire::{Missing, Node, Person};

const VERSION: &str = "7.1";

/// Commits in one query.
const BATCH: usize = 100;

/// Verbs on the pull requests of one project.
#[derive(Debug, Clone, Copy)]
pub struct PullRequests<'a> {
    organization: &'a Organization,
    project: &'a str,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number, unique in the organization.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// `active`, `completed` or `abandoned`.
    pub status: String,
    /// Who opened it.
    pub author: Option<Person>,
    /// When it was opened.
    pub created: Option<Timestamp>,
    /// When it was completed or abandoned.
    pub closed: Option<Timestamp>,
    /// Who was asked, and what they said.
    pub reviewers: Vec<Reviewer>,
    /// The merge commit; once it is completed, the commit on the target branch.
    pub commit: Option<String>,
    /// Its page for people.
    pub page: Url,
}

/// Somebody who was asked to review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub person: Person,
    /// 10 approved, 5 approved with suggestions, 0 nothing yet, -5 waits for the author, -10 rejected.
    pub vote: i8,
    /// Whether the pull request needs this vote.
    pub required: bool,
    /// Whether this is a group, whose vote is that of a member.
    pub group: bool,
}

impl<'a> PullRequests<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a str) -> Self {
        Self {
            organization,
            project,
        }
    }

    /// The pull requests that brought commits into a repository (name or GUID), in the order of their numbers: those
    /// whose merge commit is one of `shas`, and those that merged one of them. What is no full hash is passed over.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no such repository, or it is not in Azure Repos; otherwise see [`Error`].
    pub async fn of_commits(
        &self,
        repository: &str,
        shas: &[String],
    ) -> Result<Vec<PullRequest>, Box<Error>> {
        let operation = Operation::new(
            Scope::Code,
            "find the pull requests of repository",
            repository,
        );
        let place = self.organization.place(&operation, self.project)?;
        let repository = Segment::checked(&operation, "repository", repository)?;
        let shas: Vec<&str> = shas.iter().map(String::as_str).filter(is_sha).collect();
        let mut found = BTreeMap::new();
        for shas in shas.chunks(BATCH) {
            let request = query(&place, repository, shas);
            let answer = self.organization.send(&operation, request).await?;
            let all = answer.items("results", |node| by_commit(node, &place, repository))?;
            found.extend(
                all.into_iter()
                    .flatten()
                    .map(|request| (request.id, request)),
            );
        }
        Ok(found.into_values().collect())
    }

    /// One pull request of a repository (name or GUID).
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn get(&self, repository: &str, id: u64) -> Result<PullRequest, Box<Error>> {
        let operation = Operation::new(Scope::Code, "read pull request", id);
        let place = self.organization.place(&operation, self.project)?;
        let repository = Segment::checked(&operation, "repository", repository)?;
        let id_segment = id.to_string();
        let segments = [
            "git",
            "repositories",
            repository.as_str(),
            "pullRequests",
            &id_segment,
        ];
        let request = Request::get(place.api(&segments, VERSION));
        let answer = self.organization.send(&operation, request).await?;
        if answer.is_empty() {
            return Err(answer.absent());
        }
        let found = answer.decode(|node| decode(node, &place, repository))?;
        match found.id == id {
            true => Ok(found),
            false => Err(answer.lacks("pullRequestId")),
        }
    }
}

fn is_sha(text: &&str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The request for the pull requests of some commits. It is a POST that only reads.
fn query(place: &Place<'_>, repository: Segment<'_>, shas: &[&str]) -> Request {
    let body = json!({"queries": [
        {"items": shas, "type": "lastMergeCommit"},
        {"items": shas, "type": "commit"},
    ]});
    let segments = [
        "git",
        "repositories",
        repository.as_str(),
        "pullrequestquery",
    ];
    Request::post(place.api(&segments, VERSION))
        .json(&body)
        .effect(Effect::Read)
}

/// One result: an object from commits to lists of pull requests.
fn by_commit(
    node: Node<'_>,
    place: &Place<'_>,
    repository: Segment<'_>,
) -> Result<Vec<PullRequest>, Missing> {
    let mut all = Vec::new();
    for (sha, _) in node.members() {
        all.extend(node.list_or_empty(sha, |node| decode(node, place, repository))?);
    }
    Ok(all)
}

fn decode(
    node: Node<'_>,
    place: &Place<'_>,
    repository: Segment<'_>,
) -> Result<PullRequest, Missing> {
    let id = node.need_number("pullRequestId")?;
    let id_segment = id.to_string();
    let page = ["_git", repository.as_str(), "pullrequest", &id_segment];
    Ok(PullRequest {
        id,
        title: node.text_or_empty("title"),
        status: node.text_or_empty("status"),
        author: node.person("createdBy"),
        created: node.moment("creationDate"),
        closed: node.moment("closedDate"),
        reviewers: node
            .list_or_empty("reviewers", |node| Ok(reviewer(node)))?
            .into_iter()
            .flatten()
            .collect(),
        commit: node.at("lastMergeCommit").text("commitId"),
        page: place.page(&page, &[]),
    })
}

/// A reviewer is an identity with a vote; one without a name cannot be shown to anybody.
fn reviewer(node: Node<'_>) -> Option<Reviewer> {
    Some(Reviewer {
        person: node.as_person()?,
        vote: node
            .signed("vote")
            .and_then(|vote| i8::try_from(vote).ok())
            .unwrap_or_default(),
        required: node.flag("isRequired"),
        group: node.flag("isContainer"),
    })
}

#[cfg(test)]
mod tests;
