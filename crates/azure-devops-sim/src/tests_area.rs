//! Published test runs.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::organization::Run;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, READ, Route};
use crate::seeds::{Person, TestRunSeed};
use crate::world::World;

const TEST: Route = Route {
    scopes: &["vso.test"],
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "test/runs",
        parameters: &["buildUri", "includeRunDetails", "$skip", "$top"],
        answer: list,
        ..TEST
    },
    Route {
        template: "test/runs/{}",
        answer: get,
        ..TEST
    },
];

fn all(world: &World) -> impl Iterator<Item = (&Run, u64, &TestRunSeed)> {
    world
        .org
        .runs
        .values()
        .flat_map(|run| run.test_runs.iter().map(move |(id, seed)| (run, *id, seed)))
}

fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let uri = call.param("buildUri").map(|uri| uri.to_lowercase());
    let wanted = |run: &Run| {
        let have = format!("vstfs:///build/build/{}", run.id);
        uri.as_ref().is_none_or(|asked| *asked == have)
    };
    let counted = call.flag("includeRunDetails") || !world.options.test_counts_need_details;
    let found = all(world).filter(|(run, _, _)| wanted(run));
    let shown: Vec<Value> = found
        .map(|(run, id, seed)| render(world, run, id, seed, counted))
        .collect();
    let page = paging::skip(call, world.options.skipped_page, shown)?;
    Ok(Reply::list(page))
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let id = call.argument(0);
    let found = all(world).find(|(_, known, _)| known.to_string() == id);
    let (run, id, seed) = found.ok_or_else(|| {
        let text = format!("Test run {id} could not be found.");
        Refusal::new(404, "TestObjectNotFoundException", text)
    })?;
    Ok(Reply::json(200, &render(world, run, id, seed, true)))
}

fn render(world: &World, run: &Run, id: u64, seed: &TestRunSeed, counted: bool) -> Value {
    let project = render::project_url(world, world.org.main_project());
    let mut shown = json!({
        "id": id,
        "name": seed.name,
        "url": format!("{project}/_apis/test/Runs/{id}"),
        "isAutomated": true,
        "state": seed.state,
        "revision": 3,
        "webAccessUrl": render::web_url(world, &format!("_TestManagement/Runs?runId={id}")),
        "build": { "id": run.id.to_string(), "name": run.number },
        "buildConfiguration": { "id": run.id, "number": run.number, "uri": format!("vstfs:///Build/Build/{}", run.id) },
        "owner": render::identity(world, &Person::pat_doe()),
        "startedDate": world.date(&seed.started),
        "completedDate": world.date_opt(seed.completed.as_ref()),
    });
    if counted {
        let outcomes = [
            ("Passed", seed.passed),
            ("Failed", seed.failed),
            ("NotExecuted", seed.not_applicable),
        ];
        let statistics = outcomes.iter().filter(|(_, count)| *count > 0);
        let statistics = statistics.map(
            |(outcome, count)| json!({ "state": "Completed", "outcome": outcome, "count": count }),
        );
        let counts = [
            (
                "totalTests",
                seed.passed + seed.failed + seed.not_applicable + seed.incomplete,
            ),
            ("passedTests", seed.passed),
            ("unanalyzedTests", seed.failed),
            ("notApplicableTests", seed.not_applicable),
            ("incompleteTests", seed.incomplete),
        ];
        for (name, count) in counts {
            shown[name] = json!(count);
        }
        shown["runStatistics"] = statistics.collect();
    }
    render::without_nulls(shown)
}
