//! What a client asks before it asks for anything: projects, itself, areas, and where each resource lives.

mod locations;

use serde_json::{Value, json};

use crate::http::Reply;
use crate::ids::stable_guid;
use crate::organization::Project;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, InProject, READ, Route};
use crate::versions::Maturity;
use crate::world::World;

pub(crate) use locations::locations;

const OUTSIDE: Route = Route {
    project: InProject::Never,
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "projects",
        scopes: &["vso.project", "vso.build", "vso.work", "vso.code"],
        parameters: &["$top", "$skip"],
        answer: projects,
        ..OUTSIDE
    },
    Route {
        template: "projects/{}",
        scopes: &["vso.project", "vso.build", "vso.work", "vso.code"],
        answer: project,
        ..OUTSIDE
    },
    Route {
        template: "connectiondata",
        maturity: Maturity::Preview,
        answer: connection,
        ..OUTSIDE
    },
    Route {
        template: "resourceareas",
        maturity: Maturity::Preview,
        answer: areas,
        ..OUTSIDE
    },
    Route {
        template: "resourceareas/{}",
        maturity: Maturity::Preview,
        answer: area,
        ..OUTSIDE
    },
];

/// Each of the service's hosts says who is asking and where the areas are.
pub(crate) fn is_everywhere(route: &Route) -> bool {
    matches!(
        crate::routes::area(route),
        "connectiondata" | "resourceareas"
    )
}

fn projects(world: &mut World, call: &mut Call<'_>) -> Answer {
    let all: Vec<Project> = world.org.projects.clone();
    let page = paging::skip(call, world.options.skipped_page, all)?;
    Ok(Reply::list(
        page.iter().map(|p| render::project(world, p)).collect(),
    ))
}

fn project(world: &mut World, call: &mut Call<'_>) -> Answer {
    let given = call.argument(0);
    let found = world
        .org
        .project(given)
        .ok_or_else(|| Refusal::no_project(given))?;
    Ok(Reply::json(200, &render::project(world, found)))
}

fn connection(world: &mut World, call: &mut Call<'_>) -> Answer {
    let owner = &call.key.owner;
    let user = json!({
        "id": owner.id,
        "subjectDescriptor": format!("aad.{}", owner.id.replace('-', "")),
        "providerDisplayName": owner.name,
        "isActive": true,
        "properties": { "Account": { "$type": "System.String", "$value": owner.unique_name } },
    });
    let body = json!({
        "authenticatedUser": user,
        "authorizedUser": user,
        "instanceId": stable_guid("organization", &world.options.organization),
        "deploymentType": "hosted",
    });
    Ok(Reply::json(200, &body))
}

/// Name and id of each area; a client library finds its host by them.
const AREAS: [(&str, &str); 9] = [
    ("build", "965220d5-5bb9-42cf-8d67-9b146df2a5a4"),
    ("core", "79134c72-4a58-4b42-976c-04e7115f32bf"),
    ("distributedtask", "a85b8835-c1a1-4aac-ae97-1c3d0ba72dbd"),
    ("environments", "0a833654-df2a-437e-8253-fe6b63b82035"),
    ("git", "4e080c62-fa21-4fbc-8fef-2a10a2b38049"),
    ("pipelines", "2e0bf237-8973-4ec9-a581-9c3d679d1776"),
    ("release", "efc2f575-36ef-48e9-b672-0c6fb4a48ac5"),
    ("test", "c2aa639c-3ccc-4740-b3b6-ce2a1e1d984e"),
    ("wit", "5264459e-e5e0-4bd8-b118-0985e68a4ec5"),
];

fn shown_areas(world: &World) -> Vec<Value> {
    let at = |name: &str| match name {
        "release" => world.release_collection(),
        _ => world.collection(),
    };
    let shown = AREAS.iter();
    shown
        .map(
            |(name, id)| json!({ "id": id, "name": name, "locationUrl": format!("{}/", at(name)) }),
        )
        .collect()
}

fn areas(world: &mut World, _: &mut Call<'_>) -> Answer {
    Ok(Reply::list(shown_areas(world)))
}

fn area(world: &mut World, call: &mut Call<'_>) -> Answer {
    let id = call.argument(0).to_ascii_lowercase();
    let found = shown_areas(world)
        .into_iter()
        .find(|a| a["id"] == id.as_str());
    // The service answers with nothing, not with an error, for an area it does not have.
    Ok(found.map_or_else(|| Reply::empty(204), |area| Reply::json(200, &area)))
}
