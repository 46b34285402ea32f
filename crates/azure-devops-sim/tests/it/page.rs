//! The page for people, and the plain addresses for programs in other languages.

use azure_devops_sim::{Options, RunSeed, Sim, StageSeed};
use serde_json::json;

use crate::client::{anonymous, api, reader};

#[test]
fn the_page_lists_runs_and_runs_nothing() {
    let sim = Sim::start(Options::default());
    let hostile = "<script>alert(1)</script>\"'&";
    let run = sim.seed_run(RunSeed {
        number: Some(hostile.to_owned()),
        definition: hostile.to_owned(),
        source_version: hostile.to_owned(),
        ..RunSeed::default()
    });
    let stage = StageSeed {
        display_name: Some(hostile.to_owned()),
        ..StageSeed::default()
    };
    sim.seed_stage(run, "Production", 2, stage);
    let answer = anonymous(&sim).get("/");
    let text = answer.text();
    assert!(text.contains("20261125.1") && text.contains("To production: inProgress"));
    assert!(text.contains("attempt 2"));
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"));
}

#[test]
fn programs_can_break_mend_and_look() {
    let sim = Sim::start(Options::default());
    let plain = anonymous(&sim);
    let order = json!({
        "fault": { "kind": "throttled", "retry_after": 3, "html": false },
        "on": { "method": "GET", "path": "timeline" },
        "when": { "next": 1 },
    });
    assert_eq!(plain.post("/-/faults", &order).status, 204);
    assert_eq!(
        reader(&sim).get(&api("build/builds/4711/timeline")).status,
        429
    );
    assert_eq!(
        plain
            .post(
                "/-/faults",
                &json!({ "fault": { "kind": "fire" }, "when": { "next": 1 } })
            )
            .status,
        400
    );
    reader(&sim).get("/fabrikam/_apis/projects");
    let seen = plain.get("/-/requests").json();
    assert_eq!(
        (
            &seen["requests"][0]["status"],
            &seen["requests"][0]["fault"]
        ),
        (&json!(429), &json!("throttled"))
    );
    let found = plain.get("/-/findings").json();
    assert_eq!(found["findings"][0]["finding"]["kind"], "no_api_version");
    plain.post(
        "/-/faults",
        &json!({ "fault": { "kind": "reset" }, "when": "until_cleared" }),
    );
    assert_eq!(plain.send("DELETE", "/-/faults", None).status, 204);
    assert_eq!(reader(&sim).get(&api("build/builds/4711")).status, 200);
    assert_eq!(plain.get("/-/nothing").status, 404);
}

#[test]
fn a_reset_brings_the_first_world_back() {
    let sim = Sim::start(Options::default());
    let pat = sim.pat();
    let run = sim.seed_run(RunSeed::default());
    sim.delete_run(4711);
    let foreign = anonymous(&sim).with("Origin", "https://elsewhere.example");
    assert_eq!(foreign.post("/-/reset", &json!({})).status, 403);
    assert_eq!(reader(&sim).get(&api("build/builds/4711")).status, 404);
    assert_eq!(anonymous(&sim).post("/-/reset", &json!({})).status, 204);
    assert_eq!(reader(&sim).get(&api("build/builds/4711")).status, 200);
    assert_eq!(
        reader(&sim)
            .get(&api(&format!("build/builds/{run}")))
            .status,
        404
    );
    assert_eq!(sim.pat(), pat);
}
