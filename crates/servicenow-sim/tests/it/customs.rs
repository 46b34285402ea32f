//! What only one customer's instance has: tables, columns that lose what is written, columns with a will of their own.

use serde_json::json;
use servicenow_sim::{FindingKind, Options, Sim};

use crate::client::{as_user, azure};

const TABLE: &str = "/api/now/table/u_deployment";

fn sim() -> Sim {
    let sim = Sim::start(Options::default());
    sim.add_table(
        "u_deployment",
        &[
            ("u_run", "text:10"),
            ("u_change", "ref:change_request"),
            ("u_locked", "text:40"),
            ("u_ring", "int"),
        ],
    );
    sim
}

#[test]
fn a_table_added_while_running_takes_records_and_queries() {
    let sim = sim();
    let change = sim.seed("change_request", json!({}));
    let body = json!({ "u_run": "7", "u_change": change, "u_ring": "2" });
    let answer = azure(&sim).post(TABLE, &body);
    assert_eq!(answer.status, 201);
    let query = format!("{TABLE}?sysparm_query=u_run=7&sysparm_fields=u_run,u_change.number");
    let found = azure(&sim).get(&query).result();
    assert_eq!(
        found,
        json!([{ "u_run": "7", "u_change.number": "CHG0030001" }])
    );
    assert_eq!(as_user(&sim, "rita.reader").post(TABLE, &body).status, 403);
}

#[test]
fn three_ways_of_not_storing_what_was_sent() {
    let sim = sim();
    sim.configure(|o| {
        o.write_protected.push("u_deployment.u_locked".to_owned());
        o.rewritten
            .insert("u_deployment.u_ring".to_owned(), "1".to_owned());
    });
    let body = json!({ "u_run": "7", "u_gone": "x", "u_locked": "x", "u_ring": "2" });
    let stored = azure(&sim).post(TABLE, &body).result();
    assert_eq!(stored.get("u_gone"), None, "no such column");
    assert_eq!(stored["u_locked"], "", "an access rule on the column");
    assert_eq!(stored["u_ring"], "1", "a business rule on the column");
    // Only what a client can know beforehand is its fault.
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FindingKind::UnknownField]);
    let by_admin = as_user(&sim, "admin").post(TABLE, &body).result();
    assert_eq!(by_admin["u_locked"], "x");
    let target = format!("{TABLE}/{}", stored["sys_id"].as_str().unwrap());
    let changed = azure(&sim).patch(&target, &json!({ "u_locked": "y", "u_ring": "3" }));
    assert_eq!(changed.result()["u_locked"], "");
    assert_eq!(changed.result()["u_ring"], "1");
}
