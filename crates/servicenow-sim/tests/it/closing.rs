//! The end of a change: who closed it and when, what a customer's rules demand, and what a careful client leaves.

use serde_json::{Value, json};
use servicenow_sim::{FindingKind, Options, Sim};

use crate::client::{Answer, azure};

const TABLE: &str = "/api/now/table/change_request";

fn in_review(sim: &Sim) -> String {
    sim.seed(
        "change_request",
        json!({ "type": "normal", "state": "0", "approval": "approved" }),
    )
}

fn patch(sim: &Sim, id: &str, body: &Value) -> Answer {
    azure(sim).patch(&format!("{TABLE}/{id}"), body)
}

fn done() -> Value {
    json!({ "state": "3", "close_code": "successful", "close_notes": "deployed" })
}

fn kinds(sim: &Sim) -> Vec<FindingKind> {
    sim.findings().iter().map(|f| f.kind).collect()
}

#[test]
fn a_closed_change_and_a_closed_task_say_who_and_when() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-03-02 09:00:00".to_owned()),
        ..Options::default()
    });
    let id = in_review(&sim);
    let me = sim.id_of("sys_user", "user_name", &sim.credentials().user);
    assert_eq!(patch(&sim, &id, &done()).status, 200);
    let task = sim.seed("change_task", json!({ "change_request": id }));
    let target = format!("/api/now/table/change_task/{task}");
    assert_eq!(azure(&sim).patch(&target, &done()).status, 200);
    for record in [
        sim.record("change_request", &id),
        sim.record("change_task", &task),
    ] {
        assert_eq!(record["closed_by"], json!(me));
        assert_eq!(record["closed_at"], "2026-03-02 09:00:00");
        assert_eq!(record["active"], "false");
    }
}

#[test]
fn a_refused_close_leaves_no_trace_not_even_its_note() {
    let sim = Sim::start(Options::default());
    let id = in_review(&sim);
    let before = sim.record("change_request", &id);
    let off_list = json!({
        "state": "3", "close_code": "went fine", "close_notes": "deployed", "work_notes": "closing"
    });
    let (status, _, detail) = patch(&sim, &id, &off_list).refusal();
    assert_eq!(status, 403);
    assert!(detail.ends_with("mandatory: Close code"), "{detail}");
    assert_eq!(sim.record("change_request", &id), before);
    assert_eq!(sim.journal(&id, "work_notes"), [""; 0]);
    assert_eq!(kinds(&sim), [FindingKind::OffList]);
}

#[test]
fn an_instance_may_have_its_own_close_codes() {
    let sim = Sim::start(Options {
        close_codes: vec!["ok|Completed".to_owned(), "failed|Backed out".to_owned()],
        ..Options::default()
    });
    let id = in_review(&sim);
    assert_eq!(patch(&sim, &id, &done()).status, 403);
    let mut own = done();
    own["close_code"] = json!("ok");
    assert_eq!(patch(&sim, &id, &own).status, 200);
    let shown = azure(&sim).get(&format!(
        "{TABLE}/{id}?sysparm_fields=close_code&sysparm_display_value=true"
    ));
    assert_eq!(shown.result()["close_code"], "Completed");
    let task = sim.seed("change_task", json!({ "change_request": id }));
    let target = format!("/api/now/table/change_task/{task}");
    assert_eq!(azure(&sim).patch(&target, &done()).status, 403);
    assert_eq!(azure(&sim).patch(&target, &own).status, 200);
}

#[test]
fn a_policy_of_the_customers_demands_more_and_a_rule_refuses_it_all() {
    let sim = Sim::start(Options {
        close_demands: vec!["justification".to_owned()],
        ..Options::default()
    });
    let id = in_review(&sim);
    let (_, _, detail) = patch(&sim, &id, &done()).refusal();
    assert!(detail.ends_with("mandatory: Justification"), "{detail}");
    let mut whole = done();
    whole["justification"] = json!("asked for");
    sim.configure(|o| o.close_refused_by = Some("Freeze: no closing in March".to_owned()));
    let (status, _, detail) = patch(&sim, &id, &whole).refusal();
    assert_eq!(status, 403);
    assert!(
        detail.contains("aborted by Business Rule 'Freeze: no closing in March^"),
        "{detail}"
    );
    sim.configure(|o| o.close_refused_by = None);
    assert_eq!(patch(&sim, &id, &whole).status, 200);
}

#[test]
fn notes_said_twice_and_a_final_state_told_again_are_found() {
    let sim = Sim::start(Options::default());
    let id = in_review(&sim);
    let mut body = done();
    body["work_notes"] = json!("closing");
    assert_eq!(patch(&sim, &id, &body).status, 200);
    assert_eq!(kinds(&sim), []);
    assert_eq!(patch(&sim, &id, &body).status, 200);
    assert_eq!(
        kinds(&sim),
        [FindingKind::FinalStateAgain, FindingKind::DuplicateNote]
    );
    // Another record's note, or another text, is none.
    let other = in_review(&sim);
    patch(&sim, &other, &json!({ "work_notes": "closing" }));
    patch(&sim, &other, &json!({ "work_notes": "closing it" }));
    assert_eq!(kinds(&sim).len(), 2);
}

#[test]
fn a_move_without_a_look_at_the_next_states_is_found_where_that_is_asked_for() {
    let sim = Sim::start(Options::default());
    let id = in_review(&sim);
    assert_eq!(patch(&sim, &id, &done()).status, 200);
    assert_eq!(kinds(&sim), [], "off by default");

    sim.configure(|o| o.expect_next_states = true);
    let id = in_review(&sim);
    let look = format!("/api/sn_chg_rest/v1/change/{id}/nextstates");
    assert_eq!(azure(&sim).get(&look).status, 200);
    assert_eq!(patch(&sim, &id, &done()).status, 200);
    assert_eq!(kinds(&sim), []);

    let id = in_review(&sim);
    assert_eq!(patch(&sim, &id, &json!({ "risk": "2" })).status, 200);
    assert_eq!(kinds(&sim), [], "no move, nothing to look up");
    assert_eq!(patch(&sim, &id, &done()).status, 200);
    assert_eq!(kinds(&sim), [FindingKind::UnaskedMove]);

    sim.configure(|o| o.change_api = false);
    let id = in_review(&sim);
    assert_eq!(patch(&sim, &id, &done()).status, 200);
    assert_eq!(kinds(&sim).len(), 1, "there is nobody to ask");
}
