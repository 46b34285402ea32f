//! What a run was built from and what happened in it, read from the stand-in.

use std::collections::BTreeMap;

use azure_devops::{RecordResult, RunId, RunResult, RunStatus};
use azure_devops_sim::{
    ArtifactSeed, CommitSeed, Options, Page, Person, RunSeed, Sim, StageSeed, TestRunSeed,
    WorkItemSeed,
};
use outbound::Class;

use crate::simulated::{asked, assert_clean, job, sim};

fn id(number: u64) -> RunId {
    RunId::new(number).unwrap()
}

#[tokio::test]
async fn a_run_is_read_by_the_projects_name_and_by_its_id() {
    let sim = sim();
    let number = sim.seed_run(RunSeed {
        result: Some("partiallySucceeded".to_owned()),
        reason: "pullRequest".to_owned(),
        branch: "refs/pull/22/merge".to_owned(),
        trigger_info: BTreeMap::from([("pr.number".to_owned(), "22".to_owned())]),
        ..RunSeed::default()
    });
    let organization = job(&sim);
    let project = sim.project();
    for name in [&project.name, &project.id] {
        let run = organization.runs(name).get(&id(number)).await.unwrap();
        assert_eq!(run.id, id(number));
        assert_eq!(
            (&run.project.id, &run.project.name),
            (&project.id, &project.name)
        );
        assert_eq!(run.status, RunStatus::Completed);
        assert_eq!(run.result, Some(RunResult::PartiallySucceeded));
        assert_eq!(run.pull_request, Some(22));
        assert_eq!(run.started.unwrap().to_string(), "2026-11-25T09:00:00.25Z");
        assert_eq!(
            run.requested_for.unwrap().unique_name.as_deref(),
            Some("pat@shop.example")
        );
        assert_eq!(run.repository.unwrap().kind, "TfsGit");
        let page = run.page.unwrap();
        assert!(page.as_str().starts_with(&sim.collection()), "{page}");
        assert!(
            page.as_str().contains(&format!("buildId={number}")),
            "{page}"
        );
    }
    assert_clean(&sim);
}

#[tokio::test]
async fn what_is_absent_is_absent() {
    let sim = sim();
    let organization = job(&sim);
    let number = sim.seed_run(RunSeed::default());
    sim.delete_run(number);
    let runs = organization.runs("Fabrikam Fiber");
    let deleted = runs.get(&id(number)).await.unwrap_err();
    assert_eq!(deleted.class(), Class::NotFound, "{deleted:?}");
    assert!(deleted.saying().unwrap().activity.is_some(), "{deleted}");
    let elsewhere = organization
        .runs("No such project")
        .get(&id(number))
        .await
        .unwrap_err();
    assert_eq!(elsewhere.class(), Class::NotFound, "{elsewhere:?}");
    assert_clean(&sim);
}

#[tokio::test]
async fn five_thousand_commits_come_in_pages_and_each_once() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    sim.add_many_commits(number, 5000);
    let organization = job(&sim);
    let mut pages = organization.runs("Fabrikam Fiber").commits(&id(number));
    let mut ids = std::collections::HashSet::new();
    while let Some(page) = pages.next().await.unwrap() {
        assert!(page.len() <= 200, "{}", page.len());
        ids.extend(page.into_iter().map(|commit| commit.id));
    }
    assert_eq!(ids.len(), 5000);
    assert_eq!(asked(&sim, "/changes"), 25);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_page_that_is_smaller_than_asked_for_is_no_end() {
    let sim = Sim::start(Options {
        changes_page: Page::new(3, 3),
        ..Options::default()
    });
    let number = sim.seed_run(RunSeed::default());
    sim.add_many_commits(number, 8);
    let organization = job(&sim);
    let mut pages = organization.runs("Fabrikam Fiber").commits(&id(number));
    let mut found = 0;
    while let Some(page) = pages.next().await.unwrap() {
        found += page.len();
    }
    assert_eq!(found, 8);
}

#[tokio::test]
async fn a_commit_keeps_its_author_and_says_that_it_was_cut() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    let commit = |message: String| CommitSeed {
        message,
        author: Person::kim_roe(),
        ..CommitSeed::default()
    };
    sim.add_commits(
        number,
        vec![commit("é".repeat(5000)), commit("<b>##vso[x]".to_owned())],
    );
    let organization = job(&sim);
    let page = organization
        .runs("Fabrikam Fiber")
        .commits(&id(number))
        .next()
        .await
        .unwrap()
        .unwrap();
    let mut cut: Vec<_> = page
        .iter()
        .map(|commit| (commit.truncated, commit.message.chars().count()))
        .collect();
    cut.sort_unstable();
    assert_eq!(cut[0], (false, 11));
    assert!(cut[1].0 && cut[1].1 < 5000, "{cut:?}");
    let author = page[0].author.as_ref().unwrap();
    assert_eq!(
        (author.name.as_str(), author.unique_name.as_deref()),
        ("Kim Roe", Some("kim@shop.example"))
    );
}

#[tokio::test]
async fn eight_hundred_work_items_are_read_in_four_requests() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    let seeded: Vec<u64> = (0..800)
        .map(|n| {
            sim.add_work_item(WorkItemSeed {
                title: format!("Story {n} <i>"),
                ..WorkItemSeed::default()
            })
        })
        .collect();
    sim.link_work_items(number, &seeded);
    sim.delete_work_item(seeded[17]);
    let organization = job(&sim);
    let mut ids = organization
        .runs("Fabrikam Fiber")
        .work_item_ids(&id(number))
        .await
        .unwrap();
    // Whether the service still names the deleted one or not, its reading leaves it out.
    if !ids.contains(&seeded[17]) {
        ids.push(seeded[17]);
    }
    assert_eq!(ids.len(), 800);
    let mut items = Vec::new();
    let left_out = organization
        .work_items("Fabrikam Fiber")
        .get_many(&ids, |page| items.extend(page))
        .await
        .unwrap();
    assert_eq!((items.len(), left_out), (799, 1));
    assert!(
        items
            .iter()
            .all(|item| item.title.ends_with("<i>") && !item.state.is_empty())
    );
    let page = items[0].page.as_str();
    let edit = format!(
        "{}Fabrikam%20Fiber/_workitems/edit/{}",
        sim.collection(),
        items[0].id
    );
    assert_eq!(page, edit);
    assert_eq!(asked(&sim, "workitemsbatch"), 4);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_stage_and_what_is_below_it_are_found_in_the_timeline() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    let seed = StageSeed {
        display_name: Some("To production".to_owned()),
        result: Some("failed".to_owned()),
        deploy_result: Some("failed".to_owned()),
        approval: Some(azure_devops_sim::ApprovalSeed::default()),
        ..StageSeed::default()
    };
    sim.seed_stage(number, "Staging", 1, StageSeed::default());
    let planted = sim.seed_stage(number, "Production", 1, seed);
    let organization = job(&sim);
    let timeline = organization
        .runs("Fabrikam Fiber")
        .timeline(&id(number))
        .await
        .unwrap();
    let stage = timeline.stage("Production").unwrap();
    assert_eq!(stage.id, planted.stage);
    assert_eq!(stage.result, Some(RecordResult::Failed));
    assert_eq!(timeline.stage("To production"), Some(stage));
    let below: Vec<&str> = timeline
        .below(stage)
        .map(|record| record.id.as_str())
        .collect();
    for planted in [&planted.phase, &planted.job, &planted.deploy_task] {
        assert!(below.contains(&planted.as_str()), "{below:?}");
    }
    let approval = planted.approval.unwrap();
    assert!(below.contains(&approval.as_str()), "{below:?}");
    let gate = timeline
        .below(stage)
        .find(|record| Some(&record.id) == planted.gate_task.as_ref());
    let gate = gate.unwrap();
    assert_eq!(gate.task.as_ref().unwrap().name, "ServiceNowChangeGate");
    let staging = timeline.stage("Staging").unwrap();
    assert!(
        timeline
            .below(staging)
            .all(|record| !below.contains(&record.id.as_str()))
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn an_earlier_attempt_of_a_stage_is_read_from_where_the_newest_says() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    let failed = StageSeed {
        result: Some("failed".to_owned()),
        deploy_result: Some("failed".to_owned()),
        ..StageSeed::default()
    };
    sim.seed_stage(number, "Production", 1, failed);
    sim.seed_stage(number, "Production", 2, StageSeed::default());
    let organization = job(&sim);
    let runs = organization.runs("Fabrikam Fiber");
    let timeline = runs.timeline(&id(number)).await.unwrap();
    let newest = timeline.stage("Production").unwrap();
    assert_eq!(
        (newest.attempt, &newest.result),
        (2, &Some(RecordResult::Succeeded))
    );
    let [previous] = newest.previous.as_slice() else {
        panic!("{:?}", newest.previous);
    };
    assert_eq!(previous.attempt, 1);
    let earlier = runs
        .earlier_timeline(&id(number), &previous.timeline)
        .await
        .unwrap();
    let stage = earlier.stage("Production").unwrap();
    assert_eq!(
        (stage.attempt, &stage.result),
        (1, &Some(RecordResult::Failed))
    );
    assert!(earlier.below(stage).any(|record| record.kind == "Task"));
    assert_clean(&sim);
}

#[tokio::test]
async fn a_run_that_has_not_begun_has_an_empty_timeline() {
    for empty_timeline_is_204 in [true, false] {
        let sim = Sim::start(Options {
            empty_timeline_is_204,
            ..Options::default()
        });
        let number = sim.seed_run(RunSeed::default());
        sim.clear_timeline(number);
        let timeline = job(&sim)
            .runs("Fabrikam Fiber")
            .timeline(&id(number))
            .await
            .unwrap();
        assert!(timeline.records.is_empty());
    }
}

#[tokio::test]
async fn tests_and_artifacts_are_read() {
    let sim = sim();
    let number = sim.seed_run(RunSeed::default());
    let other = sim.seed_run(RunSeed::default());
    sim.add_test_run(other, TestRunSeed::default());
    for n in 0..101 {
        sim.add_test_run(
            number,
            TestRunSeed {
                name: format!("Suite {n}"),
                passed: 10,
                failed: 2,
                not_applicable: 1,
                incomplete: 0,
                ..TestRunSeed::default()
            },
        );
    }
    sim.add_artifact(number, ArtifactSeed::default());
    let organization = job(&sim);
    let runs = organization.runs("Fabrikam Fiber");
    let tests = runs.tests(&id(number)).await.unwrap();
    assert_eq!(tests.len(), 101);
    let test = &tests[0];
    assert_eq!(
        (test.total, test.passed, test.failed, test.not_applicable),
        (13, 10, 2, 1)
    );
    assert!(
        test.page
            .as_ref()
            .unwrap()
            .as_str()
            .starts_with(&sim.collection())
    );
    let artifacts = runs.artifacts(&id(number)).await.unwrap();
    let [artifact] = &artifacts[..] else {
        panic!("{artifacts:?}");
    };
    assert_eq!(artifact.name, ArtifactSeed::default().name);
    assert_clean(&sim);
}
