//! Parties that fail, or say no.

use azure_devops_sim as azure;
use serde_json::json;
use servicenow_sim::{Fault, On, When};

use crate::harness::Ended;
use crate::world::World;

const PASSWORD: &str = "not-the-password";

fn report_of(world: &World, number: &str) -> crate::harness::Program {
    world.snowgate(&["audit", number, "--format", "json"])
}

/// A failure leaves no half report behind.
#[track_caller]
fn assert_no_report(ended: &Ended) {
    ended.assert_code(2);
    assert_eq!(ended.out, "");
    assert!(!ended.err.contains(PASSWORD), "{}", ended.err);
}

#[test]
fn an_instance_that_nobody_serves() {
    let world = World::start();
    let ended = report_of(&world, "CHG0030001")
        .with("SERVICENOW_URL", "http://127.0.0.1:9")
        .run();
    assert_no_report(&ended);
    ended
        .assert_says("there is no report")
        .assert_says("could not connect to 127.0.0.1:9");
}

#[test]
fn a_wrong_password() {
    let world = World::start();
    let number = world.change(json!({}));
    for arguments in [
        &["audit", &number, "--format", "json"][..],
        &[
            "audit",
            "--from",
            "2026-11-25",
            "--to",
            "2026-11-26",
            "--format",
            "csv",
        ],
    ] {
        let ended = world
            .snowgate(arguments)
            .with("SERVICENOW_PASSWORD", PASSWORD)
            .run();
        assert_no_report(&ended);
        ended.assert_says("did not accept the credentials");
    }
}

#[test]
fn a_report_that_is_there_stays_when_the_next_one_fails() {
    let world = World::start();
    let number = world.change(json!({}));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let program = world.snowgate(&["audit", &number, "--out", path.to_str().unwrap()]);
    program.run().assert_code(0);
    let before = std::fs::read_to_string(&path).unwrap();
    world.servicenow.fail(
        On::path("sysapproval"),
        When::UntilCleared,
        Fault::Gateway { status: 500 },
    );
    world.servicenow.fail(
        On::path("change_request"),
        When::UntilCleared,
        Fault::Unauthorized,
    );
    assert_no_report(&program.run());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there() {
    let world = World::start();
    let number = world.change(json!({}));
    let ended = world
        .snowgate(&["audit", &number, "--out", "/nowhere/report.json"])
        .run();
    ended
        .assert_code(1)
        .assert_says("could not write the report to /nowhere/report.json");
}

#[test]
fn what_azure_devops_does_not_tell_is_a_gap() {
    let world = World::start();
    let number = world.change(json!({}));
    let wrong = report_of(&world, &number)
        .with("ADO_PAT", "not-the-token-of-anybody")
        .run();
    let absent = report_of(&world, &number)
        .with("ADO_URL", "http://127.0.0.1:9")
        .run();
    world.azure.delete_run(crate::world::RUN);
    let gone = report_of(&world, &number).run();
    for (ended, why) in [
        (wrong, "credentials"),
        (absent, "could not connect"),
        (gone, ""),
    ] {
        ended
            .assert_code(0)
            .assert_says("not shown: ")
            .assert_says(why);
        let report = ended.json();
        assert_eq!(report["change"]["number"], number);
        assert_ne!(report["gaps"], json!([]));
        assert!(!ended.err.contains("not-the-token") && !ended.out.contains("not-the-token"));
    }
}

#[test]
fn a_throttled_organization_is_waited_for() {
    let world = World::start();
    let number = world.change(json!({}));
    let throttled = azure::Fault::Throttled {
        retry_after: 1,
        html: true,
    };
    world
        .azure
        .fail(azure::On::path("timeline"), azure::When::Next(1), throttled);
    let report = report_of(&world, &number).run().assert_code(0).json();
    assert_eq!(report["gaps"], json!([]));
}

#[test]
fn the_proxy_is_asked_for_https_alone() {
    let world = World::start();
    let number = world.change(json!({}));
    let dead = "http://user:not-the-password@127.0.0.1:9";
    let program = report_of(&world, &number).with("HTTPS_PROXY", dead);
    program.run().assert_code(0);
    let ended = program
        .with("SERVICENOW_URL", "https://instance.invalid")
        .run();
    assert_no_report(&ended);
    ended.assert_says("127.0.0.1:9");
}

#[test]
fn what_could_not_be_read_does_not_pass_for_fine() {
    let world = World::start();
    let number = world.change(json!({}));
    let program = report_of(&world, &number).and(&["--fail-on", "high"]);
    program.run().assert_code(0);
    program
        .clone()
        .with("ADO_PAT", "not-the-token-of-anybody")
        .run()
        .assert_code(3);
    let refused = On::path("sysapproval_approver");
    let fault = Fault::Gateway { status: 502 };
    world.servicenow.fail(refused, When::UntilCleared, fault);
    program.run().assert_code(3);
}
