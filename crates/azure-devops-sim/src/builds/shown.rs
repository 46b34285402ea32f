//! How a run and a commit look.

use serde_json::{Value, json};

use crate::organization::Run;
use crate::render;
use crate::seeds::CommitSeed;
use crate::world::World;

pub(super) fn build(world: &World, run: &Run) -> Value {
    let seed = &run.seed;
    let project = world.org.main_project();
    let shown_project = render::project(world, project);
    let url = super::build_url(world, run.id);
    let by = seed.requested_by.as_ref().unwrap_or(&seed.requested_for);
    let definition = json!({
        "drafts": [],
        "id": seed.definition_id,
        "name": seed.definition,
        "url": format!("{}/_apis/build/Definitions/{}", render::project_url(world, project), seed.definition_id),
        "uri": format!("vstfs:///Build/Definition/{}", seed.definition_id),
        "path": "\\",
        "type": "build",
        "queueStatus": "enabled",
        "revision": 7,
        "project": shown_project,
    });
    render::without_nulls(json!({
        "_links": {
            "self": { "href": url },
            "web": { "href": super::build_web_url(world, run.id) },
            "timeline": { "href": format!("{url}/Timeline") },
        },
        "properties": {},
        "tags": seed.tags,
        "validationResults": [],
        "plans": [{ "planId": run.plan_id }],
        "orchestrationPlan": { "planId": run.plan_id },
        "triggerInfo": seed.trigger_info,
        "id": run.id,
        "buildNumber": run.number,
        "status": seed.status,
        "result": seed.result,
        "queueTime": world.date(&seed.queue_time),
        "startTime": world.date_opt(seed.start_time.as_ref()),
        "finishTime": world.date_opt(seed.finish_time.as_ref()),
        "url": url,
        "definition": definition,
        "buildNumberRevision": 1,
        "project": shown_project,
        "uri": format!("vstfs:///Build/Build/{}", run.id),
        "sourceBranch": seed.branch,
        "sourceVersion": seed.source_version,
        "priority": "normal",
        "reason": seed.reason,
        "requestedFor": render::identity(world, &seed.requested_for),
        "requestedBy": render::identity(world, by),
        "lastChangedDate": world.date(seed.finish_time.as_ref().unwrap_or(&seed.queue_time)),
        "repository": {
            "id": seed.repository.id,
            "type": seed.repository.kind,
            "name": seed.repository.name,
            "url": render::repository_url(world, &seed.repository),
            "clean": null,
            "checkoutSubmodules": false,
        },
        "retainedByRelease": false,
        "appendCommitMessageToRunName": true,
    }))
}

/// A commit. Where the code lives elsewhere, its author is only a name.
pub(super) fn change(world: &World, run: &Run, commit: &CommitSeed) -> Value {
    let repository = &run.seed.repository;
    let id = commit.id.as_deref().unwrap_or_default();
    let limit = world.options.message_limit;
    let shown: String = commit.message.chars().take(limit).collect();
    let cut = shown.len() < commit.message.len();
    let web = render::repository_url(world, repository);
    let (author, location) = if repository.kind == "TfsGit" {
        let project = render::project_url(world, world.org.main_project());
        let url = format!(
            "{project}/_apis/git/repositories/{}/commits/{id}",
            repository.id
        );
        (render::identity(world, &commit.author), url)
    } else {
        let author = json!({ "displayName": commit.author.name, "id": commit.author.unique_name });
        let url = format!(
            "https://api.github.com/repos/{}/commits/{id}",
            repository.id
        );
        (author, url)
    };
    let mut change = json!({
        "id": id,
        "message": shown,
        "type": repository.kind,
        "author": author,
        "timestamp": world.date(&commit.timestamp),
        "location": location,
        "displayUri": format!("{web}/commit/{id}"),
    });
    if cut {
        change["messageTruncated"] = json!(true);
    }
    change
}
