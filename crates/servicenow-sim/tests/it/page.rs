//! The page and the plain control endpoints.

use serde_json::json;
use servicenow_sim::{Options, Rounds, Sim};

use crate::client::{anonymous, azure};

fn asked(sim: &Sim, text: &str) -> String {
    let group = sim.id_of("sys_user_group", "name", "Network");
    let columns = json!({ "type": "normal", "assignment_group": group, "short_description": text });
    let id = sim.seed("change_request", columns);
    let number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    sim.move_as(&number, "svc.azure", &[("state", "-4")])
        .unwrap();
    number
}

#[test]
fn a_link_to_a_record_leads_a_person_to_the_page() {
    let sim = Sim::start(Options::default());
    let number = asked(&sim, "Deploy the shop");
    let link = "/nav_to.do?uri=change_request.do%3Fsys_id%3D0123";
    assert!(anonymous(&sim).get(link).text().contains(&number));
    assert_eq!(anonymous(&sim).post(link, &json!({})).status, 401);
}

#[test]
fn the_page_shows_and_escapes() {
    let sim = Sim::start(Options::default());
    assert!(
        anonymous(&sim)
            .get("/")
            .text()
            .contains("No change request yet")
    );
    let number = asked(&sim, "<script>alert('x')</script>\"&");
    let answer = anonymous(&sim).get("/");
    let text = answer.text();
    assert!(
        text.contains(&number) && text.contains("Nina Network") && text.contains("Assess"),
        "{text}"
    );
    assert!(
        text.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"),
        "{text}"
    );
    assert!(!text.contains("<script"));
    assert!(
        answer
            .header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(
        sim.requests().len(),
        0,
        "the page is no request to the instance"
    );
}

#[test]
fn buttons_do_what_they_say() {
    let sim = Sim::start(Options::default());
    let number = asked(&sim, "x");
    let press = |verb: &str, form: &str| {
        let caller = anonymous(&sim).with("Content-Type", "application/x-www-form-urlencoded");
        caller
            .send(
                "POST",
                &format!("/-/changes/{number}/{verb}"),
                Some(form.as_bytes()),
            )
            .status
    };
    assert_eq!(press("approve", "approver=nina.network"), 204);
    assert_eq!(sim.change(&number)["state"], "-4");
    assert_eq!(press("hold", "comment=freeze"), 204);
    assert_eq!(press("approve", ""), 409);
    assert_eq!(press("release", ""), 204);
    assert_eq!(press("approve", "rounds=all"), 204);
    assert_eq!(sim.change(&number)["state"], "-2");
    assert_eq!(press("reject", ""), 409);
    assert_eq!(press("cancel", "comment=enough"), 204);
    assert_eq!(press("cancel", "user=stranger"), 404);
    assert_eq!(press("explode", ""), 404);
    let other = asked(&sim, "y");
    let caller = anonymous(&sim).with("Accept", "text/html");
    let answer = caller.send("POST", &format!("/-/changes/{other}/reject"), Some(b""));
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")));
    assert_eq!(sim.change(&other)["approval"], "rejected");
    assert!(sim.approve(&other, Rounds::All).is_err());
    let foreign = anonymous(&sim).with("Origin", "http://elsewhere.example.com");
    assert_eq!(
        foreign
            .send("POST", &format!("/-/changes/{other}/cancel"), Some(b""))
            .status,
        403
    );
}

#[test]
fn faults_records_and_reset_by_request() {
    let sim = Sim::start(Options::default());
    let control = anonymous(&sim);
    let order = json!({ "fault": { "kind": "rate_limited", "retry_after": 2 }, "on": { "path": "table" }, "when": { "next": 1 } });
    assert_eq!(control.post("/-/faults", &order).status, 204);
    assert_eq!(
        control
            .post(
                "/-/faults",
                &json!({ "fault": { "kind": "none" }, "when": "until_cleared" })
            )
            .status,
        400
    );
    let table = "/api/now/table/change_request";
    assert_eq!(azure(&sim).get(table).status, 429);
    assert_eq!(azure(&sim).post(table, &json!({ "u_x": "1" })).status, 201);
    control.post(
        "/-/faults",
        &json!({ "fault": { "kind": "hang" }, "when": "until_cleared" }),
    );
    assert_eq!(control.delete("/-/faults").status, 204);
    let seen = control.get("/-/requests").json();
    assert_eq!(seen["requests"].as_array().unwrap().len(), 2);
    assert_eq!(seen["requests"][0]["fault"], "rate_limited");
    let found = control.get("/-/findings").json();
    assert_eq!(
        found["findings"][0]["finding"],
        json!({ "kind": "unknown_field", "detail": "u_x" })
    );
    assert_eq!(control.post("/-/reset", &json!({})).status, 204);
    assert_eq!(sim.records("change_request").len(), 0);
    assert_eq!(control.get("/-/requests").json()["requests"], json!([]));
    assert_eq!(control.get("/-/nothing").status, 404);
}
