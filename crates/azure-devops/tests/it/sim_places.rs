//! Who let a change in, and where it went, read from the stand-in.

use azure_devops::{Error, RecordResult, RunId};
use azure_devops_sim::{
    DeploymentSeed, Person, PullRequestSeed, ReleaseSeed, ReviewerSeed, RunSeed,
};
use outbound::Class;

use crate::simulated::{asked, assert_clean, job, sim};

fn id(number: u64) -> RunId {
    RunId::new(number).unwrap()
}

#[tokio::test]
async fn pull_requests_are_found_by_their_commits_with_their_votes() {
    let sim = sim();
    let vote = |vote, required, person| ReviewerSeed {
        person,
        vote,
        required,
        group: false,
    };
    let seed = PullRequestSeed {
        reviewers: vec![
            vote(10, true, Person::kim_roe()),
            vote(-10, false, Person::pat_doe()),
        ],
        ..PullRequestSeed::default()
    };
    let sha = seed.merge_commit.clone();
    let number = sim.add_pull_request(seed);
    let organization = job(&sim);
    let requests = organization.pull_requests("Fabrikam Fiber");
    for repository in ["shop-web", "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11"] {
        let shas = [sha.clone(), "f".repeat(40)];
        let found = requests.of_commits(repository, &shas).await.unwrap();
        let ids: Vec<u64> = found.iter().map(|request| request.id).collect();
        assert!(ids.contains(&number), "{ids:?}");
        let one = requests.get(repository, number).await.unwrap();
        assert_eq!(one.commit.as_ref(), Some(&sha));
        let votes: Vec<(i8, bool)> = one.reviewers.iter().map(|r| (r.vote, r.required)).collect();
        assert_eq!(votes, [(10, true), (-10, false)]);
    }
    let nowhere = requests
        .of_commits("no-such-repository", std::slice::from_ref(&sha))
        .await
        .unwrap_err();
    assert_eq!(nowhere.class(), Class::NotFound, "{nowhere:?}");
    assert_clean(&sim);
}

#[tokio::test]
async fn deployments_of_a_run_are_found_among_many() {
    let sim = sim();
    let environment = sim.add_environment("Blue");
    sim.add_environment("Blueprint");
    let other = sim.seed_run(RunSeed::default());
    let number = sim.seed_run(RunSeed::default());
    for attempt in 1..=2 {
        for _ in 0..60 {
            sim.add_deployment(environment, other, DeploymentSeed::default());
        }
        sim.add_deployment(
            environment,
            number,
            DeploymentSeed {
                stage_attempt: attempt,
                result: (attempt == 1).then(|| "failed".to_owned()),
                ..DeploymentSeed::default()
            },
        );
    }
    let organization = job(&sim);
    let deployments = organization.deployments("Fabrikam Fiber");
    let found = deployments.environment_opt("blue").await.unwrap().unwrap();
    assert_eq!(
        (found.id.number(), found.name.as_str()),
        (environment, "Blue")
    );
    assert_eq!(deployments.environment_opt("Red").await.unwrap(), None);
    let mut of_run = deployments
        .of_run(&found.id, &id(number), None)
        .await
        .unwrap();
    of_run.sort_by_key(|deployment| deployment.stage_attempt);
    let [first, second] = &of_run[..] else {
        panic!("{of_run:?}");
    };
    assert_eq!(
        (first.stage_attempt, &first.result),
        (1, &Some(RecordResult::Failed))
    );
    assert_eq!((second.stage_attempt, &second.result), (2, &None));
    assert!(asked(&sim, "environmentdeploymentrecords") > 1);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_classic_release_is_read() {
    let sim = sim();
    let number = sim.add_release(ReleaseSeed::default());
    let organization = job(&sim);
    let releases = organization.releases("Fabrikam Fiber");
    let release = releases
        .get(&number.to_string().parse().unwrap())
        .await
        .unwrap();
    assert_eq!(release.created_by.unwrap().name, "Kim Roe");
    assert_eq!(release.artifacts[0].run, RunId::new(4711));
    assert_eq!(release.artifacts[0].project_id, Some(sim.project().id));
    assert!(release.artifacts[0].is_primary);
    let stage = &release.stages[0];
    assert!(!stage.name.is_empty() && !stage.approvals.is_empty());
    assert_eq!(stage.attempts[0].attempt, 1);
    assert!(stage.attempts[0].queued.is_some());
    let absent = releases.get(&"99999".parse().unwrap()).await.unwrap_err();
    assert!(matches!(*absent, Error::NotFound { .. }), "{absent:?}");
    assert_clean(&sim);
}
