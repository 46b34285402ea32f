use super::*;
use crate::fixture::{addresses, at, place, query_of, read, read_list};
use crate::wire::Person;

const PROJECT: &str = "https://dev.azure.com/fabrikam/Fabrikam%20Fiber";

fn id() -> RunId {
    "4711".parse().unwrap()
}

#[test]
fn requests_name_the_run_and_the_version() {
    let addresses = addresses();
    let place = place(&addresses);
    for (below, path) in [
        (&[][..], ""),
        (&["changes"], "/changes"),
        (&["timeline"], "/timeline"),
    ] {
        let expected = format!("{PROJECT}/_apis/build/builds/4711{path}?api-version=7.1");
        assert_eq!(build(&place, id(), below).as_str(), expected);
    }
}

#[test]
fn test_runs_are_asked_for_by_the_address_of_the_run() {
    let addresses = addresses();
    let request = test_run::page(&place(&addresses), id(), 100);
    assert_eq!(request.method(), "GET");
    assert_eq!(
        request.url().path(),
        "/fabrikam/Fabrikam%20Fiber/_apis/test/runs"
    );
    let query: Vec<String> = query_of(request.url())
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(
        query,
        [
            "api-version=7.1",
            "buildUri=vstfs:///Build/Build/4711",
            "includeRunDetails=true",
            "$top=100",
            "$skip=100",
        ]
    );
}

#[test]
fn a_run_is_read() {
    let run = read(include_str!("../../fixtures/run.json"), run::decode);
    let pat = Person {
        id: Some("0e6f0f5c-9a0b-4a7e-8a8e-3f1d6f0a1c02".to_owned()),
        name: "Pat Doe".to_owned(),
        unique_name: Some("pat@shop.example".to_owned()),
    };
    assert_eq!((run.id, run.number.as_str()), (id(), "20261125.1"));
    assert_eq!(run.project.id, "d4f5a6b7-2222-4333-8444-555566667777");
    assert_eq!(run.project.name, "Fabrikam Fiber");
    assert_eq!(
        (run.definition.id, run.definition.name.as_str()),
        (12, "shop")
    );
    assert_eq!(run.status, RunStatus::Completed);
    assert_eq!(run.result, Some(RunResult::PartiallySucceeded));
    assert_eq!(run.reason, "individualCI");
    assert_eq!(run.queued, at("2026-11-25T08:00:00.1234567Z"));
    assert_eq!(run.started, at("2026-11-25T08:00:12.5Z"));
    assert_eq!(run.finished, at("2026-11-25T08:14:00Z"));
    assert_eq!(run.source_branch.as_deref(), Some("refs/heads/main"));
    assert_eq!(
        run.source_version.as_deref(),
        Some("8d3a1f0c5b7e4296a0c1d2e3f405162738495a6b")
    );
    let repository = run.repository.unwrap();
    assert_eq!(repository.kind, "TfsGit");
    assert_eq!(repository.name.as_deref(), Some("shop-web"));
    assert_eq!(run.requested_for, Some(pat));
    assert_eq!(
        run.requested_by.unwrap().name,
        "Microsoft.VisualStudio.Services.TFS"
    );
    assert_eq!(run.pull_request, None);
    // The service's own link, which names the project by its GUID.
    assert_eq!(
        run.page.unwrap().as_str(),
        "https://dev.azure.com/fabrikam/d4f5a6b7-2222-4333-8444-555566667777/_build/results?buildId=4711"
    );
}

#[test]
fn a_run_needs_an_id_and_a_status_and_nothing_else() {
    let run = read(
        r#"{"id":"7","status":"later","result":"none","_links":{"web":{"href":"https://evil.example/"}}}"#,
        run::decode,
    );
    assert_eq!(run.status, RunStatus::Other("later".to_owned()));
    assert_eq!(
        (run.result, run.repository, run.requested_for),
        (None, None, None)
    );
    assert_eq!(
        run.page.unwrap().as_str(),
        format!("{PROJECT}/_build/results?buildId=7")
    );
    for (text, missing) in [
        (r#"{"status":"completed"}"#, "id"),
        (r#"{"id":0,"status":"completed"}"#, "id"),
        (r#"{"id":7}"#, "status"),
    ] {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        let addresses = addresses();
        let error = run::decode(Node::new(&json), &place(&addresses)).unwrap_err();
        assert_eq!(error.0, missing, "{text}");
    }
}

#[test]
fn the_pull_request_is_named_by_the_trigger_or_the_branch() {
    for (extra, expected) in [
        (r#""triggerInfo":{"pr.number":"22"}"#, Some(22)),
        (
            r#""triggerInfo":{},"sourceBranch":"refs/pull/9/merge""#,
            Some(9),
        ),
        (r#""sourceBranch":"refs/heads/pull/9/merge""#, None),
        (r#""sourceBranch":"refs/pull/x/merge""#, None),
    ] {
        let text = format!(r#"{{"id":7,"status":"completed",{extra}}}"#);
        assert_eq!(read(&text, run::decode).pull_request, expected, "{extra}");
    }
}

#[test]
fn words_of_status_and_result_are_read_in_any_case() {
    for (word, expected) in [
        ("notStarted", RunStatus::NotStarted),
        ("InProgress", RunStatus::InProgress),
        ("cancelling", RunStatus::Cancelling),
        ("postponed", RunStatus::Postponed),
        ("completed", RunStatus::Completed),
        ("none", RunStatus::Other("none".to_owned())),
    ] {
        let run = read(&format!(r#"{{"id":7,"status":"{word}"}}"#), run::decode);
        assert_eq!(run.status, expected);
    }
    for (word, expected) in [
        ("succeeded", RunResult::Succeeded),
        ("failed", RunResult::Failed),
        ("canceled", RunResult::Canceled),
        ("odd", RunResult::Other("odd".to_owned())),
    ] {
        let text = format!(r#"{{"id":7,"status":"completed","result":"{word}"}}"#);
        assert_eq!(read(&text, run::decode).result, Some(expected));
    }
}

#[test]
fn commits_of_every_kind_are_read() {
    let commits = read_list(include_str!("../../fixtures/changes.json"), |node, _| {
        commit::decode(node)
    });
    let [azure, github, changeset] = &commits[..] else {
        panic!("{commits:?}");
    };
    assert_eq!(azure.message, "Sell blue shoes <script>alert(1)</script>");
    assert!(azure.truncated);
    assert_eq!(azure.kind, "TfsGit");
    assert_eq!(azure.at, at("2026-11-25T07:55:00Z"));
    let author = github.author.as_ref().unwrap();
    assert_eq!((author.name.as_str(), &author.id), ("Kim Roe", &None));
    assert_eq!(github.at, at("2026-11-24T17:00:00.12Z"));
    assert!(!github.truncated);
    assert_eq!(
        (changeset.id.as_str(), changeset.message.as_str()),
        ("C341", "")
    );
    assert_eq!((&changeset.author, changeset.at), (&None, None));
}

#[test]
fn artifacts_have_a_size_where_the_service_tells_and_a_page_of_ours() {
    let artifacts = read_list(
        include_str!("../../fixtures/artifacts.json"),
        |node, place| artifact::decode(node, place, id()),
    );
    let [drop, old] = &artifacts[..] else {
        panic!("{artifacts:?}");
    };
    assert_eq!((drop.id, drop.name.as_str()), (5, "drop"));
    assert_eq!(
        (drop.kind.as_str(), drop.size),
        ("PipelineArtifact", Some(1_048_576))
    );
    assert_eq!((old.kind.as_str(), old.size), ("Container", None));
    let page =
        format!("{PROJECT}/_build/results?buildId=4711&view=artifacts&type=publishedArtifacts");
    assert_eq!(old.page.as_ref().unwrap().as_str(), page);
}

#[test]
fn tests_are_counted_by_outcome_where_the_service_does() {
    let tests = read_list(
        include_str!("../../fixtures/test_runs.json"),
        test_run::decode,
    );
    let [unit, browser] = &tests[..] else {
        panic!("{tests:?}");
    };
    assert_eq!(
        (unit.id, unit.name.as_str(), unit.state.as_str()),
        (81, "Unit", "Completed")
    );
    // 2 failed and 1 error, of which one has been analysed.
    assert_eq!((unit.total, unit.passed, unit.failed), (120, 112, 3));
    assert_eq!((unit.not_applicable, unit.incomplete), (4, 1));
    assert!(
        unit.page
            .as_ref()
            .unwrap()
            .as_str()
            .contains("_TestManagement/Runs?runId=81")
    );
    assert_eq!((browser.failed, browser.not_applicable), (3, 0));
    let composed = format!("{PROJECT}/_testManagement/runs?runId=82");
    assert_eq!(browser.page.as_ref().unwrap().as_str(), composed);
}
