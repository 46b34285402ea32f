use audit::trail::{Ended, Happened};
use azure_devops_sim::{ReleaseArtifactSeed, ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed};

use crate::harness::{RUN, found, world};

#[tokio::test]
async fn a_classic_release_leads_to_its_build_and_shows_its_own_approvals() {
    let world = world();
    let release = world.azure.add_release(ReleaseSeed {
        created: "2026-11-25T09:05:00Z".to_owned(),
        artifacts: vec![ReleaseArtifactSeed {
            run: RUN,
            primary: true,
            ..ReleaseArtifactSeed::default()
        }],
        stages: vec![ReleaseStageSeed::default()],
        ..ReleaseSeed::default()
    });
    let key = format!("azdo:{}:release:{release}:9", world.azure.project().id);
    world.set("correlation_id", &key);
    let trail = world.trail().await;
    assert_eq!(trail.gaps, []);
    let run = &trail.runs[0];
    assert!(run.is_release && run.readable);
    assert_eq!(run.stage.name, "Production");
    assert_eq!(run.built[0].id, "5000");
    assert_eq!(run.checks.len(), 1, "{:#?}", run.checks);
    assert_eq!(
        run.checks[0].by.as_ref().map(|p| p.name.as_str()),
        Some("Kim Roe")
    );
    assert_eq!(trail.commits.list.total, 1);
    assert_eq!(trail.deployment.ended, Ended::Succeeded);
    // The first job of an attempt may have waited in a gate, so that it contradicts nobody.
    assert_eq!(trail.deployment.start_told.len(), 1);
    assert_eq!(found(&trail), []);
    world.assert_clean();
}

#[tokio::test]
async fn a_stage_that_was_deployed_again_is_judged_by_the_attempt_that_used_the_change() {
    let world = world();
    let failed = ReleaseAttemptSeed {
        status: "failed".to_owned(),
        queued: "2026-11-25T09:15:00Z".to_owned(),
        started: Some("2026-11-25T09:20:00Z".to_owned()),
        completed: Some("2026-11-25T09:40:00Z".to_owned()),
        ..ReleaseAttemptSeed::default()
    };
    let stage = ReleaseStageSeed {
        attempts: vec![failed, ReleaseAttemptSeed::default()],
        ..ReleaseStageSeed::default()
    };
    let release = world.azure.add_release(ReleaseSeed {
        created: "2026-11-25T09:05:00Z".to_owned(),
        stages: vec![stage],
        ..ReleaseSeed::default()
    });
    let key = format!("azdo:{}:release:{release}:9", world.azure.project().id);
    world.set("correlation_id", &key);
    let trail = world.trail().await;
    assert_eq!(
        (trail.runs[0].stage.attempt, trail.deployment.ended),
        (1, Ended::Failed)
    );
    world.set("closed_at", "");
    let trail = world.trail().await;
    assert_eq!(
        (trail.runs[0].stage.attempt, trail.deployment.ended),
        (2, Ended::Succeeded)
    );
}

#[tokio::test]
async fn a_release_whose_stage_was_not_deployed_deployed_nothing() {
    let world = world();
    let attempt = ReleaseAttemptSeed {
        status: "notDeployed".to_owned(),
        operation_status: "Rejected".to_owned(),
        started: None,
        completed: None,
        ..ReleaseAttemptSeed::default()
    };
    let stage = ReleaseStageSeed {
        status: "rejected".to_owned(),
        attempts: vec![attempt],
        ..ReleaseStageSeed::default()
    };
    let release = world.azure.add_release(ReleaseSeed {
        stages: vec![stage],
        ..ReleaseSeed::default()
    });
    let key = format!("azdo:{}:release:{release}:9", world.azure.project().id);
    for (column, value) in [
        ("correlation_id", key.as_str()),
        ("work_start", ""),
        ("work_end", ""),
        ("state", "4"),
    ] {
        world.set(column, value);
    }
    let trail = world.trail().await;
    assert_eq!(trail.deployment.happened, Happened::No, "{:#?}", trail.runs);
}

#[tokio::test]
async fn a_stage_that_the_release_lacks_is_a_gap() {
    let world = world();
    let release = world.azure.add_release(ReleaseSeed::default());
    world.set(
        "correlation_id",
        &format!("azdo:{}:release:{release}:77", world.azure.project().id),
    );
    let trail = world.trail().await;
    assert!(
        trail
            .gaps
            .iter()
            .any(|gap| gap.what == "stage 77 of the release"),
        "{:#?}",
        trail.gaps
    );
}
