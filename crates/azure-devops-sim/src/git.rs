//! Repositories, commits by their run, and pull requests with their reviewers.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::Reply;
use crate::paging;
use crate::protocol::Call;
use crate::refusal::Refusal;
use crate::render;
use crate::routes::{Answer, InProject, READ, Route};
use crate::seeds::{PullRequestSeed, Repository};
use crate::world::World;

const CODE: Route = Route {
    project: InProject::Maybe,
    scopes: &["vso.code"],
    ..READ
};

const ONE: &[&str] = &["includeCommits", "includeWorkItemRefs"];

pub(crate) const ROUTES: &[Route] = &[
    Route {
        template: "git/repositories",
        answer: repositories,
        ..CODE
    },
    Route {
        template: "git/repositories/{}",
        answer: repository,
        ..CODE
    },
    Route {
        template: "git/repositories/{}/pullrequests",
        parameters: &[
            "searchCriteria.status",
            "searchCriteria.sourceRefName",
            "searchCriteria.targetRefName",
            "$skip",
            "$top",
        ],
        answer: list,
        ..CODE
    },
    Route {
        template: "git/repositories/{}/pullrequests/{}",
        parameters: ONE,
        answer: get_in_repository,
        ..CODE
    },
    Route {
        template: "git/pullrequests/{}",
        answer: get,
        ..CODE
    },
    Route {
        template: "git/repositories/{}/pullrequests/{}/reviewers",
        answer: reviewers,
        ..CODE
    },
    Route {
        template: "git/repositories/{}/pullrequests/{}/workitems",
        answer: work_items,
        ..CODE
    },
    Route {
        method: "POST",
        template: "git/repositories/{}/pullrequestquery",
        answer: query,
        ..CODE
    },
];

/// Repositories that live in the organization: those of its runs and pull requests.
fn known(world: &World) -> Vec<Repository> {
    let of_runs = world.org.runs.values().map(|run| &run.seed.repository);
    let of_requests = world.org.pull_requests.values().map(|pr| &pr.repository);
    let mut all: Vec<Repository> = Vec::new();
    for repository in of_runs.chain(of_requests).filter(|r| r.kind == "TfsGit") {
        if !all.contains(repository) {
            all.push(repository.clone());
        }
    }
    all
}

/// By GUID or by name, in any letter case.
fn named(world: &World, given: &str) -> Result<Repository, Refusal> {
    let same =
        |r: &Repository| r.id.eq_ignore_ascii_case(given) || r.name.eq_ignore_ascii_case(given);
    known(world).into_iter().find(same).ok_or_else(|| {
        let text = format!(
            "TF401019: The Git repository with name or identifier {given} does not exist or you do not have permissions \
             for the operation you are attempting."
        );
        Refusal::new(404, "GitRepositoryNotFoundException", text)
    })
}

fn repositories(world: &mut World, _: &mut Call<'_>) -> Answer {
    let all = known(world);
    Ok(Reply::list(
        all.iter().map(|r| render_repository(world, r)).collect(),
    ))
}

fn repository(world: &mut World, call: &mut Call<'_>) -> Answer {
    let found = named(world, call.argument(0))?;
    Ok(Reply::json(200, &render_repository(world, &found)))
}

fn render_repository(world: &World, repository: &Repository) -> Value {
    let project = world.org.main_project();
    json!({
        "id": repository.id,
        "name": repository.name,
        "url": api_url(world, repository),
        "project": render::project(world, project),
        "defaultBranch": "refs/heads/main",
        "remoteUrl": render::repository_url(world, repository),
        "webUrl": render::repository_url(world, repository),
        "isDisabled": false,
    })
}

fn api_url(world: &World, repository: &Repository) -> String {
    let project = render::project_url(world, world.org.main_project());
    format!("{project}/_apis/git/repositories/{}", repository.id)
}

fn no_request(id: &str) -> Refusal {
    let text = format!("TF401180: The requested pull request was not found: {id}.");
    Refusal::new(404, "GitPullRequestNotFoundException", text)
}

fn get(world: &mut World, call: &mut Call<'_>) -> Answer {
    let id = call.argument(0);
    let found = id
        .parse()
        .ok()
        .and_then(|id| world.org.pull_requests.get(&id));
    let found = found.ok_or_else(|| no_request(id))?;
    Ok(Reply::json(200, &render_request(world, found)))
}

fn in_repository<'w>(world: &'w World, call: &Call<'_>) -> Result<&'w PullRequestSeed, Refusal> {
    let repository = named(world, call.argument(0))?;
    let id = call.argument(1);
    let found = id
        .parse()
        .ok()
        .and_then(|id| world.org.pull_requests.get(&id));
    let found = found.filter(|pr| pr.repository == repository);
    found.ok_or_else(|| no_request(id))
}

fn get_in_repository(world: &mut World, call: &mut Call<'_>) -> Answer {
    let found = in_repository(world, call)?;
    let mut shown = render_request(world, found);
    if call.flag("includeWorkItemRefs") {
        shown["workItemRefs"] = json!(work_item_refs(world, found));
    }
    if call.flag("includeCommits") {
        shown["commits"] = json!([{ "commitId": found.source_commit }]);
    }
    Ok(Reply::json(200, &shown))
}

fn list(world: &mut World, call: &mut Call<'_>) -> Answer {
    let repository = named(world, call.argument(0))?;
    let is = |name: &str, value: &str| call.param(name).is_none_or(|asked| asked == value);
    let status = call
        .param("searchCriteria.status")
        .unwrap_or_else(|| "active".to_owned());
    let wanted = |pr: &&PullRequestSeed| {
        pr.repository == repository
            && (status == "all" || pr.status == status)
            && is("searchCriteria.sourceRefName", &pr.source_branch)
            && is("searchCriteria.targetRefName", &pr.target_branch)
    };
    let found = world.org.pull_requests.values().rev().filter(wanted);
    let shown: Vec<Value> = found.map(|pr| render_request(world, pr)).collect();
    let page = paging::skip(call, world.options.skipped_page, shown)?;
    Ok(Reply::list(page))
}

fn reviewers(world: &mut World, call: &mut Call<'_>) -> Answer {
    let found = in_repository(world, call)?;
    Ok(Reply::list(render_reviewers(world, found)))
}

fn work_items(world: &mut World, call: &mut Call<'_>) -> Answer {
    let found = in_repository(world, call)?;
    Ok(Reply::list(work_item_refs(world, found)))
}

fn work_item_refs(world: &World, request: &PullRequestSeed) -> Vec<Value> {
    let collection = world.collection();
    let ids = request.work_items.iter();
    ids.map(|id| json!({ "id": id.to_string(), "url": format!("{collection}/_apis/wit/workItems/{id}") }))
        .collect()
}

#[derive(Deserialize)]
struct QueryBody {
    queries: Vec<CommitQuery>,
}

#[derive(Deserialize)]
struct CommitQuery {
    items: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
}

/// Which pull requests a commit came by: `lastMergeCommit` looks at the merge only, `commit` at the branch's head too.
fn query(world: &mut World, call: &mut Call<'_>) -> Answer {
    let repository = named(world, call.argument(0))?;
    let body: QueryBody = call.body()?;
    let mut queries = Vec::new();
    let mut results = Vec::new();
    for query in body.queries {
        let whole = match query.kind.to_ascii_lowercase().as_str() {
            "lastmergecommit" => false,
            "commit" => true,
            other => {
                return Err(Refusal::argument(
                    "type",
                    &format!("The value '{other}' is not valid."),
                ));
            }
        };
        let mut found = Map::new();
        for item in &query.items {
            let brought = |pr: &&PullRequestSeed| {
                let merged = pr.merge_commit.eq_ignore_ascii_case(item);
                pr.repository == repository
                    && (merged || whole && pr.source_commit.eq_ignore_ascii_case(item))
            };
            let requests = world.org.pull_requests.values().filter(brought);
            let requests: Vec<Value> = requests.map(|pr| render_request(world, pr)).collect();
            if !requests.is_empty() {
                found.insert(item.clone(), Value::Array(requests));
            }
        }
        queries.push(json!({ "items": query.items, "type": query.kind }));
        results.push(Value::Object(found));
    }
    Ok(Reply::json(
        200,
        &json!({ "queries": queries, "results": results }),
    ))
}

fn render_reviewers(world: &World, request: &PullRequestSeed) -> Vec<Value> {
    let shown = request.reviewers.iter().map(|reviewer| {
        let mut shown = render::identity(world, &reviewer.person);
        shown["vote"] = json!(reviewer.vote);
        shown["hasDeclined"] = json!(false);
        shown["isFlagged"] = json!(false);
        if reviewer.required {
            shown["isRequired"] = json!(true);
        }
        if reviewer.group {
            shown["isContainer"] = json!(true);
        }
        shown
    });
    shown.collect()
}

fn render_request(world: &World, request: &PullRequestSeed) -> Value {
    let id = request.id.unwrap_or_default();
    let url = format!("{}/pullRequests/{id}", api_url(world, &request.repository));
    let commit = |sha: &str| {
        let url = format!("{}/commits/{sha}", api_url(world, &request.repository));
        json!({ "commitId": sha, "url": url })
    };
    render::without_nulls(json!({
        "repository": render_repository(world, &request.repository),
        "pullRequestId": id,
        "codeReviewId": id,
        "status": request.status,
        "createdBy": render::identity(world, &request.created_by),
        "creationDate": world.date(&request.created),
        "closedDate": world.date_opt(request.closed.as_ref()),
        "closedBy": render::identity_opt(world, request.closed_by.as_ref()),
        "title": request.title,
        "description": request.description,
        "sourceRefName": request.source_branch,
        "targetRefName": request.target_branch,
        "mergeStatus": "succeeded",
        "isDraft": false,
        "lastMergeSourceCommit": commit(&request.source_commit),
        "lastMergeCommit": commit(&request.merge_commit),
        "reviewers": render_reviewers(world, request),
        "url": url,
        "supportsIterations": true,
    }))
}
