use audit::Verdict::{Broken, Unproven};
use audit::claims::{self, Claim};
use audit::collect::Scope;
use audit::trail::{Ended, Happened};
use audit::{Hints, Severity};
use azure_devops_sim::{Issue, ReviewerSeed, StageSeed};

use crate::harness::{NUMBER, RUN, World, finding, found, world};

#[tokio::test]
async fn a_deployment_by_the_book_has_no_finding_and_every_link_of_the_chain() {
    let world = world();
    let trail = world.trail().await;
    assert_eq!(found(&trail), [], "{:#?}", trail.findings);
    assert_eq!(trail.gaps, []);
    assert_eq!(trail.change.number, NUMBER);
    let mut approvers: Vec<_> = trail
        .approvals
        .iter()
        .map(|row| row.approver.email.as_deref())
        .collect();
    approvers.sort_unstable();
    assert_eq!(
        approvers,
        [
            Some("carla.cab@example.com"),
            Some("nina.network@example.com")
        ]
    );
    let run = &trail.runs[0];
    assert_eq!(
        (run.id.as_str(), run.number.as_str(), run.result),
        ("5000", "20261125.7", Ended::Succeeded)
    );
    assert_eq!(
        run.stage.gate.as_ref().map(|gate| gate.result),
        Some(Ended::Succeeded)
    );
    assert_eq!(run.deployments.len(), 1);
    assert_eq!(trail.commits.list.total, 1);
    assert_eq!(
        trail.commits.authors[0].account.as_deref(),
        Some("pat@shop.example")
    );
    assert_eq!(trail.work_items.kept[0].title, "Blue shoes");
    assert_eq!(trail.pull_requests.kept.len(), 1);
    assert_eq!((trail.tests.total, trail.artifacts.total), (1, 1));
    let deployment = &trail.deployment;
    assert_eq!(
        (deployment.happened, deployment.ended),
        (Happened::Yes, Ended::Succeeded)
    );
    assert_eq!(deployment.environment.as_deref(), Some("shop-production"));
    // The change and the timeline; the environment's record begins with the job that held the gate.
    assert_eq!(
        deployment.start_told.len(),
        2,
        "{:#?}",
        deployment.start_told
    );
    assert_eq!(trail.services(), ["shop"]);
    world.assert_clean();
}

#[tokio::test]
async fn the_requests_are_those_the_readme_counts() {
    let world = world();
    let _ = world.trail().await;
    // One finds the change by its number and is the caller's.
    assert_eq!(world.servicenow.requests().len(), 1 + 4);
    let paths: Vec<String> = world.azure.requests().into_iter().map(|r| r.path).collect();
    // Run, timeline, environment by name, its records, commits, work item ids and items, pull requests, tests, artifacts.
    assert_eq!(paths.len(), 10, "{paths:#?}");
}

#[tokio::test]
async fn the_worst_case_is_found_whole() {
    let world = world();
    // The author approves, after the deployment began; the job fails, the change claims success.
    for row in world.servicenow.records("sysapproval_approver") {
        let id = row["sys_id"].as_str().unwrap();
        world.servicenow.remove("sysapproval_approver", id);
    }
    let pat = world.servicenow.add_user("pat", "x", &["itil"]);
    world
        .servicenow
        .set("sys_user", &pat, "email", "Pat@shop.example");
    world.approve("pat", "2026-11-25 09:30:00");
    world.azure.clear_timeline(RUN);
    let failed = || Some("failed".to_owned());
    world.azure.seed_stage(
        RUN,
        "Production",
        1,
        StageSeed {
            result: failed(),
            deploy_result: failed(),
            issues: vec![Issue {
                kind: "error".to_owned(),
                message: "exit code 1".to_owned(),
            }],
            ..StageSeed::default()
        },
    );
    let trail = world.trail().await;
    assert_eq!(
        found(&trail),
        [
            ("approved-before-deployment", Broken),
            ("approved-by-another", Broken),
            ("closed-with-true-outcome", Broken),
            ("author-among-approvers", Broken),
        ]
    );
    assert_eq!(trail.findings[0].severity, Severity::High);
    let late = finding(&trail, "approved-before-deployment");
    assert!(
        late.says.contains("approved at 2026-11-25 09:30:00 UTC"),
        "{}",
        late.says
    );
    let lie = finding(&trail, "closed-with-true-outcome");
    assert!(
        lie.evidence
            .iter()
            .any(|e| e.what.contains("failed: exit code 1")),
        "{lie:#?}"
    );
    world.assert_clean();
}

#[tokio::test]
async fn a_commit_without_a_review_is_found_among_reviewed_ones() {
    let world = world();
    world.azure.add_many_commits(RUN, 2);
    let trail = world.trail().await;
    let review = finding(&trail, "commits-reviewed");
    assert_eq!(review.verdict, Broken);
    assert!(
        review.says.starts_with("2 commits without"),
        "{}",
        review.says
    );
    assert_eq!(trail.pull_requests.checked.len(), 3);
}

#[tokio::test]
async fn a_review_by_the_author_is_none() {
    let world = world();
    world
        .azure
        .add_pull_request(azure_devops_sim::PullRequestSeed {
            merge_commit: "f".repeat(40),
            source_commit: "e".repeat(40),
            reviewers: vec![ReviewerSeed {
                person: azure_devops_sim::Person::pat_doe(),
                vote: 10,
                ..ReviewerSeed::default()
            }],
            ..azure_devops_sim::PullRequestSeed::default()
        });
    world.azure.add_commits(
        RUN,
        vec![azure_devops_sim::CommitSeed {
            id: Some("f".repeat(40)),
            ..azure_devops_sim::CommitSeed::default()
        }],
    );
    let trail = world.trail().await;
    let review = finding(&trail, "commits-reviewed");
    assert!(
        review.says.starts_with("1 commit without") && review.says.contains("ffffffff"),
        "{}",
        review.says
    );
}

#[tokio::test]
async fn notes_tell_overrides_evidence_and_further_runs() {
    let world = world();
    let key = format!("azdo:{}:run:{RUN}:Production", world.azure.project().id);
    let other = format!("azdo:{}:run:5001:Production", world.azure.project().id);
    world.azure.seed_run(azure_devops_sim::RunSeed {
        id: Some(5001),
        ..azure_devops_sim::RunSeed::default()
    });
    let claim = Claim {
        name: "junit.xml".to_owned(),
        size: 3,
        sha256: "0a".repeat(32),
    };
    let notes = [
        format!("The stage went on.\n[{key} override: window]"),
        format!("Deployed.\n{}\n[snowgate {other}]", claims::line(&claim)),
    ];
    for note in notes {
        world.note(&note);
    }
    let trail = world.trail().await;
    assert_eq!(
        finding(&trail, "overrides").says,
        "The stage set aside: window."
    );
    assert!(
        finding(&trail, "evidence-intact")
            .says
            .contains("junit.xml is gone")
    );
    let ids: Vec<&str> = trail.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, ["5000", "5001"]);
    assert!(
        finding(&trail, "scope-approved")
            .says
            .contains("(5001) deployed with it too")
    );
}

#[tokio::test]
async fn a_stage_that_its_gate_stopped_deployed_nothing() {
    let world = world();
    for (column, value) in [
        ("state", "4"),
        ("approval", "rejected"),
        ("work_start", ""),
        ("work_end", ""),
        ("close_code", ""),
    ] {
        world.set(column, value);
    }
    world.azure.clear_timeline(RUN);
    let failed = || Some("failed".to_owned());
    world.azure.seed_stage(
        RUN,
        "Production",
        1,
        StageSeed {
            result: failed(),
            gate_result: failed(),
            deploy_result: Some("skipped".to_owned()),
            ..StageSeed::default()
        },
    );
    let trail = world.report(&Hints::default(), Scope::ALL).await.0;
    assert_eq!(trail.deployment.happened, Happened::No, "{:#?}", trail.runs);
    assert_eq!(found(&trail), []);
}

/// The stage of the change failed, and was run again after the change was closed: that attempt has a change of its own.
fn run_again(world: &World) {
    world.set("close_code", "unsuccessful");
    world.azure.clear_timeline(RUN);
    let failed = || Some("failed".to_owned());
    let first = StageSeed {
        result: failed(),
        deploy_result: failed(),
        ..StageSeed::default()
    };
    world.azure.seed_stage(RUN, "Production", 1, first);
    let second = StageSeed {
        start_time: "2026-11-25T09:50:00Z".to_owned(),
        gate_finish_time: "2026-11-25T10:20:00Z".to_owned(),
        finish_time: Some("2026-11-25T10:30:00Z".to_owned()),
        ..StageSeed::default()
    };
    world.azure.seed_stage(RUN, "Production", 2, second);
}

#[tokio::test]
async fn a_change_is_judged_by_the_attempt_that_used_it() {
    for flat in [false, true] {
        let world = world();
        world
            .azure
            .configure(|options| options.earlier_attempts_in_main_timeline = flat);
        run_again(&world);
        let trail = world.trail().await;
        let stage = &trail.runs[0].stage;
        assert_eq!(
            (stage.attempt, trail.deployment.ended),
            (1, Ended::Failed),
            "{flat}"
        );
        assert_eq!(found(&trail), [], "{:#?}", trail.findings);
        world.assert_clean();
    }
}

#[tokio::test]
async fn an_open_change_is_judged_by_the_newest_attempt() {
    let world = world();
    run_again(&world);
    for (column, value) in [("state", "-1"), ("closed_at", ""), ("close_code", "")] {
        world.set(column, value);
    }
    let trail = world.trail().await;
    assert_eq!(trail.runs[0].stage.attempt, 2);
    assert_eq!(finding(&trail, "left-open").verdict, Broken);
}

#[tokio::test]
async fn an_attempt_that_cannot_be_read_accuses_nobody() {
    let world = world();
    run_again(&world);
    let earlier = azure_devops_sim::On::path("/timeline/");
    let gone = azure_devops_sim::Fault::Gateway { status: 404 };
    world
        .azure
        .fail(earlier, azure_devops_sim::When::UntilCleared, gone);
    let trail = world.trail().await;
    assert_eq!(trail.deployment.ended, Ended::Unknown);
    assert!(
        trail
            .gaps
            .iter()
            .any(|gap| gap.what == "attempt 1 of the stage"),
        "{:#?}",
        trail.gaps
    );
    let broken = trail.findings.iter().filter(|it| it.verdict == Broken);
    assert_eq!(broken.count(), 0, "{:#?}", trail.findings);
}

#[tokio::test]
async fn a_rejected_change_is_not_blamed_for_the_next_attempts_deployment() {
    let world = world();
    run_again(&world);
    for row in world.servicenow.records("sysapproval_approver") {
        let id = row["sys_id"].as_str().unwrap();
        world.servicenow.remove("sysapproval_approver", id);
    }
    world.answer("nina.network", "rejected", "2026-11-25 09:15:00");
    let columns = [
        ("state", "-5"),
        ("approval", "rejected"),
        ("closed_at", ""),
        ("work_start", ""),
        ("work_end", ""),
        ("close_code", ""),
    ];
    for (column, value) in columns {
        world.set(column, value);
    }
    world.azure.clear_timeline(RUN);
    let failed = || Some("failed".to_owned());
    let stopped = StageSeed {
        result: failed(),
        gate_result: failed(),
        deploy_result: Some("skipped".to_owned()),
        ..StageSeed::default()
    };
    world.azure.seed_stage(RUN, "Production", 1, stopped);
    let second = StageSeed {
        start_time: "2026-11-25T09:50:00Z".to_owned(),
        gate_finish_time: "2026-11-25T10:20:00Z".to_owned(),
        finish_time: Some("2026-11-25T10:30:00Z".to_owned()),
        ..StageSeed::default()
    };
    world.azure.seed_stage(RUN, "Production", 2, second);
    let trail = world.report(&Hints::default(), Scope::ALL).await.0;
    assert_eq!(trail.deployment.happened, Happened::No, "{:#?}", trail.runs);
    assert_eq!(found(&trail), []);
    // A record of ours was made on it all the same, in the second attempt.
    let key = format!("azdo:{}:run:{RUN}:Production", world.azure.project().id);
    world.note_at(
        &format!("Deployed.\n[snowgate {key} successful]"),
        "2026-11-25 10:31:00",
    );
    let trail = world.report(&Hints::default(), Scope::ALL).await.0;
    assert_eq!(trail.deployment.happened, Happened::Yes);
    assert_eq!(finding(&trail, "deployed-against-decision").verdict, Broken);
}

#[tokio::test]
async fn what_was_not_asked_for_is_a_gap() {
    let world = world();
    let scope = Scope {
        work_items: false,
        pull_requests: false,
        tests: false,
        artifacts: false,
        ..Scope::ALL
    };
    let (trail, commits, items) = world.report(&world.hints(), scope).await;
    assert_eq!((commits, items), (1, 0));
    assert_eq!(
        found(&trail),
        [("commits-reviewed", Unproven), ("work-linked", Unproven)]
    );
    assert_eq!(trail.gaps.len(), 4);
}
