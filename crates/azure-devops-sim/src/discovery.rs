//! What a client asks before it asks for anything: projects, itself, areas, and where each resource lives.

use serde_json::{Value, json};

use crate::http::{Host, Reply};
use crate::ids::stable_guid;
use crate::organization::Project;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, InProject, READ, Route};
use crate::versions::Maturity;
use crate::world::World;

const OUTSIDE: Route = Route {
    project: InProject::Never,
    ..READ
};

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "projects",
        scopes: &["vso.project", "vso.build", "vso.work", "vso.code"],
        parameters: &[
            "stateFilter",
            "$top",
            "$skip",
            "continuationToken",
            "getDefaultTeamImageUrl",
        ],
        answer: projects,
        ..OUTSIDE
    },
    Route {
        template: "projects/{}",
        scopes: &["vso.project", "vso.build", "vso.work", "vso.code"],
        parameters: &["includeCapabilities", "includeHistory"],
        answer: project,
        ..OUTSIDE
    },
    Route {
        template: "connectiondata",
        maturity: Maturity::Preview,
        parameters: &["connectOptions", "lastChangeId", "lastChangeId64"],
        answer: connection,
        ..OUTSIDE
    },
    Route {
        template: "resourceareas",
        maturity: Maturity::Preview,
        parameters: &["enterpriseName", "organizationName"],
        answer: areas,
        ..OUTSIDE
    },
    Route {
        template: "resourceareas/{}",
        maturity: Maturity::Preview,
        parameters: &["enterpriseName", "organizationName"],
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
    let page = paging::skip(call, world.options.test_runs_page, all)?;
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
    ("build", "5d6898bb-45ec-463f-95f9-54d49c71752e"),
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

/// Id, area, resource, template, and whether only previews exist. The ids are those the vendor's client looks for.
const LOCATIONS: [(&str, &str, &str, &str, bool); 28] = [
    (
        "00d9565f-ed9c-4a06-9a50-00e7896ccab4",
        "Location",
        "ConnectionData",
        "_apis/{resource}",
        true,
    ),
    (
        "e81700f7-3be2-46de-8624-2eb35882fcaa",
        "Location",
        "ResourceAreas",
        "_apis/{resource}/{areaId}",
        true,
    ),
    (
        "603fe2ac-9723-48b9-88ad-09305aa6c6e1",
        "core",
        "projects",
        "_apis/{resource}/{*projectId}",
        false,
    ),
    (
        "0cd358e1-9217-4d94-8269-1c1ee6f93dcf",
        "build",
        "Builds",
        "{project}/_apis/build/{resource}/{buildId}",
        false,
    ),
    (
        "54572c7b-bbd3-45d4-80dc-28be08941620",
        "build",
        "changes",
        "{project}/_apis/build/builds/{buildId}/{resource}",
        false,
    ),
    (
        "f10f0ea5-18a1-43ec-a8fb-2042c7be9b43",
        "build",
        "changes",
        "{project}/_apis/build/{resource}",
        false,
    ),
    (
        "5a21f5d2-5642-47e4-a0bd-1356e6731bee",
        "build",
        "workitems",
        "{project}/_apis/build/builds/{buildId}/{resource}",
        false,
    ),
    (
        "52ba8915-5518-42e3-a4bb-b0182d159e2d",
        "build",
        "workitems",
        "{project}/_apis/build/{resource}",
        false,
    ),
    (
        "8baac422-4c6e-4de5-8532-db96d92acffa",
        "build",
        "timeline",
        "{project}/_apis/build/builds/{buildId}/{resource}/{timelineId}",
        false,
    ),
    (
        "1db06c96-014e-44e1-ac91-90b2d4b3e984",
        "build",
        "artifacts",
        "{project}/_apis/build/builds/{buildId}/{resource}",
        false,
    ),
    (
        "6e6114b2-8161-44c8-8f6c-c5505782427f",
        "build",
        "tags",
        "{project}/_apis/build/builds/{buildId}/{resource}",
        false,
    ),
    (
        "7859261e-d2e9-4a68-b820-a5d84cc5bb3d",
        "pipelines",
        "runs",
        "{project}/_apis/pipelines/{pipelineId}/{resource}/{runId}",
        false,
    ),
    (
        "51bb5d21-4305-4ea6-9dbb-b7488af73334",
        "distributedtask",
        "environmentdeploymentrecords",
        "{project}/_apis/distributedtask/environments/{environmentId}/{resource}",
        true,
    ),
    (
        "8572b1fc-2482-47fa-8f74-7e3ed53ee54b",
        "distributedtask",
        "environments",
        "{project}/_apis/distributedtask/{resource}/{environmentId}",
        true,
    ),
    (
        "72c7ddf8-2cdc-4f60-90cd-ab71c14a399b",
        "wit",
        "workItems",
        "{project}/_apis/wit/{resource}/{id}",
        false,
    ),
    (
        "62d3d110-0047-428c-ad3c-4fe872c91c74",
        "wit",
        "workItems",
        "{project}/_apis/wit/{resource}/${type}",
        false,
    ),
    (
        "908509b6-4248-4475-a1cd-829139ba419f",
        "wit",
        "workItemsBatch",
        "{project}/_apis/wit/{resource}",
        false,
    ),
    (
        "a9a9aa7a-8c09-44d3-ad1b-46e855c1e3d3",
        "wit",
        "artifactUriQuery",
        "{project}/_apis/wit/{resource}",
        false,
    ),
    (
        "225f7195-f9c7-4d14-ab28-a83f7ff77e1f",
        "git",
        "repositories",
        "{project}/_apis/git/{resource}/{repositoryId}",
        false,
    ),
    (
        "9946fd70-0d40-406e-b686-b4744cbbcc37",
        "git",
        "pullRequests",
        "{project}/_apis/git/repositories/{repositoryId}/{resource}/{pullRequestId}",
        false,
    ),
    (
        "01a46dea-7d46-4d40-bc84-319e7c260d99",
        "git",
        "pullRequests",
        "{project}/_apis/git/{resource}/{pullRequestId}",
        false,
    ),
    (
        "4b6702c7-aa35-4b89-9c96-b9abf6d3e540",
        "git",
        "pullRequestReviewers",
        "{project}/_apis/git/repositories/{repositoryId}/pullRequests/{pullRequestId}/reviewers",
        false,
    ),
    (
        "0a637fcc-5370-4ce8-b0e8-98091f5f9482",
        "git",
        "pullRequestWorkItems",
        "{project}/_apis/git/repositories/{repositoryId}/pullRequests/{pullRequestId}/workitems",
        false,
    ),
    (
        "b3a6eebe-9cf0-49ea-b6cb-1a4c5f5007b0",
        "git",
        "pullRequestQuery",
        "{project}/_apis/git/repositories/{repositoryId}/{resource}",
        false,
    ),
    (
        "cadb3810-d47d-4a3c-a234-fe5f3be50138",
        "Test",
        "Runs",
        "{project}/_apis/test/{resource}/{runId}",
        false,
    ),
    (
        "a166fde7-27ad-408e-ba75-703c2cc9d500",
        "Release",
        "releases",
        "{project}/_apis/release/{resource}/{releaseId}",
        false,
    ),
    (
        "b005ef73-cddc-448e-9ba2-5193bf36b19f",
        "Release",
        "deployments",
        "{project}/_apis/release/{resource}",
        false,
    ),
    (
        "b47c6458-e73b-47cb-a770-4df1e8813a91",
        "Release",
        "approvals",
        "{project}/_apis/release/{resource}",
        false,
    ),
];

/// `OPTIONS _apis` and `OPTIONS _apis/{area}`.
pub(crate) fn locations(host: Host, rest: &[String]) -> Reply {
    let asked = rest.first().filter(|area| !area.is_empty());
    let here = |area: &str| match host {
        Host::Both => true,
        Host::Main => area != "Release",
        Host::Release => area == "Release" || area == "Location",
    };
    let wanted = |area: &str| here(area) && asked.is_none_or(|a| a.eq_ignore_ascii_case(area));
    let rows = LOCATIONS.iter().filter(|row| wanted(row.1));
    let shown = rows.map(|(id, area, resource, template, preview)| {
        json!({
            "id": id,
            "area": area,
            "resourceName": resource,
            "routeTemplate": template,
            "resourceVersion": 1,
            "minVersion": "1.0",
            "maxVersion": "7.2",
            "releasedVersion": if *preview { "0.0" } else { "7.1" },
        })
    });
    Reply::list(shown.collect())
}
