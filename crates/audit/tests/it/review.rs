use audit::Verdict::Unproven;
use azure_devops_sim::{CommitSeed, Fault, On, PullRequestSeed, ReviewerSeed, When};

use crate::harness::{RUN, finding, found, world};

/// A commit with a hash of one digit.
fn commit(digit: &str) -> CommitSeed {
    CommitSeed {
        id: Some(digit.repeat(40)),
        ..CommitSeed::default()
    }
}

#[tokio::test]
async fn a_commit_below_a_merge_is_looked_up_by_itself() {
    let world = world();
    let below = |reviewers| PullRequestSeed {
        source_commit: "e".repeat(40),
        merge_commit: "f".repeat(40),
        reviewers,
        ..PullRequestSeed::default()
    };
    world.azure.add_commits(RUN, vec![commit("e"), commit("f")]);
    world
        .azure
        .add_pull_request(below(vec![ReviewerSeed::default()]));
    let trail = world.trail().await;
    assert_eq!(found(&trail), [], "{:#?}", trail.pull_requests);
    assert_eq!(trail.pull_requests.checked.len(), 3);
    let merged = trail
        .pull_requests
        .kept
        .iter()
        .find(|request| request.commits.len() == 2);
    assert!(merged.is_some(), "{:#?}", trail.pull_requests);
    let queries = world.azure.requests();
    let queries = queries
        .iter()
        .filter(|r| r.path.ends_with("pullrequestquery"));
    // All at once, then the one whose pull request the answer does not tell.
    assert_eq!(queries.count(), 2);
    world.assert_clean();
}

#[tokio::test]
async fn work_items_that_this_identity_may_not_see_are_not_taken_for_none() {
    let world = world();
    let body = r#"{"count":1,"value":[{"id":"999","url":"http://127.0.0.1/999"}]}"#;
    let answer = Fault::Answer {
        status: 200,
        body: body.to_owned(),
    };
    world
        .azure
        .fail(On::path("5000/workitems"), When::UntilCleared, answer);
    let trail = world.trail().await;
    assert_eq!(trail.gaps[0].what, "1 linked work item");
    assert_eq!(
        (trail.work_items.total, trail.work_items.complete),
        (0, false)
    );
    assert_eq!(finding(&trail, "work-linked").verdict, Unproven);
}
