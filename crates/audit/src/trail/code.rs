//! What a run brought along: commits, work items, pull requests, tests, artifacts.

use jiff::Timestamp;
use serde::Serialize;

use super::{Link, Person};

/// How many entries of a list a report keeps; all are counted.
pub const KEPT: usize = 200;

/// A list of which the first [`KEPT`] entries are kept and all are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing<T> {
    /// How many there are, as far as they could be read.
    pub total: usize,
    /// Whether all of them were read.
    pub complete: bool,
    /// The first ones.
    pub kept: Vec<T>,
}

impl<T> Default for Listing<T> {
    /// Nothing, not even read.
    fn default() -> Self {
        Self {
            total: 0,
            complete: false,
            kept: Vec::new(),
        }
    }
}

impl<T> Listing<T> {
    /// Counts an entry and keeps it while there is room.
    pub fn add(&mut self, entry: T) {
        self.total += 1;
        if self.kept.len() < KEPT {
            self.kept.push(entry);
        }
    }

    /// Takes in another run's list.
    pub(crate) fn join(&mut self, other: Self) {
        let room = KEPT.saturating_sub(self.kept.len());
        self.total += other.total;
        self.complete &= other.complete;
        self.kept.extend(other.kept.into_iter().take(room));
    }
}

/// The commits of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commits {
    /// The first ones.
    #[serde(flatten)]
    pub list: Listing<Commit>,
    /// Everybody who wrote one of them, kept or not.
    pub authors: Vec<Person>,
}

impl Commits {
    /// Counts a commit, keeps it while there is room, and remembers its author.
    pub fn add(&mut self, commit: Commit) {
        if let Some(author) = &commit.author {
            self.add_author(author);
        }
        self.list.add(commit);
    }

    fn add_author(&mut self, author: &Person) {
        if !self.authors.contains(author) {
            self.authors.push(author.clone());
        }
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.list.join(other.list);
        other
            .authors
            .iter()
            .for_each(|author| self.add_author(author));
    }
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Its id.
    pub id: String,
    /// The first line of its message.
    pub title: String,
    /// Who wrote it, as the commit states.
    pub author: Option<Person>,
    /// When, as the commit states.
    pub at: Option<Timestamp>,
    /// The kind of repository, as Azure DevOps calls it.
    pub kind: String,
}

/// One work item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// Its id.
    pub id: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its state, when it was read.
    pub state: String,
    /// To whom it is assigned.
    pub assigned_to: Option<Person>,
    /// Its page.
    pub page: Option<Link>,
}

/// A pull request by which commits came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequest {
    /// Its id.
    pub id: u64,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: String,
    /// Who opened it.
    pub author: Option<Person>,
    /// When it was completed.
    pub closed: Option<Timestamp>,
    /// Who voted.
    pub reviewers: Vec<Reviewer>,
    /// The commits of this report that came by it.
    pub commits: Vec<String>,
    /// Its page.
    pub page: Option<Link>,
}

/// One vote on a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewer {
    /// Who.
    pub person: Person,
    /// 10 approved, 5 approved with suggestions, 0 none, -5 waits for the author, -10 rejected.
    pub vote: i8,
    /// Whether it stands for a group: its vote repeats a member's.
    pub group: bool,
}

/// Pull requests, as far as asking made sense.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PullRequests {
    /// The commits that were looked up.
    pub checked: Vec<String>,
    /// Those found.
    pub kept: Vec<PullRequest>,
    /// Why not every commit was looked up.
    pub limits: Vec<String>,
}

/// One test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestRun {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// Tests in it.
    pub total: u64,
    /// Those that passed.
    pub passed: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were left out.
    pub skipped: u64,
    /// Its page.
    pub page: Option<Link>,
}

/// One artifact of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// Its kind, as Azure DevOps calls it.
    pub kind: String,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its page.
    pub page: Option<Link>,
}

/// All of it, for one run or several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    /// Commits since the run before.
    pub commits: Commits,
    /// Work items of the same project.
    pub work_items: Listing<WorkItem>,
    /// Pull requests.
    pub pull_requests: PullRequests,
    /// Test runs.
    pub tests: Listing<TestRun>,
    /// Artifacts.
    pub artifacts: Listing<Artifact>,
}

impl Code {
    /// Takes in another run's.
    pub(crate) fn join(&mut self, other: Self) {
        self.commits.join(other.commits);
        self.work_items.join(other.work_items);
        self.tests.join(other.tests);
        self.artifacts.join(other.artifacts);
        self.pull_requests
            .checked
            .extend(other.pull_requests.checked);
        for found in other.pull_requests.kept {
            self.pull_requests.add(found);
        }
        self.pull_requests.limits.extend(other.pull_requests.limits);
    }
}

impl PullRequests {
    /// Adds one, or what is new of one that is known.
    pub fn add(&mut self, found: PullRequest) {
        let known = |known: &&mut PullRequest| known.id == found.id && known.page == found.page;
        if let Some(known) = self.kept.iter_mut().find(known) {
            for commit in found.commits {
                if !known.commits.contains(&commit) {
                    known.commits.push(commit);
                }
            }
        } else {
            self.kept.push(found);
        }
    }
}
