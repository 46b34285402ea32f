//! Either party in trouble, and a step that is told to stop: the record is made, or it says how far it came.

use std::time::Duration;

use azure_devops_sim as azure;
use servicenow_sim::{Fault, On, Options, When};
use testkit::agent::{Connection, Finished, TaskResult};
use testkit::node::Version;
use testkit::wait::until;

use crate::office::{Office, RUN};
use crate::world::{BOUND, output};

fn closed(office: &Office, number: &str, code: &str, finished: &Finished) {
    assert_eq!(office.column(number, "state"), "3", "{finished:?}");
    assert_eq!(office.column(number, "close_code"), code, "{finished:?}");
    assert_eq!(office.notes(number).len(), 1, "{finished:?}");
}

#[test]
fn every_node_runs_the_record() {
    for node in Version::ALL {
        let office = Office::new();
        let number = office.gated();
        let finished = office.recorded(&office.record_by(node));
        closed(&office, &number, "successful", &finished);
        assert!(
            finished.log.complaints.is_empty() && finished.leftovers.is_empty(),
            "{finished:?}"
        );
        office.is_content();
    }
}

#[test]
fn an_organization_in_trouble_keeps_no_change_open() {
    use azure::Fault as F;
    let body = r#"{"$id":"1","message":"TF400813","typeKey":"UnauthorizedRequestException"}"#;
    let refused = F::Answer {
        status: 401,
        body: body.to_owned(),
    };
    for fault in [
        F::Gateway { status: 503 },
        F::Offline,
        F::Reset,
        F::SignInPage,
        F::Forbidden,
        refused,
        F::Truncated,
    ] {
        let office = Office::new();
        let number = office.gated();
        office
            .azure
            .fail(azure::On::any(), azure::When::UntilCleared, fault.clone());
        let finished = office.run(&office.record());
        closed(&office, &number, "successful", &finished);
        assert!(
            finished.shown().contains("Not read"),
            "{fault:?}: {finished:?}"
        );
        assert!(
            finished.duration < Duration::from_secs(40),
            "{fault:?}: {finished:?}"
        );
    }
}

#[test]
fn without_a_job_token_the_record_is_made_and_the_gap_told() {
    let office = Office::new();
    let number = office.gated();
    let finished = office.run(&office.record().without("System.AccessToken"));
    closed(&office, &number, "successful", &finished);
    let told = finished
        .log
        .issues_with("evidence-missing")
        .next()
        .expect("it is told");
    assert!(told.text.contains("no access token"), "{told:?}");
    assert_eq!(office.azure.requests().len(), 0);
}

#[test]
fn another_job_of_the_stage_that_failed_makes_the_deployment_unsuccessful() {
    for (said, code, warned) in [
        ("auto", "unsuccessful", true),
        ("successful", "successful", false),
    ] {
        let office = Office::new();
        let number = office.gated();
        let stage = azure::StageSeed {
            result: None,
            finish_time: None,
            ..azure::StageSeed::default()
        };
        office.azure.clear_timeline(RUN);
        let planted = office.azure.seed_stage(RUN, "Production", 1, stage);
        office.azure.add_record(
            RUN,
            azure::RecordSeed {
                parent: Some(planted.phase),
                kind: "Job".to_owned(),
                name: "Migrate ##vso[task.complete result=Failed;]".to_owned(),
                identifier: Some("Production.Migrate.__default".to_owned()),
                result: Some("failed".to_owned()),
                ..azure::RecordSeed::default()
            },
        );
        let finished = office.run(&office.record().input("outcome", said));
        closed(&office, &number, code, &finished);
        let issues = finished.log.issues_with("stage-failed").count();
        assert_eq!(issues, usize::from(warned), "{finished:?}");
        assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
        office.is_content();
    }
}

#[test]
fn an_instance_that_stays_down_is_the_users_choice() {
    for (choice, result) in [
        ("fail", TaskResult::Failed),
        ("warn", TaskResult::SucceededWithIssues),
    ] {
        let office = Office::new();
        let number = office.gated();
        office.world.sim.fail(
            On::any(),
            When::UntilCleared,
            Fault::Gateway { status: 503 },
        );
        let step = office
            .record()
            .input("whenUnavailable", choice)
            .input("unavailableMinutes", "0.02");
        let finished = office.run(&step);
        assert_eq!(finished.result, result, "{finished:?}");
        let issues: Vec<_> = finished.log.issues_with("unreachable").collect();
        let said = &issues.last().expect("an issue").text;
        assert!(said.contains("run this step again"), "{said}");
        assert_eq!(office.column(&number, "state"), "-1");
    }
}

#[test]
fn an_instance_that_is_down_in_the_middle_is_waited_for() {
    let down = |count| (When::Next(count), Fault::Gateway { status: 503 });
    let busy = (When::Next(2), Fault::RateLimited { retry_after: 1 });
    for (path, (when, fault)) in [
        ("/table/change_request", down(4)),
        ("nextstates", down(4)),
        ("/attachment", down(4)),
        ("/table/change_request", busy.clone()),
        ("/attachment", busy),
    ] {
        let office = Office::new();
        let number = office.gated();
        let mut running = office.record().start().unwrap();
        running.wait_for_line("found", BOUND);
        office.world.sim.fail(On::path(path), when, fault);
        let finished = running.wait(BOUND);
        closed(&office, &number, "successful", &finished);
        assert_eq!(office.files(&number).len(), 2, "{path}: {finished:?}");
    }
}

#[test]
fn a_token_that_expires_on_the_way_is_renewed() {
    let office = Office::with(Options {
        client_credentials: true,
        ..Options::default()
    });
    let number = office.gated();
    let account = office.world.sim.credentials();
    let connection = Connection::with(
        "None",
        office.world.sim.url(),
        &[
            ("grant", "clientCredentials"),
            ("clientId", &account.client_id),
            ("clientSecret", &account.client_secret),
        ],
    );
    let step = office
        .record()
        .connection("serviceNowConnection", &connection);
    let mut running = step.start().unwrap();
    running.wait_for_line("found", BOUND);
    office.world.sim.expire_tokens();
    let finished = running.wait(BOUND);
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    closed(&office, &number, "successful", &finished);
}

#[test]
fn an_interrupted_step_says_how_far_it_came_and_a_rerun_completes_it() {
    for node in Version::ALL {
        let office = Office::new();
        let number = office.gated();
        let sim = &office.world.sim;
        sim.fail(On::path("nextstates"), When::Nth(2), Fault::Hang);
        let mut running = office.record_by(node).start().unwrap();
        running.wait_for_line("Implement -> Review", BOUND);
        until("the second question for steps", BOUND, || {
            let asked = sim
                .requests()
                .iter()
                .filter(|r| r.path.contains("nextstates"))
                .count();
            (asked == 2).then_some(())
        });
        let finished = running.interrupt();
        assert!(finished.leftovers.is_empty(), "{finished:?}");
        assert_eq!(finished.log.result, TaskResult::Failed, "{finished:?}");
        let said = &finished
            .log
            .issues_with("interrupted")
            .next()
            .expect("an issue")
            .text;
        assert!(
            said.contains(&format!("{number} was last seen as Review")),
            "{said}"
        );
        assert!(said.contains("Run this step again"), "{said}");
        assert_eq!(output(&finished, "changeState"), "Review");
        sim.heal();
        let finished = office.recorded(&office.record_by(node));
        closed(&office, &number, "successful", &finished);
    }
}

#[test]
fn an_account_without_rights_is_told_what_it_lacks() {
    let office = Office::new();
    let number = office.gated();
    office
        .world
        .sim
        .add_user("svc.reader", "pass-w0rd-1", &["sn_change_read"]);
    let connection = Connection::basic(office.world.sim.url(), "svc.reader", "pass-w0rd-1");
    let finished = office.run(
        &office
            .record()
            .connection("serviceNowConnection", &connection),
    );
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(office.column(&number, "state"), "-1");
    let wrong = Connection::basic(office.world.sim.url(), "svc.reader", "wrong");
    let finished = office.run(&office.record().connection("serviceNowConnection", &wrong));
    assert_eq!(
        finished.log.issues_with("refused").count(),
        1,
        "{finished:?}"
    );
}

#[test]
fn the_end_is_when_the_step_began_and_not_when_a_slow_party_answered() {
    let office = Office::new();
    let number = office.gated();
    let slow = azure::Fault::Slow { delay_ms: 2500 };
    office
        .azure
        .fail(azure::On::any(), azure::When::Nth(1), slow);
    let mut running = office.record().start().unwrap();
    running.wait_for_line("found", BOUND);
    let found = office.world.sim.now();
    let finished = running.wait(BOUND);
    closed(&office, &number, "successful", &finished);
    assert!(office.column(&number, "work_end") <= found, "{finished:?}");
}

#[test]
fn a_lost_answer_to_any_write_leaves_one_note() {
    for goal in ["closed", "review", "none"] {
        for reader in ["itil", "change_manager"] {
            for nth in 1..=2 {
                let office = Office::with(Options {
                    journal_readers: vec![reader.to_owned()],
                    ..Options::default()
                });
                let number = office.gated();
                let on = On::path("/table/change_request").method("PATCH");
                let lost = Fault::ResetAfterCommit;
                office.world.sim.fail(on, When::Nth(nth), lost);
                let finished = office.run(&office.record().input("targetState", goal));
                let said = format!("{goal} {reader} {nth}: {finished:?}");
                assert_eq!(finished.result, TaskResult::Succeeded, "{said}");
                assert_eq!(office.notes(&number).len(), 1, "{said}");
                assert_ne!(office.column(&number, "work_end"), "", "{said}");
            }
        }
    }
}
