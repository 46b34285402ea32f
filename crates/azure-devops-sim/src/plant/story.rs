//! The default world: a shop whose run 4711 is deploying to production right now.

use std::collections::BTreeMap;

use crate::organization::Project;
use crate::plant;
use crate::seeds::{
    ApprovalSeed, ArtifactSeed, CommitSeed, DeploymentSeed, Person, PullRequestSeed, RecordSeed,
    ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed, ReviewerSeed, RunSeed, StageSeed,
    TestRunSeed, WorkItemSeed,
};
use crate::world::World;

/// The run that everything hangs on.
pub(crate) const RUN: u64 = 4711;
const STAGE: &str = "96ac2280-8cb4-5df5-99de-dd2da759617d";
const JOB: &str = "b1a2c3d4-0000-5000-8000-1234567890ab";
const PLAN: &str = "aa0b1c2d-1111-4222-8333-444455556666";

pub(crate) fn default_world(world: &mut World) {
    world.org.projects = vec![
        Project {
            id: "d4f5a6b7-2222-4333-8444-555566667777".to_owned(),
            name: "Fabrikam Fiber".to_owned(),
        },
        Project {
            id: "e5a6b7c8-3333-4444-8555-666677778888".to_owned(),
            name: "Fabrikam Lab".to_owned(),
        },
    ];
    world.org.counters.insert("work item", 296);
    runs(world);
    work(world);
    review(world);
    timeline(world);
    plant::artifact(world, RUN, ArtifactSeed::default());
    plant::test_run(world, RUN, TestRunSeed::default());
    deployments(world);
    classic(world);
}

/// An earlier run of the same pipeline, one of another with the same number, and the one that is being deployed.
fn runs(world: &mut World) {
    let number = || Some("20261125.1".to_owned());
    plant::run(
        world,
        RunSeed {
            id: Some(4700),
            number: number(),
            definition_id: 13,
            definition: "shop-docs".to_owned(),
            ..RunSeed::default()
        },
    );
    plant::run(
        world,
        RunSeed {
            id: Some(4710),
            number: Some("20261124.2".to_owned()),
            source_version: "1c5b7e4296a0c1d2e3f4051627384958d3a1f0c5".to_owned(),
            queue_time: "2026-11-24T08:59:30Z".to_owned(),
            start_time: Some("2026-11-24T09:00:00Z".to_owned()),
            finish_time: Some("2026-11-24T09:30:00.5Z".to_owned()),
            ..RunSeed::default()
        },
    );
    let trigger = [
        ("ci.sourceBranch", "refs/heads/main"),
        ("ci.sourceSha", "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b"),
        ("ci.message", "Sell blue shoes"),
        (
            "ci.triggerRepository",
            "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11",
        ),
    ];
    let trigger = trigger.map(|(name, value)| (name.to_owned(), value.to_owned()));
    plant::run(
        world,
        RunSeed {
            id: Some(RUN),
            number: number(),
            status: "inProgress".to_owned(),
            result: None,
            finish_time: None,
            trigger_info: BTreeMap::from(trigger),
            tags: vec!["shoes".to_owned()],
            plan_id: Some(PLAN.to_owned()),
            ..RunSeed::default()
        },
    );
}

fn work(world: &mut World) {
    let story = plant::work_item(world, WorkItemSeed::default());
    let bug = WorkItemSeed {
        kind: "Bug".to_owned(),
        title: "One shoe was sold twice".to_owned(),
        state: "Active".to_owned(),
        assigned_to: None,
        ..WorkItemSeed::default()
    };
    let bug = plant::work_item(world, bug);
    plant::link(world, RUN, &[story, bug]);
    let commit = |id: Option<&str>, message: &str, author: Person, item: u64| CommitSeed {
        id: id.map(str::to_owned),
        message: message.to_owned(),
        author,
        work_items: vec![item],
        ..CommitSeed::default()
    };
    let head = Some("8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b");
    let commits = vec![
        commit(head, "Sell blue shoes", Person::pat_doe(), story),
        commit(
            None,
            "Show the colour in the cart #297",
            Person::pat_doe(),
            story,
        ),
        commit(
            None,
            "Count shoes in pairs\n\nOne shoe was sold twice.",
            Person::kim_roe(),
            bug,
        ),
    ];
    plant::commits(world, RUN, commits);
}

fn review(world: &mut World) {
    let asked = ReviewerSeed {
        required: true,
        ..ReviewerSeed::default()
    };
    let request = PullRequestSeed {
        id: Some(42),
        reviewers: vec![asked],
        work_items: vec![297],
        ..PullRequestSeed::default()
    };
    plant::pull_request(world, request);
}

/// A finished build stage, and production with its gate passed and its job still running.
fn timeline(world: &mut World) {
    let build = StageSeed {
        job: "Compile".to_owned(),
        gate_task: None,
        start_time: "2026-11-25T09:00:00.25Z".to_owned(),
        finish_time: Some("2026-11-25T09:08:00.7Z".to_owned()),
        ..StageSeed::default()
    };
    plant::stage(world, RUN, "Build", 1, &build);
    let production = StageSeed {
        display_name: Some("To production".to_owned()),
        result: None,
        finish_time: None,
        deploy_result: None,
        approval: Some(ApprovalSeed::default()),
        ..StageSeed::default()
    };
    let planted = plant::stage(world, RUN, "Production", 1, &production);
    // The ids that a job of this stage has in its variables.
    let run = plant::existing(world, RUN);
    let records = run.timelines.values_mut().flatten();
    let mut ids = records.flat_map(|r: &mut RecordSeed| [&mut r.id, &mut r.parent]);
    for id in ids.by_ref().flatten() {
        if *id == planted.stage {
            STAGE.clone_into(id);
        } else if *id == planted.job {
            JOB.clone_into(id);
        }
    }
}

/// Production was deployed to yesterday, and is being deployed to now.
fn deployments(world: &mut World) {
    let production = plant::environment(world, "production", Some(3));
    let yesterday = DeploymentSeed {
        queue_time: "2026-11-24T09:09:50Z".to_owned(),
        start_time: "2026-11-24T09:10:00Z".to_owned(),
        finish_time: Some("2026-11-24T09:25:00Z".to_owned()),
        ..DeploymentSeed::default()
    };
    plant::deployment(world, production, 4710, yesterday);
    let now = DeploymentSeed {
        finish_time: None,
        result: None,
        ..DeploymentSeed::default()
    };
    plant::deployment(world, production, RUN, now);
}

fn classic(world: &mut World) {
    let stage = ReleaseStageSeed {
        id: Some(44),
        attempts: vec![ReleaseAttemptSeed {
            deployment_id: Some(77),
            ..ReleaseAttemptSeed::default()
        }],
        ..ReleaseStageSeed::default()
    };
    let release = ReleaseSeed {
        id: Some(33),
        stages: vec![stage],
        ..ReleaseSeed::default()
    };
    plant::release(world, release);
}
