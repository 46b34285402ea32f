//! Every way to fail, as a client sees it.

use std::time::Duration;

use azure_devops_sim::{Fault, FindingKind, On, Options, Sim, When};
use serde_json::json;

use crate::client::{Answer, api, reader};

const RUN: &str = "build/builds/4711";

fn struck(fault: Fault) -> (Sim, Answer) {
    let sim = Sim::start(Options::default());
    sim.fail(
        On::path("/Build/builds").method("get"),
        When::Next(1),
        fault,
    );
    let answer = reader(&sim).get(&api(RUN));
    assert_eq!(reader(&sim).get(&api(RUN)).json()["id"], 4711, "only once");
    (sim, answer)
}

#[test]
fn throttling_first_slows_and_then_blocks() {
    let (sim, slowed) = struck(Fault::Slowed {
        retry_after: 12,
        delay_ms: 30,
    });
    assert_eq!((slowed.status, &slowed.json()["id"]), (200, &json!(4711)));
    assert_eq!(slowed.header("retry-after"), Some("12"));
    assert_eq!(slowed.header("x-ratelimit-delay"), Some("0.030"));
    assert_eq!(slowed.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(slowed.header("x-ratelimit-limit"), Some("200"));
    assert!(
        slowed
            .header("x-ratelimit-reset")
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_700_000_000
    );
    assert_eq!(sim.requests()[0].fault, Some("slowed"));
    let (_, blocked) = struck(Fault::Throttled {
        retry_after: 5,
        html: false,
    });
    assert_eq!(blocked.refusal().0, 429);
    assert!(
        blocked.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("TF400733")
    );
    assert_eq!(blocked.header("retry-after"), Some("5"));
    let (_, page) = struck(Fault::Throttled {
        retry_after: 5,
        html: true,
    });
    assert_eq!(page.status, 429);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    assert!(page.text().contains("TF400733"));
}

#[test]
fn pages_and_statuses_instead_of_answers() {
    let (_, gateway) = struck(Fault::Gateway { status: 503 });
    assert_eq!(gateway.status, 503);
    assert!(gateway.text().starts_with("<!DOCTYPE html>"));
    let (_, offline) = struck(Fault::Offline);
    assert_eq!(
        (offline.status, offline.header("x-vss-hostofflineerror")),
        (503, Some("true"))
    );
    let (_, sign_in) = struck(Fault::SignInPage);
    assert_eq!(sign_in.status, 203, "although asked not to");
    let (_, redirect) = struck(Fault::Redirect {
        location: "http://127.0.0.1:9/".to_owned(),
    });
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (302, Some("http://127.0.0.1:9/"))
    );
    let (_, refused) = struck(Fault::Unauthorized);
    assert_eq!(refused.refusal().0, 401);
    let (_, refused) = struck(Fault::Forbidden);
    assert_eq!(refused.refusal().0, 403);
    for (body, media) in [
        ("{}", "application/json"),
        ("Sorry", "text/plain"),
        ("<p>", "text/html"),
    ] {
        let (_, answer) = struck(Fault::Answer {
            status: 418,
            body: body.to_owned(),
        });
        assert_eq!((answer.status, answer.text().as_str()), (418, body));
        assert!(answer.header("content-type").unwrap().starts_with(media));
    }
}

#[test]
fn broken_bodies_and_broken_lines() {
    let (_, truncated) = struck(Fault::Truncated);
    assert_eq!(truncated.status, 200);
    assert!(serde_json::from_slice::<serde_json::Value>(&truncated.body).is_err());
    let (_, large) = struck(Fault::Oversize { bytes: 100_000 });
    assert!(large.body.len() >= 100_000);
    assert_eq!(large.json()["id"], 4711);
    let (_, slow) = struck(Fault::Slow { delay_ms: 20 });
    assert_eq!(slow.json()["id"], 4711);
    let (_, drip) = struck(Fault::SlowDrip { pause_ms: 0 });
    assert_eq!(drip.json()["id"], 4711);
    let sim = Sim::start(Options::default());
    for fault in [Fault::Reset, Fault::ResetAfterCommit] {
        sim.fail(On::any(), When::Next(1), fault);
        assert_eq!(reader(&sim).raw("GET", &api(RUN), None), (Vec::new(), true));
    }
    sim.fail(On::any(), When::Next(1), Fault::CutBody);
    let (raw, ended) = reader(&sim).raw("GET", &api(RUN), None);
    assert!(ended && raw.starts_with(b"HTTP/1.1 200") && !raw.ends_with(b"0\r\n\r\n"));
    sim.fail(On::any(), When::Next(1), Fault::Hang);
    let mut caller = reader(&sim);
    caller.patience = Duration::from_millis(50);
    assert_eq!(caller.raw("GET", &api(RUN), None), (Vec::new(), false));
    let statuses: Vec<u16> = sim.requests().iter().map(|r| r.status).collect();
    assert_eq!(statuses, [0, 0, 200, 0]);
}

#[test]
fn faults_strike_when_told_until_healed() {
    let sim = Sim::start(Options::default());
    let status = || reader(&sim).get(&api(RUN)).status;
    sim.fail(
        On::path("builds"),
        When::Nth(2),
        Fault::Gateway { status: 502 },
    );
    assert_eq!([status(), status(), status()], [200, 502, 200]);
    sim.fail(
        On::any(),
        When::UntilCleared,
        Fault::Gateway { status: 504 },
    );
    assert_eq!([status(), status()], [504, 504]);
    sim.heal();
    assert_eq!(status(), 200);
    sim.fail(On::path("timeline"), When::UntilCleared, Fault::Reset);
    sim.fail(
        On::path("builds").method("POST"),
        When::UntilCleared,
        Fault::Reset,
    );
    assert_eq!(status(), 200, "neither this path nor this method");
}

#[test]
fn a_lost_answer_may_hide_a_work_item_and_blind_repeats_are_told() {
    let sim = Sim::start(Options::default());
    let caller = reader(&sim).with("Content-Type", "application/json-patch+json");
    let document = json!([{ "op": "add", "path": "/fields/System.Title", "value": "Once" }]);
    let document = document.to_string();
    let create = || {
        caller.raw(
            "POST",
            &api("wit/workitems/$Bug"),
            Some(document.as_bytes()),
        )
    };
    sim.fail(
        On::path("workitems"),
        When::Next(1),
        Fault::ResetAfterCommit,
    );
    assert!(create().0.is_empty());
    assert_eq!(
        sim.work_item_field(299, "System.Title"),
        Some(json!("Once"))
    );
    assert_eq!(sim.findings(), []);
    create();
    assert!(
        sim.work_item_field(300, "System.Title").is_some(),
        "there are two now"
    );
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FindingKind::BlindPostRetry]);
    sim.fail(
        On::path("workitems"),
        When::Next(1),
        Fault::GatewayAfterCommit { status: 504 },
    );
    create();
    reader(&sim).get(&api("wit/workitems/301"));
    create();
    assert_eq!(sim.findings().len(), 1, "it looked in between");
}
