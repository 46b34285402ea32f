//! Putting things into the world: what the handle, a seed file and the default world have in common.

mod stage;
mod story;

use std::collections::BTreeMap;

use serde_json::json;

use crate::ids;
use crate::organization::{Environment, Owner, Run, WorkItem};
use crate::render;
use crate::seeds::{
    ArtifactSeed, CommitSeed, DeploymentSeed, PullRequestSeed, RecordSeed, ReleaseSeed, RunSeed,
    TestRunSeed, WorkItemSeed,
};
use crate::world::World;

pub(crate) use stage::plant as stage;
pub(crate) use story::default_world;

/// A run; one with the same id is replaced, with all that hung on it.
pub(crate) fn run(world: &mut World, seed: RunSeed) -> u64 {
    let id = world.org.next_id("run", seed.id);
    let date = seed
        .queue_time
        .get(..10)
        .unwrap_or("20260105")
        .replace('-', "");
    let number = seed
        .number
        .clone()
        .unwrap_or_else(|| format!("{date}.{id}"));
    let plan = seed.plan_id.clone();
    let plan_id = plan.unwrap_or_else(|| ids::stable_guid("plan", &id.to_string()));
    let run = Run {
        id,
        number,
        plan_id,
        seed,
        commits: Vec::new(),
        work_items: Vec::new(),
        timelines: BTreeMap::new(),
        artifacts: Vec::new(),
        test_runs: Vec::new(),
    };
    world.org.runs.insert(id, run);
    id
}

/// # Panics
///
/// When there is no such run: the test that asked for it is wrong.
pub(crate) fn existing(world: &mut World, run: u64) -> &mut Run {
    let found = world.org.runs.get_mut(&run);
    found.unwrap_or_else(|| panic!("no run has the id {run}"))
}

/// Adds commits. The items they are linked to get the link, and count as the run's.
pub(crate) fn commits(world: &mut World, run: u64, seeds: Vec<CommitSeed>) {
    let project = world.org.main_project().id.clone();
    for mut seed in seeds {
        let run = existing(world, run);
        let place = format!("{} {} {}", run.id, run.commits.len(), seed.message);
        let id = seed
            .id
            .get_or_insert_with(|| ids::stable_sha("commit", &place));
        let repository = &run.seed.repository.id;
        let uri = format!("vstfs:///Git/Commit/{project}%2F{repository}%2F{id}");
        let items = seed.work_items.clone();
        associate(run, &items);
        run.commits.push(seed);
        relate(world, &items, "Fixed in Commit", &uri);
    }
}

fn associate(run: &mut Run, items: &[u64]) {
    for id in items {
        if !run.work_items.contains(id) {
            run.work_items.push(*id);
        }
    }
}

fn relate(world: &mut World, items: &[u64], name: &str, url: &str) {
    for id in items {
        let item = world.org.work_items.get_mut(id);
        let item = item.unwrap_or_else(|| panic!("no work item has the id {id}"));
        let link = json!({ "rel": "ArtifactLink", "url": url, "attributes": { "name": name } });
        item.relations.push(link);
    }
}

pub(crate) fn many_commits(world: &mut World, run: u64, count: usize) {
    let seed = |n: usize| CommitSeed {
        message: format!("Change {n} of {count}"),
        ..CommitSeed::default()
    };
    commits(world, run, (1..=count).map(seed).collect());
}

pub(crate) fn work_item(world: &mut World, seed: WorkItemSeed) -> u64 {
    let id = world.org.next_id("work item", seed.id);
    let project = match &seed.project {
        None => world.org.main_project().clone(),
        Some(given) => {
            let found = world.org.project(given).cloned();
            found.unwrap_or_else(|| panic!("no project has the name {given}"))
        }
    };
    let mut fields = json!({
        "System.Id": id,
        "System.Rev": 1,
        "System.AreaPath": project.name,
        "System.TeamProject": project.name,
        "System.IterationPath": project.name,
        "System.WorkItemType": seed.kind,
        "System.State": seed.state,
        "System.Reason": "Completed",
        "System.CreatedDate": world.date(&seed.created),
        "System.CreatedBy": render::identity(world, &seed.created_by),
        "System.ChangedDate": world.date(&seed.created),
        "System.ChangedBy": render::identity(world, &seed.created_by),
        "System.CommentCount": 0,
        "System.Title": seed.title,
    });
    if let Some(person) = &seed.assigned_to {
        fields["System.AssignedTo"] = render::identity(world, person);
    }
    if !seed.tags.is_empty() {
        fields["System.Tags"] = json!(seed.tags.join("; "));
    }
    for (name, value) in seed.fields {
        fields[name] = value;
    }
    let item = WorkItem {
        id,
        rev: 1,
        project: project.id,
        fields: fields.as_object().cloned().unwrap_or_default(),
        relations: Vec::new(),
    };
    world.org.work_items.insert(id, item);
    id
}

/// Associates items with a run, and leaves the link on each item that shows where it was built.
pub(crate) fn link(world: &mut World, run: u64, items: &[u64]) {
    associate(existing(world, run), items);
    let uri = format!("vstfs:///Build/Build/{run}");
    relate(world, items, "Integrated in build", &uri);
}

/// Adds a record to the main timeline of a run.
pub(crate) fn record(world: &mut World, run: u64, mut seed: RecordSeed) -> String {
    let fresh = world.ids.guid();
    let run = existing(world, run);
    let id = seed.id.get_or_insert(fresh).clone();
    run.timelines
        .entry(run.plan_id.clone())
        .or_default()
        .push(seed);
    id
}

pub(crate) fn test_run(world: &mut World, run: u64, seed: TestRunSeed) -> u64 {
    let id = world.org.next_id("test run", seed.id);
    existing(world, run).test_runs.push((id, seed));
    id
}

pub(crate) fn artifact(world: &mut World, run: u64, seed: ArtifactSeed) {
    existing(world, run).artifacts.push(seed);
}

pub(crate) fn pull_request(world: &mut World, mut seed: PullRequestSeed) -> u64 {
    let id = world.org.next_id("pull request", seed.id);
    seed.id = Some(id);
    world.org.pull_requests.insert(id, seed);
    id
}

/// An environment; the id of the one that has this name, where there is one.
pub(crate) fn environment(world: &mut World, name: &str, id: Option<u64>) -> u64 {
    let known = world.org.environments.iter().find(|(_, e)| e.name == name);
    if let Some((id, _)) = known {
        return *id;
    }
    let id = world.org.next_id("environment", id);
    let environment = Environment {
        name: name.to_owned(),
        deployments: Vec::new(),
    };
    world.org.environments.insert(id, environment);
    id
}

pub(crate) fn deployment(
    world: &mut World,
    environment: u64,
    run: u64,
    seed: DeploymentSeed,
) -> u64 {
    let id = world.org.next_id("deployment", None);
    let run = existing(world, run);
    let owner = Owner {
        run: run.id,
        number: run.number.clone(),
        definition_id: run.seed.definition_id,
        definition: run.seed.definition.clone(),
        plan_id: run.plan_id.clone(),
    };
    let found = world.org.environments.get_mut(&environment);
    let found = found.unwrap_or_else(|| panic!("no environment has the id {environment}"));
    found.deployments.push((id, owner, seed));
    id
}

pub(crate) fn release(world: &mut World, mut seed: ReleaseSeed) -> u64 {
    let id = world.org.next_id("release", seed.id);
    for stage in &mut seed.stages {
        stage.id = Some(world.org.next_id("release stage", stage.id));
        for attempt in &mut stage.attempts {
            let deployment = world
                .org
                .next_id("release deployment", attempt.deployment_id);
            attempt.deployment_id = Some(deployment);
        }
    }
    world.org.releases.insert(id, seed);
    id
}

/// Ends a run and whatever of it has not ended; steps that never began are skipped.
pub(crate) fn finish(world: &mut World, run: u64, result: &str, at: Option<&str>) {
    let now = world.now_text();
    let at = at.unwrap_or(&now);
    let run = existing(world, run);
    run.seed.status = "completed".to_owned();
    run.seed.result = Some(result.to_owned());
    run.seed.finish_time = Some(at.to_owned());
    let main = run.timelines.get_mut(&run.plan_id);
    for record in main
        .into_iter()
        .flatten()
        .filter(|r| r.state != "completed")
    {
        let begun = record.state == "inProgress";
        record.state = "completed".to_owned();
        record.result = Some(if begun { result } else { "skipped" }.to_owned());
        record.finish_time = Some(at.to_owned());
    }
    let (id, environments) = (run.id, world.org.environments.values_mut());
    for (_, owner, deployment) in environments.flat_map(|e| e.deployments.iter_mut()) {
        if owner.run == id && deployment.result.is_none() {
            deployment.result = Some(result.to_owned());
            deployment.finish_time = Some(at.to_owned());
        }
    }
}
