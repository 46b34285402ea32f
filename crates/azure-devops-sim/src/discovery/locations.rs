//! Where each resource lives, for clients that look addresses up by id instead of knowing them.

use serde_json::json;

use crate::http::{Host, Reply};

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
