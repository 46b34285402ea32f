//! A section that asks again by itself, by a clock that stands still.

use std::time::Duration;

use agentless::{Failure, Gate, Settings};
use serde_json::json;

use crate::server::{Reply, Server, ok};
use crate::sets::{definition, gate, get, job, with};

fn polling(pause: &str) -> serde_json::Value {
    json!({
        "ContinuePollingExpression": "eq(response['statuscode'], 'Accepted')",
        "DurationBetweenRetries": pause,
        "OutputVariables": { "done": "root['done']" },
    })
}

#[tokio::test(start_paused = true)]
async fn polls_until_the_condition_is_false() {
    let later = || Reply::Body(202, "{\"done\": \"no\"}".to_owned());
    let server = Server::start(vec![later(), later(), ok(json!({ "done": "yes" }))]);
    let begun = tokio::time::Instant::now();
    let mut gate = gate(
        server.url(),
        &json!([with(
            get("/p", "eq(root['done'], 'yes')"),
            polling("00:01:30")
        )]),
    );
    let sample = gate.sample().await;
    assert!(sample.passed, "{}", sample.log);
    assert_eq!(
        begun.elapsed().as_secs(),
        180,
        "two pauses, and the clock ran for nothing else"
    );
    let statuses: Vec<_> = sample.sections[0]
        .requests
        .iter()
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [Some(202), Some(202), Some(200)]);
    assert_eq!(gate.output("done"), Some("yes"));
}

#[tokio::test(start_paused = true)]
async fn polls_no_longer_than_a_job_may_take() {
    let server = Server::start(vec![Reply::Body(202, String::new()); 20]);
    let settings = Settings {
        polling_within: Duration::from_secs(150),
        ..Settings::default()
    };
    let job = job(server.url()).input("name", "00:01:00");
    let sections = json!([with(get("/p", ""), polling("$(name)"))]);
    let mut gate = Gate::new(&definition(&sections), &job, settings).unwrap();
    let sample = gate.sample().await;
    assert_eq!(
        sample.failure(),
        Some(&Failure::StillPolling { seconds: 150 })
    );
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_pause_has_to_be_one() {
    let server = Server::start(vec![Reply::Body(202, String::new())]);
    let job = job(server.url()).input("name", "soon");
    let sections = json!([with(get("/p", ""), polling("$(name)"))]);
    let mut gate = Gate::new(&definition(&sections), &job, Settings::default()).unwrap();
    let sample = gate.sample().await;
    assert_eq!(
        sample.failure(),
        Some(&Failure::Pause {
            text: "soon".to_owned()
        })
    );
}
