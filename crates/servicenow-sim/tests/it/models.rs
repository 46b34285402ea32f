//! Changes that a model drives: states, conditions and automatic steps from tables.

use serde_json::{Value, json};
use servicenow_sim::{Options, Rounds, Sim};

use crate::client::azure;

const TABLE: &str = "/api/now/table/change_request";

fn open(sim: &Sim, model: &str) -> (String, String) {
    let model = sim.id_of("chg_model", "name", model);
    let result = azure(sim)
        .post(TABLE, &json!({ "chg_model": model }))
        .result();
    let text = |key: &str| result[key].as_str().unwrap().to_owned();
    (text("sys_id"), text("number"))
}

fn next(sim: &Sim, id: &str) -> Value {
    azure(sim)
        .get(&format!("/api/sn_chg_rest/v1/change/{id}/nextstates"))
        .result()
}

fn step<'v>(states: &'v Value, to: &str, automatic: bool) -> &'v Value {
    let all = states["state_transitions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group.as_array().unwrap());
    all.into_iter()
        .find(|t| t["to_state"] == to && t["automatic_transition"] == automatic)
        .unwrap()
}

#[test]
fn conditions_are_listed_and_enforced() {
    let sim = Sim::start(Options::default());
    let (id, number) = open(&sim, "Cloud Infrastructure");
    let states = next(&sim, &id);
    assert_eq!(states["available_states"], json!(["-5", "4"]));
    let schedule = step(&states, "-2", false);
    assert_eq!(schedule["transition_available"], false);
    assert_eq!(schedule["conditions"][0]["passed"], false);
    assert_eq!(
        schedule["conditions"][0]["condition"]["name"],
        "Assignment group is set"
    );
    let patch = |body: Value| azure(&sim).patch(&format!("{TABLE}/{id}"), &body);
    assert!(
        patch(json!({ "state": "-2" }))
            .refusal()
            .2
            .contains("Check State Transition")
    );
    let group = sim.id_of("sys_user_group", "name", "Network");
    let plan = json!({
        "assignment_group": group, "start_date": "2026-03-02 09:00:00", "end_date": "2026-03-02 10:00:00",
    });
    assert_eq!(patch(plan).status, 200);
    let states = next(&sim, &id);
    assert_eq!(states["available_states"], json!(["-5", "-2", "4"]));
    assert_eq!(states["state_label"]["-2"], "Scheduled");
    assert_eq!(patch(json!({ "state": "-2" })).status, 200);
    assert_eq!(sim.change(&number)["approval"], "approved");
    assert_eq!(patch(json!({ "state": "-1" })).status, 200);
}

#[test]
fn an_automatic_step_happens_by_itself_when_its_conditions_do() {
    let sim = Sim::start(Options::default());
    let (id, number) = open(&sim, "Cloud Infrastructure");
    sim.set("change_request", &id, "state", "-1");
    sim.set("change_request", &id, "approval", "approved");
    let task = sim.seed("change_task", json!({ "change_request": id }));
    let states = next(&sim, &id);
    // Two steps share their ends: one by hand, one by itself.
    assert_eq!(step(&states, "0", true)["transition_available"], false);
    assert_eq!(step(&states, "0", false)["transition_available"], false);
    let patch =
        |target: String, body: Value| assert_eq!(azure(&sim).patch(&target, &body).status, 200);
    patch(
        format!("{TABLE}/{id}"),
        json!({ "work_end": "2026-03-02 10:00:00" }),
    );
    assert_eq!(sim.change(&number)["state"], "-1");
    let done = json!({ "state": "3", "close_code": "successful", "close_notes": "x" });
    patch(format!("/api/now/table/change_task/{task}"), done);
    assert_eq!(
        sim.change(&number)["state"],
        "0",
        "the last task closed, so the model moved on"
    );
}

#[test]
fn a_model_may_have_states_and_rounds_of_its_own() {
    let sim = Sim::start(Options::default());
    let (id, number) = open(&sim, "Application Release");
    let group = sim.id_of("sys_user_group", "name", "Network");
    let ask = json!({ "assignment_group": group, "state": "10" });
    assert_eq!(
        azure(&sim).patch(&format!("{TABLE}/{id}"), &ask).status,
        200
    );
    let shown = azure(&sim)
        .get(&format!("{TABLE}/{id}?sysparm_display_value=all"))
        .result();
    assert_eq!(
        shown["state"],
        json!({ "display_value": "Peer Review", "value": "10" })
    );
    assert_eq!(sim.change(&number)["approval"], "requested");
    sim.approve(&number, Rounds::All).unwrap();
    let change = sim.change(&number);
    assert_eq!(
        (&change["state"], &change["approval"]),
        (&json!("-2"), &json!("approved"))
    );
    let refused = azure(&sim).patch(&format!("{TABLE}/{id}"), &json!({ "state": "-4" }));
    assert_eq!(refused.status, 403, "this model knows no Assess");
}

#[test]
fn a_rejected_model_change_goes_back() {
    let sim = Sim::start(Options::default());
    let (id, number) = open(&sim, "Application Release");
    let group = sim.id_of("sys_user_group", "name", "Network");
    azure(&sim).patch(
        &format!("{TABLE}/{id}"),
        &json!({ "assignment_group": group, "state": "10" }),
    );
    sim.reject(&number, "noah.network", "no").unwrap();
    let change = sim.change(&number);
    assert_eq!(
        (&change["state"], &change["approval"]),
        (&json!("-5"), &json!("rejected"))
    );
}

#[test]
fn types_have_no_conditions_and_show_the_automatic_step() {
    let sim = Sim::start(Options::default());
    let group = sim.id_of("sys_user_group", "name", "Network");
    let id = sim.seed(
        "change_request",
        json!({ "type": "normal", "assignment_group": group }),
    );
    assert_eq!(
        next(&sim, &id)["available_states"],
        json!(["-5", "-4", "4"])
    );
    azure(&sim).patch(&format!("{TABLE}/{id}"), &json!({ "state": "-4" }));
    let states = next(&sim, &id);
    assert_eq!(states["available_states"], json!(["-4", "-5", "4"]));
    let automatic = step(&states, "-3", true);
    assert_eq!(
        (&automatic["transition_available"], &automatic["conditions"]),
        (&json!(false), &json!([]))
    );
    let number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    sim.hold(&number, "svc.azure", "freeze").unwrap();
    assert_eq!(next(&sim, &id)["available_states"], json!(["-4", "4"]));
    assert_eq!(
        azure(&sim)
            .get("/api/sn_chg_rest/change/nothing/nextstates")
            .status,
        404
    );
}

#[test]
fn a_stock_model_is_its_type_and_an_unknown_type_cannot_move() {
    let sim = Sim::start(Options::default());
    let (id, number) = open(&sim, "Emergency");
    assert_eq!(sim.change(&number)["type"], "emergency");
    assert_eq!(
        next(&sim, &id)["available_states"],
        json!(["-5", "-3", "4"])
    );
    let odd = sim.seed("change_request", json!({ "type": "Normal" }));
    assert_eq!(next(&sim, &odd)["available_states"], json!(["-5"]));
    let default = azure(&sim).post(TABLE, &json!({})).result();
    assert_eq!(default["type"], "normal");
}
