//! Runs under their newer name. The list has no second page and stops at ten thousand.

use serde_json::{Value, json};

use crate::builds;
use crate::http::Reply;
use crate::organization::Run;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, READ, Route};
use crate::world::World;

const RUNS: Route = Route {
    scopes: &["vso.build"],
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "pipelines/{}/runs",
        answer: list,
        ..RUNS
    },
    Route {
        template: "pipelines/{}/runs/{}",
        answer: get,
        ..RUNS
    },
];

fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let pipeline = call.argument(0);
    let same = |run: &&Run| run.seed.definition_id.to_string() == pipeline;
    let runs = world.org.runs.values().rev().filter(same);
    let shown = runs.take(world.options.runs_cap);
    let shown: Vec<Value> = shown.map(|run| render(world, run)).collect();
    if shown.is_empty() {
        let text = format!("The pipeline {pipeline} was not found.");
        return Err(Refusal::new(404, "PipelineNotFoundException", text));
    }
    Ok(Reply::list(shown))
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let (pipeline, id) = (call.argument(0), call.argument(1));
    let run = builds::run(world, call, id).ok();
    let run = run.filter(|run| run.seed.definition_id.to_string() == pipeline);
    let run = run.ok_or_else(|| {
        let text = format!("The run {id} of pipeline {pipeline} was not found.");
        Refusal::new(404, "PipelineRunNotFoundException", text)
    })?;
    let mut shown = render(world, run);
    shown["resources"] = json!({
        "repositories": {
            "self": {
                "repository": { "id": run.seed.repository.id, "type": repository_word(&run.seed.repository.kind) },
                "refName": run.seed.branch,
                "version": run.seed.source_version,
            }
        }
    });
    Ok(Reply::json(200, &shown))
}

/// This API has its own word for code in the organization.
fn repository_word(kind: &str) -> &str {
    match kind {
        "TfsGit" => "azureReposGit",
        "GitHub" => "gitHub",
        other => other,
    }
}

fn render(world: &World, run: &Run) -> Value {
    let seed = &run.seed;
    let state = match seed.status.as_str() {
        "completed" => "completed",
        "cancelling" => "canceling",
        "inProgress" => "inProgress",
        _ => "unknown",
    };
    let result = seed.result.as_deref().map(|result| match result {
        "partiallySucceeded" => world.options.partial_run_result.as_str(),
        "none" => "unknown",
        other => other,
    });
    let project = render::project_url(world, world.org.main_project());
    let pipeline = format!("{project}/_apis/pipelines/{}", seed.definition_id);
    let url = format!("{pipeline}/runs/{}", run.id);
    render::without_nulls(json!({
        "_links": {
            "self": { "href": url },
            "web": { "href": builds::build_web_url(world, run.id) },
            "pipeline": { "href": pipeline },
        },
        "templateParameters": {},
        "pipeline": {
            "url": pipeline,
            "id": seed.definition_id,
            "revision": 7,
            "name": seed.definition,
            "folder": "\\",
        },
        "state": state,
        "result": result,
        "createdDate": world.date(&seed.queue_time),
        "finishedDate": world.date_opt(seed.finish_time.as_ref()),
        "url": url,
        "id": run.id,
        "name": run.number,
    }))
}
