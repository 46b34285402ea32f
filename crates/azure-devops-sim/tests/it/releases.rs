//! Classic releases, and the host they live on.

use azure_devops_sim::{
    Options, ReleaseApprovalSeed, ReleaseAttemptSeed, ReleaseSeed, ReleaseStageSeed, Sim,
};
use serde_json::{Value, json};

use crate::client::{api, reader};

#[test]
fn a_release_tells_its_stages_approvals_attempts_and_artifacts() {
    let sim = Sim::start(Options::default());
    let release = reader(&sim).get(&api("release/releases/33")).json();
    assert_eq!(release["name"], "Release-33");
    assert_eq!(release["releaseDefinition"]["name"], "shop-web release");
    assert_eq!(release["createdFor"]["displayName"], "Kim Roe");
    let artifact = &release["artifacts"][0]["definitionReference"];
    assert_eq!(
        artifact["version"],
        json!({ "id": "4711", "name": "20261125.1" }),
        "ids are texts here"
    );
    assert_eq!(
        artifact["sourceVersion"]["id"],
        "8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b"
    );
    let stage = &release["environments"][0];
    assert_eq!(
        (&stage["id"], &stage["definitionEnvironmentId"]),
        (&json!(44), &json!(9))
    );
    assert_eq!(
        stage["preDeployApprovals"][0]["approvedBy"]["displayName"],
        "Kim Roe"
    );
    assert_eq!(stage["deploySteps"][0]["deploymentId"], 77);
    let alone = reader(&sim)
        .get(&api("release/releases/33/environments/44"))
        .json();
    assert_eq!(alone, *stage);
    for missing in ["release/releases/34", "release/releases/33/environments/45"] {
        assert_eq!(reader(&sim).get(&api(missing)).status, 404);
    }
}

#[test]
fn the_releases_of_a_run_are_found_by_its_artifact() {
    let sim = Sim::start(Options::default());
    let project = sim.project().id;
    let found = |definition: u64, run: u64| {
        let filter =
            format!("artifactTypeId=Build&sourceId={project}:{definition}&artifactVersionId={run}");
        let answer = reader(&sim).get(&api(&format!("release/releases?{filter}")));
        answer
            .items()
            .iter()
            .map(|r| r["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(12, 4711), [33]);
    assert_eq!(found(12, 4710), [0; 0]);
    assert_eq!(found(13, 4711), [0; 0]);
    let expanded = reader(&sim)
        .get(&api("release/releases?$expand=environments,artifacts"))
        .items();
    assert_eq!(expanded[0]["environments"][0]["name"], "Production");
    assert_eq!(sim.findings(), []);
}

fn twice(sim: &Sim) -> u64 {
    let attempt = |status: &str| ReleaseAttemptSeed {
        status: status.to_owned(),
        ..ReleaseAttemptSeed::default()
    };
    let approval = |attempt: u32, status: &str| ReleaseApprovalSeed {
        attempt,
        status: status.to_owned(),
        approved_by: None,
        ..ReleaseApprovalSeed::default()
    };
    sim.add_release(ReleaseSeed {
        stages: vec![ReleaseStageSeed {
            before: vec![approval(1, "approved"), approval(2, "pending")],
            attempts: vec![attempt("failed"), attempt("inProgress")],
            ..ReleaseStageSeed::default()
        }],
        ..ReleaseSeed::default()
    })
}

#[test]
fn deployments_are_attempts_newest_first() {
    let sim = Sim::start(Options::default());
    let release = twice(&sim);
    let list = |more: &str| {
        reader(&sim)
            .get(&api(&format!("release/deployments{more}")))
            .items()
    };
    let all = list("?definitionId=5");
    let shown: Vec<(&Value, &Value)> = all
        .iter()
        .map(|d| (&d["release"]["id"], &d["attempt"]))
        .collect();
    let (new, old) = (json!(release), json!(33));
    assert_eq!(
        shown,
        [(&new, &json!(2)), (&new, &json!(1)), (&old, &json!(1))]
    );
    assert_eq!(
        all[0]["preDeployApprovals"][0]["status"], "pending",
        "of its own attempt only"
    );
    assert_eq!(all[1]["preDeployApprovals"].as_array().unwrap().len(), 1);
    assert_eq!(list("?deploymentStatus=failed").len(), 1);
    assert_eq!(list("?latestAttemptsOnly=true").len(), 2);
    assert_eq!(list("?definitionEnvironmentId=8").len(), 0);
}

#[test]
fn approvals_are_those_that_wait_unless_asked_otherwise() {
    let sim = Sim::start(Options::default());
    let release = twice(&sim);
    let list = |more: &str| {
        reader(&sim)
            .get(&api(&format!("release/approvals{more}")))
            .items()
    };
    let waiting = list("");
    assert_eq!(
        (waiting.len(), &waiting[0]["release"]["id"]),
        (1, &json!(release))
    );
    assert!(waiting[0].get("approvedBy").is_none());
    let done = list("?statusFilter=approved&releaseIdsFilter=33");
    assert_eq!(
        (done.len(), &done[0]["comments"]),
        (1, &json!("Good to go!"))
    );
    assert_eq!(
        list("?statusFilter=undefined&typeFilter=postDeploy").len(),
        0
    );
}

#[test]
fn releases_may_live_on_a_host_of_their_own() {
    let sim = Sim::start(Options {
        separate_release_host: true,
        ..Options::default()
    });
    assert_ne!(sim.url(), sim.release_url());
    let here = reader(&sim);
    let mut there = reader(&sim);
    there.base = sim.release_url().trim_end_matches('/').to_owned();
    for (target, main, release) in [
        ("release/releases/33", 404, 200),
        ("release/deployments", 404, 200),
        ("build/builds/4711", 200, 404),
        ("git/repositories", 200, 404),
    ] {
        assert_eq!(here.get(&api(target)).status, main, "{target}");
        assert_eq!(there.get(&api(target)).status, release, "{target}");
    }
    let shown = there.get(&api("release/releases/33")).json();
    assert!(
        shown["url"]
            .as_str()
            .unwrap()
            .starts_with(&sim.release_collection())
    );
    let areas = "/fabrikam/_apis/resourceAreas?api-version=7.1-preview.1";
    let areas = here.get(areas).items();
    let area = areas.iter().find(|a| a["name"] == "release").unwrap();
    assert_eq!(area["locationUrl"], sim.release_collection());
    let seen: Vec<bool> = sim.requests().iter().map(|r| r.release_host).collect();
    assert_eq!(&seen[..2], [false, true]);
}
