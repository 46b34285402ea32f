//! How releases, their stages, attempts, approvals and artifacts look.

use serde_json::{Value, json};

use crate::builds;
use crate::organization::Run;
use crate::render;
use crate::seeds::{
    ReleaseApprovalSeed, ReleaseArtifactSeed, ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed,
};
use crate::world::World;

/// A date that was never set has neither zone nor meaning.
const NEVER: &str = "0001-01-01T00:00:00";

/// The run behind an artifact; gone when retention took it.
pub(super) fn run_of<'w>(world: &'w World, artifact: &ReleaseArtifactSeed) -> Option<&'w Run> {
    world.org.runs.get(&artifact.run)
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

pub(super) fn render(world: &World, id: u64, release: &ReleaseSeed) -> Value {
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
pub(super) fn render_artifact(world: &World, artifact: &ReleaseArtifactSeed) -> Value {
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

pub(super) fn render_stage(
    world: &World,
    id: u64,
    release: &ReleaseSeed,
    stage: &ReleaseStageSeed,
) -> Value {
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

pub(super) fn render_approvals(
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
pub(super) fn render_deployment(
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
