//! Addresses, versions, bodies, headers: what every request goes through.

use azure_devops_sim::{FindingKind, Options, Sim};
use serde_json::json;

use crate::client::{Answer, api, at, reader};

fn kinds(sim: &Sim) -> Vec<FindingKind> {
    sim.findings().iter().map(|f| f.kind).collect()
}

fn refused(answer: &Answer, status: u16, type_key: &str) {
    assert_eq!(answer.refusal(), (status, type_key.to_owned()));
}

#[test]
fn a_write_without_a_version_is_refused_and_a_read_is_told() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let target = "/fabrikam/_apis/wit/workitemsbatch";
    let answer = caller.post(target, &json!({ "ids": [297] }));
    refused(&answer, 400, "VssVersionNotSpecifiedException");
    assert_eq!(answer.json()["eventId"], 3000);
    assert_eq!(sim.findings(), []);
    let target = "/fabrikam/Fabrikam%20Fiber/_apis/build/builds/4711";
    assert_eq!(caller.get(target).status, 200);
    assert_eq!(kinds(&sim), [FindingKind::NoApiVersion]);
    let accepted = caller.with("Accept", "application/json;api-version=7.1");
    assert_eq!(accepted.get(target).status, 200);
    assert_eq!(kinds(&sim).len(), 1, "the header names one");
}

#[test]
fn a_preview_has_to_be_asked_for() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    let target = "distributedtask/environments/3/environmentdeploymentrecords";
    let key = "VssInvalidPreviewVersionException";
    refused(&caller.get(&at("7.1", target)), 400, key);
    refused(&caller.get(&at("7.2", "build/builds/4711")), 400, key);
    assert_eq!(caller.get(&at("7.1-preview.1", target)).status, 200);
    assert_eq!(
        caller.get(&at("7.2-preview.7", "build/builds/4711")).status,
        200
    );
    refused(
        &caller.get(&at("9.0", "build/builds/4711")),
        400,
        "VssVersionOutOfRangeException",
    );
}

#[test]
fn addresses_are_found_in_any_case_and_projects_by_name_or_id() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    for target in [
        "/fabrikam/Fabrikam%20Fiber/_apis/build/builds/4711",
        "/Fabrikam/fabrikam%20fiber/_APIS/Build/Builds/4711",
        "/fabrikam/d4f5a6b7-2222-4333-8444-555566667777/_apis/build/builds/4711",
    ] {
        let answer = caller.get(&format!("{target}?Api-Version=7.1"));
        assert_eq!(answer.json()["id"], 4711, "{target}");
    }
    let other = caller.get("/fabrikam/Fabrikam%20Lab/_apis/build/builds/4711?api-version=7.1");
    refused(&other, 404, "BuildNotFoundException");
    assert_eq!(sim.findings(), []);
}

#[test]
fn what_is_not_there_is_404_with_a_json_body() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    for (target, key) in [
        (
            "/fabrikam/Fabrikam%20Fiber/_apis/build/bilds/4711",
            "HttpException",
        ),
        ("/fabrikam/_apis/build/builds/4711", "HttpException"),
        ("/fabrikam/Fabrikam%20Fiber/builds/4711", "HttpException"),
        (
            "/fabrikam/Nowhere/_apis/build/builds/4711",
            "ProjectDoesNotExistWithNameException",
        ),
        (
            "/fabrikam/d4f5a6b7-0000-4333-8444-555566667777/_apis/build/builds/4711",
            "ProjectDoesNotExistException",
        ),
        ("/contoso/_apis/projects", "HostDoesNotExistException"),
    ] {
        let answer = caller.get(&format!("{target}?api-version=7.1"));
        refused(&answer, 404, key);
        assert!(answer.header("x-tfs-serviceerror").is_some());
    }
    let answer = caller.send("DELETE", &api("build/builds/4711"), None);
    assert_eq!(answer.status, 405);
    assert!(
        answer.json()["value"]["Message"].is_string(),
        "the other JSON shape"
    );
}

#[test]
fn a_parameter_nobody_reads_is_served_and_told() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim);
    assert_eq!(
        caller
            .get(&api("build/builds/4711/changes?top=5"))
            .items()
            .len(),
        3
    );
    assert_eq!(kinds(&sim), [FindingKind::UnknownParameter]);
    assert_eq!(sim.findings()[0].detail, "top", "it is called $top");
    let bad = caller.get(&api("build/builds/4711/changes?$top=many"));
    assert_eq!(bad.status, 400);
}

#[test]
fn every_answer_names_its_activity_and_echoes_the_session() {
    let sim = Sim::start(Options::default());
    let session = "0f2b5c1e-aaaa-4bbb-8ccc-123456789012";
    let caller = reader(&sim).with("X-TFS-Session", session);
    let good = caller.get(&api("build/builds/4711"));
    let bad = caller.get(&api("build/builds/1"));
    assert_ne!(good.header("activityid"), bad.header("activityid"));
    for answer in [good, bad] {
        assert_eq!(answer.header("x-tfs-session"), Some(session));
        assert_eq!(answer.header("activityid").unwrap().len(), 36);
        assert_eq!(answer.header("x-vss-e2eid"), answer.header("activityid"));
        assert!(answer.header("date").unwrap().ends_with("GMT"));
    }
}

#[test]
fn bodies_have_their_types() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim).with("Content-Type", "text/plain");
    let body = json!({ "ids": [297] });
    let target = "/fabrikam/_apis/wit/workitemsbatch?api-version=7.1";
    let key = "VssRequestContentTypeNotSupportedException";
    refused(&caller.post(target, &body), 400, key);
    let caller = reader(&sim);
    let patch = json!([{ "op": "add", "path": "/fields/System.Title", "value": "x" }]);
    let create = api("wit/workitems/$Bug");
    refused(&caller.post(&create, &patch), 400, key);
    refused(&caller.patch(&api("wit/workitems/297"), &patch), 400, key);
    refused(
        &caller.send("POST", target, Some(b"{")),
        400,
        "VssPropertyValidationException",
    );
}

#[test]
fn requests_are_recorded_without_their_secrets() {
    let sim = Sim::start(Options::default());
    reader(&sim).get(&api("build/builds/4711/changes?$top=10"));
    let seen = &sim.requests()[0];
    assert_eq!((seen.method.as_str(), seen.status), ("GET", 200));
    assert_eq!(
        seen.path,
        "/fabrikam/Fabrikam%20Fiber/_apis/build/builds/4711/changes"
    );
    assert_eq!(seen.query[0], ("$top".to_owned(), "10".to_owned()));
    assert_eq!(seen.user.as_deref(), Some("Pat Doe"));
    let hidden = seen
        .headers
        .iter()
        .find(|(name, _)| name == "authorization");
    assert_eq!(hidden.unwrap().1, "***");
    sim.forget_requests();
    assert!(sim.requests().is_empty());
}

#[test]
fn dates_are_utc_with_no_to_seven_digits() {
    let sim = Sim::start(Options::default());
    let run = reader(&sim).get(&api("build/builds/4710")).json();
    let lengths: std::collections::BTreeSet<usize> = ["queueTime", "startTime", "finishTime"]
        .iter()
        .map(|name| run[*name].as_str().unwrap().len())
        .collect();
    assert!(lengths.len() > 1, "{lengths:?}");
    let start: jiff::Timestamp = run["startTime"].as_str().unwrap().parse().unwrap();
    assert_eq!(start, "2026-11-24T09:00:00Z".parse().unwrap());
    sim.configure(|o| o.vary_fractions = false);
    let run = reader(&sim).get(&api("build/builds/4710")).json();
    assert_eq!(run["startTime"], "2026-11-24T09:00:00Z");
}
