//! Azure DevOps's words in ours.

use azure_devops::{RecordResult, RunResult, RunStatus};

use crate::trail::{
    Artifact, Commit, Ended, Link, Person, PullRequest, Reviewer, TestRun, WorkItem,
};

/// The longest title or name that a report keeps, in characters.
const LONGEST: usize = 300;

/// Nobody's account is longer than an address can be. A part of one would make two people one.
const LONGEST_ACCOUNT: usize = 320;

pub(super) fn person(person: &azure_devops::Person) -> Person {
    let account = person.unique_name.clone();
    Person {
        name: title(&person.name),
        account: account.filter(|account| account.len() <= LONGEST_ACCOUNT),
        email: None,
        id: person.id.clone(),
    }
}

pub(super) fn people(found: Option<&azure_devops::Person>) -> Option<Person> {
    found.map(person)
}

pub(super) fn run_ended(run: &azure_devops::Run) -> Ended {
    match (&run.status, &run.result) {
        (_, Some(RunResult::Succeeded)) => Ended::Succeeded,
        (_, Some(RunResult::PartiallySucceeded)) => Ended::SucceededWithIssues,
        (_, Some(RunResult::Failed)) => Ended::Failed,
        (_, Some(RunResult::Canceled)) => Ended::Canceled,
        (RunStatus::Completed | RunStatus::Other(_), _) => Ended::Unknown,
        (
            RunStatus::NotStarted
            | RunStatus::InProgress
            | RunStatus::Cancelling
            | RunStatus::Postponed,
            _,
        ) => Ended::Running,
    }
}

pub(super) fn ended(result: Option<&RecordResult>) -> Ended {
    match result {
        None => Ended::Running,
        Some(RecordResult::Succeeded) => Ended::Succeeded,
        Some(RecordResult::SucceededWithIssues) => Ended::SucceededWithIssues,
        Some(RecordResult::Failed) => Ended::Failed,
        Some(RecordResult::Canceled) => Ended::Canceled,
        Some(RecordResult::Skipped) => Ended::Skipped,
        Some(RecordResult::Abandoned) => Ended::Abandoned,
        Some(RecordResult::Other(_)) => Ended::Unknown,
    }
}

/// The first line of a text, within bounds.
pub(super) fn title(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        Some((end, _)) => format!("{} ...", &line[..end]),
    }
}

pub(super) fn commit(commit: &azure_devops::Commit) -> Commit {
    Commit {
        id: commit.id.clone(),
        title: title(&commit.message),
        author: people(commit.author.as_ref()),
        at: commit.at,
        kind: title(&commit.kind),
    }
}

pub(super) fn work_item(item: &azure_devops::WorkItem) -> WorkItem {
    WorkItem {
        id: item.id,
        kind: title(&item.kind),
        title: title(&item.title),
        state: title(&item.state),
        assigned_to: people(item.assigned_to.as_ref()),
        page: Link::new(item.page.as_str()),
    }
}

pub(super) fn pull_request(found: &azure_devops::PullRequest, commits: Vec<String>) -> PullRequest {
    PullRequest {
        id: found.id,
        title: title(&found.title),
        status: title(&found.status),
        author: people(found.author.as_ref()),
        closed: found.closed,
        reviewers: found
            .reviewers
            .iter()
            .map(|reviewer| Reviewer {
                person: person(&reviewer.person),
                vote: reviewer.vote,
                group: reviewer.group,
            })
            .collect(),
        commits,
        page: Link::new(found.page.as_str()),
    }
}

pub(super) fn test_run(run: azure_devops::TestRun) -> TestRun {
    TestRun {
        name: title(&run.name),
        state: title(&run.state),
        total: run.total,
        passed: run.passed,
        failed: run.failed,
        skipped: run.not_applicable,
        page: run.page.and_then(|page| Link::new(page.as_str())),
    }
}

pub(super) fn artifact(artifact: azure_devops::Artifact) -> Artifact {
    Artifact {
        name: title(&artifact.name),
        kind: title(&artifact.kind),
        size: artifact.size,
        page: artifact.page.and_then(|page| Link::new(page.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use super::{person, title};

    #[test]
    fn a_person_is_bounded_and_no_account_is_cut() {
        let long = azure_devops::Person {
            id: None,
            name: "n".repeat(400),
            unique_name: Some("a".repeat(400)),
        };
        let person = person(&long);
        assert_eq!((person.name.len(), person.account), (304, None));
    }

    #[test]
    fn a_title_is_one_bounded_line() {
        assert_eq!(title("Sell shoes\n\nlong story"), "Sell shoes");
        assert_eq!(title(""), "");
        assert_eq!(title(&"ü".repeat(400)).chars().count(), 304);
    }
}
