//! Approver rows: who is asked, who may answer, how answers add up.

use serde_json::{Value, json};
use servicenow_sim::{Options, RoundPolicy, Rounds, Sim};

use crate::client::{as_user, azure};

const ROWS: &str = "/api/now/table/sysapproval_approver";

/// A normal change in Assess, asking the two people of Network.
fn asked(sim: &Sim) -> (String, String) {
    let group = sim.id_of("sys_user_group", "name", "Network");
    let id = sim.seed(
        "change_request",
        json!({ "type": "normal", "assignment_group": group }),
    );
    let number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    sim.move_as(&number, "svc.azure", &[("state", "-4")])
        .unwrap();
    (id, number)
}

fn row_of(sim: &Sim, change: &str, user: &str) -> String {
    let user = sim.id_of("sys_user", "user_name", user);
    let rows = sim.find("sysapproval_approver", "sysapproval", change);
    let row = rows.iter().find(|r| r["approver"] == json!(user)).unwrap();
    row["sys_id"].as_str().unwrap().to_owned()
}

#[test]
fn rows_can_be_read_with_their_people() {
    let sim = Sim::start(Options::default());
    let (id, _) = asked(&sim);
    let fields = "approver.name,state,group.assignment_group.name,source_table,sysapproval";
    let target = format!(
        "{ROWS}?sysparm_query=sysapproval={id}^ORDERBYapprover.name&sysparm_fields={fields}&sysparm_exclude_reference_link=true"
    );
    let rows = azure(&sim).get(&target).result();
    let expected = |name: &str| {
        json!({
            "approver.name": name, "state": "requested", "group.assignment_group.name": "Network",
            "source_table": "change_request", "sysapproval": id,
        })
    };
    assert_eq!(
        rows,
        json!([expected("Nina Network"), expected("Noah Network")])
    );
}

#[test]
fn only_the_approver_answers_and_only_once() {
    let sim = Sim::start(Options::default());
    let (id, number) = asked(&sim);
    let row = format!("{ROWS}/{}", row_of(&sim, &id, "nina.network"));
    let yes = json!({ "state": "approved", "comments": "fine" });
    for user in ["svc.azure", "noah.network", "chris.manager"] {
        let (status, _, detail) = as_user(&sim, user).patch(&row, &yes).refusal();
        assert_eq!(
            (status, detail.as_str()),
            (
                403,
                "ACL Exception Update Failed due to security constraints"
            )
        );
    }
    let nina = as_user(&sim, "nina.network");
    assert_eq!(nina.patch(&row, &json!({ "approver": "x" })).status, 403);
    assert_eq!(nina.patch(&row, &yes).result()["state"], "approved");
    assert_eq!(
        nina.patch(&row, &json!({ "state": "rejected" })).status,
        403
    );
    assert_eq!(
        azure(&sim).post(ROWS, &json!({ "sysapproval": id })).status,
        403
    );
    assert_eq!(sim.change(&number)["approval"], "requested");
}

#[test]
fn one_of_a_group_may_be_enough() {
    let sim = Sim::start(Options {
        round_policy: RoundPolicy::Anyone,
        ..Options::default()
    });
    let (id, number) = asked(&sim);
    sim.approve_as(&number, "nina.network").unwrap();
    let other = sim.record("sysapproval_approver", &row_of(&sim, &id, "noah.network"));
    assert_eq!(other["state"], "not_required");
    assert_eq!(sim.change(&number)["state"], "-3");
    sim.approve(&number, Rounds::All).unwrap();
    assert_eq!(sim.change(&number)["approval"], "approved");
}

#[test]
fn the_change_api_acts_for_the_caller_only() {
    let sim = Sim::start(Options::default());
    let (id, number) = asked(&sim);
    let target = format!("/api/sn_chg_rest/change/{id}/approvals");
    let yes = json!({ "state": "approved" });
    assert_eq!(azure(&sim).patch(&target, &yes).refusal().0, 400);
    let noah = as_user(&sim, "noah.network");
    assert_eq!(noah.post(&target, &yes).status, 405);
    assert_eq!(
        noah.patch(&target, &json!({ "state": "perhaps" }))
            .refusal()
            .0,
        400
    );
    assert_eq!(
        noah.patch(&target, &json!({ "state": "rejected" }))
            .refusal()
            .0,
        400
    );
    let answer = noah.patch(&target, &yes).result();
    assert_eq!(answer[0]["state"]["value"], "approved");
    assert_eq!(noah.patch(&target, &yes).refusal().0, 400);
    let nina = as_user(&sim, "nina.network");
    let no = json!({ "state": "rejected", "comments": "not now" });
    assert_eq!(nina.patch(&target, &no).status, 200);
    let change = sim.change(&number);
    assert_eq!(
        (&change["state"], &change["approval"]),
        (&json!("-5"), &json!("rejected"))
    );
}

#[test]
fn a_change_moved_by_hand_forgets_the_round() {
    let sim = Sim::start(Options::default());
    let (id, number) = asked(&sim);
    sim.approve_as(&number, "nina.network").unwrap();
    sim.move_as(&number, "svc.azure", &[("state", "-5")])
        .unwrap();
    sim.move_as(&number, "svc.azure", &[("state", "-4")])
        .unwrap();
    let rows = sim.find("sysapproval_approver", "sysapproval", &id);
    let count = |state: &str| rows.iter().filter(|r| r["state"] == json!(state)).count();
    assert_eq!(
        (count("approved"), count("cancelled"), count("requested")),
        (1, 1, 2)
    );
    sim.approve_as(&number, "nina.network").unwrap();
    assert_eq!(
        sim.change(&number)["state"],
        "-4",
        "the old yes does not count for the new round"
    );
}

#[test]
fn an_approver_who_left_is_not_asked() {
    let sim = Sim::start(Options::default());
    sim.deactivate("noah.network");
    let (id, _) = asked(&sim);
    let rows: Vec<Value> = sim
        .find("sysapproval_approver", "sysapproval", &id)
        .into_iter()
        .map(Value::Object)
        .collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0]["approver"],
        json!(sim.id_of("sys_user", "user_name", "nina.network"))
    );
}
