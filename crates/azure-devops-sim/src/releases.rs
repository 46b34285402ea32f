//! Classic releases: the release, its deployments, its approvals. They live on a host of their own.

mod shown;

use serde_json::Value;

use crate::http::Reply;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::routes::{Answer, READ, Route};
use crate::seeds::{ReleaseArtifactSeed, ReleaseSeed, ReleaseStageSeed};
use crate::world::World;

const RELEASE: Route = Route {
    scopes: &["vso.release"],
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "release/releases",
        parameters: &[
            "definitionId",
            "statusFilter",
            "$top",
            "continuationToken",
            "$expand",
            "artifactTypeId",
            "sourceId",
            "artifactVersionId",
        ],
        answer: list,
        ..RELEASE
    },
    Route {
        template: "release/releases/{}",
        answer: get,
        ..RELEASE
    },
    Route {
        template: "release/releases/{}/environments/{}",
        answer: stage,
        ..RELEASE
    },
    Route {
        template: "release/deployments",
        parameters: &[
            "definitionId",
            "definitionEnvironmentId",
            "deploymentStatus",
            "operationStatus",
            "latestAttemptsOnly",
            "$top",
            "continuationToken",
        ],
        answer: deployments,
        ..RELEASE
    },
    Route {
        template: "release/approvals",
        parameters: &[
            "statusFilter",
            "releaseIdsFilter",
            "typeFilter",
            "top",
            "continuationToken",
        ],
        answer: approvals,
        ..RELEASE
    },
];

fn release<'w>(world: &'w World, call: &Call<'_>) -> Result<(u64, &'w ReleaseSeed), Refusal> {
    let given = call.argument(0);
    let here = call.project.as_ref() == Some(world.org.main_project());
    let id = given.parse().ok().filter(|_| here);
    let found = id.and_then(|id| world.org.releases.get(&id).map(|release| (id, release)));
    found.ok_or_else(|| {
        let text = format!(
            "VS402880: Release with ID {given} does not exist. Specify a valid ID and try again."
        );
        Refusal::new(404, "ReleaseNotFoundException", text)
    })
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let (id, found) = release(world, call)?;
    let mut shown = shown::render(world, id, found);
    shown["environments"] = found
        .stages
        .iter()
        .map(|s| shown::render_stage(world, id, found, s))
        .collect();
    shown["artifacts"] = found
        .artifacts
        .iter()
        .map(|a| shown::render_artifact(world, a))
        .collect();
    Ok(Reply::json(200, &shown))
}

fn stage(world: &mut World, call: &mut Call<'_>) -> Answer {
    let (id, found) = release(world, call)?;
    let asked = call.argument(1);
    let stage = found
        .stages
        .iter()
        .find(|s| s.id.map(|id| id.to_string()).as_deref() == Some(asked));
    let stage = stage.ok_or_else(|| {
        let text = format!("VS402882: Stage with ID {asked} does not exist in release {id}.");
        Refusal::new(404, "ReleaseEnvironmentNotFoundException", text)
    })?;
    Ok(Reply::json(
        200,
        &shown::render_stage(world, id, found, stage),
    ))
}

/// `artifactTypeId`, `sourceId` and `artifactVersionId` find the releases of a run.
fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let is = |name: &str, value: &str| {
        call.param(name)
            .is_none_or(|a| a.eq_ignore_ascii_case(value))
    };
    let project = &world.org.main_project().id;
    let of_artifact = |artifact: &ReleaseArtifactSeed| {
        let definition = shown::run_of(world, artifact).map_or(0, |run| run.seed.definition_id);
        is("artifactTypeId", "Build")
            && is("sourceId", &format!("{project}:{definition}"))
            && is("artifactVersionId", &artifact.run.to_string())
    };
    let by_artifact = ["artifactTypeId", "sourceId", "artifactVersionId"];
    let by_artifact = by_artifact.iter().any(|name| call.param(name).is_some());
    let wanted = |release: &ReleaseSeed| {
        is("definitionId", &release.definition_id.to_string())
            && is("statusFilter", &release.status)
            && (!by_artifact || release.artifacts.iter().any(of_artifact))
    };
    let expand = call.items("$expand");
    let expanded = |word: &str| expand.iter().any(|e| e.eq_ignore_ascii_case(word));
    let found = world.org.releases.iter().rev().filter(|(_, r)| wanted(r));
    let shown = found.map(|(id, release)| {
        let mut shown = shown::render(world, *id, release);
        if expanded("environments") {
            let stages = release.stages.iter();
            shown["environments"] = stages
                .map(|s| shown::render_stage(world, *id, release, s))
                .collect();
        }
        if expanded("artifacts") {
            shown["artifacts"] = release
                .artifacts
                .iter()
                .map(|a| shown::render_artifact(world, a))
                .collect();
        }
        shown
    });
    let shown: Vec<Value> = shown.collect();
    let cut = paging::cut(call, "$top", world.options.releases_page, shown)?;
    Ok(cut.mark(Reply::list(cut.items.clone())))
}

fn all_stages(world: &World) -> impl Iterator<Item = (u64, &ReleaseSeed, &ReleaseStageSeed)> {
    let releases = world.org.releases.iter().rev();
    releases.flat_map(|(id, release)| release.stages.iter().map(move |s| (*id, release, s)))
}

fn deployments(world: &mut World, call: &mut Call<'_>) -> Answer {
    let is = |name: &str, value: &str| {
        let asked = call.items(name);
        asked.is_empty()
            || asked
                .iter()
                .any(|a| a.eq_ignore_ascii_case(value) || a == "all")
    };
    let latest_only = call.flag("latestAttemptsOnly");
    let mut shown = Vec::new();
    for (id, release, stage) in all_stages(world) {
        let stage_is_wanted = is("definitionId", &release.definition_id.to_string())
            && is(
                "definitionEnvironmentId",
                &stage.definition_stage_id.to_string(),
            );
        for (at, attempt) in stage.attempts.iter().enumerate().rev() {
            let wanted = stage_is_wanted
                && is("deploymentStatus", &attempt.status)
                && is("operationStatus", &attempt.operation_status)
                && (!latest_only || at + 1 == stage.attempts.len());
            if wanted {
                shown.push(shown::render_deployment(
                    world,
                    (id, release, stage),
                    at,
                    attempt,
                ));
            }
        }
    }
    let cut = paging::cut(call, "$top", world.options.releases_page, shown)?;
    Ok(cut.mark(Reply::list(cut.items.clone())))
}

/// Those that wait, unless another status is asked for; of chosen releases, or of all.
fn approvals(world: &mut World, call: &mut Call<'_>) -> Answer {
    let status = call
        .param("statusFilter")
        .unwrap_or_else(|| "pending".to_owned());
    let kind = call.param("typeFilter").unwrap_or_else(|| "all".to_owned());
    let ids = call.items("releaseIdsFilter");
    let mut shown = Vec::new();
    for (id, release, stage) in all_stages(world) {
        if !ids.is_empty() && !ids.contains(&id.to_string()) {
            continue;
        }
        for approval in shown::render_approvals(world, id, release, stage) {
            let fits = |asked: &str, key: &str| {
                let have = approval[key].as_str().unwrap_or_default();
                ["undefined", "all", have]
                    .iter()
                    .any(|w| w.eq_ignore_ascii_case(asked))
            };
            if fits(&status, "status") && fits(&kind, "approvalType") {
                shown.push(approval);
            }
        }
    }
    let cut = paging::cut(call, "top", world.options.releases_page, shown)?;
    Ok(cut.mark(Reply::list(cut.items.clone())))
}
