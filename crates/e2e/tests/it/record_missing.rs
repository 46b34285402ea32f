//! Deployments without a change of their own: after the fact, by somebody else's number, or not at all.

use change::State;
use servicenow_sim::{Fault, On, Options, Rounds, When};
use testkit::agent::{Finished, Step, TaskResult};

use crate::office::Office;
use crate::world::{BOUND, KEY, output};

fn only(finished: &Finished, result: TaskResult, code: &str) -> String {
    assert_eq!(finished.result, result, "{finished:?}");
    let issues: Vec<_> = finished.log.issues_with(code).collect();
    assert_eq!(issues.len(), 1, "{code}: {finished:?}");
    issues[0].text.clone()
}

fn after_the_fact(office: &Office) -> Step {
    office
        .record()
        .input("whenMissing", "createRetrospective")
        .input("assignmentGroup", "Network")
}

#[test]
fn a_missing_change_is_the_users_choice() {
    for (choice, result) in [
        ("", TaskResult::Failed),
        ("fail", TaskResult::Failed),
        ("warn", TaskResult::SucceededWithIssues),
    ] {
        let office = Office::new();
        let finished = office.run(&office.record().input("whenMissing", choice));
        let said = only(&finished, result, "change-missing");
        assert!(said.contains(KEY), "{said}");
        assert_eq!(office.world.sim.records("change_request").len(), 0);
        let writes = office
            .world
            .sim
            .requests()
            .iter()
            .filter(|r| r.method != "GET")
            .count();
        assert_eq!(writes, 0, "{finished:?}");
        office.is_content();
    }
}

#[test]
fn a_number_that_leads_nowhere_is_named() {
    let office = Office::new();
    office.gated();
    let finished = office.run(&office.record().input("changeNumber", "CHG0099999"));
    let said = only(&finished, TaskResult::Failed, "change-missing");
    assert!(said.contains("CHG0099999"), "{said}");
    office.is_content();
}

#[test]
fn a_change_opened_after_the_fact_asks_its_approvers_and_is_closed_once_they_agree() {
    let office = Office::new();
    let finished = office.run(&after_the_fact(&office));
    let said = only(&finished, TaskResult::SucceededWithIssues, "retrospective");
    assert!(said.contains("opened after the fact"), "{said}");
    let number = output(&finished, "changeNumber").to_owned();
    assert_eq!(office.column(&number, "state"), "-4");
    assert_eq!(office.column(&number, "approval"), "requested");
    assert!(
        office
            .column(&number, "short_description")
            .starts_with("Retrospective: Deploy shop-web")
    );
    assert_eq!(office.notes(&number).len(), 1);

    let finished = office.run(&after_the_fact(&office));
    only(&finished, TaskResult::SucceededWithIssues, "retrospective");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(office.world.sim.records("change_request").len(), 1);
    assert_eq!(office.notes(&number).len(), 1, "{finished:?}");

    office.world.sim.approve(&number, Rounds::All).unwrap();
    let finished = office.run(&after_the_fact(&office));
    let said = only(&finished, TaskResult::SucceededWithIssues, "retrospective");
    assert!(
        said.contains("Closed") && said.contains("after the fact"),
        "{said}"
    );
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
    office.is_content();
}

#[test]
fn a_standard_change_opened_after_the_fact_is_closed_at_once() {
    for number in ["", "CHG0099999"] {
        let office = Office::new();
        let step = after_the_fact(&office)
            .input("changeNumber", number)
            .input("changeType", "standard")
            .input("standardChangeTemplate", "Deploy web shop");
        for _ in 0..2 {
            let finished = office.run(&step);
            only(&finished, TaskResult::SucceededWithIssues, "retrospective");
            let changes = office.world.sim.records("change_request");
            assert_eq!(changes.len(), 1, "{finished:?}");
            assert_eq!(changes[0]["state"], "3");
            assert_eq!(changes[0]["close_code"], "successful");
        }
        office.is_content();
    }
}

#[test]
fn a_stage_that_a_person_let_pass_gets_its_change_later() {
    let office = Office::new();
    let sim = &office.world.sim;
    sim.fail(
        On::any(),
        When::UntilCleared,
        Fault::Gateway { status: 503 },
    );
    let gate = office
        .in_organization(office.world.gate())
        .input("whenUnavailable", "manual")
        .input("unavailableMinutes", "0.02");
    let finished = gate.start().unwrap().wait(BOUND);
    assert_eq!(output(&finished, "changeDecision"), "manual");
    sim.heal();
    let finished = office.run(&after_the_fact(&office).variable("ServiceNow.ChangeNumber", ""));
    only(&finished, TaskResult::SucceededWithIssues, "retrospective");
    assert_eq!(
        office.column(output(&finished, "changeNumber"), "correlation_id"),
        KEY
    );
}

#[test]
fn what_is_missing_for_a_new_change_is_told_before_it_is_opened() {
    let office = Office::new();
    let step = office
        .record()
        .input("whenMissing", "createRetrospective")
        .input("assignmentGroup", "Nobody's group");
    let finished = office.run(&step);
    let said = only(&finished, TaskResult::Failed, "bad-input");
    assert!(said.contains("Nobody's group"), "{said}");
    assert_eq!(office.world.sim.records("change_request").len(), 0);
}

#[test]
fn the_change_of_another_run_is_used_where_it_is_named_and_told() {
    let office = Office::new();
    let number = office.gated();
    let id = office.column(&number, "sys_id");
    let other = KEY.replace("4711", "4000");
    office
        .world
        .sim
        .set("change_request", &id, "correlation_id", &other);
    let finished = office.recorded(&office.record().input("changeNumber", &number));
    let warned = finished
        .log
        .issues_with("other-run")
        .next()
        .expect("a warning");
    assert!(warned.text.contains(&other), "{warned:?}");
    assert_eq!(office.column(&number, "state"), "3");
    // The note is this run's.
    assert!(office.notes(&number)[0].contains(&format!("[snowgate {KEY} successful]")));
    office.is_content();
}

#[test]
fn stages_that_share_a_change_leave_a_note_each() {
    let office = Office::with(Options {
        journal_readers: vec!["itil".to_owned()],
        ..Options::default()
    });
    let number = office.gated();
    let shared = office.record().input("changeNumber", &number);
    office.recorded(&shared.clone().input("targetState", "none"));
    let second = shared
        .variable("System.StageName", "Europe")
        .variable("System.StageDisplayName", "Europe");
    for _ in 0..2 {
        let finished = office.run(&second);
        assert_eq!(office.column(&number, "state"), "3", "{finished:?}");
        let notes = office.notes(&number);
        assert_eq!(notes.len(), 2, "{finished:?}");
        assert!(
            notes
                .iter()
                .any(|note| note.contains(":run:4711:Europe successful]")),
            "{notes:?}"
        );
    }
}

#[test]
fn the_second_change_of_a_stage_is_the_one_that_is_closed() {
    let office = Office::new();
    let first = office.change_in("normal", State::Closed);
    let second = office.gated();
    let id = office.column(&second, "sys_id");
    office.world.sim.set(
        "change_request",
        &id,
        "correlation_id",
        &format!("{KEY}:g2"),
    );
    office.recorded(&office.record());
    assert_eq!(office.column(&second, "state"), "3");
    assert!(
        office
            .column(&second, "close_notes")
            .ends_with(&format!("[snowgate {KEY}:g2 successful]"))
    );
    assert_eq!(office.notes(&first).len(), 0);
    office.is_content();
}

#[test]
fn a_classic_release_closes_the_change_of_its_stage() {
    let office = Office::new();
    let project = office.azure.project().id;
    let release = office.azure.add_release(azure_devops_sim::ReleaseSeed {
        id: Some(33),
        ..azure_devops_sim::ReleaseSeed::default()
    });
    assert_eq!(release, 33);
    let number = office.gated();
    let id = office.column(&number, "sys_id");
    let key = format!("azdo:{project}:release:33:9");
    office
        .world
        .sim
        .set("change_request", &id, "correlation_id", &key);
    let finished = office.recorded(&office.record().in_classic_release());
    assert_eq!(office.column(&number, "state"), "3", "{finished:?}");
    let notes = office.column(&number, "close_notes");
    assert!(
        notes.contains("Release: Release-33") && notes.contains(&key),
        "{notes}"
    );
    assert!(
        office
            .files(&number)
            .iter()
            .any(|name| name.contains("-33-Production-")),
        "{finished:?}"
    );
    office.is_content();
}

#[test]
fn a_dry_run_writes_nothing_and_tells_what_it_would() {
    for (state, tells) in [
        (
            Some(State::Implement),
            "would be walked from Implement to Closed",
        ),
        (Some(State::Assess), "is not approved"),
        (Some(State::Closed), "is where it should be"),
        (None, "a change would be opened after the fact"),
    ] {
        let office = Office::new();
        if let Some(state) = state {
            office.change_in("normal", state);
        }
        let step = after_the_fact(&office)
            .input("dryRun", "true")
            .file("a.xml", "<testsuite/>")
            .input("evidenceFiles", "a.xml\nnone.xml")
            .input("deploymentTable", "u_deployment")
            .input("deploymentFields", "u_run: \"{{ run.id }}\"");
        let finished = office.recorded(&step);
        let writes = office
            .world
            .sim
            .requests()
            .iter()
            .filter(|r| r.method != "GET")
            .count();
        assert_eq!(writes, 0, "{finished:?}");
        let shown = finished.shown();
        for part in [tells, "a.xml would be attached", "none.xml", "u_deployment"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        office.is_content();
    }
}
