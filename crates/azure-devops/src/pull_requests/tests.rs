use super::*;
use crate::fixture::{addresses, at, place, read};

const SHA: &str = "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b";

fn repository() -> Segment<'static> {
    Segment::new("shop web").unwrap()
}

#[test]
fn commits_are_asked_for_as_merges_and_as_merged() {
    let addresses = addresses();
    let request = query(&place(&addresses), repository(), &[SHA]);
    assert_eq!(
        (request.method(), request.effect_kind()),
        ("POST", Effect::Read)
    );
    assert_eq!(
        request.url().as_str(),
        "https://dev.azure.com/fabrikam/Fabrikam%20Fiber/_apis/git/repositories/shop%20web/pullrequestquery?api-version=7.1"
    );
    let queries = &request.body_json().unwrap()["queries"];
    assert_eq!(
        *queries,
        json!([
            {"items": [SHA], "type": "lastMergeCommit"},
            {"items": [SHA], "type": "commit"},
        ])
    );
}

#[test]
fn only_full_hashes_are_asked_for() {
    let upper = SHA.to_uppercase();
    for (text, expected) in [
        (SHA, true),
        (upper.as_str(), true),
        (&SHA[1..], false),
        ("C341", false),
        ("", false),
        ("8d3a1f0c5b7e4296a0c1d2e3f40516273849é1", false),
        ("g d3a1f0c5b7e4296a0c1d2e3f40516273849512", false),
    ] {
        assert_eq!(is_sha(&text), expected, "{text}");
    }
}

#[test]
fn a_pull_request_and_its_votes_are_read() {
    let text = include_str!("../../fixtures/pull_request.json");
    let found = read(text, |node, place| decode(node, place, repository()));
    assert_eq!((found.id, found.title.as_str()), (22, "Sell blue shoes"));
    assert_eq!(found.status, "completed");
    assert_eq!(found.author.unwrap().name, "Pat Doe");
    assert_eq!(found.created, at("2026-11-24T16:30:31.6655471Z"));
    assert_eq!(found.closed, at("2026-11-25T07:54:59Z"));
    assert_eq!(found.commit.as_deref(), Some(SHA));
    assert_eq!(
        found.page.as_str(),
        "https://dev.azure.com/fabrikam/Fabrikam%20Fiber/_git/shop%20web/pullrequest/22"
    );
    let [kim, group] = &found.reviewers[..] else {
        panic!("{:?}", found.reviewers);
    };
    assert_eq!(kim.person.name, "Kim Roe");
    assert_eq!((kim.vote, kim.required, kim.group), (10, true, false));
    assert_eq!((group.vote, group.required, group.group), (-5, false, true));
}

#[test]
fn results_are_read_from_objects_whose_keys_are_commits() {
    let text = include_str!("../../fixtures/pull_request_query.json");
    let found = read(text, |node, place| {
        node.list("results", |node| by_commit(node, place, repository()))
    });
    let ids: Vec<Vec<u64>> = found
        .iter()
        .map(|found| found.iter().map(|request| request.id).collect())
        .collect();
    assert_eq!(ids, [vec![22], vec![22, 9]]);
    assert!(found[0][0].reviewers.is_empty());
}
