//! Classic releases: the release, its deployments, its approvals. They live on a host of their own.

use serde_json::{Value, json};

use crate::builds;
use crate::http::Reply;
use crate::organization::Run;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, READ, Route};
use crate::seeds::{
    ReleaseApprovalSeed, ReleaseArtifactSeed, ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed,
};
use crate::world::World;

const RELEASE: Route = Route {
    scopes: &["vso.release"],
    ..READ
};

/// A date that was never set has neither zone nor meaning.
const NEVER: &str = "0001-01-01T00:00:00";

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "release/releases",
        parameters: &[
            "definitionId",
            "definitionEnvironmentId",
            "searchText",
            "statusFilter",
            "environmentStatusFilter",
            "minCreatedTime",
            "maxCreatedTime",
            "queryOrder",
            "$top",
            "continuationToken",
            "$expand",
            "artifactTypeId",
            "sourceId",
            "artifactVersionId",
            "sourceBranchFilter",
            "isDeleted",
            "releaseIdFilter",
        ],
        answer: list,
        ..RELEASE
    },
    Route {
        template: "release/releases/{}",
        parameters: &[
            "approvalFilters",
            "propertyFilters",
            "$expand",
            "$topGateRecords",
        ],
        answer: get,
        ..RELEASE
    },
    Route {
        template: "release/releases/{}/environments/{}",
        parameters: &["$expand"],
        answer: stage,
        ..RELEASE
    },
    Route {
        template: "release/deployments",
        parameters: &[
            "definitionId",
            "definitionEnvironmentId",
            "createdBy",
            "minModifiedTime",
            "maxModifiedTime",
            "deploymentStatus",
            "operationStatus",
            "latestAttemptsOnly",
            "queryOrder",
            "$top",
            "continuationToken",
            "createdFor",
            "minStartedTime",
            "maxStartedTime",
            "sourceBranch",
        ],
        answer: deployments,
        ..RELEASE
    },
    Route {
        template: "release/approvals",
        parameters: &[
            "assignedToFilter",
            "statusFilter",
            "releaseIdsFilter",
            "typeFilter",
            "top",
            "continuationToken",
            "queryOrder",
            "includeMyGroupApprovals",
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
    let mut shown = render(world, id, found);
    shown["environments"] = found
        .stages
        .iter()
        .map(|s| render_stage(world, id, found, s))
        .collect();
    shown["artifacts"] = found
        .artifacts
        .iter()
        .map(|a| render_artifact(world, a))
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
    Ok(Reply::json(200, &render_stage(world, id, found, stage)))
}

/// The run behind an artifact; gone when retention took it.
fn run_of<'w>(world: &'w World, artifact: &ReleaseArtifactSeed) -> Option<&'w Run> {
    world.org.runs.get(&artifact.run)
}

/// `artifactTypeId`, `sourceId` and `artifactVersionId` find the releases of a run.
fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let is = |name: &str, value: &str| {
        call.param(name)
            .is_none_or(|a| a.eq_ignore_ascii_case(value))
    };
    let project = &world.org.main_project().id;
    let of_artifact = |artifact: &ReleaseArtifactSeed| {
        let definition = run_of(world, artifact).map_or(0, |run| run.seed.definition_id);
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
        let mut shown = render(world, *id, release);
        if expanded("environments") {
            let stages = release.stages.iter();
            shown["environments"] = stages
                .map(|s| render_stage(world, *id, release, s))
                .collect();
        }
        if expanded("artifacts") {
            shown["artifacts"] = release
                .artifacts
                .iter()
                .map(|a| render_artifact(world, a))
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
                shown.push(render_deployment(world, (id, release, stage), at, attempt));
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
        for approval in render_approvals(world, id, release, stage) {
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

fn api(world: &World, rest: &str) -> String {
    format!(
        "{}/{}/_apis/Release/{rest}",
        world.release_collection(),
        world.org.main_project().id
    )
}

fn web(world: &World, id: u64) -> String {
    render::web_url(world, &format!("_release?releaseId={id}"))
}

fn name(id: u64, release: &ReleaseSeed) -> String {
    release
        .name
        .clone()
        .unwrap_or_else(|| format!("Release-{id}"))
}

fn reference(world: &World, id: u64, release: &ReleaseSeed) -> Value {
    let url = api(world, &format!("releases/{id}"));
    json!({
        "id": id,
        "name": name(id, release),
        "url": url,
        "webAccessUri": web(world, id),
        "_links": { "self": { "href": url }, "web": { "href": web(world, id) } },
    })
}

fn definition(world: &World, release: &ReleaseSeed) -> Value {
    let url = api(world, &format!("definitions/{}", release.definition_id));
    json!({
        "id": release.definition_id,
        "name": release.definition,
        "path": "\\",
        "url": url,
        "_links": { "self": { "href": url } },
    })
}

fn render(world: &World, id: u64, release: &ReleaseSeed) -> Value {
    let mut shown = reference(world, id, release);
    let more = json!({
        "status": release.status,
        "createdOn": world.date(&release.created),
        "modifiedOn": world.date(&release.created),
        "modifiedBy": render::identity(world, &release.created_by),
        "createdBy": render::identity(world, &release.created_by),
        "createdFor": render::identity(world, &release.created_for),
        "description": release.description,
        "reason": release.reason,
        "releaseNameFormat": "Release-$(rev:r)",
        "keepForever": false,
        "definitionSnapshotRevision": 1,
        "logsContainerUrl": api(world, &format!("releases/{id}/logs")),
        "releaseDefinition": definition(world, release),
        "projectReference": { "id": world.org.main_project().id, "name": null },
        "tags": [],
        "variables": {},
        "properties": {},
    });
    if let (Some(shown), Some(more)) = (shown.as_object_mut(), more.as_object()) {
        shown.extend(more.clone());
    }
    shown
}

/// Values of a definition reference are pairs of id and name, and every one is text.
fn render_artifact(world: &World, artifact: &ReleaseArtifactSeed) -> Value {
    let project = world.org.main_project();
    let pair = |id: String, name: String| json!({ "id": id, "name": name });
    let mut reference = json!({
        "project": pair(project.id.clone(), project.name.clone()),
        "artifactSourceVersionUrl": pair(builds::build_web_url(world, artifact.run), String::new()),
    });
    let mut source = String::new();
    if let Some(run) = run_of(world, artifact) {
        let seed = &run.seed;
        source = format!("{}:{}", project.id, seed.definition_id);
        let by = &seed.requested_for;
        reference["definition"] = pair(seed.definition_id.to_string(), seed.definition.clone());
        reference["version"] = pair(run.id.to_string(), run.number.clone());
        reference["branch"] = pair(seed.branch.clone(), seed.branch.clone());
        reference["sourceVersion"] = pair(seed.source_version.clone(), String::new());
        reference["repository"] = pair(seed.repository.id.clone(), seed.repository.name.clone());
        reference["requestedFor"] = pair(by.id.clone(), by.name.clone());
    } else {
        reference["version"] = pair(artifact.run.to_string(), String::new());
    }
    json!({
        "sourceId": source,
        "type": "Build",
        "alias": artifact.alias,
        "definitionReference": reference,
        "isPrimary": artifact.primary,
        "isRetained": false,
    })
}

fn render_stage(world: &World, id: u64, release: &ReleaseSeed, stage: &ReleaseStageSeed) -> Value {
    let approvals = render_approvals(world, id, release, stage);
    let of = |kind: &str| -> Vec<Value> {
        let mine = approvals.iter().filter(|a| a["approvalType"] == kind);
        mine.cloned().collect()
    };
    let steps = stage.attempts.iter().enumerate();
    let steps: Vec<Value> = steps.map(|(at, a)| render_step(world, at, a)).collect();
    let rank = release
        .stages
        .iter()
        .position(|s| s.id == stage.id)
        .unwrap_or(0)
        + 1;
    json!({
        "id": stage.id,
        "releaseId": id,
        "name": stage.name,
        "status": stage.status,
        "rank": rank,
        "definitionEnvironmentId": stage.definition_stage_id,
        "preDeployApprovals": of("preDeploy"),
        "postDeployApprovals": of("postDeploy"),
        "deploySteps": steps,
        "createdOn": world.date(&release.created),
        "modifiedOn": world.date(&release.created),
        "release": reference(world, id, release),
        "releaseDefinition": definition(world, release),
        "releaseCreatedBy": render::identity(world, &release.created_by),
        "triggerReason": "Manual",
        "conditions": [],
        "variables": {},
    })
}

fn render_step(world: &World, at: usize, attempt: &ReleaseAttemptSeed) -> Value {
    let modified = attempt.completed.as_ref().or(attempt.started.as_ref());
    json!({
        "id": attempt.deployment_id,
        "deploymentId": attempt.deployment_id,
        "attempt": at + 1,
        "reason": "manual",
        "status": attempt.status,
        "operationStatus": attempt.operation_status,
        "requestedBy": render::identity(world, &attempt.requested_by),
        "requestedFor": render::identity(world, &attempt.requested_for),
        "queuedOn": world.date(&attempt.queued),
        "lastModifiedOn": world.date(modified.unwrap_or(&attempt.queued)),
        "hasStarted": attempt.started.is_some(),
        "isDeployed": attempt.status == "succeeded",
        "releaseDeployPhases": [],
    })
}

fn render_approvals(
    world: &World,
    id: u64,
    release: &ReleaseSeed,
    stage: &ReleaseStageSeed,
) -> Vec<Value> {
    let before = stage.before.iter().map(|a| ("preDeploy", a));
    let after = stage.after.iter().map(|a| ("postDeploy", a));
    let each = before.chain(after).enumerate();
    each.map(|(at, (kind, approval))| {
        let own = stage.id.unwrap_or_default() * 10 + at as u64;
        render_approval(world, (own, at, kind), approval, (id, release, stage))
    })
    .collect()
}

fn render_approval(
    world: &World,
    (own, at, kind): (u64, usize, &str),
    approval: &ReleaseApprovalSeed,
    (id, release, stage): (u64, &ReleaseSeed, &ReleaseStageSeed),
) -> Value {
    render::without_nulls(json!({
        "id": own,
        "revision": 1,
        "approver": render::identity(world, &approval.approver),
        "approvedBy": render::identity_opt(world, approval.approved_by.as_ref()),
        "approvalType": kind,
        "createdOn": world.date(&approval.created),
        "modifiedOn": world.date(&approval.modified),
        "status": approval.status,
        "comments": approval.comments,
        "isAutomated": approval.automated,
        "isNotificationOn": !approval.automated,
        "trialNumber": approval.attempt,
        "attempt": approval.attempt,
        "rank": at + 1,
        "release": reference(world, id, release),
        "releaseDefinition": definition(world, release),
        "releaseEnvironment": { "id": stage.id, "name": stage.name, "_links": {} },
        "url": api(world, &format!("approvals/{own}")),
    }))
}

/// Unlike most dates, those that are not yet known here stand at the zero date or are missing.
fn render_deployment(
    world: &World,
    (id, release, stage): (u64, &ReleaseSeed, &ReleaseStageSeed),
    at: usize,
    attempt: &ReleaseAttemptSeed,
) -> Value {
    let approvals = render_approvals(world, id, release, stage);
    let of = |kind: &str| -> Vec<Value> {
        let mine = |a: &&Value| a["approvalType"] == kind && a["attempt"] == json!(at + 1);
        approvals.iter().filter(mine).cloned().collect()
    };
    let mut shown_release = reference(world, id, release);
    shown_release["artifacts"] = release
        .artifacts
        .iter()
        .map(|a| render_artifact(world, a))
        .collect();
    shown_release["createdOn"] = json!(NEVER);
    let modified = attempt.completed.as_ref().or(attempt.started.as_ref());
    render::without_nulls(json!({
        "id": attempt.deployment_id,
        "release": shown_release,
        "releaseDefinition": definition(world, release),
        "releaseEnvironment": { "id": stage.id, "name": stage.name, "_links": {} },
        "projectReference": null,
        "definitionEnvironmentId": stage.definition_stage_id,
        "attempt": at + 1,
        "reason": "manual",
        "deploymentStatus": attempt.status,
        "operationStatus": attempt.operation_status,
        "requestedBy": render::identity(world, &attempt.requested_by),
        "requestedFor": render::identity(world, &attempt.requested_for),
        "queuedOn": world.date(&attempt.queued),
        "startedOn": world.date_opt(attempt.started.as_ref()),
        "completedOn": world.date_opt(attempt.completed.as_ref()),
        "lastModifiedOn": world.date(modified.unwrap_or(&attempt.queued)),
        "conditions": [],
        "scheduledDeploymentTime": NEVER,
        "preDeployApprovals": of("preDeploy"),
        "postDeployApprovals": of("postDeploy"),
        "_links": {},
    }))
}
