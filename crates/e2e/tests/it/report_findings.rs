//! What an auditor looks for is found, by the step as by the desk, and told with rule, evidence and source.

use azure_devops_sim::CommitSeed;
use serde_json::json;
use testkit::agent::TaskResult;

use crate::office::RUN;
use crate::report_world::Desk;
use crate::world::{KEY, output};

#[test]
fn a_good_deployment_has_no_finding() {
    let desk = Desk::new();
    let step = desk
        .record()
        .file("out/junit.xml", "<testsuite><testcase/></testsuite>")
        .input("evidenceFiles", "out/*.xml");
    let told = desk.tell(&step);
    assert_eq!(
        told.finished.result,
        TaskResult::Succeeded,
        "{:?}",
        told.finished
    );
    told.assert_clean();
    desk.office.is_content();
}

#[test]
fn whoever_wrote_a_commit_cannot_be_the_only_one_to_approve() {
    let desk = Desk::prepared(&json!({}), |desk| {
        let sim = &desk.office.world.sim;
        let id = sim.add_user("pat", "word", &["itil", "approver_user"]);
        sim.set("sys_user", &id, "email", "PAT@shop.example");
        sim.join("pat", "Network");
        desk.approve();
        for row in sim.find("sysapproval_approver", "state", "approved") {
            let row = row["sys_id"].as_str().unwrap().to_owned();
            sim.set("sysapproval_approver", &row, "approver", &id);
        }
    });
    let told = desk.tell(&desk.record());
    // However often she answered.
    told.assert_found(
        "approved-by-another",
        "No independent approval: pat (PAT@shop.example) is also an author of the commits.",
    );
    told.assert_found(
        "author-among-approvers",
        "pat (PAT@shop.example) is an author of the commits.",
    );
    desk.office.is_content();
}

#[test]
fn an_approval_after_the_deployment_began_is_too_late() {
    let desk = Desk::new();
    let step = desk.record().input("startedAt", "2026-11-25T09:12:00Z");
    let finished = desk.office.run(&step);
    // What the desk reads is the change, on which the step wrote what it knows better.
    desk.run_ends("succeeded");
    let told = desk.reports(finished);
    told.assert_found(
        "approved-before-deployment",
        "after the deployment had begun at 2026-11-25 09:12:00 UTC",
    );
    desk.office.is_content();
}

#[test]
fn the_step_judges_by_what_it_knows_better_than_the_change() {
    let desk = Desk::new();
    let sim = &desk.office.world.sim;
    sim.configure(|options| options.write_protected = vec!["change_request.work_start".to_owned()]);
    let step = desk.record().input("startedAt", "2026-11-25T09:12:00Z");
    let finished = desk.office.run(&step);
    assert_eq!(
        desk.office.column(&desk.number, "work_start"),
        "2026-11-25 09:20:01"
    );
    let begun = "after the deployment had begun at 2026-11-25 09:12:00 UTC";
    assert!(finished.shown().contains(begun), "{finished:?}");
    let html = desk.office.file(&desk.number, "snowgate-audit-");
    assert!(html.contains(begun), "{html}");
    desk.office.is_content();
}

#[test]
fn success_is_not_claimed_for_a_failure() {
    let desk = Desk::new();
    desk.step(&[("state", "0"), ("work_end", "2026-11-25 09:40:00")]);
    desk.step(&[
        ("state", "3"),
        ("close_code", "successful"),
        ("close_notes", "Went well"),
    ]);
    let step = desk.record().variable("Agent.JobStatus", "Failed");
    let finished = desk.office.run(&step);
    desk.run_ends("failed");
    let told = desk.reports(finished);
    told.assert_found(
        "closed-with-true-outcome",
        "Closed as \"successful\" although the deployment failed",
    );
    assert!(
        told.finished
            .log
            .issues_with("outcome-differs")
            .next()
            .is_some(),
        "{:?}",
        told.finished
    );
    desk.office.is_content();
}

#[test]
fn a_deployment_keeps_to_its_window() {
    for (columns, says) in [
        (
            json!({ "start_date": "2026-11-25 09:30:00" }),
            "9 min 59 s before the window opened",
        ),
        (
            json!({ "end_date": "2026-11-25 09:30:00" }),
            "The deployment ended 10 min after the window had closed",
        ),
        (
            json!({ "start_date": "2026-11-25 08:00:00", "end_date": "2026-11-25 09:00:00" }),
            "The deployment began 20 min 1 s after the window had closed",
        ),
    ] {
        let desk = Desk::prepared(&columns, Desk::approve);
        let told = desk.tell(&desk.record());
        told.assert_found("inside-window", says);
        desk.office.is_content();
    }
}

#[test]
fn a_change_opened_after_the_fact_says_so() {
    let mut desk = Desk::new();
    desk.write("correlation_id", "");
    let step = desk
        .record()
        .input("startedAt", "2026-11-25T09:20:01Z")
        .input("whenMissing", "createRetrospective")
        .input("assignmentGroup", "Network");
    let finished = desk.office.run(&step);
    desk.run_ends("succeeded");
    output(&finished, "changeNumber").clone_into(&mut desk.number);
    let told = desk.reports(finished);
    told.assert_found("opened-after-deployment", "after the deployment had begun");
    desk.office.is_content();
}

#[test]
fn a_rule_of_the_gate_that_was_set_aside_is_told() {
    let desk = Desk::prepared(
        &json!({ "start_date": "2026-11-25 11:00:00", "end_date": "2026-11-25 12:00:00" }),
        |desk| {
            desk.approve();
            let gate = desk
                .office
                .in_organization(desk.office.world.gate())
                .input("changeWindow", "ignore")
                .input("moveToImplement", "false");
            let finished = desk.office.run(&gate);
            assert_eq!(
                output(&finished, "changeNumber"),
                desk.number,
                "{finished:?}"
            );
        },
    );
    let told = desk.tell(&desk.record());
    told.assert_found("overrides", "The stage set aside: window");
    desk.office.is_content();
}

#[test]
fn a_change_of_another_run_approves_nothing() {
    let desk = Desk::new();
    desk.write("correlation_id", &KEY.replace("4711", "4710"));
    let step = desk.record().input("changeNumber", &desk.number);
    let told = desk.tell(&step);
    told.assert_found(
        "scope-approved",
        "The change was opened for another run or stage",
    );
    desk.office.is_content();
}

#[test]
fn a_change_without_a_run_approves_nothing() {
    let desk = Desk::new();
    desk.write("correlation_id", "");
    let step = desk.record().input("changeNumber", &desk.number);
    let told = desk.tell(&step);
    told.assert_found(
        "scope-approved",
        "nothing ties the approval to what was deployed",
    );
    desk.office.is_content();
}

#[test]
fn a_commit_that_nobody_looked_at_is_named() {
    let desk = Desk::new();
    let commit = CommitSeed {
        id: Some("badc0de000000000000000000000000000000000".to_owned()),
        message: "Just a small fix".to_owned(),
        ..CommitSeed::default()
    };
    desk.office.azure.add_commits(RUN, vec![commit]);
    let told = desk.tell(&desk.record());
    told.assert_found("commits-reviewed", "badc0de0");
    desk.office.is_content();
}

#[test]
fn evidence_that_was_exchanged_later_is_found() {
    let desk = Desk::new();
    let step = desk
        .record()
        .file("junit.xml", "<testsuite><testcase/></testsuite>")
        .input("evidenceFiles", "*.xml");
    let first = desk.tell(&step);
    first.assert_clean();
    let sim = &desk.office.world.sim;
    let file = sim.find("sys_attachment", "file_name", "junit.xml")[0]["sys_id"].clone();
    sim.set(
        "sys_attachment",
        file.as_str().unwrap(),
        "hash",
        &"0f".repeat(32),
    );
    let json = desk.asked(&["audit", &desk.number, "--format", "json"]);
    let html = desk.asked(&["audit", &desk.number, "--format", "html"]);
    for report in [&json, &html] {
        assert!(
            report.contains("junit.xml was altered (another SHA-256)."),
            "{report}"
        );
    }
    assert!(json.contains("\"rule\": \"evidence-intact\""), "{json}");
    desk.office.is_content();
}

#[test]
fn a_change_that_stays_open_is_told() {
    let desk = Desk::new();
    let told = desk.tell(&desk.record().input("targetState", "none"));
    told.assert_found("left-open", "Implement");
    desk.office.is_content();
}

#[test]
fn what_retention_took_away_is_told_as_not_shown() {
    let desk = Desk::new();
    let first = desk.tell(&desk.record());
    first.assert_clean();
    desk.office.azure.delete_run(RUN);
    let json = desk.asked(&["audit", &desk.number, "--format", "json"]);
    let html = desk.asked(&["audit", &desk.number, "--format", "html"]);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let verdicts: Vec<_> = findings
        .iter()
        .map(|finding| finding["verdict"].as_str().unwrap())
        .collect();
    assert!(
        !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == "unproven"),
        "{json}"
    );
    let scope = findings
        .iter()
        .find(|finding| finding["rule"] == "scope-approved")
        .unwrap();
    assert!(
        scope["says"]
            .as_str()
            .unwrap()
            .contains("could not be read any more"),
        "{scope:#}"
    );
    assert!(html.contains("could not be read any more"), "{html}");
    assert!(!report["gaps"].as_array().unwrap().is_empty());
    desk.office.is_content();
}
