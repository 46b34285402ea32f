//! Runs under their older name: builds, what they brought, what they left.

mod shown;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::clock;
use crate::http::Reply;
use crate::organization::Run;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, READ, Route};
use crate::seeds::CommitSeed;
use crate::world::World;

const SCOPES: &[&str] = &["vso.build"];
const BUILD: Route = Route {
    scopes: SCOPES,
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "build/builds",
        parameters: &[
            "definitions",
            "buildNumber",
            "minTime",
            "maxTime",
            "requestedFor",
            "reasonFilter",
            "statusFilter",
            "resultFilter",
            "tagFilters",
            "$top",
            "continuationToken",
            "queryOrder",
            "branchName",
            "buildIds",
            "repositoryId",
            "repositoryType",
        ],
        answer: list,
        ..BUILD
    },
    Route {
        template: "build/builds/{}",
        answer: get,
        ..BUILD
    },
    Route {
        template: "build/builds/{}/changes",
        parameters: &["continuationToken", "$top"],
        answer: changes,
        ..BUILD
    },
    Route {
        template: "build/changes",
        parameters: &["fromBuildId", "toBuildId", "$top"],
        answer: changes_between,
        ..BUILD
    },
    Route {
        template: "build/builds/{}/workitems",
        parameters: &["$top"],
        answer: work_items,
        ..BUILD
    },
    Route {
        method: "POST",
        template: "build/builds/{}/workitems",
        parameters: &["$top"],
        answer: work_items_of_commits,
        ..BUILD
    },
    Route {
        template: "build/workitems",
        parameters: &["fromBuildId", "toBuildId", "$top"],
        answer: work_items_between,
        ..BUILD
    },
    Route {
        template: "build/builds/{}/artifacts",
        parameters: &["artifactName"],
        answer: artifacts,
        ..BUILD
    },
    Route {
        template: "build/builds/{}/tags",
        answer: tags,
        ..BUILD
    },
];

/// The run an address names. Runs belong to the main project; from another one they cannot be seen.
pub(crate) fn run<'w>(world: &'w World, call: &Call<'_>, given: &str) -> Result<&'w Run, Refusal> {
    let main = world.org.main_project();
    let here = call.project.as_ref().is_none_or(|p| p.id == main.id);
    let id: Option<u64> = given.parse().ok();
    let run = id.filter(|_| here).and_then(|id| world.org.runs.get(&id));
    run.ok_or_else(|| Refusal::no_build(given))
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let run = run(world, call, call.argument(0))?;
    Ok(Reply::json(200, &shown::build(world, run)))
}

/// Newest first, as the service orders them unless told otherwise.
fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let order = call.param("queryOrder").unwrap_or_default();
    let mut found = Vec::new();
    for run in world.org.runs.values() {
        if run_matches(world, call, run)? {
            found.push(run.id);
        }
    }
    if !order.to_lowercase().ends_with("ascending") {
        found.reverse();
    }
    let cut = paging::cut(call, "$top", world.options.builds_page, found)?;
    let runs = cut.items.iter().filter_map(|id| world.org.runs.get(id));
    let items = runs.map(|run| shown::build(world, run)).collect();
    Ok(cut.mark(Reply::list(items)))
}

fn run_matches(world: &World, call: &Call<'_>, run: &Run) -> Result<bool, Refusal> {
    let seed = &run.seed;
    let is = |parameter: &str, value: &str| {
        let asked = call.items(parameter);
        asked.is_empty()
            || asked
                .iter()
                .any(|a| a.eq_ignore_ascii_case(value) || a == "all")
    };
    let number = call
        .param("buildNumber")
        .is_none_or(|asked| match asked.strip_suffix('*') {
            Some(start) => run.number.starts_with(start),
            None => run.number == asked,
        });
    let person = &seed.requested_for;
    let tags = call.items("tagFilters");
    let since = moment(call, "minTime")?;
    let until = moment(call, "maxTime")?;
    let finished = seed.finish_time.as_deref().unwrap_or(&seed.queue_time);
    let finished = finished.parse::<jiff::Timestamp>().ok();
    Ok(number
        && call.project.as_ref() == Some(world.org.main_project())
        && is("definitions", &seed.definition_id.to_string())
        && is("buildIds", &run.id.to_string())
        && is("statusFilter", &seed.status)
        && is("resultFilter", seed.result.as_deref().unwrap_or("none"))
        && is("reasonFilter", &seed.reason)
        && is("branchName", &seed.branch)
        && is("repositoryId", &seed.repository.id)
        && is("repositoryType", &seed.repository.kind)
        && (is("requestedFor", &person.name) || is("requestedFor", &person.unique_name))
        && tags.iter().all(|tag| seed.tags.contains(tag))
        && since.is_none_or(|since| finished.is_some_and(|at| at >= since))
        && until.is_none_or(|until| finished.is_some_and(|at| at <= until)))
}

fn moment(call: &Call<'_>, name: &str) -> Result<Option<jiff::Timestamp>, Refusal> {
    let Some(text) = call.param(name) else {
        return Ok(None);
    };
    let refused = || {
        Refusal::argument(
            name,
            &format!("The value '{text}' is not valid for {name}."),
        )
    };
    text.parse().map(Some).map_err(|_| refused())
}

fn changes(world: &mut World, call: &mut Call<'_>) -> Answer {
    let run = run(world, call, call.argument(0))?;
    let count = (0..run.commits.len()).collect();
    let cut = paging::cut(call, "$top", world.options.changes_page, count)?;
    let commits = cut
        .items
        .iter()
        .map(|at| shown::change(world, run, &run.commits[*at]));
    let items = commits.collect();
    Ok(cut.mark(Reply::list(items)))
}

/// Runs of the same pipeline after the first and up to the last of the two.
fn between<'w>(world: &'w World, call: &Call<'_>) -> Result<Vec<&'w Run>, Refusal> {
    let bound = |name: &str| {
        let id = call.number(name)?;
        id.ok_or_else(|| Refusal::argument(name, &format!("The parameter {name} is required.")))
    };
    let (from, to) = (bound("fromBuildId")?, bound("toBuildId")?);
    let last = run(world, call, &to.to_string())?;
    run(world, call, &from.to_string())?;
    let within = world
        .org
        .runs
        .values()
        .filter(|r| r.id > from && r.id <= to);
    let same = |r: &&Run| r.seed.definition_id == last.seed.definition_id;
    Ok(within.filter(same).collect())
}

fn changes_between(world: &mut World, call: &mut Call<'_>) -> Answer {
    let size = paging::size(call, "$top", world.options.changes_page)?;
    let runs = between(world, call)?;
    let all = runs
        .iter()
        .flat_map(|run| run.commits.iter().map(|c| (*run, c)));
    let shown = all
        .take(size)
        .map(|(run, commit)| shown::change(world, run, commit));
    Ok(Reply::list(shown.collect()))
}

fn work_items(world: &mut World, call: &mut Call<'_>) -> Answer {
    let size = paging::size(call, "$top", world.options.work_item_refs)?;
    let run = run(world, call, call.argument(0))?;
    Ok(refs(world, &run.work_items, size))
}

/// Only what these commits of the run are linked to.
fn work_items_of_commits(world: &mut World, call: &mut Call<'_>) -> Answer {
    let size = paging::size(call, "$top", world.options.work_item_refs)?;
    let asked: Vec<String> = call.body()?;
    let run = run(world, call, call.argument(0))?;
    let is_asked = |commit: &&CommitSeed| commit.id.as_ref().is_some_and(|id| asked.contains(id));
    let commits = run.commits.iter().filter(is_asked);
    let linked: BTreeSet<u64> = commits.flat_map(|c| c.work_items.clone()).collect();
    Ok(refs(world, &Vec::from_iter(linked), size))
}

fn work_items_between(world: &mut World, call: &mut Call<'_>) -> Answer {
    let size = paging::size(call, "$top", world.options.work_item_refs)?;
    let runs = between(world, call)?;
    let ids: Vec<u64> = runs.iter().flat_map(|run| run.work_items.clone()).collect();
    Ok(refs(world, &ids, size))
}

/// Ids are texts here, and only those of the same project are told.
fn refs(world: &World, ids: &[u64], size: usize) -> Reply {
    let main = &world.org.main_project().id;
    let here = |id: &&u64| {
        world
            .org
            .work_items
            .get(id)
            .is_some_and(|w| w.project == *main)
    };
    let shown = ids.iter().filter(here).take(size).map(|id| {
        let url = format!("{}/_apis/wit/workItems/{id}", world.collection());
        json!({ "id": id.to_string(), "url": url })
    });
    Reply::list(shown.collect())
}

fn artifacts(world: &mut World, call: &mut Call<'_>) -> Answer {
    let run = run(world, call, call.argument(0))?;
    let shown = run.artifacts.iter().enumerate().map(|(at, artifact)| {
        let base = build_url(world, run.id);
        let name = crate::http::encode(&artifact.name);
        let download =
            format!("{base}/artifacts?artifactName={name}&api-version=7.1&%24format=zip");
        json!({
            "id": run.id * 100 + at as u64,
            "name": artifact.name,
            "source": crate::ids::stable_guid("artifact", &artifact.name),
            "resource": {
                "type": artifact.kind,
                "data": artifact.data,
                "properties": artifact.properties,
                "url": format!("{base}/artifacts?artifactName={name}&api-version=7.1"),
                "downloadUrl": download,
            },
        })
    });
    let shown: Vec<Value> = shown.collect();
    let Some(name) = call.param("artifactName") else {
        return Ok(Reply::list(shown));
    };
    let one = shown.into_iter().find(|a| a["name"] == name.as_str());
    one.map(|artifact| Reply::json(200, &artifact))
        .ok_or_else(|| {
            let text = format!("Artifact {name} was not found for build {}.", run.id);
            Refusal::new(404, "ArtifactNotFoundException", text)
        })
}

fn tags(world: &mut World, call: &mut Call<'_>) -> Answer {
    let run = run(world, call, call.argument(0))?;
    let tags = run.seed.tags.iter().cloned().map(Value::String);
    Ok(Reply::list(tags.collect()))
}

pub(crate) fn build_url(world: &World, id: u64) -> String {
    let project = render::project_url(world, world.org.main_project());
    format!("{project}/_apis/build/Builds/{id}")
}

pub(crate) fn build_web_url(world: &World, id: u64) -> String {
    render::web_url(world, &format!("_build/results?buildId={id}"))
}

/// The end of a run or, while it lasts, now.
pub(crate) fn end_or_now(world: &World, run: &Run) -> String {
    let now = || clock::iso(world.now(), 7);
    run.seed.finish_time.clone().unwrap_or_else(now)
}
