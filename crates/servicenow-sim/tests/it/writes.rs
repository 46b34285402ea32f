//! What an instance does to values without a word, and what the record of it says.

use serde_json::{Value, json};
use servicenow_sim::{DateMode, FindingKind, OffList, Options, Sim};

use crate::client::{as_user, azure};

const TABLE: &str = "/api/now/table/change_request";
const INCIDENT: &str = "/api/now/table/incident";

fn kinds(sim: &Sim) -> Vec<FindingKind> {
    sim.findings().iter().map(|f| f.kind).collect()
}

fn created(sim: &Sim, body: Value) -> Value {
    let answer = azure(sim).post(TABLE, &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.result()
}

#[test]
fn a_create_says_where_it_went() {
    let sim = Sim::start(Options::default());
    let answer = azure(&sim).post(
        TABLE,
        &json!({ "short_description": "x", "correlation_id": "k" }),
    );
    let result = answer.result();
    let id = result["sys_id"].as_str().unwrap();
    assert_eq!(
        answer.header("location").unwrap(),
        format!("{}{TABLE}/{id}", sim.url())
    );
    assert_eq!(result["number"], "CHG0030001");
    assert_eq!(
        (&result["priority"], &result["risk"], &result["category"]),
        (&json!("4"), &json!("3"), &json!("Other"))
    );
    let by = &result["requested_by"]["value"];
    assert_eq!(by, &json!(sim.id_of("sys_user", "user_name", "svc.azure")));
    // Nothing keeps a second one with the same key out.
    azure(&sim).post(TABLE, &json!({ "correlation_id": "k" }));
    assert_eq!(sim.find("change_request", "correlation_id", "k").len(), 2);
}

#[test]
fn put_and_patch_change_only_what_they_name() {
    let sim = Sim::start(Options::default());
    let id = sim.seed(
        "change_request",
        json!({ "short_description": "a", "description": "b" }),
    );
    for method in ["PUT", "PATCH"] {
        let answer = azure(&sim).send(
            method,
            &format!("{TABLE}/{id}"),
            Some(br#"{"short_description":"c"}"#),
        );
        assert_eq!(answer.status, 200);
        assert_eq!(
            (
                &answer.result()["short_description"],
                &answer.result()["description"]
            ),
            (&json!("c"), &json!("b"))
        );
    }
    assert_eq!(
        sim.record("change_request", &id)["sys_mod_count"],
        "1",
        "the second changed nothing"
    );
    azure(&sim).patch(&format!("{TABLE}/{id}"), &json!({ "description": "" }));
    assert_eq!(sim.record("change_request", &id)["description"], "");
}

#[test]
fn what_cannot_be_written_is_swallowed_and_reported() {
    let sim = Sim::start(Options::default());
    let body = json!({
        "u_pipeline": "x", "sys_created_on": "2020-01-01 00:00:00", "on_hold": "perhaps",
        "short_description": { "value": "x" }, "cmdb_ci": "checkout-web",
    });
    let result = created(&sim, body);
    assert_eq!(
        (&result["on_hold"], &result["short_description"]),
        (&json!("false"), &json!(""))
    );
    assert_eq!(result["cmdb_ci"]["value"], "checkout-web");
    let mut seen = kinds(&sim);
    seen.sort();
    let mut expected = vec![
        FindingKind::UnknownField,
        FindingKind::SystemField,
        FindingKind::WrongType,
        FindingKind::NonScalar,
        FindingKind::UnresolvedReference,
    ];
    expected.sort();
    assert_eq!(seen, expected);
    let two = azure(&sim).send(
        "POST",
        TABLE,
        Some(br#"[{"short_description":"1"},{"short_description":"2"}]"#),
    );
    assert_eq!(two.result()["short_description"], "1");
    assert_eq!(sim.records("change_request").len(), 2);
    assert_eq!(kinds(&sim).last(), Some(&FindingKind::ExtraRecords));
}

#[test]
fn foreign_dates_are_lost_in_three_ways() {
    let sim = Sim::start(Options::default());
    let good = created(
        &sim,
        json!({ "start_date": "2026-03-02 09:00:00", "end_date": "2026-03-03" }),
    );
    assert_eq!(
        (&good["start_date"], &good["end_date"]),
        (&json!("2026-03-02 09:00:00"), &json!("2026-03-03 00:00:00"))
    );
    assert_eq!(sim.findings(), []);
    for bad in [
        "2021-11-05T07:56:59Z",
        "2021-11-05T07:56:59+02:00",
        "1636099019",
        "2021-02-30 00:00:00",
    ] {
        assert_eq!(
            created(&sim, json!({ "start_date": bad }))["start_date"],
            "",
            "{bad}"
        );
        assert_eq!(kinds(&sim).last(), Some(&FindingKind::IsoDate));
    }
    sim.configure(|o| o.dates = DateMode::LenientRollover);
    let rolled = created(&sim, json!({ "start_date": "2021-11-05T07:56:59Z" }));
    assert_eq!(rolled["start_date"], "0011-05-14 00:00:00");
    sim.configure(|o| o.dates = DateMode::Lint);
    assert_eq!(
        azure(&sim)
            .post(TABLE, &json!({ "start_date": "2021-11-05T07:56:59Z" }))
            .refusal()
            .0,
        400
    );
}

#[test]
fn choices_take_values_not_labels() {
    let sim = Sim::start(Options::default());
    let result = created(&sim, json!({ "risk": "moderate" }));
    assert_eq!(result["risk"], "moderate");
    assert_eq!(kinds(&sim), [FindingKind::OffList]);
    sim.configure(|o| o.off_list = OffList::StoreEmpty);
    assert_eq!(created(&sim, json!({ "risk": "moderate" }))["risk"], "");
    sim.configure(|o| o.off_list = OffList::Refuse);
    assert_eq!(
        azure(&sim)
            .post(TABLE, &json!({ "risk": "moderate" }))
            .refusal()
            .0,
        400
    );
    // A column that policy makes mandatory loses the value whatever the option says.
    assert_eq!(
        created(&sim, json!({ "close_code": "Successful" }))["close_code"],
        ""
    );
}

#[test]
fn display_input_reads_labels_names_and_local_time() {
    let sim = Sim::start(Options::default());
    let body = json!({
        "risk": "High", "assignment_group": "Network", "assigned_to": "nina.network", "start_date": "2026-03-02 09:00:00",
    });
    let result = azure(&sim)
        .post(&format!("{TABLE}?sysparm_input_display_value=true"), &body)
        .result();
    assert_eq!(
        (&result["risk"], &result["start_date"]),
        (&json!("2"), &json!("2026-03-02 16:00:00"))
    );
    let group = sim.id_of("sys_user_group", "name", "Network");
    assert_eq!(result["assignment_group"]["value"], json!(group));
    assert_eq!(sim.findings(), []);
    let raw = created(&sim, json!({ "start_date": "2026-03-02 09:00:00" }));
    assert_eq!(raw["start_date"], "2026-03-02 09:00:00");
}

#[test]
fn long_text_is_cut_or_refused() {
    let sim = Sim::start(Options::default());
    let result = created(&sim, json!({ "correlation_id": "ä".repeat(120) }));
    assert_eq!(
        result["correlation_id"].as_str().unwrap().chars().count(),
        100
    );
    assert_eq!(kinds(&sim), [FindingKind::TooLong]);
    sim.configure(|o| o.lint_lengths = true);
    assert_eq!(
        azure(&sim)
            .post(TABLE, &json!({ "correlation_id": "x".repeat(101) }))
            .refusal()
            .0,
        400
    );
}

#[test]
fn a_caller_may_choose_the_id_where_that_is_open() {
    let sim = Sim::start(Options::default());
    let id = "0123456789abcdef0123456789abcdef";
    let body = json!({ "sys_id": id });
    assert_ne!(created(&sim, body.clone())["sys_id"], id);
    let open = format!("{TABLE}?sysparm_suppress_auto_sys_field=true");
    assert_eq!(azure(&sim).post(&open, &body).result()["sys_id"], id);
    let (status, message, _) = azure(&sim).post(&open, &body).refusal();
    assert_eq!((status, message.as_str()), (403, "Operation Failed"));
    sim.configure(|o| o.admin_only_sys_fields = true);
    let other = json!({ "sys_id": "f".repeat(32) });
    assert_ne!(
        azure(&sim).post(&open, &other).result()["sys_id"],
        other["sys_id"]
    );
    assert_eq!(
        as_user(&sim, "admin").post(&open, &other).result()["sys_id"],
        other["sys_id"]
    );
}

#[test]
fn incidents_compute_priority_and_need_a_resolution() {
    let sim = Sim::start(Options::default());
    let caller = azure(&sim);
    let result = caller
        .post(
            INCIDENT,
            &json!({ "priority": "1", "impact": "2", "urgency": "1" }),
        )
        .result();
    assert_eq!(result["priority"], "2");
    assert_eq!(kinds(&sim), [FindingKind::PriorityIgnored]);
    let one = format!("{INCIDENT}/{}", result["sys_id"].as_str().unwrap());
    assert_eq!(
        caller.patch(&one, &json!({ "state": "2" })).result()["incident_state"],
        "2"
    );
    let labels = "Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes";
    assert_eq!(
        caller.patch(&one, &json!({ "state": "6" })).refusal().2,
        labels
    );
    let historic =
        json!({ "state": "6", "close_code": "Solved (Permanently)", "close_notes": "x" });
    assert!(
        caller
            .patch(&one, &historic)
            .refusal()
            .2
            .ends_with("mandatory: Resolution code")
    );
    let good = json!({ "state": "6", "close_code": "Solution provided", "close_notes": "x" });
    assert_eq!(caller.patch(&one, &good).result()["incident_state"], "6");
}

#[test]
fn a_changes_priority_is_kept_unless_derived() {
    let sim = Sim::start(Options::default());
    assert_eq!(
        created(
            &sim,
            json!({ "priority": "1", "impact": "3", "urgency": "3" })
        )["priority"],
        "1"
    );
    sim.configure(|o| o.derive_change_priority = true);
    assert_eq!(
        created(
            &sim,
            json!({ "priority": "1", "impact": "3", "urgency": "3" })
        )["priority"],
        "4"
    );
}

#[test]
fn the_type_is_fixed_after_new() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({ "type": "normal", "state": "-4" }));
    let answer = azure(&sim).patch(&format!("{TABLE}/{id}"), &json!({ "type": "standard" }));
    assert_eq!(
        (answer.status, &answer.result()["type"]),
        (200, &json!("normal"))
    );
    assert_eq!(kinds(&sim), [FindingKind::TypeIgnored]);
}

#[test]
fn attachments_come_back_as_they_went() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({}));
    let caller = azure(&sim).with("Content-Type", "text/plain");
    let target = format!(
        "/api/now/attachment/file?table_name=change_request&table_sys_id={id}&file_name=log.txt"
    );
    let answer = caller.send("POST", &target, Some(b"bytes\x00\xff"));
    assert_eq!(answer.status, 201);
    let result = answer.result();
    assert_eq!(
        (&result["size_bytes"], &result["content_type"]),
        (&json!("7"), &json!("text/plain"))
    );
    let file = result["sys_id"].as_str().unwrap();
    assert_eq!(
        caller.get(&format!("/api/now/attachment/{file}/file")).body,
        b"bytes\x00\xff"
    );
    assert_eq!(sim.attachment_opt(file).unwrap(), b"bytes\x00\xff");
    let listed = caller.get(&format!(
        "/api/now/attachment?sysparm_query=table_sys_id={id}"
    ));
    assert_eq!(
        (
            listed.result()[0]["file_name"].as_str(),
            listed.header("x-total-count")
        ),
        (Some("log.txt"), Some("1"))
    );
    assert_eq!(
        caller
            .send("POST", "/api/now/attachment/file?file_name=x", Some(b"x"))
            .refusal()
            .0,
        400
    );
    let missing = "/api/now/attachment/file?table_name=change_request&table_sys_id=x&file_name=x";
    assert_eq!(caller.send("POST", missing, Some(b"x")).refusal().0, 404);
    assert_eq!(
        as_user(&sim, "nobody")
            .get(&format!("/api/now/attachment/{file}/file"))
            .status,
        404
    );
    assert_eq!(
        caller.delete(&format!("/api/now/attachment/{file}")).status,
        204
    );
    assert_eq!(
        caller.get(&format!("/api/now/attachment/{file}")).status,
        404
    );
}
