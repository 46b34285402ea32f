//! The report of one change.

use serde_json::json;

use crate::world::{World, broken};

#[test]
fn a_good_change_as_json() {
    let world = World::start();
    let number = world.change(json!({}));
    let ended = world
        .snowgate(&["audit", &number, "--format", "json"])
        .run();
    ended.assert_code(0);
    let report = ended.json();
    assert_eq!(report["schema"], "snowgate.audit");
    assert_eq!(report["change"]["number"], number);
    for key in [
        "findings",
        "change",
        "approvals",
        "runs",
        "commits",
        "workItems",
        "deployment",
    ] {
        assert!(report.get(key).is_some(), "{key}");
    }
    assert_eq!(report["runs"][0]["id"], "4711");
    assert_eq!(report["commits"]["total"], 1);
    assert_eq!(
        broken(&report),
        Vec::<String>::new(),
        "{:#}",
        report["findings"]
    );
    assert_eq!(report["gaps"], json!([]));
    assert_eq!(ended.err, "");
    world.assert_clean();
}

#[test]
fn a_page_in_a_file_of_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::start();
    let number = world.change(json!({}));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    let ended = world
        .snowgate(&["audit", &number, "--out", path.to_str().unwrap()])
        .run();
    ended
        .assert_code(0)
        .assert_says(&format!("wrote {}", path.display()));
    assert_eq!(ended.out, "");
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(
        page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"),
        "{}",
        &page[..100]
    );
    assert!(page.contains(&number) && page.contains("Olga Operations"));
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_line_for_a_spreadsheet() {
    let world = World::start();
    let number = world.change(json!({}));
    let ended = world.snowgate(&["audit", &number, "--format", "csv"]).run();
    ended.assert_code(0);
    let lines: Vec<&str> = ended.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ended.out);
    assert!(lines[1].contains(&number), "{}", lines[1]);
    assert!(ended.out.contains("\r\n"), "RFC 4180 ends lines so");
}

#[test]
fn a_change_closed_as_successful_though_its_stage_failed() {
    let world = World::start();
    world.azure.finish_run(crate::world::RUN, "failed");
    let number = world.change(json!({ "correlation_id": world.key("Staging") }));
    failed_stage(&world, "Staging");
    let audit = |more: &[&str]| {
        world
            .snowgate(&["audit", &number, "--format", "json"])
            .and(more)
            .run()
    };

    let ended = audit(&[]);
    ended.assert_code(0);
    let report = ended.json();
    assert!(
        broken(&report).contains(&"closed-with-true-outcome".to_owned()),
        "{:#}",
        report["findings"]
    );
    // The same report, and an exit code that says what is in it.
    audit(&["--fail-on", "high"]).assert_code(3);
    audit(&["--fail-on", "low"]).assert_code(3);
    audit(&["--fail-on", "none"]).assert_code(0);
}

fn failed_stage(world: &World, stage: &str) {
    let failed = || Some("failed".to_owned());
    let seed = azure_devops_sim::StageSeed {
        result: failed(),
        deploy_result: failed(),
        ..azure_devops_sim::StageSeed::default()
    };
    world.azure.seed_stage(crate::world::RUN, stage, 1, seed);
}

#[test]
fn a_good_change_passes_every_severity_that_it_has_nothing_of() {
    let world = World::start();
    let number = world.change(json!({}));
    for severity in ["high", "medium", "low"] {
        world
            .snowgate(&["audit", &number, "--format", "json", "--fail-on", severity])
            .run()
            .assert_code(0);
    }
}

#[test]
fn without_azure_devops_the_report_says_what_is_missing() {
    let world = World::start();
    let number = world.change(json!({}));
    let program = ["ADO_URL", "ADO_ORG", "ADO_PROJECT", "ADO_PAT"]
        .iter()
        .fold(
            world.snowgate(&["audit", &number, "--format", "json"]),
            |program, name| program.without(name),
        );
    let ended = program.run();
    ended.assert_code(0).assert_says("not shown: run 4711");
    let report = ended.json();
    assert_eq!(report["gaps"][0]["source"], "Azure DevOps");
    assert_eq!(world.azure.requests().len(), 0);
}

#[test]
fn a_change_that_names_no_run_gets_it_from_the_user() {
    let world = World::start();
    let number = world.change(json!({ "correlation_id": "" }));
    let alone = world
        .snowgate(&["audit", &number, "--format", "json"])
        .run();
    assert_eq!(alone.assert_code(0).json()["runs"], json!([]));
    let named = [
        "audit",
        &number,
        "--format",
        "json",
        "--run",
        "4711",
        "--stage",
        "Production",
    ];
    let report = world.snowgate(&named).run().assert_code(0).json();
    assert_eq!(report["runs"][0]["number"], "20261125.1");
    assert!(
        broken(&report).contains(&"scope-approved".to_owned()),
        "{:#}",
        report["findings"]
    );
    let keyed = world.change(json!({}));
    let named_twice = world
        .snowgate(&[&["audit", &keyed], &named[2..]].concat())
        .run();
    let runs = named_twice.assert_code(0).json()["runs"].clone();
    assert_eq!(runs.as_array().unwrap().len(), 1);
    world
        .snowgate(&named)
        .without("ADO_PROJECT")
        .run()
        .assert_code(1)
        .assert_says("ADO_PROJECT");
    world
        .snowgate(&named[..6])
        .run()
        .assert_code(1)
        .assert_says("--stage");
}

#[test]
fn an_unknown_number_is_told_as_such() {
    let world = World::start();
    let ended = world
        .snowgate(&["audit", "CHG0999999", "--format", "json"])
        .run();
    ended
        .assert_code(1)
        .assert_says("there is no change CHG0999999 on this instance");
    assert_eq!(ended.out, "");
}

#[test]
fn every_way_to_sign_in_ends_in_the_same_report() {
    let world = World::start();
    let number = world.change(json!({}));
    let login = world.servicenow.credentials();
    let principal = world.azure.service_principal();
    let program = world.snowgate(&["audit", &number, "--format", "json"]);
    let bare = program
        .clone()
        .without("SERVICENOW_USER")
        .without("SERVICENOW_PASSWORD");
    let token = world.servicenow.token_for(&login.user);
    for program in [
        bare.clone().with("SERVICENOW_API_KEY", &login.api_key),
        bare.clone().with("SERVICENOW_TOKEN", &token),
        program
            .clone()
            .without("ADO_PAT")
            .with("ADO_TOKEN", &world.azure.job_token()),
        program
            .clone()
            .without("ADO_PAT")
            .with("ADO_TENANT", &principal.tenant)
            .with("ADO_CLIENT_ID", &principal.client_id)
            .with("ADO_CLIENT_SECRET", &principal.client_secret)
            .with("ADO_AUTHORITY", world.azure.url()),
    ] {
        let report = program.run().assert_code(0).json();
        assert_eq!(report["commits"]["total"], 1);
        assert_eq!(report["gaps"], json!([]));
    }
}
