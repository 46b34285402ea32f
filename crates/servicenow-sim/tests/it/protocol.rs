//! Headers, addresses, methods, sizes and who may come in.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use servicenow_sim::{Api, FindingKind, Options, Sim};

use crate::client::{anonymous, as_user, azure, basic};

const TABLE: &str = "/api/now/table/change_request";

#[test]
fn nobody_gets_in_without_proof() {
    let sim = Sim::start(Options::default());
    let wrong = basic("svc.azure", "wrong");
    for caller in [
        anonymous(&sim),
        anonymous(&sim).with("Authorization", &wrong),
        anonymous(&sim).with("Authorization", "Bearer nonsense"),
        anonymous(&sim).with("x-sn-apikey", "nonsense"),
    ] {
        let answer = caller.get(TABLE);
        let expected = (
            401,
            "User Not Authenticated".to_owned(),
            "Required to provide Auth information".to_owned(),
        );
        assert_eq!(answer.refusal(), expected);
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Basic realm=\"Service-now\"")
        );
    }
    // Even an address that does not exist asks for proof first.
    assert_eq!(anonymous(&sim).get("/api/nothing").status, 401);
}

#[test]
fn headers_are_demanded() {
    let sim = Sim::start(Options::default());
    let with = |name: &str, value: &str| azure(&sim).with(name, value);
    assert_eq!(with("Accept", "").get(TABLE).status, 400);
    assert_eq!(with("Accept", "text/csv").get(TABLE).status, 406);
    assert_eq!(with("Accept", "*/*").get(TABLE).status, 200);
    assert_eq!(
        with("Content-Type", "text/plain")
            .post(TABLE, &json!({}))
            .status,
        415
    );
    let typed = with("Content-Type", "application/json; charset=utf-8");
    assert_eq!(typed.post(TABLE, &json!({})).status, 201);
    let bare = with("Content-Type", " ").send("POST", TABLE, Some(b"{}"));
    assert_eq!(bare.status, 400);
}

#[test]
fn addresses_and_methods_are_exact() {
    let sim = Sim::start(Options::default());
    let caller = as_user(&sim, "admin");
    for path in [
        "/api/now/v3/table/change_request",
        "/api/now/nothing",
        "/api",
        "/elsewhere",
        "/api/now/table",
    ] {
        let (status, message, _) = caller.get(path).refusal();
        assert_eq!(
            (status, message.as_str()),
            (400, "Requested URI does not represent any resource"),
            "{path}"
        );
    }
    let (status, message, _) = caller.get("/api/now/table/em_alert").refusal();
    assert_eq!((status, message.as_str()), (400, "Invalid table em_alert"));
    assert_eq!(caller.delete(TABLE).status, 405);
    assert_eq!(caller.post(&format!("{TABLE}/x"), &json!({})).status, 405);
    assert_eq!(
        caller
            .patch("/api/now/stats/change_request", &json!({}))
            .status,
        405
    );
    sim.configure(|o| o.change_api = false);
    assert_eq!(caller.get("/api/sn_chg_rest/change").refusal().0, 400);
}

#[test]
fn the_error_envelope_is_exact() {
    let sim = Sim::start(Options::default());
    let body = azure(&sim).get("/api/now/table/nothing").json();
    let expected = json!({ "error": { "message": "Invalid table nothing", "detail": null }, "status": "failure" });
    assert_eq!(body, expected);
}

#[test]
fn long_addresses_and_bodies_are_refused() {
    let sim = Sim::start(Options::default());
    let caller = azure(&sim);
    let query = |length: usize| format!("{TABLE}?sysparm_query={}", "x".repeat(length));
    assert_eq!(caller.get(&query(8100)).status, 200);
    assert_eq!(caller.get(&query(8300)).status, 414);
    let huge = vec![b' '; 10_485_761];
    let (status, message, detail) = caller.send("POST", TABLE, Some(&huge)).refusal();
    assert_eq!(
        (status, message.as_str()),
        (400, "Exception while reading request")
    );
    assert!(
        detail.contains("content-length = 10485761 bytes. Max allowed: 10485760 bytes."),
        "{detail}"
    );
    assert_eq!(
        caller.send("POST", TABLE, Some(b"{\"a\":")).refusal().0,
        400
    );
}

#[test]
fn only_version_one_calls_an_empty_list_missing() {
    let sim = Sim::start(Options::default());
    let caller = azure(&sim);
    assert_eq!(
        caller.get("/api/now/v1/table/change_request").refusal().0,
        404
    );
    for path in ["/api/now/v2/table/change_request", TABLE] {
        assert_eq!(caller.get(path).result(), json!([]));
    }
}

#[test]
fn a_post_may_stand_in_for_another_verb() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({}));
    let caller = azure(&sim).with("X-HTTP-Method-Override", "PATCH");
    let answer = caller.post(
        &format!("{TABLE}/{id}"),
        &json!({ "short_description": "changed" }),
    );
    assert_eq!(answer.status, 200);
    assert_eq!(sim.requests()[0].method, "PATCH");
    let quiet = azure(&sim)
        .with("X-no-response-body", "true")
        .post(TABLE, &json!({}));
    assert_eq!((quiet.status, quiet.body.len()), (201, 0));
    assert!(quiet.header("location").is_some());
}

#[test]
fn gates_in_front_of_basic_authentication() {
    let sim = Sim::start(Options {
        basic_auth_restricted: true,
        ..Options::default()
    });
    assert_eq!(azure(&sim).get(TABLE).status, 401);
    let account = sim.id_of("sys_user", "user_name", "svc.azure");
    sim.set("sys_user", &account, "web_service_access_only", "true");
    assert_eq!(azure(&sim).get(TABLE).status, 200);
    sim.add_user("listed", "pw", &["itil", "snc_basic_auth_api_access"]);
    let listed = anonymous(&sim).with("Authorization", &basic("listed", "pw"));
    assert_eq!(listed.get(TABLE).status, 200);
    sim.require_mfa("listed");
    let answer = listed.get(TABLE);
    assert_eq!(
        (answer.status, answer.header("x-mfa_token")),
        (401, Some("invalid"))
    );
    // A token was not asked for a second factor.
    sim.configure(|o| o.mfa = true);
    assert_eq!(azure(&sim).get(TABLE).status, 401);
    let bearer = format!("Bearer {}", sim.token_for("listed"));
    assert_eq!(
        anonymous(&sim)
            .with("Authorization", &bearer)
            .get(TABLE)
            .status,
        200
    );
    sim.deactivate("listed");
    assert_eq!(
        anonymous(&sim)
            .with("Authorization", &bearer)
            .get(TABLE)
            .status,
        401
    );
}

#[test]
fn an_api_key_opens_what_a_policy_says() {
    let sim = Sim::start(Options {
        api_key_apis: BTreeSet::from([Api::Table]),
        ..Options::default()
    });
    let key = sim.credentials().api_key;
    let caller = anonymous(&sim).with("x-sn-apikey", &key);
    assert_eq!(caller.get(TABLE).status, 200);
    assert_eq!(caller.get("/api/sn_chg_rest/change").status, 401);
    assert_eq!(
        anonymous(&sim)
            .get(&format!("{TABLE}?x-sn-apikey={key}"))
            .status,
        200
    );
    sim.configure(|o| o.api_key_apis.clear());
    assert_eq!(caller.get(TABLE).status, 401);
    let seen = sim.requests();
    assert!(
        seen.iter().all(|r| !format!("{r:?}").contains(&key)),
        "the record holds the key"
    );
}

#[test]
fn roles_decide_on_reading_writing_and_deleting() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({ "short_description": "x" }));
    let one = format!("{TABLE}/{id}");
    // Read, write, delete by role set.
    for (user, read, write, delete) in [
        ("nobody", 404, 403, 404),
        ("rita.reader", 200, 403, 403),
        ("frozen.fred", 200, 403, 403),
        ("svc.azure", 200, 201, 403),
        ("chris.manager", 200, 201, 204),
    ] {
        let caller = as_user(&sim, user);
        assert_eq!(caller.get(&one).status, read, "{user} reads");
        assert_eq!(
            caller.post(TABLE, &json!({})).status,
            write,
            "{user} writes"
        );
        assert_eq!(caller.delete(&one).status, delete, "{user} deletes");
    }
    let (status, message, detail) = azure(&sim).get(&one).refusal();
    assert_eq!((status, message.as_str()), (404, "No Record found"));
    assert_eq!(
        detail,
        "Record doesn't exist or ACL restricts the record retrieval"
    );
}

#[test]
fn parameters_nobody_reads_are_ignored_and_reported() {
    let sim = Sim::start(Options::default());
    assert_eq!(
        azure(&sim).get(&format!("{TABLE}?sysparm_limt=1")).status,
        200
    );
    let findings = sim.findings();
    assert_eq!(
        (findings[0].kind, findings[0].detail.as_str()),
        (FindingKind::UnknownParameter, "sysparm_limt")
    );
}

#[test]
fn the_clock_is_the_instances_own() {
    let options = Options {
        clock_start: Some("2026-03-02 09:00:00".to_owned()),
        clock_skew_seconds: 3600,
        ..Options::default()
    };
    let sim = Sim::start(options);
    let answer = azure(&sim).post(TABLE, &json!({}));
    assert_eq!(answer.header("date"), Some("Mon, 02 Mar 2026 10:00:00 GMT"));
    assert_eq!(answer.result()["sys_created_on"], "2026-03-02 10:00:00");
}

#[test]
fn two_runs_with_one_seed_are_the_same() {
    let run = |seed: u64| -> Value {
        let clock_start = Some("2026-03-02 09:00:00".to_owned());
        let sim = Sim::start(Options {
            seed,
            clock_start,
            ..Options::default()
        });
        let caller = azure(&sim);
        for _ in 0..8 {
            caller.post(TABLE, &json!({ "short_description": "x" }));
        }
        caller
            .get(&format!("{TABLE}?sysparm_fields=number,sys_id"))
            .result()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
