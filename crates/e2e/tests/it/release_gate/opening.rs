//! A gate opens one change for a deployment, in the right generation, and finds it again at every sample.

use serde_json::json;
use servicenow_sim::Rounds;

use super::stand::{RELEASE, RUN, Stand, column, gate, sample, way};

fn generation(number: u32) -> String {
    format!("{RELEASE}:g{number}")
}

#[test]
fn one_change_is_opened_sent_to_its_approvers_and_waited_for() {
    let stand = Stand::new();
    let ci = stand.sim.id_of("cmdb_ci_service", "name", "Payments");
    let job = stand
        .opener()
        .input("configurationItem", &ci)
        .input("risk", "3")
        .input("category", "Software");
    let mut gate = gate(&job);

    let first = sample(&mut gate);
    assert_eq!(way(&first), "PsssPPssssPPW", "{}", first.log);
    assert_eq!(
        stand.asked(),
        "GET-all GET-all POST-all GET-one PATCH-one GET-one"
    );
    let rows = stand.changes();
    assert_eq!(rows.len(), 1);
    for (name, value) in [
        ("correlation_id", RELEASE),
        ("correlation_display", "Azure Pipelines, release 33"),
        ("type", "normal"),
        ("state", "-4"),
        ("approval", "requested"),
        ("assignment_group", &stand.group()),
        ("cmdb_ci", &ci),
        ("risk", "3"),
        ("category", "Software"),
        ("short_description", "Deployment of release 33 to stage 9"),
        (
            "description",
            "http://127.0.0.1/contoso/d4f5a6b7-2222-4333-8444-555566667777/_releaseProgress?_a=release-pipeline-progress&releaseId=33",
        ),
    ] {
        assert_eq!(column(&rows[0], name), value, "{name}");
    }

    let second = sample(&mut gate);
    assert_eq!(way(&second), "PsssssssssssW", "{}", second.log);
    assert_eq!(stand.asked(), "GET-all GET-one", "a quiet sample");

    let number = column(&rows[0], "number");
    stand.sim.approve(number, Rounds::All).unwrap();
    let third = sample(&mut gate);
    assert!(third.passed, "{}", third.log);
    assert_eq!(stand.asked(), "GET-all GET-one");
    for (output, value) in [
        ("changeNumber", number),
        ("changeSysId", column(&rows[0], "sys_id")),
        ("changeState", "-2"),
        ("changeApproval", "approved"),
        ("CHANGE_REQUEST_NUMBER", number),
        ("CHANGE_SYSTEM_ID", column(&rows[0], "sys_id")),
    ] {
        assert_eq!(gate.output(output), Some(value), "{output}");
    }
    assert_eq!(stand.changes().len(), 1);
    assert_eq!(stand.sim.findings(), []);
}

#[test]
fn a_quiet_sample_costs_two_requests_whatever_is_waited_for() {
    let stand = Stand::new();
    for (host, key) in [("gates", RELEASE), ("checks", RUN)] {
        let id = stand.plant(key, "-4", "requested");
        let number = column(&stand.sim.record("change_request", &id), "number").to_owned();
        for action in ["stage", "number", "query"] {
            let job = stand
                .job(host)
                .input("changeAction", action)
                .input("changeNumber", &number)
                .input("changeQuery", &format!("number={number}^active=true"));
            let mut gate = gate(&job);
            for _ in 0..2 {
                assert!(!sample(&mut gate).passed);
                assert_eq!(stand.asked(), "GET-all GET-one", "{host} {action}");
            }
        }
    }
    assert_eq!(stand.sim.findings(), []);
}

#[test]
fn an_emergency_goes_straight_to_authorization() {
    let stand = Stand::new();
    let mut gate = gate(&stand.opener().input("changeType", "Emergency"));
    sample(&mut gate);
    let rows = stand.changes();
    assert_eq!(column(&rows[0], "type"), "emergency");
    assert_eq!(column(&rows[0], "state"), "-3");
    stand
        .sim
        .approve(column(&rows[0], "number"), Rounds::All)
        .unwrap();
    assert!(sample(&mut gate).passed);
    assert_eq!(stand.sim.findings(), []);
}

#[test]
fn a_type_that_a_gate_cannot_open_is_not_opened_as_another_one() {
    let stand = Stand::new();
    for kind in ["standard", "", "normal\", \"approval\": \"approved"] {
        let mut gate = gate(&stand.opener().input("changeType", kind));
        let sample = sample(&mut gate);
        assert!(way(&sample).starts_with('W'), "{kind}: {}", way(&sample));
    }
    assert_eq!(stand.changes().len(), 0);
    // One that an agent opened is waited for, and left to whoever opened it.
    let id = stand.plant(RELEASE, "-5", "not requested");
    stand.set(&id, "type", "standard");
    let mut gate = gate(&stand.opener().input("changeType", "standard"));
    sample(&mut gate);
    assert!(!stand.asked().contains("PATCH"));
}

#[test]
fn nobody_is_asked_where_that_is_somebody_elses_to_do() {
    let stand = Stand::new();
    let mut gate = gate(&stand.opener().input("requestApproval", "false"));
    assert_eq!(way(&sample(&mut gate)), "PsssPPssssPsW");
    let number = column(&stand.changes()[0], "number").to_owned();
    assert_eq!(way(&sample(&mut gate)), "PsssssssssPsW", "still New");
    stand
        .sim
        .move_as(&number, "admin", &[("state", "-4")])
        .unwrap();
    assert_eq!(way(&sample(&mut gate)), "PsssssssssPsW", "seen to move");
    assert_eq!(way(&sample(&mut gate)), "PsssssssssssW", "and left alone");
    assert!(!stand.asked().contains("PATCH"));
    assert_eq!(stand.sim.findings(), []);
}

#[test]
fn a_redeployment_opens_the_next_generation_and_the_third_is_the_last() {
    let stand = Stand::new();
    for (deployment, key) in [
        (1, RELEASE.to_owned()),
        (2, generation(2)),
        (3, generation(3)),
    ] {
        let mut gate = gate(&stand.opener());
        let opened = sample(&mut gate);
        assert_eq!(stand.open_ones().len(), 1, "{deployment}: {}", opened.log);
        let row = stand.open_ones().remove(0);
        assert_eq!(column(&row, "correlation_id"), key);
        stand.asked();
        stand
            .sim
            .reject(column(&row, "number"), "nina.network", "not today")
            .unwrap();
        for _ in 0..3 {
            // Not again in the same deployment: whoever rejected it said so for all of it.
            assert_eq!(way(&sample(&mut gate)), "W------------");
        }
        assert_eq!(stand.changes().len(), deployment);
    }
    let mut gate = gate(&stand.opener());
    for _ in 0..2 {
        let refused = sample(&mut gate);
        assert_eq!(way(&refused), "PsssPsPsPsssW", "{}", refused.log);
    }
    assert_eq!(stand.changes().len(), 3);
    assert_eq!(stand.sim.findings(), []);
}

#[test]
fn every_end_of_a_change_makes_room_for_the_next() {
    for (state, approval) in [
        ("0", "approved"),
        ("3", "approved"),
        ("4", "requested"),
        ("-5", "rejected"),
        ("-4", "rejected"),
    ] {
        let stand = Stand::new();
        stand.plant(RELEASE, state, approval);
        let mut gate = gate(&stand.opener());
        let opened = sample(&mut gate);
        assert_eq!(way(&opened), "PsssPsPPssPPW", "{state}: {}", opened.log);
        assert_eq!(stand.keys(), [RELEASE.to_owned(), generation(2)]);
    }
}

#[test]
fn a_change_that_is_there_is_taken_over_in_whichever_generation_it_is() {
    for key in [
        RELEASE.to_owned(),
        generation(2),
        generation(3),
        generation(7),
    ] {
        let stand = Stand::new();
        stand.plant(RELEASE, "3", "approved");
        if key == RELEASE {
            let over = stand.changes().remove(0);
            stand.sim.remove("change_request", column(&over, "sys_id"));
        }
        let id = stand.plant(&key, "-2", "approved");
        for action in ["stage", "open"] {
            let mut gate = gate(&stand.job("gates").input("changeAction", action));
            let sample = sample(&mut gate);
            assert!(sample.passed, "{key}: {}", sample.log);
            assert_eq!(gate.output("changeSysId"), Some(id.as_str()));
        }
        assert!(!stand.asked().contains("POST"));
    }
}

#[test]
fn what_was_taken_over_and_ended_is_not_followed_by_another_in_the_same_deployment() {
    for (state, approval) in [("4", "requested"), ("-5", "rejected"), ("3", "approved")] {
        let stand = Stand::new();
        let id = stand.plant(RELEASE, "-4", "requested");
        let mut gate = gate(&stand.opener());
        assert!(!sample(&mut gate).passed);
        stand.set(&id, "state", state);
        stand.set(&id, "approval", approval);
        for _ in 0..2 {
            assert_eq!(way(&sample(&mut gate)), "W------------");
        }
        assert_eq!(stand.changes().len(), 1);
    }
}

#[test]
fn only_a_new_change_that_nobody_asked_for_is_sent_to_its_approvers() {
    for (state, approval, kind, asks) in [
        ("-5", "not requested", "normal", true),
        ("-5", "requested", "normal", false),
        ("-5", "not requested", "emergency", false),
        ("-5", "not requested", "standard", false),
        ("-4", "not requested", "normal", false),
        ("-3", "not requested", "normal", false),
        ("-4", "requested", "normal", false),
    ] {
        let stand = Stand::new();
        let id = stand.plant(RELEASE, state, approval);
        stand.set(&id, "type", kind);
        let mut gate = gate(&stand.opener());
        sample(&mut gate);
        sample(&mut gate);
        let patches = stand.asked().matches("PATCH").count();
        assert_eq!(patches, usize::from(asks), "{state} {approval} {kind}");
    }
}

#[test]
fn a_move_whose_answer_is_lost_is_not_made_again() {
    let stand = Stand::new();
    let mut gate = gate(&stand.opener());
    let lost = servicenow_sim::Fault::ResetAfterCommit;
    let on = servicenow_sim::On::any().method("PATCH");
    stand.sim.fail(on, servicenow_sim::When::Next(1), lost);
    assert_eq!(way(&sample(&mut gate)), "PsssPPssssPF-");
    let number = column(&stand.changes()[0], "number").to_owned();
    stand.sim.approve(&number, Rounds::Current).unwrap();
    assert_eq!(stand.sim.change(&number)["state"], "-3");
    assert_eq!(way(&sample(&mut gate)), "PsssssssssPsW", "read, not moved");
    assert_eq!(stand.sim.change(&number)["state"], "-3", "no step back");
    assert_eq!(stand.asked().matches("PATCH").count(), 1);
}

#[test]
fn two_open_changes_of_one_stage_are_nobodys_to_choose_from() {
    for keys in [
        [RELEASE.to_owned(), RELEASE.to_owned()],
        [RELEASE.to_owned(), generation(2)],
    ] {
        let stand = Stand::new();
        let ids = keys
            .each_ref()
            .map(|key| stand.plant(key, "-2", "approved"));
        for action in ["stage", "open"] {
            let mut gate = gate(&stand.job("gates").input("changeAction", action));
            assert_eq!(way(&sample(&mut gate)), "W------------", "{keys:?}");
            assert_eq!(gate.output("changeNumber"), None);
        }
        assert_eq!(stand.changes().len(), 2);
        stand.set(&ids[0], "state", "4");
        let mut gate = gate(&stand.job("gates"));
        assert!(sample(&mut gate).passed);
        assert_eq!(gate.output("changeSysId"), Some(ids[1].as_str()));
        // A second one that comes later is noticed too.
        stand.plant(&generation(3), "-5", "not requested");
        assert!(!sample(&mut gate).passed);
    }
}

#[test]
fn other_stages_and_releases_have_changes_of_their_own() {
    let stand = Stand::new();
    let near = [
        format!("{RELEASE}4"),
        format!("{RELEASE}4:g2"),
        RELEASE.replace(":33:", ":3:"),
        RELEASE.replace(":33:", ":333:"),
        RELEASE.replace(":9", ":8"),
        RELEASE.replace("release", "run"),
        RELEASE.replace(PROJECT_HEAD, "00000000"),
        format!("{RELEASE}:x2"),
        RELEASE.to_uppercase(),
        "azdo:".to_owned(),
        String::new(),
    ];
    for key in &near {
        stand.plant(key, "-2", "approved");
    }
    let mut waits = gate(&stand.job("gates"));
    assert_eq!(way(&sample(&mut waits)), "W------------");
    let mut opens = gate(&stand.opener());
    assert!(!sample(&mut opens).passed);
    assert_eq!(stand.changes().len(), near.len() + 1);
    assert_eq!(stand.open_ones().len(), 1);

    let mut runs = gate(&stand.job("checks"));
    for key in [
        format!("{RUN}2"),
        RUN.replace("4711", "471"),
        RUN.replace(":Production", ":Prod"),
    ] {
        stand.plant(&key, "-2", "approved");
    }
    assert_eq!(way(&sample(&mut runs)), "sW-----------");
}

/// The head of the project's id.
const PROJECT_HEAD: &str = "d4f5a6b7";

#[test]
fn a_model_of_its_own_is_opened_and_left_to_its_people() {
    let stand = Stand::new();
    let model = stand.sim.id_of("chg_model", "name", "Application Release");
    let job = stand
        .opener()
        .input("changeModel", &model)
        .input("requestApproval", "false")
        .input("proceedWhen", "state")
        .input("desiredState", "10");
    let mut gate = gate(&job);
    assert!(!sample(&mut gate).passed);
    let row = stand.changes().remove(0);
    assert_eq!(column(&row, "chg_model"), model);
    stand
        .sim
        .move_as(column(&row, "number"), "admin", &[("state", "10")])
        .unwrap();
    assert!(sample(&mut gate).passed);
    // Asked for approval all the same, the instance says no, and the gate goes on looking.
    let stand = Stand::new();
    let mut gate = super::stand::gate(&stand.opener().input("changeModel", &model));
    let sample = sample(&mut gate);
    assert_eq!(way(&sample), "PsssPPssssPPW", "{}", sample.log);
    let refused = sample.requests().any(|request| {
        request.method == "PATCH" && request.status.is_some_and(|status| status >= 400)
    });
    assert!(refused, "{}", sample.log);
    assert_eq!(stand.changes()[0]["state"], json!("-5"));
}
