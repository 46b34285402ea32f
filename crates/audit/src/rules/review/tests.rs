use super::*;
use crate::rules::Verdict::{Broken, Held, Unproven};
use crate::rules::tests::{bent, commit, expect, person};
use crate::trail::{ChangeTrail, Hints, PullRequests, Reviewer, RunTrail};

type Bend = fn(&mut ChangeTrail, &mut RunTrail, &mut Hints);

fn reviewers(run: &mut RunTrail) -> &mut Vec<Reviewer> {
    &mut run.code.pull_requests.kept[0].reviewers
}

#[test]
fn commits_come_reviewed_by_somebody_else() {
    let table: [(Bend, super::super::Verdict, &str); 14] = [
        (|_, _, _| {}, Held, "1 commit came by reviewed"),
        (|_, r, _| reviewers(r)[0].vote = 5, Held, "1 commit"),
        (|_, r, _| reviewers(r)[0].vote = 0, Broken, "8d3a1f0c"),
        (|_, r, _| reviewers(r)[0].vote = -10, Broken, "8d3a1f0c"),
        (|_, r, _| reviewers(r)[0].group = true, Broken, "8d3a1f0c"),
        (
            |_, r, _| reviewers(r)[0].person = person("Pat", "PAT@shop.example"),
            Broken,
            "8d3a1f0c",
        ),
        (
            |_, r, _| reviewers(r)[0].person = person("Pat", "pat@other.example"),
            Unproven,
            "may be its author",
        ),
        (
            |_, r, _| r.code.pull_requests.kept[0].status = "abandoned".into(),
            Broken,
            "8d3a1f0c",
        ),
        // Somebody else opened the pull request and the commit's own author approved it.
        (
            |_, r, _| {
                r.code.pull_requests.kept[0].author = Some(person("Kim Roe", "kim@shop.example"));
                reviewers(r)[0].person = person("Pat Doe", "pat@shop.example");
            },
            Broken,
            "8d3a1f0c",
        ),
        (
            |_, r, _| r.code.pull_requests.kept.clear(),
            Broken,
            "1 commit without a pull request",
        ),
        (
            |_, r, _| {
                r.code.pull_requests = PullRequests {
                    limits: vec!["the repository is not in Azure Repos".into()],
                    ..PullRequests::default()
                };
            },
            Unproven,
            "not in Azure Repos",
        ),
        (
            |_, r, _| {
                r.code
                    .pull_requests
                    .limits
                    .push("only the first 200 commits were looked up".into());
            },
            Unproven,
            "only the first 200",
        ),
        (
            |_, r, _| r.code.commits.add(commit("f0", "more", "pat@shop.example")),
            Unproven,
            "not all commits were looked up",
        ),
        (
            |_, r, _| {
                r.code.commits.list.total = 0;
                r.code.commits.list.kept.clear();
                r.code.pull_requests = PullRequests::default();
            },
            Held,
            "no new commit",
        ),
    ];
    for (bend, verdict, says) in table {
        expect(&COMMITS_REVIEWED, &bent(bend), verdict, says);
    }
}
