//! A change from New to Closed, by type, with everything that may not be done on the way.

use serde_json::{Value, json};
use servicenow_sim::{
    FindingKind, InsertPolicy, Options, Rounds, Sim, StandardApproval, TextState,
};

use crate::client::{Answer, Caller, as_user, azure};

const TABLE: &str = "/api/now/table/change_request";
const RULE: &str = "aborted by Business Rule 'Change Model: Check State Transition^";

struct Change<'s> {
    sim: &'s Sim,
    caller: Caller<'s>,
    id: String,
    number: String,
}

impl<'s> Change<'s> {
    fn open(sim: &'s Sim, body: Value) -> Self {
        let caller = azure(sim);
        let answer = caller.post(TABLE, &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let result = answer.result();
        let text = |key: &str| result[key].as_str().unwrap().to_owned();
        Self {
            sim,
            caller,
            id: text("sys_id"),
            number: text("number"),
        }
    }

    fn patch(&self, body: Value) -> Answer {
        self.caller.patch(&format!("{TABLE}/{}", self.id), &body)
    }

    fn ok(&self, body: Value) {
        let answer = self.patch(body);
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Refused by the state rule, and nothing changed.
    fn refused(&self, body: Value) {
        let before = self.sim.change(&self.number);
        let (status, message, detail) = self.patch(body).refusal();
        assert_eq!((status, message.as_str()), (403, "Operation Failed"));
        assert!(detail.contains(RULE), "{detail}");
        assert_eq!(self.sim.change(&self.number), before);
    }

    /// Refused for want of columns.
    fn wanting(&self, body: Value, labels: &str) {
        let (status, _, detail) = self.patch(body).refusal();
        let expected =
            format!("Data Policy Exception: The following fields are mandatory: {labels}");
        assert_eq!((status, detail), (403, expected));
    }

    fn is(&self, state: &str, approval: &str) {
        let change = self.sim.change(&self.number);
        assert_eq!(
            (&change["state"], &change["approval"]),
            (&json!(state), &json!(approval))
        );
    }

    fn approve(&self, rounds: Rounds) {
        self.sim.approve(&self.number, rounds).unwrap();
    }

    fn rows(&self) -> Vec<String> {
        let mut states: Vec<String> = self
            .sim
            .find("sysapproval_approver", "sysapproval", &self.id)
            .iter()
            .map(|r| r["state"].as_str().unwrap().to_owned())
            .collect();
        states.sort();
        states
    }
}

fn group(sim: &Sim) -> String {
    sim.id_of("sys_user_group", "name", "Network")
}

fn version(sim: &Sim) -> String {
    sim.id_of("std_change_producer_version", "name", "Deploy web shop")
}

#[test]
fn a_normal_change_walks_through_two_rounds() {
    let sim = Sim::start(Options::default());
    let change = Change::open(&sim, json!({ "type": "normal", "short_description": "x" }));
    change.is("-5", "not requested");
    change.wanting(json!({ "state": "-4" }), "Assignment group");
    change.refused(json!({ "state": "-1", "assignment_group": group(&sim) }));
    change.ok(json!({ "state": "-4", "assignment_group": group(&sim) }));
    change.is("-4", "requested");
    assert_eq!(change.rows(), ["requested", "requested"]);
    for state in ["-3", "-2", "-1", "0", "3"] {
        change.refused(json!({ "state": state }));
    }
    sim.approve_as(&change.number, "nina.network").unwrap();
    change.is("-4", "requested");
    sim.approve_as(&change.number, "noah.network").unwrap();
    change.is("-3", "requested");
    change.refused(json!({ "state": "-2" }));
    change.approve(Rounds::Current);
    change.is("-2", "approved");
    change.ok(json!({ "state": "-1" }));
    change.ok(json!({ "state": "0" }));
    change.refused(json!({ "state": "4" }));
    change.wanting(json!({ "state": "3" }), "Close code, Close notes");
    change.ok(json!({ "state": "3", "close_code": "successful", "close_notes": "done" }));
    assert_eq!(sim.change(&change.number)["active"], "false");
    for state in ["-5", "0", "4"] {
        change.refused(json!({ "state": state }));
    }
    assert_eq!(sim.findings(), []);
}

#[test]
fn an_emergency_change_has_one_round() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "emergency", "assignment_group": group(&sim) }),
    );
    change.refused(json!({ "state": "-4" }));
    change.refused(json!({ "state": "-2" }));
    change.ok(json!({ "state": "-3" }));
    change.is("-3", "requested");
    change.approve(Rounds::All);
    change.is("-2", "approved");
}

#[test]
fn a_standard_change_needs_its_template_and_no_approver() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "standard", "assignment_group": group(&sim) }),
    );
    change.refused(json!({ "state": "-2" }));
    change.ok(json!({ "state": "-2", "std_change_producer_version": version(&sim) }));
    change.is("-2", "approved");
    assert_eq!(change.rows(), Vec::<String>::new());
    change.ok(json!({ "state": "-1" }));
    change.ok(json!({ "state": "0" }));
    change.ok(json!({ "state": "3", "close_code": "successful", "close_notes": "done" }));

    let other = Sim::start(Options {
        standard_approval: StandardApproval::NotRequested,
        ..Options::default()
    });
    let body = json!({ "type": "standard", "assignment_group": group(&other), "std_change_producer_version": version(&other) });
    let change = Change::open(&other, body);
    change.ok(json!({ "state": "-2" }));
    change.is("-2", "not requested");
    change.ok(json!({ "state": "-1" }));
}

#[test]
fn one_rejection_sends_it_back_and_a_second_try_asks_anew() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-4" }));
    sim.reject(&change.number, "noah.network", "not on a Friday")
        .unwrap();
    change.is("-5", "rejected");
    assert_eq!(change.rows(), ["not_required", "rejected"]);
    let rejected = sim.find("sysapproval_approver", "state", "rejected");
    let row = rejected[0]["sys_id"].as_str().unwrap();
    assert_eq!(sim.journal(row, "comments"), ["not on a Friday"]);
    change.ok(json!({ "state": "-4" }));
    change.is("-4", "requested");
    change.approve(Rounds::All);
    change.is("-2", "approved");
}

#[test]
fn cancelling_and_reverting_end_the_pending_approvals() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-4" }));
    change.ok(json!({ "state": "-5" }));
    change.is("-5", "not requested");
    assert_eq!(change.rows(), ["cancelled", "cancelled"]);
    change.ok(json!({ "state": "-4" }));
    sim.cancel(&change.number, "chris.manager", "no longer needed")
        .unwrap();
    assert_eq!(sim.change(&change.number)["state"], "4");
    assert_eq!(change.rows(), ["cancelled"; 4]);
    assert_eq!(sim.journal(&change.id, "work_notes"), ["no longer needed"]);
    assert!(sim.approve(&change.number, Rounds::All).is_err());
}

#[test]
fn on_hold_only_cancel_is_left() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-4" }));
    change.wanting(json!({ "on_hold": "true" }), "On hold reason");
    sim.hold(&change.number, "chris.manager", "freeze").unwrap();
    assert_eq!(change.rows(), ["not_required"; 2]);
    change.refused(json!({ "state": "-5" }));
    sim.release(&change.number, "chris.manager").unwrap();
    assert_eq!(change.rows(), ["requested"; 2]);
    sim.hold(&change.number, "chris.manager", "freeze").unwrap();
    change.ok(json!({ "state": "4" }));
    let closed = sim.change(&change.number);
    assert_eq!(
        (&closed["state"], &closed["on_hold"]),
        (&json!("4"), &json!("false"))
    );
}

#[test]
fn inserts_start_new_whatever_they_say() {
    let sim = Sim::start(Options::default());
    let change = Change::open(&sim, json!({ "type": "normal", "state": "3" }));
    change.is("-5", "not requested");
    sim.configure(|o| o.insert_policy = InsertPolicy::Refuse);
    let (status, _, detail) = azure(&sim).post(TABLE, &json!({ "state": "3" })).refusal();
    assert_eq!(status, 403);
    assert!(detail.contains(RULE));
    assert_eq!(
        azure(&sim).post(TABLE, &json!({ "state": "-1" })).result()["state"],
        "-5"
    );
}

#[test]
fn text_states_do_nothing_or_harm() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "assess" }));
    change.is("-5", "not requested");
    assert_eq!(sim.findings()[0].kind, FindingKind::TextState);
    sim.configure(|o| o.text_state = TextState::Lint);
    assert_eq!(change.patch(json!({ "state": "assess" })).status, 400);
    sim.configure(|o| o.text_state = TextState::Corrupt);
    change.ok(json!({ "state": "assess" }));
    change.is("-3", "not requested");
    change.refused(json!({ "state": "-2" }));
    change.ok(json!({ "state": "4" }));
}

#[test]
fn approval_is_not_a_callers_to_write() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    let (status, _, detail) = change.patch(json!({ "approval": "approved" })).refusal();
    assert_eq!(
        (status, detail.as_str()),
        (
            403,
            "ACL Exception Update Failed due to security constraints"
        )
    );
    change.is("-5", "not requested");
    let admin = as_user(&sim, "admin");
    assert_eq!(
        admin
            .patch(
                &format!("{TABLE}/{}", change.id),
                &json!({ "approval": "approved" })
            )
            .status,
        200
    );
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FindingKind::ApprovalPatched; 2]);
}

#[test]
fn open_tasks_keep_a_change_from_closing() {
    let sim = Sim::start(Options {
        implement_creates_tasks: true,
        ..Options::default()
    });
    let body = json!({ "type": "standard", "assignment_group": group(&sim), "std_change_producer_version": version(&sim) });
    let change = Change::open(&sim, body);
    change.ok(json!({ "state": "-2" }));
    change.ok(json!({ "state": "-1" }));
    let tasks = sim.find("change_task", "change_request", &change.id);
    assert_eq!(tasks.len(), 2);
    change.refused(json!({ "state": "0" }));
    sim.configure(|o| o.review_needs_closed_tasks = false);
    change.ok(json!({ "state": "0" }));
    let close = json!({ "state": "3", "close_code": "successful", "close_notes": "done" });
    change.refused(close.clone());
    for task in tasks {
        let target = format!(
            "/api/now/table/change_task/{}",
            task["sys_id"].as_str().unwrap()
        );
        let (status, _, detail) = change
            .caller
            .patch(&target, &json!({ "state": "3" }))
            .refusal();
        assert_eq!(status, 403);
        assert!(detail.ends_with("Close code, Close notes"), "{detail}");
        assert_eq!(change.caller.patch(&target, &close).status, 200);
    }
    change.ok(close);
}

#[test]
fn the_legacy_profile_lets_a_form_walk_and_fills_in_times() {
    let sim = Sim::start(Options::legacy());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-4" }));
    change.ok(json!({ "state": "-3" }));
    change.refused(json!({ "state": "-2" }));
    change.approve(Rounds::All);
    change.is("-2", "approved");
    change.ok(json!({ "state": "-1" }));
    assert_ne!(sim.change(&change.number)["work_start"], "");
}

#[test]
fn an_unresolved_group_leaves_the_change_waiting_for_nobody() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": "Network" }),
    );
    change.ok(json!({ "state": "-4" }));
    assert_eq!(change.rows(), Vec::<String>::new());
    change.is("-4", "not requested");
    assert_eq!(sim.findings()[0].kind, FindingKind::UnresolvedReference);
}

#[test]
fn what_the_instance_moved_is_seen_later() {
    let options = Options {
        clock_start: Some("2026-03-02 09:00:00".to_owned()),
        delayed_visibility_ms: 5000,
        ..Options::default()
    };
    let sim = Sim::start(options);
    let change = Change::open(
        &sim,
        json!({ "type": "emergency", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-3" }));
    change.approve(Rounds::All);
    let read = || azure(&sim).get(&format!("{TABLE}/{}", change.id)).result();
    assert_eq!(
        (&read()["state"], &read()["approval"]),
        (&json!("-3"), &json!("approved"))
    );
    sim.advance(std::time::Duration::from_secs(6));
    assert_eq!(read()["state"], "-2");
}

#[test]
fn scheduled_is_not_enough_to_implement() {
    let sim = Sim::start(Options::default());
    let change = Change::open(
        &sim,
        json!({ "type": "emergency", "assignment_group": group(&sim) }),
    );
    sim.set("change_request", &change.id, "state", "-2");
    change.refused(json!({ "state": "-1" }));
    sim.set("change_request", &change.id, "approval", "approved");
    sim.hold(&change.number, "chris.manager", "freeze").unwrap();
    change.refused(json!({ "state": "-1" }));
    sim.release(&change.number, "chris.manager").unwrap();
    change.ok(json!({ "state": "-1" }));
}

#[test]
fn a_board_without_members_never_approves() {
    let options = Options {
        cab_group: "Empty Group".to_owned(),
        ..Options::default()
    };
    let sim = Sim::start(options);
    let change = Change::open(
        &sim,
        json!({ "type": "normal", "assignment_group": group(&sim) }),
    );
    change.ok(json!({ "state": "-4" }));
    change.approve(Rounds::All);
    change.is("-3", "requested");
    change.refused(json!({ "state": "-1" }));
}
