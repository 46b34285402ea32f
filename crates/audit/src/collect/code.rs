//! What a run brought along. Lists pass by page by page; every list that fails leaves a gap and not the others.

use azure_devops::{PullRequests, Run, RunId};

use super::{Piece, Reading, convert};
use crate::trail::{Commit, Listing};
use crate::words::count;

/// Authors that are told apart. Beyond, the list counts as incomplete.
const MOST_AUTHORS: usize = 5_000;

/// Commits in one query for pull requests.
const QUERY: usize = 50;

/// Commits that are looked up one by one, where a query of many does not tell which of them a pull request brought.
const ONE_BY_ONE: usize = 20;

/// Reads what the scope asks for of a run.
pub(super) async fn read(reading: &mut Reading<'_, '_>, project: &str, run: &Run) {
    let scope = reading.scope;
    if scope.commits || scope.pull_requests {
        commits(reading, project, &run.id).await;
    }
    if scope.work_items {
        work_items(reading, project, &run.id).await;
    }
    if scope.pull_requests {
        pull_requests(reading, project, run).await;
    }
    let runs = reading.organization.runs(project);
    if scope.tests {
        let tests = runs.tests(&run.id).await;
        if let Some(tests) = reading.take("test results", tests) {
            let list = &mut reading.trail.code.tests;
            tests
                .into_iter()
                .map(convert::test_run)
                .for_each(|test| list.add(test));
            list.complete = true;
        }
    }
    if scope.artifacts {
        let artifacts = runs.artifacts(&run.id).await;
        if let Some(artifacts) = reading.take("artifacts", artifacts) {
            let list = &mut reading.trail.code.artifacts;
            artifacts
                .into_iter()
                .map(convert::artifact)
                .for_each(|found| list.add(found));
            list.complete = true;
        }
    }
    for (asked, what) in [
        (scope.commits || scope.pull_requests, "commits"),
        (scope.work_items, "work items"),
        (scope.pull_requests, "pull requests"),
        (scope.tests, "test results"),
        (scope.artifacts, "artifacts"),
    ] {
        if !asked {
            reading.miss(what, super::NOT_ASKED);
        }
    }
}

async fn commits(reading: &mut Reading<'_, '_>, project: &str, id: &RunId) {
    let mut pages = reading.organization.runs(project).commits(id);
    loop {
        let page = pages.next().await;
        let Some(page) = reading.take("commits", page) else {
            return;
        };
        let Some(page) = page else {
            break;
        };
        for commit in &page {
            (reading.all)(Piece::Commit(commit));
            let commit = convert::commit(commit);
            let commits = &mut reading.trail.code.commits;
            if commits.authors.len() < MOST_AUTHORS {
                commits.add(commit);
            } else {
                commits.list.add(commit);
            }
        }
    }
    let commits = &mut reading.trail.code.commits;
    commits.list.complete = commits.authors.len() < MOST_AUTHORS;
    if !commits.list.complete {
        reading.miss("further authors", format!("{MOST_AUTHORS} are told apart"));
    }
}

async fn work_items(reading: &mut Reading<'_, '_>, project: &str, id: &RunId) {
    let ids = reading.organization.runs(project).work_item_ids(id).await;
    let Some(ids) = reading.take("work items", ids) else {
        return;
    };
    let mut list = Listing::default();
    let all = &mut *reading.all;
    let items = reading.organization.work_items(project);
    let read = items
        .get_many(&ids, |page| {
            for item in &page {
                all(Piece::WorkItem(item));
                list.add(convert::work_item(item));
            }
        })
        .await;
    reading.trail.code.work_items = list;
    match reading.take("work items", read) {
        None => {}
        Some(0) => reading.trail.code.work_items.complete = true,
        Some(hidden) => reading.miss(
            count(hidden, "linked work item"),
            "they were deleted, or this identity may not see them",
        ),
    }
}

/// Finds the pull requests of the commits that are kept. Squashed and merged ones show by their merge commit, many in
/// one query; for single commits below a merge the service has to be asked one by one to know which of them it brought.
async fn pull_requests(reading: &mut Reading<'_, '_>, project: &str, run: &Run) {
    let Some(repository) = run.repository.as_ref() else {
        limit(reading, "the run names no repository");
        return;
    };
    if !repository.kind.eq_ignore_ascii_case("TfsGit") {
        let kind = &repository.kind;
        let why = format!("reviews are read in Azure Repos, the repository is of the kind {kind}");
        limit(reading, why);
        return;
    }
    let shas: Vec<String> = reading
        .trail
        .code
        .commits
        .list
        .kept
        .iter()
        .map(sha)
        .collect();
    let requests = reading.organization.pull_requests(project);
    let Some(below) = by_merge_commit(reading, requests, &repository.id, &shas).await else {
        return;
    };
    if one_by_one(reading, requests, &repository.id, &below)
        .await
        .is_none()
    {
        return;
    }
    let checked = reading.trail.code.pull_requests.checked.len();
    let total = reading.trail.code.commits.list.total;
    if checked < total {
        let more = total - checked;
        limit(
            reading,
            format!("{more} of {total} commits were not looked up"),
        );
    }
}

/// Looks up merge commits, many at a time, and returns the commits that some pull request may have brought below one.
async fn by_merge_commit(
    reading: &mut Reading<'_, '_>,
    requests: PullRequests<'_>,
    repository: &str,
    shas: &[String],
) -> Option<Vec<String>> {
    let mut below = Vec::new();
    for batch in shas.chunks(QUERY) {
        let found = of_commits(reading, requests, repository, batch).await?;
        for sha in batch {
            let brought = |request: &&azure_devops::PullRequest| {
                request.status == "completed" && request.commit.as_ref() == Some(sha)
            };
            match found.iter().find(brought) {
                Some(request) => remember(reading, sha, &[request]),
                // Without any pull request in the answer, none brought this commit.
                None if found.is_empty() => remember(reading, sha, &[]),
                None => below.push(sha.clone()),
            }
        }
    }
    Some(below)
}

async fn one_by_one(
    reading: &mut Reading<'_, '_>,
    requests: PullRequests<'_>,
    repository: &str,
    shas: &[String],
) -> Option<()> {
    for sha in shas.iter().take(ONE_BY_ONE) {
        let found = of_commits(reading, requests, repository, std::slice::from_ref(sha)).await?;
        let found: Vec<_> = found.iter().collect();
        remember(reading, sha, &found);
    }
    Some(())
}

async fn of_commits(
    reading: &mut Reading<'_, '_>,
    requests: PullRequests<'_>,
    repository: &str,
    shas: &[String],
) -> Option<Vec<azure_devops::PullRequest>> {
    let found = requests.of_commits(repository, shas).await;
    let found = reading.take("pull requests", found);
    if found.is_none() {
        limit(reading, "pull requests could not be read");
    }
    found
}

/// Notes that a commit was looked up, and what brought it.
fn remember(reading: &mut Reading<'_, '_>, sha: &str, found: &[&azure_devops::PullRequest]) {
    let known = &mut reading.trail.code.pull_requests;
    known.checked.push(sha.to_owned());
    for request in found {
        known.add(convert::pull_request(request, vec![sha.to_owned()]));
    }
}

fn sha(commit: &Commit) -> String {
    commit.id.clone()
}

fn limit(reading: &mut Reading<'_, '_>, why: impl Into<String>) {
    reading.trail.code.pull_requests.limits.push(why.into());
}
