//! Environments and their deployment records: one per job attempt, newest first, without a filter by run.

use serde_json::{Value, json};

use crate::builds;
use crate::http::Reply;
use crate::organization::{Environment, Owner};
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, READ, Route};
use crate::seeds::DeploymentSeed;
use crate::versions::Maturity;
use crate::world::World;

const NEW: Route = Route {
    maturity: Maturity::Newest,
    scopes: &["vso.build", "vso.environment_manage"],
    ..READ
};
const OLD: Route = Route {
    maturity: Maturity::Preview,
    ..NEW
};
const LIST: &[&str] = &["name", "continuationToken", "$top"];
const RECORDS: &[&str] = &["continuationToken", "top"];

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "pipelines/environments",
        parameters: LIST,
        answer: list,
        ..NEW
    },
    Route {
        template: "pipelines/environments/{}",
        answer: get,
        ..NEW
    },
    Route {
        template: "pipelines/environments/{}/environmentdeploymentrecords",
        parameters: RECORDS,
        answer: records,
        ..NEW
    },
    Route {
        template: "distributedtask/environments",
        parameters: LIST,
        answer: list,
        ..OLD
    },
    Route {
        template: "distributedtask/environments/{}",
        answer: get,
        ..OLD
    },
    Route {
        template: "distributedtask/environments/{}/environmentdeploymentrecords",
        parameters: RECORDS,
        answer: records,
        ..OLD
    },
];

fn environment<'w>(world: &'w World, given: &str) -> Result<(u64, &'w Environment), Refusal> {
    let found = given
        .parse()
        .ok()
        .and_then(|id| world.org.environments.get_key_value(&id));
    found
        .map(|(id, environment)| (*id, environment))
        .ok_or_else(|| {
            let text = format!("Environment with ID {given} does not exist or has been deleted.");
            Refusal::new(404, "EnvironmentNotFoundException", text)
        })
}

/// `name` may end in an asterisk.
fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let name = call.param("name").map(|name| name.to_lowercase());
    let matches = |environment: &Environment| {
        let have = environment.name.to_lowercase();
        name.as_ref()
            .is_none_or(|asked| match asked.strip_suffix('*') {
                Some(start) => have.starts_with(start),
                None => have == *asked,
            })
    };
    let found = world.org.environments.iter().filter(|(_, e)| matches(e));
    let found: Vec<Value> = found.map(|(id, e)| render(world, *id, e)).collect();
    let cut = paging::cut(call, "$top", world.options.deployments_page, found)?;
    Ok(cut.mark(Reply::list(cut.items.clone())))
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let (id, environment) = environment(world, call.argument(0))?;
    Ok(Reply::json(200, &render(world, id, environment)))
}

fn render(world: &World, id: u64, environment: &Environment) -> Value {
    let person = crate::seeds::Person::kim_roe();
    json!({
        "id": id,
        "name": environment.name,
        "description": "",
        "createdBy": render::identity(world, &person),
        "createdOn": world.date("2025-03-01T07:00:00.507Z"),
        "lastModifiedBy": render::identity(world, &person),
        "lastModifiedOn": world.date("2025-03-01T07:00:00.507Z"),
        "resources": [],
        "project": { "id": world.org.main_project().id, "name": world.org.main_project().name },
    })
}

fn records(world: &mut World, call: &mut Call<'_>) -> Answer {
    let (id, environment) = environment(world, call.argument(0))?;
    let count = (0..environment.deployments.len()).rev().collect();
    let cut = paging::cut(call, "top", world.options.deployments_page, count)?;
    let shown = cut.items.iter().map(|at| {
        let (record_id, owner, record) = &environment.deployments[*at];
        render_record(world, id, *record_id, owner, record)
    });
    let items = shown.collect();
    Ok(cut.mark(Reply::list(items)))
}

fn render_record(
    world: &World,
    environment: u64,
    id: u64,
    owner: &Owner,
    record: &DeploymentSeed,
) -> Value {
    let reference = |id: u64, name: &str, api: String, web: String| {
        json!({
            "_links": { "web": { "href": web }, "self": { "href": api } },
            "id": id,
            "name": name,
        })
    };
    let project = render::project_url(world, world.org.main_project());
    let definition_api = format!("{project}/_apis/build/Definitions/{}", owner.definition_id);
    let definition_web = render::web_url(
        world,
        &format!("_build/definition?definitionId={}", owner.definition_id),
    );
    let owner_api = builds::build_url(world, owner.run);
    let owner_web = builds::build_web_url(world, owner.run);
    let phase = format!("{}.{}.{}", record.stage, record.job, record.job_attempt);
    json!({
        "id": id,
        "environmentId": environment,
        "requestIdentifier": phase,
        "definition": reference(owner.definition_id, &owner.definition, definition_api, definition_web),
        "owner": reference(owner.run, &owner.number, owner_api, owner_web),
        "planType": "Build",
        "planId": owner.plan_id,
        "scopeId": world.org.main_project().id,
        "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
        "stageName": record.stage,
        "stageAttempt": record.stage_attempt,
        "jobName": record.job,
        "jobAttempt": record.job_attempt,
        "queueTime": world.date(&record.queue_time),
        "startTime": world.date(&record.start_time),
        "finishTime": world.date_opt(record.finish_time.as_ref()),
        "result": record.result,
        "resourceId": null,
    })
}
