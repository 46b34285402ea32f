//! From wherever a change stands, to where it should: every kind of change, by the steps that its instance offers.

use change::State;
use serde_json::json;
use servicenow_sim::{Options, Rounds, StandardApproval};
use testkit::agent::{Finished, TaskResult};

use crate::office::Office;
use crate::world::{KEY, output};

/// A change that was walked to its end by this step.
fn closed(office: &Office, number: &str, finished: &Finished) {
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(office.column(number, "state"), "3", "{finished:?}");
    assert_eq!(office.column(number, "close_code"), "successful");
    assert!(office.column(number, "close_notes").contains(KEY));
    assert_ne!(office.column(number, "work_end"), "");
    assert_eq!(office.notes(number).len(), 1, "{finished:?}");
    assert_eq!(output(finished, "changeState"), "Closed");
    office.is_content();
}

#[test]
fn every_kind_is_closed_from_every_state_that_allows_it() {
    let on_the_way = [State::Scheduled, State::Implement, State::Review];
    for kind in ["normal", "standard", "emergency"] {
        let new = (kind == "standard").then_some(State::New);
        for state in new.into_iter().chain(on_the_way) {
            let office = Office::new();
            let number = office.change_in(kind, state);
            let finished = office.run(&office.record());
            closed(&office, &number, &finished);
        }
    }
}

#[test]
fn what_nobody_approved_is_left_where_it_is_with_one_note() {
    let cases = [
        ("normal", State::New),
        ("normal", State::Assess),
        ("emergency", State::New),
        ("emergency", State::Authorize),
    ];
    for (kind, state) in cases {
        let office = Office::new();
        let number = office.change_in(kind, state);
        for _ in 0..2 {
            let finished = office.run(&office.record());
            assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
            let issue = finished
                .log
                .issues_with("not-closed")
                .next()
                .expect("an issue");
            assert!(
                issue.text.contains(&format!("{number} is not approved")),
                "{issue:?}"
            );
            assert_eq!(office.column(&number, "state"), state.value().to_string());
            assert_eq!(office.column(&number, "close_code"), "");
            assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
        }
        assert_ne!(office.column(&number, "approval"), "approved");
        office.is_content();
    }
}

#[test]
fn a_rejected_change_is_never_closed() {
    let office = Office::new();
    let number = office.change_in("normal", State::Assess);
    office
        .world
        .sim
        .reject(&number, "nina.network", "Not in December")
        .unwrap();
    let finished = office.run(&office.record());
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert_eq!(office.column(&number, "state"), "-5");
    let issue = finished
        .log
        .issues_with("not-closed")
        .next()
        .expect("an issue");
    assert!(issue.text.contains("rejected"), "{issue:?}");
    office.is_content();
}

#[test]
fn a_standard_change_counts_as_approved_where_the_instance_never_says_so() {
    for state in [
        State::New,
        State::Scheduled,
        State::Implement,
        State::Review,
    ] {
        let office = Office::with(Options {
            standard_approval: StandardApproval::NotRequested,
            ..Options::default()
        });
        let number = office.change_in("standard", state);
        let finished = office.run(&office.record());
        closed(&office, &number, &finished);
    }
}

/// A change of a model of the instance's own, and the walk of people to Implement.
fn modelled(office: &Office, model: &str) -> String {
    let sim = &office.world.sim;
    let id = sim.seed(
        "change_request",
        json!({
            "type": "normal", "short_description": "Deploy shop-web", "correlation_id": KEY,
            "chg_model": sim.id_of("chg_model", "name", model),
            "assignment_group": sim.id_of("sys_user_group", "name", "Network"),
            "start_date": "2026-01-05 09:00:00", "end_date": "2026-01-05 11:00:00",
        }),
    );
    sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_model_with_states_of_its_own_is_walked_by_them() {
    let office = Office::new();
    let sim = &office.world.sim;
    let number = modelled(&office, "Application Release");
    sim.move_as(&number, "admin", &[("state", "10")]).unwrap();
    // In a state that no other model has, nobody has decided yet.
    let finished = office.run(&office.record());
    assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
    assert!(finished.shown().contains("Peer Review"), "{finished:?}");
    assert_eq!(office.column(&number, "state"), "10");

    sim.approve(&number, Rounds::All).unwrap();
    assert_eq!(office.column(&number, "state"), "-2");
    let finished = office.run(&office.record());
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(office.column(&number, "state"), "3");
    office.is_content();
}

#[test]
fn a_model_that_moves_on_by_itself_is_not_overtaken() {
    for ended_before in [false, true] {
        let office = Office::new();
        let sim = &office.world.sim;
        let number = modelled(&office, "Cloud Infrastructure");
        sim.move_as(&number, "admin", &[("state", "-2")]).unwrap();
        sim.move_as(&number, "admin", &[("state", "-1")]).unwrap();
        let id = office.column(&number, "sys_id");
        sim.seed(
            "change_task",
            json!({ "change_request": id, "parent": id, "short_description": "Tell the shops", "state": "1" }),
        );
        if ended_before {
            // With its last task closed, the instance moves it to Review by itself.
            sim.set("change_request", &id, "work_end", "2026-01-05 10:00:00");
        }
        let finished = office.run(&office.record());
        closed(&office, &number, &finished);
    }
}

#[test]
fn a_change_that_somebody_walked_to_review_says_how_it_ended() {
    let office = Office::new();
    let number = office.change_in("normal", State::Review);
    for _ in 0..2 {
        office.recorded(&office.record().input("targetState", "review"));
        assert_eq!(office.column(&number, "state"), "0");
        assert_eq!(office.column(&number, "close_code"), "successful");
        assert!(office.column(&number, "close_notes").contains(KEY));
        assert_eq!(office.notes(&number).len(), 1);
    }
    // Whoever closes it later finds one note.
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.notes(&number).len(), 1);
    office.is_content();
}

#[test]
fn an_instance_without_the_change_api_is_walked_by_the_shipped_steps() {
    for kind in ["normal", "standard", "emergency"] {
        let office = Office::with(Options {
            change_api: false,
            ..Options::legacy()
        });
        let number = office.change_in(kind, State::Scheduled);
        let finished = office.run(&office.record());
        closed(&office, &number, &finished);
    }
}

#[test]
fn actual_times_are_the_users_the_changes_own_or_the_runs() {
    let office = Office::new();
    let number = office.change_in("normal", State::Implement);
    office.recorded(
        &office
            .record()
            .input("startedAt", "2026-01-05T10:30:00+01:00")
            .input("finishedAt", "2026-01-05T11:00:00+01:00"),
    );
    assert_eq!(office.column(&number, "work_start"), "2026-01-05 09:30:00");
    assert_eq!(office.column(&number, "work_end"), "2026-01-05 10:00:00");
    office.is_content();

    // Straight from Scheduled, only the run knows when it began.
    let office = Office::new();
    let number = office.change_in("normal", State::Scheduled);
    office.recorded(&office.record());
    assert_ne!(office.column(&number, "work_start"), "");
    assert!(office.column(&number, "work_start") <= office.column(&number, "work_end"));
    office.is_content();
}

#[test]
fn a_beginning_after_the_end_is_not_written_and_told() {
    let office = Office::new();
    let number = office.change_in("normal", State::Scheduled);
    let finished = office.run(&office.record().input("startedAt", "2036-01-05T10:30:00Z"));
    assert_eq!(
        finished.result,
        TaskResult::SucceededWithIssues,
        "{finished:?}"
    );
    let told = finished.log.issues_with("evidence-missing").next();
    assert!(
        told.is_some_and(|issue| issue.text.contains("startedAt")),
        "{finished:?}"
    );
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.column(&number, "work_start"), "");
    office.is_content();
}
