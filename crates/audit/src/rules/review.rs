//! Commits were looked at by somebody else.

use super::{Evidence, Judgement, Rule, Severity};
use crate::trail::{Commit, Likeness, PullRequest, Trail};
use crate::words::{count, some_of};

pub(super) const COMMITS_REVIEWED: Rule = Rule {
    id: "commits-reviewed",
    sentence: "Every commit came by a pull request that somebody other than its author approved.",
    severity: Severity::Medium,
    judge: commits_reviewed,
};

/// The lowest vote that approves: with suggestions.
const APPROVES: i8 = 5;

enum Review {
    Approved,
    /// Approved by somebody who may be the author: why.
    Perhaps(String),
    Unreviewed,
}

fn commits_reviewed(trail: &Trail) -> Judgement {
    let commits = &trail.commits.list;
    if commits.complete && commits.total == 0 {
        return Judgement::held("The run brought no new commit.");
    }
    let reviews = &trail.pull_requests;
    let limits = reviews.limits.join("; ");
    if reviews.checked.is_empty() {
        let why = if limits.is_empty() {
            "no commit was looked up"
        } else {
            &limits
        };
        return Judgement::unproven(format!("Reviews could not be shown: {why}."))
            .weighing(Severity::Low);
    }
    let (unreviewed, doubts) = sorted(trail);
    if !unreviewed.is_empty() {
        let names: Vec<String> = unreviewed.iter().map(|commit| short(commit)).collect();
        let rest = if limits.is_empty() {
            limits
        } else {
            format!("; {limits}")
        };
        return Judgement::broken(format!(
            "{} without a pull request that somebody else approved: {}{rest}.",
            count(unreviewed.len(), "commit"),
            some_of(&names, 5)
        ))
        .with(unreviewed.into_iter().take(5).map(commit_record));
    }
    if !doubts.is_empty() {
        return Judgement::unproven(format!("{}.", some_of(&doubts, 3)));
    }
    let requests = reviews.kept.iter().take(5).map(request_record);
    if !limits.is_empty() || reviews.checked.len() < commits.total || !commits.complete {
        let known = count(reviews.checked.len(), "commit");
        let rest = if limits.is_empty() {
            "not all commits were looked up"
        } else {
            &limits
        };
        return Judgement::unproven(format!("{known} came reviewed; {rest}."))
            .weighing(Severity::Low)
            .with(requests);
    }
    Judgement::held(format!(
        "{} came by reviewed pull requests.",
        count(commits.total, "commit")
    ))
    .with(requests)
}

/// Of the commits that were looked up, those that nobody else reviewed, and why others are in doubt.
fn sorted(trail: &Trail) -> (Vec<&Commit>, Vec<String>) {
    let reviews = &trail.pull_requests;
    let mut unreviewed = Vec::new();
    let mut doubts = Vec::new();
    let kept = trail.commits.list.kept.iter();
    for commit in kept.filter(|commit| reviews.checked.contains(&commit.id)) {
        match review(commit, &reviews.kept) {
            Review::Approved => {}
            Review::Perhaps(why) => doubts.push(format!("{}: {why}", short(commit))),
            Review::Unreviewed => unreviewed.push(commit),
        }
    }
    (unreviewed, doubts)
}

fn review(commit: &Commit, requests: &[PullRequest]) -> Review {
    let mut best = Review::Unreviewed;
    // An open or abandoned one brought nothing, whatever it holds.
    let of_commit = |request: &&PullRequest| {
        request.status == "completed" && request.commits.contains(&commit.id)
    };
    for request in requests.iter().filter(of_commit) {
        // A group's vote repeats a member's, who stands in the list too.
        let voters = request
            .reviewers
            .iter()
            .filter(|r| r.vote >= APPROVES && !r.group);
        for voter in voters {
            let writers = [&request.author, &commit.author].into_iter().flatten();
            let likeness: Vec<Likeness> = writers
                .map(|writer| voter.person.likeness(writer))
                .collect();
            if likeness.contains(&Likeness::Same) {
                continue;
            }
            match likeness
                .into_iter()
                .find(|l| matches!(l, Likeness::Maybe(_)))
            {
                Some(Likeness::Maybe(why)) => {
                    best = Review::Perhaps(format!(
                        "{} approved pull request {} and may be its author ({why})",
                        voter.person.told(),
                        request.id
                    ));
                }
                _ => return Review::Approved,
            }
        }
    }
    best
}

fn short(commit: &Commit) -> String {
    commit.id.chars().take(8).collect()
}

fn commit_record(commit: &Commit) -> Evidence {
    let who = commit
        .author
        .as_ref()
        .map_or_else(|| "nobody named".to_owned(), |a| a.told());
    Evidence::new(&commit.title, format!("commit {}", short(commit)))
        .by(who)
        .at(commit.at)
}

fn request_record(request: &PullRequest) -> Evidence {
    let voters = request
        .reviewers
        .iter()
        .filter(|r| r.vote >= APPROVES && !r.group);
    let names: Vec<String> = voters.map(|voter| voter.person.told()).collect();
    Evidence::new(
        format!("{}: approved by {}", request.title, some_of(&names, 3)),
        format!("Azure DevOps pull request {}", request.id),
    )
    .at(request.closed)
    .on(request.page.as_ref())
}

#[cfg(test)]
mod tests;
