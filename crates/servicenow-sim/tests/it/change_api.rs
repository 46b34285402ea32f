//! The change API: its shapes, its silence and its background work.

use serde_json::{Value, json};
use servicenow_sim::{Options, Sim};

use crate::client::{as_user, azure};

const API: &str = "/api/sn_chg_rest/v1/change";

#[test]
fn values_come_in_mixed_types() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-03-02 03:00:00".into()),
        ..Options::default()
    });
    let answer = azure(&sim).post(API, &json!({ "start_date": "2026-03-02 03:00:00" }));
    assert_eq!(answer.status, 200, "not 201");
    let result = answer.result();
    assert_eq!(
        result["state"],
        json!({ "display_value": "New", "value": -5 })
    );
    assert_eq!(result["priority"]["value"].to_string(), "4.0");
    assert_eq!(result["risk"]["value"], "3");
    assert_eq!(result["on_hold"]["value"], false);
    let start = json!({
        "display_value": "2026-03-01 20:00:00", "value": "2026-03-02 03:00:00",
        "display_value_internal": "2026-03-01 20:00:00",
    });
    assert_eq!(result["start_date"], start);
    assert_eq!(result["end_date"]["display_value"], "UNKNOWN");
    sim.configure(|o| o.change_api_mixed_types = false);
    let id = result["sys_id"]["value"].as_str().unwrap();
    let plain = azure(&sim).get(&format!("{API}/{id}")).result();
    let strange = plain
        .as_object()
        .unwrap()
        .values()
        .find(|cell| !cell["value"].is_string());
    assert_eq!(strange, None);
}

#[test]
fn typed_creates_list_what_they_ignored_and_plain_ones_do_not() {
    let sim = Sim::start(Options::default());
    let body = json!({ "short_description": "x", "u_nothing": "y" });
    let plain = azure(&sim).post(API, &body).result();
    assert_eq!(plain.get("__meta"), None);
    let typed = azure(&sim)
        .post(&format!("{API}/emergency"), &body)
        .result();
    assert_eq!(
        typed[0]["__meta"],
        json!({ "ignoredFields": ["u_nothing"] })
    );
    assert_eq!(typed[0]["type"]["value"], "emergency");
    let by_query = azure(&sim)
        .post(&format!("{API}/normal?short_description=q&risk=2"), &body)
        .result();
    assert_eq!(
        (
            &by_query[0]["short_description"]["value"],
            &by_query[0]["risk"]["value"]
        ),
        (&json!("x"), &json!("2"))
    );
    let display =
        json!({ "assignment_group": "Network", "encrypted_fields": ["assignment_group"] });
    let named = azure(&sim).post(API, &display).result();
    let group = sim.id_of("sys_user_group", "name", "Network");
    assert_eq!(named["assignment_group"]["value"], json!(group));
}

#[test]
fn a_template_fixes_its_texts() {
    let sim = Sim::start(Options::default());
    let template = sim.id_of("std_change_record_producer", "name", "Deploy web shop");
    let body = json!({ "short_description": "mine", "description": "mine", "test_plan": "mine" });
    let answer = azure(&sim).post(&format!("{API}/standard/{template}"), &body);
    assert_eq!(answer.status, 200);
    let change = &answer.result()[0];
    assert_eq!(change["short_description"]["value"], "mine");
    assert_eq!(
        change["description"]["value"],
        "Pre-approved: Deploy web shop"
    );
    assert_eq!(
        change["__meta"]["ignoredFields"],
        json!(["description", "test_plan"])
    );
    let version = sim.id_of("std_change_producer_version", "name", "Deploy web shop");
    assert_eq!(
        change["std_change_producer_version"]["value"],
        json!(version)
    );
    let group = sim.id_of("sys_user_group", "name", "Platform Operations");
    assert_eq!(change["assignment_group"]["value"], json!(group));
    assert_eq!(
        azure(&sim)
            .post(&format!("{API}/standard/nothing"), &body)
            .refusal()
            .0,
        404
    );
    let retired = sim.id_of("std_change_record_producer", "name", "Retired template");
    assert_eq!(
        azure(&sim)
            .post(&format!("{API}/standard/{retired}"), &body)
            .refusal()
            .0,
        404
    );
    let listed = azure(&sim)
        .get(&format!("{API}/standard/template"))
        .result();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let one = azure(&sim)
        .get(&format!("{API}/standard/template/{template}"))
        .result();
    assert_eq!(one["name"]["value"], "Deploy web shop");
    let models = azure(&sim).get(&format!("{API}/model")).result();
    assert_eq!(models.as_array().unwrap().len(), 5);
    let model = models[0]["sys_id"]["value"].as_str().unwrap();
    assert_eq!(
        azure(&sim).get(&format!("{API}/model/{model}")).result()["name"],
        models[0]["name"]
    );
    assert_eq!(azure(&sim).get(&format!("{API}/model/nothing")).status, 404);
}

#[test]
fn refusals_stand_in_the_message() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({ "type": "normal" }));
    let (status, message, detail) = azure(&sim)
        .patch(&format!("{API}/{id}"), &json!({ "state": "-1" }))
        .refusal();
    assert_eq!((status, detail.as_str()), (400, ""));
    let start = "Change Request record could not be updated. Operation against file 'change_request' was aborted by Business Rule 'Change Model: Check State Transition^";
    assert!(message.starts_with(start), "{message}");
    sim.configure(|o| o.change_api_refusal_status = 500);
    let (status, message, _) = azure(&sim)
        .patch(&format!("{API}/{id}"), &json!({ "state": "-4" }))
        .refusal();
    assert_eq!(status, 500);
    assert!(
        message.ends_with("mandatory: Assignment group"),
        "{message}"
    );
}

#[test]
fn lists_types_and_roles() {
    let sim = Sim::start(Options::default());
    let normal = sim.seed(
        "change_request",
        json!({ "type": "normal", "short_description": "needle" }),
    );
    let other = sim.seed(
        "change_request",
        json!({ "type": "standard", "short_description": "hay" }),
    );
    let count = |path: &str| {
        azure(&sim)
            .get(&format!("{API}{path}"))
            .result()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (count(""), count("/normal"), count("/emergency")),
        (2, 1, 0)
    );
    assert_eq!(
        (
            count("?textSearch=needle"),
            count("?sysparm_query=type=standard"),
            count("?sysparm_limit=1")
        ),
        (1, 1, 1)
    );
    assert_eq!(
        count("/normal?sysparm_query=risk=9^NQtype=standard"),
        0,
        "a group of its own cannot leave the type"
    );
    assert_eq!(
        azure(&sim).get(&format!("{API}/standard/{normal}")).status,
        404
    );
    assert_eq!(
        azure(&sim).get(&format!("{API}/standard/{other}")).status,
        200
    );
    assert_eq!(
        azure(&sim).get(&format!("{API}/{normal}/nothing")).status,
        400
    );
    let one = format!("{API}/{normal}");
    assert_eq!(azure(&sim).delete(&one).status, 403);
    assert_eq!(as_user(&sim, "rita.reader").get(&one).status, 200);
    assert_eq!(
        as_user(&sim, "rita.reader").patch(&one, &json!({})).status,
        403
    );
    assert_eq!(
        as_user(&sim, "nobody").get(&one).refusal().1,
        "Failed API level ACL Validation"
    );
    assert_eq!(
        as_user(&sim, "chris.manager").delete(&one).status,
        200,
        "not 204"
    );
    assert_eq!(azure(&sim).get(&one).status, 404);
}

fn planned(sim: &Sim, start: &str, end: &str) -> String {
    let item = sim.id_of("cmdb_ci", "name", "checkout-web");
    sim.seed(
        "change_request",
        json!({ "start_date": start, "end_date": end, "cmdb_ci": item }),
    )
}

#[test]
fn conflicts_come_from_overlapping_windows() {
    let sim = Sim::start(Options::default());
    let mine = planned(&sim, "2026-03-02 09:00:00", "2026-03-02 11:00:00");
    let clash = planned(&sim, "2026-03-02 10:00:00", "2026-03-02 12:00:00");
    planned(&sim, "2026-03-02 11:00:00", "2026-03-02 13:00:00");
    let target = format!("{API}/{mine}/conflict");
    let caller = azure(&sim);
    assert_eq!(caller.get(&target).result()["status"], "Not Run");
    assert_eq!(
        caller
            .post(&target, &json!({}))
            .result()
            .as_str()
            .unwrap()
            .len(),
        32
    );
    let running = caller.get(&target).result();
    assert_eq!(
        (&running["job_status"], &running["conflicts"]),
        (&json!("1"), &json!([]))
    );
    let done = caller.get(&target).result();
    assert_eq!(
        (&done["status"], &done["record_count"], &done["job_status"]),
        (&json!("Conflict"), &json!("1"), &json!("2"))
    );
    assert_eq!(done["conflicts"][0]["change"]["value"], json!(clash));
    assert_eq!(
        sim.record("change_request", &mine)["conflict_status"],
        "Conflict"
    );
    sim.set("change_request", &clash, "state", "4");
    caller.post(&target, &json!({}));
    caller.get(&target);
    let clear = caller.get(&target).result();
    assert_eq!(
        (&clear["status"], &clear["conflicts"]),
        (&json!("No Conflict"), &json!([]))
    );
    sim.configure(|o| o.stale_conflict_status = true);
    let stale = caller.get(&target).result();
    assert_eq!(
        (&stale["status"], &stale["conflicts"]),
        (&json!("Conflict"), &json!([]))
    );
    let bare = sim.seed("change_request", json!({}));
    assert_eq!(
        caller
            .post(&format!("{API}/{bare}/conflict"), &json!({}))
            .refusal()
            .0,
        400
    );
    sim.add_conflict(&bare, &mine, "Blackout");
    assert_eq!(
        caller.get(&format!("{API}/{bare}/conflict")).result()["conflicts"][0]["type"]["value"],
        "Blackout"
    );
    assert_eq!(caller.delete(&target).status, 403);
    assert_eq!(as_user(&sim, "chris.manager").delete(&target).status, 200);
}

#[test]
fn background_work_answers_202_and_three_states() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-03-02 09:30:00".into()),
        ..Options::default()
    });
    let busy = planned(&sim, "2026-03-02 10:00:00", "2026-03-02 12:00:00");
    let mine = planned(&sim, "", "");
    let caller = azure(&sim);
    let target = format!("{API}/{mine}/schedule/first_available");
    assert_eq!(caller.patch(&target, &json!({})).refusal().0, 400);
    let answer = caller.patch(&target, &json!({ "duration_in_seconds": 3600 }));
    assert_eq!(answer.status, 202);
    let mut state = answer.result();
    assert_eq!(
        state["state"],
        json!({ "value": 1, "display_value": "Waiting" })
    );
    let worker = format!(
        "{API}/worker/{}",
        state["worker"]["sysId"].as_str().unwrap()
    );
    let mut seen = Vec::new();
    for _ in 0..3 {
        state = caller.get(&worker).result();
        seen.push(state["state"]["value"].as_i64().unwrap());
    }
    assert_eq!(seen, [2, 3, 3]);
    assert_eq!(
        state["payload"]["spans"][0]["start"]["value"], "2026-03-02 12:00:00",
        "behind the busy window"
    );
    assert_eq!(
        sim.record("change_request", &mine)["start_date"],
        "2026-03-02 12:00:00"
    );
    let ci = sim.record("change_request", &busy)["cmdb_ci"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        caller
            .get(&format!("{API}/ci/{ci}/schedule?duration_in_seconds=60"))
            .status,
        202
    );
    let body = json!({ "association_type": "affected", "cmdb_ci_sys_ids": [ci] });
    assert_eq!(caller.post(&format!("{API}/{mine}/ci"), &body).status, 202);
    let items = caller
        .get(&format!("{API}/{mine}/ci?association_type=affected"))
        .result();
    assert_eq!(items[0]["ci_item"]["display_value"], "checkout-web");
    assert_eq!(
        caller
            .post(
                &format!("{API}/{mine}/refresh_impacted_services"),
                &json!({})
            )
            .status,
        202
    );
    assert_eq!(caller.get(&format!("{API}/worker/nothing")).status, 404);
}

#[test]
fn tasks_live_under_their_change() {
    let sim = Sim::start(Options::default());
    let change = planned(&sim, "2026-03-02 09:00:00", "2026-03-02 11:00:00");
    let caller = azure(&sim);
    let target = format!("{API}/{change}/task");
    let body = |start: &str| json!({ "change_task_type": "implementation", "short_description": "x", "planned_start_date": start, "u_no": "1" });
    let early = caller.post(&target, &body("2026-03-02 08:00:00")).refusal();
    assert!(
        early
            .1
            .starts_with("Change Task record could not be created."),
        "{}",
        early.1
    );
    let task = caller.post(&target, &body("2026-03-02 09:30:00")).result();
    assert_eq!(task["__meta"]["ignoredFields"], json!(["u_no"]));
    assert_eq!(task["parent"]["value"], json!(change));
    let one = format!("{target}/{}", task["sys_id"]["value"].as_str().unwrap());
    assert_eq!(
        caller.patch(&one, &json!({ "state": "2" })).result()["state"]["value"],
        2
    );
    assert_eq!(caller.get(&target).result().as_array().unwrap().len(), 1);
    assert_eq!(as_user(&sim, "chris.manager").delete(&one).status, 200);
    assert_eq!(caller.patch(&one, &json!({})).status, 404);
    let risk = caller
        .patch(&format!("{API}/{change}/risk"), &json!({}))
        .result();
    assert_eq!(risk["risk"]["value"], "4");
}

#[test]
fn batches_serve_what_they_can() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let sim = Sim::start(Options {
        batch_max_items: Some(3),
        ..Options::default()
    });
    let item = |id: &str, method: &str, url: &str, body: &str| json!({ "id": id, "method": method, "url": url, "body": STANDARD.encode(body), "headers": [] });
    let table = "/api/now/table/change_request";
    let requests = json!([
        item("a", "POST", table, r#"{"short_description":"x"}"#),
        item("b", "GET", "/api/now/table/nothing", ""),
        item("c", "GET", table, ""),
        item("d", "GET", table, ""),
    ]);
    let body = json!({ "batch_request_id": 7, "rest_requests": requests });
    let answer = azure(&sim).post("/api/now/v1/batch", &body);
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!(
        (&answer["batch_request_id"], &answer["unserviced_requests"]),
        (&json!("7"), &json!(["d"]))
    );
    let codes: Vec<&Value> = answer["serviced_requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["status_code"])
        .collect();
    assert_eq!(codes, [&json!(201), &json!(400), &json!(200)]);
    let inner = STANDARD
        .decode(answer["serviced_requests"][2]["body"].as_str().unwrap())
        .unwrap();
    let rows: Value = serde_json::from_slice(&inner).unwrap();
    assert_eq!(rows["result"][0]["short_description"], "x");
    assert_eq!(sim.requests().iter().filter(|r| r.in_batch).count(), 3);
}
