//! Runs, their commits, work items, timeline, tests, artifacts, pull requests and deployments.

use azure_devops_sim::{
    CommitSeed, DeploymentSeed, Options, Page, Repository, RunSeed, Sim, StageSeed, WorkItemSeed,
};
use serde_json::{Value, json};

use crate::client::{Answer, Caller, api, at, reader};

/// Follows continuation tokens to the end; returns the pages.
fn pages(caller: &Caller, target: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut next = target.to_owned();
    loop {
        let answer = caller.get(&next);
        pages.push(answer.items());
        let Some(token) = answer.header("x-ms-continuationtoken") else {
            return pages;
        };
        let token: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        next = format!("{target}&continuationToken={token}");
    }
}

fn ids(items: &[Value]) -> Vec<u64> {
    items.iter().map(|i| i["id"].as_u64().unwrap()).collect()
}

#[test]
fn a_run_tells_what_was_built_for_whom() {
    let sim = Sim::start(Options::default());
    let run = reader(&sim).get(&api("build/builds/4711")).json();
    assert_eq!(run["id"], 4711);
    assert_eq!(run["buildNumber"], "20261125.1");
    assert_eq!(run["definition"]["name"], "shop");
    assert_eq!(run["status"], "inProgress");
    assert!(run.get("result").is_none() && run.get("finishTime").is_none());
    assert_eq!(
        run["sourceVersion"],
        "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b"
    );
    assert_eq!(run["repository"]["type"], "TfsGit");
    assert_eq!(run["requestedFor"]["displayName"], "Pat Doe");
    assert_eq!(
        run["requestedFor"]["id"],
        "0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02"
    );
    assert_eq!(
        run["orchestrationPlan"]["planId"],
        "aa0b1c2d-1111-4222-8333-444455556666"
    );
    assert_eq!(run["triggerInfo"]["ci.message"], "Sell blue shoes");
    sim.finish_run_at(4711, "failed", "2026-11-25T09:30:00Z");
    let run = reader(&sim).get(&api("build/builds/4711")).json();
    assert_eq!(
        (&run["status"], &run["result"]),
        (&json!("completed"), &json!("failed"))
    );
    let records = records(&reader(&sim).get(&api("build/builds/4711/timeline")));
    assert!(records.iter().all(|r| r["state"] == "completed"));
    let records = at(
        "7.2-preview.1",
        "pipelines/environments/3/environmentdeploymentrecords",
    );
    let deployments = reader(&sim).get(&records).items();
    assert_eq!(deployments[0]["result"], "failed", "it ended with its run");
    assert_eq!(
        deployments[1]["result"], "succeeded",
        "another run's is as it was"
    );
    assert_eq!(sim.findings(), []);
}

#[test]
fn one_number_may_belong_to_two_runs() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let found = caller
        .get(&api("build/builds?buildNumber=20261125.1"))
        .items();
    assert_eq!(ids(&found), [4711, 4700]);
    assert_ne!(found[0]["definition"]["id"], found[1]["definition"]["id"]);
    let found = caller.get(&api("build/builds?buildNumber=20261125.1&definitions=13"));
    assert_eq!(ids(&found.items()), [4700]);
    let found = caller.get(&api(
        "build/builds?statusFilter=completed&queryOrder=finishTimeAscending",
    ));
    assert_eq!(ids(&found.items()), [4700, 4710]);
    let found = caller.get(&api("build/builds?maxTime=2026-11-24T23:00:00Z"));
    assert_eq!(ids(&found.items()), [4710]);
}

#[test]
fn commits_come_in_pages_with_opaque_tokens() {
    let sim = Sim::start(Options::default());
    let run = sim.seed_run(RunSeed::default());
    sim.add_many_commits(run, 120);
    let caller = reader(&sim);
    let sizes =
        |target: &str| -> Vec<usize> { pages(&caller, target).iter().map(Vec::len).collect() };
    let target = api(&format!("build/builds/{run}/changes?"));
    assert_eq!(sizes(&target), [50, 50, 20]);
    assert_eq!(sizes(&format!("{target}&$top=100")), [100, 20]);
    let all = pages(&caller, &target).concat();
    let distinct: std::collections::BTreeSet<&str> =
        all.iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(distinct.len(), 120);
    let made_up = caller.get(&format!("{target}&continuationToken=50"));
    assert_eq!(made_up.status, 400);
    assert_eq!(sim.findings(), []);
    sim.configure(|o| o.changes_page = Page::new(50, 60));
    assert_eq!(sizes(&format!("{target}&$top=100")), [60, 60]);
    let kinds: Vec<String> = sim.findings().iter().map(|f| f.detail.clone()).collect();
    assert_eq!(
        kinds,
        ["$top=100", "$top=100"],
        "asking for more than there is gets told"
    );
}

#[test]
fn a_commit_has_an_identity_only_where_the_code_lives_here() {
    let sim = Sim::start(Options::default());
    let long = CommitSeed {
        message: "x".repeat(1500),
        ..CommitSeed::default()
    };
    let here = sim.seed_run(RunSeed::default());
    let there = sim.seed_run(RunSeed {
        repository: Repository::github("fabrikam/shop-web"),
        ..RunSeed::default()
    });
    for run in [here, there] {
        sim.add_commits(run, vec![long.clone()]);
    }
    let first = |run: u64| {
        reader(&sim)
            .get(&api(&format!("build/builds/{run}/changes")))
            .items()[0]
            .clone()
    };
    let (here, there) = (first(here), first(there));
    assert_eq!(here["author"]["uniqueName"], "pat@shop.example");
    assert_eq!(
        (&here["type"], &there["type"]),
        (&json!("TfsGit"), &json!("GitHub"))
    );
    assert!(there["author"].get("uniqueName").is_none());
    assert_eq!(here["message"].as_str().unwrap().len(), 1000);
    assert_eq!(here["messageTruncated"], true);
}

#[test]
fn what_lies_between_two_runs_is_that_of_the_same_pipeline() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let found = caller.get(&api("build/changes?fromBuildId=4710&toBuildId=4711"));
    assert_eq!(found.items().len(), 3);
    let found = caller.get(&api("build/workitems?fromBuildId=4710&toBuildId=4711"));
    assert_eq!(found.items().len(), 2);
    let found = caller.get(&api("build/changes?fromBuildId=4711&toBuildId=4711"));
    assert_eq!(found.items().len(), 0);
}

#[test]
fn work_items_of_a_run_are_texts_of_the_same_project() {
    let sim = Sim::start(Options::default());
    let elsewhere = sim.add_work_item(WorkItemSeed {
        project: Some("Fabrikam Lab".to_owned()),
        ..WorkItemSeed::default()
    });
    sim.link_work_items(4711, &[elsewhere]);
    let caller = reader(&sim);
    let found = caller.get(&api("build/builds/4711/workitems")).items();
    let shown: Vec<&str> = found.iter().map(|i| i["id"].as_str().unwrap()).collect();
    assert_eq!(shown, ["297", "298"], "the third is in another project");
    let uri = "vstfs:///Build/Build/4711";
    let body = json!({ "artifactUris": [uri, "vstfs:///Build/Build/1"] });
    let found = caller
        .post(
            "/fabrikam/_apis/wit/artifacturiquery?api-version=7.1",
            &body,
        )
        .json();
    let by_uri = &found["artifactUrisQueryResult"];
    assert_eq!(ids(by_uri[uri].as_array().unwrap()), [297, 298, elsewhere]);
    assert_eq!(by_uri["vstfs:///Build/Build/1"], json!([]));
    let head = "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b";
    let found = caller.post(&api("build/builds/4711/workitems"), &json!([head]));
    assert_eq!(found.items()[0]["id"], "297");
    assert_eq!(
        found.items().len(),
        1,
        "the other belongs to another commit"
    );
    let repository = "5f0a7c1e-6a43-4a0e-a9d2-2f7c8b9d0e11";
    let uri = format!(
        "vstfs:///Git/Commit/{}%2F{repository}%2F{head}",
        sim.project().id
    );
    let body = json!({ "artifactUris": [uri] });
    let found = caller
        .post(
            "/fabrikam/_apis/wit/artifacturiquery?api-version=7.1",
            &body,
        )
        .json();
    let by_uri = &found["artifactUrisQueryResult"];
    assert_eq!(
        ids(by_uri[&uri].as_array().unwrap()),
        [297],
        "the key is the address as written"
    );
    let found = caller.post(&api("build/builds/4711/workitems"), &json!(["feed"]));
    assert_eq!(found.items().len(), 0);
}

fn records(answer: &Answer) -> Vec<Value> {
    answer.json()["records"].as_array().unwrap().clone()
}

fn only<'r>(records: &'r [Value], kind: &str, name: &str) -> &'r Value {
    let found: Vec<&Value> = records
        .iter()
        .filter(|r| r["type"] == kind && r["name"] == name)
        .collect();
    assert_eq!(found.len(), 1, "{kind} {name}");
    found[0]
}

#[test]
fn a_timeline_nests_from_stage_to_task() {
    let sim = Sim::start(Options::default());
    let records = records(&reader(&sim).get(&api("build/builds/4711/timeline")));
    let stage = only(&records, "Stage", "To production");
    assert_eq!(stage["id"], "96ac2280-8cb4-5df5-99de-dd2da759617d");
    assert_eq!(stage["identifier"], "Production");
    assert_eq!(stage["parentId"], Value::Null);
    let job = only(&records, "Job", "Deploy");
    assert_eq!(job["id"], "b1a2c3d4-0000-5000-8000-1234567890ab");
    assert_eq!(job["identifier"], "Production.Deploy.__default");
    let phase = only(&records, "Phase", "Deploy");
    assert_eq!(
        (&job["parentId"], &phase["parentId"]),
        (&phase["id"], &stage["id"])
    );
    let gate = only(&records, "Task", "Hold for the change");
    assert_eq!(
        (&gate["task"]["name"], &gate["parentId"]),
        (&json!("ServiceNowChangeGate"), &job["id"])
    );
    let checkpoint = only(&records, "Checkpoint", "Checkpoint");
    let approval = only(&records, "Checkpoint.Approval", "Checkpoint.Approval");
    assert_eq!(
        (&checkpoint["parentId"], &approval["parentId"]),
        (&stage["id"], &checkpoint["id"])
    );
    let steps: Vec<&Value> = records
        .iter()
        .filter(|r| r["type"] == "Task" && r["parentId"] == job["id"])
        .collect();
    assert_eq!(steps.len(), 3);
    let orders: Vec<u64> = records
        .iter()
        .map(|r| r["order"].as_u64().unwrap())
        .collect();
    assert!(
        !orders.is_sorted(),
        "nobody may rely on the order of records"
    );
}

#[test]
fn an_earlier_attempt_is_kept_in_a_timeline_of_its_own() {
    let sim = Sim::start(Options::default());
    let run = sim.seed_run(RunSeed::default());
    let failed = StageSeed {
        result: Some("failed".to_owned()),
        deploy_result: Some("failed".to_owned()),
        ..StageSeed::default()
    };
    let first = sim.seed_stage(run, "Production", 1, failed);
    let second = sim.seed_stage(run, "Production", 2, StageSeed::default());
    assert_eq!(first.stage, second.stage, "a stage keeps its id");
    assert_ne!(first.job, second.job);
    let target = format!("build/builds/{run}/timeline");
    let main = records(&reader(&sim).get(&api(&target)));
    let stage = only(&main, "Stage", "Production");
    assert_eq!(
        (&stage["attempt"], &stage["id"]),
        (&json!(2), &json!(second.stage))
    );
    assert!(main.iter().all(|r| r["result"] == "succeeded"));
    let previous = &stage["previousAttempts"][0];
    assert_eq!(
        (&previous["attempt"], &previous["recordId"]),
        (&json!(1), &json!(first.stage))
    );
    let earlier = format!("{target}/{}", previous["timelineId"].as_str().unwrap());
    let earlier = records(&reader(&sim).get(&api(&earlier)));
    assert_eq!(only(&earlier, "Task", "Deploy")["result"], "failed");
    assert_eq!(earlier.len(), main.len());
    let unknown = format!("{target}/00000000-0000-4000-8000-000000000000");
    assert_eq!(
        reader(&sim).get(&api(&unknown)).refusal(),
        (404, "TimelineNotFoundException".to_owned())
    );

    let flat = Options {
        earlier_attempts_in_main_timeline: true,
        ..Options::default()
    };
    let sim = Sim::start(flat);
    let run = sim.seed_run(RunSeed::default());
    sim.seed_stage(run, "Production", 1, StageSeed::default());
    sim.seed_stage(run, "Production", 2, StageSeed::default());
    let main = records(&reader(&sim).get(&api(&format!("build/builds/{run}/timeline"))));
    assert_eq!(main.iter().filter(|r| r["type"] == "Stage").count(), 2);
}

#[test]
fn a_gate_that_holds_keeps_the_deploy_step_pending() {
    let sim = Sim::start(Options::default());
    let run = sim.seed_run(RunSeed::default());
    let held = StageSeed {
        result: None,
        gate_result: None,
        ..StageSeed::default()
    };
    sim.seed_stage(run, "Production", 1, held);
    let target = api(&format!("build/builds/{run}/timeline"));
    let shown = records(&reader(&sim).get(&target));
    let deploy = only(&shown, "Task", "Deploy");
    assert_eq!(
        (&deploy["state"], &deploy["startTime"], &deploy["log"]),
        (&json!("pending"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        only(&shown, "Task", "Hold for the change")["state"],
        "inProgress"
    );
    sim.clear_timeline(run);
    assert_eq!(reader(&sim).get(&target).status, 204);
    sim.configure(|o| o.empty_timeline_is_204 = false);
    assert_eq!(records(&reader(&sim).get(&target)), Vec::<Value>::new());
}

#[test]
fn tests_and_artifacts_of_a_run() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let runs = |more: &str| {
        caller
            .get(&api(&format!(
                "test/runs?buildUri=vstfs:///Build/Build/4711{more}"
            )))
            .items()
    };
    let plain = runs("");
    assert_eq!((plain.len(), plain[0].get("totalTests")), (1, None));
    let counted = &runs("&includeRunDetails=true")[0];
    let count = |name: &str| counted[name].as_u64().unwrap();
    assert_eq!(
        count("passedTests") + count("notApplicableTests"),
        count("totalTests")
    );
    assert_eq!(runs("0").len(), 0, "another run's");
    let one = caller
        .get(&api(&format!("test/runs/{}", counted["id"])))
        .json();
    assert_eq!(one["name"], "JUnit_TestResults");
    let artifacts = caller.get(&api("build/builds/4711/artifacts")).items();
    assert_eq!(
        artifacts[0]["resource"]["properties"]["artifactsize"],
        "104857600"
    );
    let one = caller
        .get(&api("build/builds/4711/artifacts?artifactName=drop"))
        .json();
    assert_eq!(one, artifacts[0]);
    assert_eq!(
        caller
            .get(&api("build/builds/4711/artifacts?artifactName=x"))
            .status,
        404
    );
    assert_eq!(
        caller.get(&api("build/builds/4711/tags")).items(),
        ["shoes"]
    );
}

#[test]
fn pull_requests_are_found_by_commit_and_tell_their_reviewers() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let merge = "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b";
    let head = "c3b7e4296a0c1d2e3f4051627384958d3a1f0c5b";
    let query = |kind: &str, commit: &str| {
        let body = json!({ "queries": [{ "items": [commit], "type": kind }] });
        let target = api("git/repositories/shop-web/pullrequestquery");
        caller.post(&target, &body).json()["results"][0][commit][0]["pullRequestId"].clone()
    };
    assert_eq!(query("lastMergeCommit", merge), 42);
    assert_eq!(query("lastMergeCommit", head), Value::Null);
    assert_eq!(query("commit", head), 42);
    let one = caller
        .get(&api(
            "git/repositories/5F0A7C1E-6a43-4a0e-a9d2-2f7c8b9d0e11/pullRequests/42",
        ))
        .json();
    assert_eq!(one["createdBy"]["displayName"], "Pat Doe");
    assert_eq!(one["reviewers"][0]["displayName"], "Kim Roe");
    assert_eq!(
        (
            &one["reviewers"][0]["vote"],
            &one["reviewers"][0]["isRequired"]
        ),
        (&json!(10), &json!(true))
    );
    assert_eq!(caller.get(&api("git/pullrequests/42")).json(), one);
    let reviewers = caller
        .get(&api("git/repositories/shop-web/pullrequests/42/reviewers"))
        .items();
    assert_eq!(json!(reviewers), one["reviewers"]);
    let items = caller
        .get(&api("git/repositories/shop-web/pullrequests/42/workitems"))
        .items();
    assert_eq!(items[0]["id"], "297");
    let missing = caller.get(&api("git/repositories/shop-web/pullrequests/43"));
    assert_eq!(
        missing.refusal(),
        (404, "GitPullRequestNotFoundException".to_owned())
    );
    let missing = caller.get(&api("git/repositories/other/pullrequests/42"));
    assert_eq!(
        missing.refusal(),
        (404, "GitRepositoryNotFoundException".to_owned())
    );
    let list = |status: &str| {
        caller
            .get(&api(&format!(
                "git/repositories/shop-web/pullrequests{status}"
            )))
            .items()
            .len()
    };
    assert_eq!(
        (list(""), list("?searchCriteria.status=all")),
        (0, 1),
        "only active ones unless asked"
    );
}

#[test]
fn deployments_are_paged_by_attempt_and_name_their_run() {
    let sim = Sim::start(Options::default());
    for attempt in 1..=40 {
        let more = DeploymentSeed {
            stage_attempt: attempt,
            ..DeploymentSeed::default()
        };
        sim.add_deployment(3, 4710, more);
    }
    let caller = reader(&sim);
    for (version, area) in [
        ("7.2-preview.1", "pipelines"),
        ("7.1-preview.1", "distributedtask"),
    ] {
        let target = at(
            version,
            &format!("{area}/environments/3/environmentdeploymentrecords?top=30"),
        );
        let found = pages(&caller, &target);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [30, 12]);
        assert_eq!(found[0][0]["stageAttempt"], 40, "newest first");
        let running = &found[1][10];
        assert_eq!(
            (&running["owner"]["id"], &running["owner"]["name"]),
            (&json!(4711), &json!("20261125.1"))
        );
        assert_eq!(
            (&running["result"], &running["finishTime"]),
            (&Value::Null, &Value::Null)
        );
    }
    let named = caller
        .get(&at(
            "7.1-preview.1",
            "distributedtask/environments?name=Production",
        ))
        .items();
    assert_eq!(
        (&named[0]["id"], &named[0]["name"]),
        (&json!(3), &json!("production"))
    );
    let new = at(
        "7.1-preview.1",
        "pipelines/environments/3/environmentdeploymentrecords",
    );
    assert_eq!(
        caller.get(&new).refusal(),
        (400, "VssVersionOutOfRangeException".to_owned())
    );
    assert_eq!(
        caller
            .get(&at("7.2-preview.1", "pipelines/environments/9"))
            .status,
        404
    );
    assert_eq!(sim.findings(), []);
}

#[test]
fn retention_takes_a_run_but_not_what_environments_remember() {
    let sim = Sim::start(Options::default());
    sim.delete_run(4710);
    let caller = reader(&sim);
    for rest in [
        "",
        "/changes",
        "/workitems",
        "/timeline",
        "/artifacts",
        "/tags",
    ] {
        let answer = caller.get(&api(&format!("build/builds/4710{rest}")));
        assert_eq!(
            answer.refusal(),
            (404, "BuildNotFoundException".to_owned()),
            "{rest}"
        );
    }
    assert_eq!(caller.get(&api("pipelines/12/runs/4710")).status, 404);
    let records = at(
        "7.2-preview.1",
        "pipelines/environments/3/environmentdeploymentrecords",
    );
    assert_eq!(caller.get(&records).items()[1]["owner"]["id"], 4710);
}

#[test]
fn the_newer_list_of_runs_has_no_second_page() {
    let sim = Sim::start(Options {
        runs_cap: 60,
        ..Options::default()
    });
    for _ in 0..70 {
        sim.seed_run(RunSeed::default());
    }
    let caller = reader(&sim);
    let answer = caller.get(&api("pipelines/12/runs"));
    assert_eq!(answer.items().len(), 60);
    assert_eq!(answer.header("x-ms-continuationtoken"), None);
    let one = caller.get(&api("pipelines/12/runs/4711")).json();
    assert_eq!(
        (&one["state"], &one["name"]),
        (&json!("inProgress"), &json!("20261125.1"))
    );
    assert_eq!(
        one["resources"]["repositories"]["self"]["version"],
        "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b"
    );
    assert_eq!(
        caller.get(&api("pipelines/13/runs/4711")).status,
        404,
        "of another pipeline"
    );
}
