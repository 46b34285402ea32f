//! Every way to fail, and what of the request survived.

use std::time::Duration;

use serde_json::{Value, json};
use servicenow_sim::{Fault, FindingKind, On, Options, Semaphore, Sim, When};

use crate::client::{Caller, azure};

const TABLE: &str = "/api/now/table/change_request";

fn struck(fault: Fault) -> Sim {
    let sim = Sim::start(Options::default());
    sim.fail(On::path(TABLE).method("POST"), When::Next(1), fault);
    sim
}

/// Sends one create and says how many changes there are afterwards.
fn raw_create(sim: &Sim) -> (Vec<u8>, usize) {
    let (raw, ended) = azure(sim).raw("POST", TABLE, Some(br#"{"short_description":"x"}"#));
    assert!(ended, "the connection stayed open");
    (raw, sim.records("change_request").len())
}

fn create(sim: &Sim) -> (crate::client::Answer, usize) {
    let answer = azure(sim).post(TABLE, &json!({ "short_description": "x" }));
    (answer, sim.records("change_request").len())
}

#[test]
fn too_many_calls_in_both_kinds() {
    let sim = struck(Fault::RateLimited { retry_after: 7 });
    let (answer, made) = create(&sim);
    assert_eq!(
        (answer.status, answer.header("retry-after"), made),
        (429, Some("7"), 0)
    );
    assert_eq!(answer.json()["error"]["message"], "Rate limit exceeded");
    for name in ["x-ratelimit-limit", "x-ratelimit-reset", "x-ratelimit-rule"] {
        assert!(answer.header(name).is_some(), "{name}");
    }
    assert_eq!(answer.header("x-ratelimit-remaining"), None);
    let (answer, made) = create(&sim);
    assert_eq!((answer.status, made), (201, 1), "once only");
    let (answer, made) = create(&struck(Fault::TooBusy));
    assert_eq!(
        (
            answer.status,
            answer.header("retry-after"),
            answer.body.len(),
            made
        ),
        (429, None, 0, 0)
    );
}

#[test]
fn cancelled_before_and_after_the_write() {
    for (fault, expected) in [
        (Fault::TransactionCancelled, 0),
        (Fault::TransactionCancelledAfterCommit, 1),
    ] {
        let (answer, made) = create(&struck(fault));
        assert_eq!((answer.status, made), (500, expected));
        assert_eq!(
            answer.json()["error"]["message"],
            "Transaction cancelled: maximum execution time exceeded"
        );
    }
}

#[test]
fn gateways_answer_in_html() {
    for status in [500, 502, 503, 504] {
        let (answer, made) = create(&struck(Fault::Gateway { status }));
        assert_eq!((answer.status, made), (status, 0));
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("text/html")
        );
        let (answer, made) = create(&struck(Fault::GatewayAfterCommit { status }));
        assert_eq!((answer.status, made), (status, 1));
    }
}

#[test]
fn connections_end_before_and_after_the_write_and_in_the_middle() {
    assert_eq!(raw_create(&struck(Fault::Reset)), (Vec::new(), 0));
    assert_eq!(
        raw_create(&struck(Fault::ResetAfterCommit)),
        (Vec::new(), 1)
    );
    let (raw, made) = raw_create(&struck(Fault::CutBody));
    let text = String::from_utf8_lossy(&raw);
    assert!(
        text.starts_with("HTTP/1.1 201")
            && text.contains("{\"result\"")
            && !text.ends_with("0\r\n\r\n"),
        "{text}"
    );
    assert_eq!(made, 1);
    let sim = struck(Fault::Reset);
    raw_create(&sim);
    let seen = &sim.requests()[0];
    assert_eq!((seen.status, seen.fault), (0, Some("reset")));
}

#[test]
fn successes_that_are_none() {
    let (answer, made) = create(&struck(Fault::Truncated));
    assert_eq!((answer.status, made), (201, 1));
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
    for (fault, words) in [
        (Fault::Hibernating, "Your instance is hibernating"),
        (Fault::LoginPage, "login.do"),
    ] {
        let (answer, made) = create(&struck(fault));
        assert_eq!((answer.status, made), (200, 0));
        assert!(answer.text().contains(words));
    }
    let sim = Sim::start(Options::default());
    for _ in 0..4 {
        sim.seed("change_request", json!({}));
    }
    sim.fail(On::any(), When::UntilCleared, Fault::PartialResult);
    for _ in 0..2 {
        let answer = azure(&sim).get(TABLE);
        let body = answer.json();
        assert_eq!(
            (answer.status, body["status"].as_str()),
            (200, Some("failure"))
        );
        assert_eq!(body["result"].as_array().unwrap().len(), 2);
    }
    sim.heal();
    assert_eq!(azure(&sim).get(TABLE).json().get("error"), None);
}

#[test]
fn elsewhere_too_big_unknown() {
    let (answer, _) = create(&struck(Fault::Redirect {
        location: "http://signin.example.com/".to_owned(),
    }));
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("http://signin.example.com/"))
    );
    let (answer, made) = create(&struck(Fault::Oversize { bytes: 200_000 }));
    assert_eq!((answer.body.len(), made), (200_000, 1));
    assert_eq!(
        answer.result()["short_description"],
        "x",
        "still valid JSON"
    );
    let (answer, made) = create(&struck(Fault::Unauthorized));
    assert_eq!((answer.status, made), (401, 0));
}

#[test]
fn an_answer_word_for_word() {
    for (status, body, kind) in [
        (403, r#"{"error":{"message":"no"}}"#, "application/json"),
        (502, "<html>no</html>", "text/html"),
    ] {
        let body = body.to_owned();
        let (answer, made) = create(&struck(Fault::Answer {
            status,
            body: body.clone(),
        }));
        assert_eq!((answer.status, made), (status, 0));
        assert_eq!(String::from_utf8_lossy(&answer.body), body);
        let said = answer.header("content-type").unwrap_or_default().to_owned();
        assert!(said.starts_with(kind), "{said}");
    }
}

#[test]
fn slow_and_silent_answers() {
    let (answer, made) = create(&struck(Fault::SlowDrip { pause_ms: 1 }));
    assert_eq!((answer.status, made), (201, 1));
    assert_eq!(answer.result()["short_description"], "x");
    for (fault, expected) in [(Fault::Hang, 0), (Fault::HangAfterCommit, 1)] {
        let sim = struck(fault);
        let caller = Caller {
            patience: Duration::from_millis(500),
            ..azure(&sim)
        };
        assert_eq!(caller.raw("POST", TABLE, Some(b"{}")), (Vec::new(), false));
        assert_eq!(sim.records("change_request").len(), expected);
        assert_eq!(
            azure(&sim).get(TABLE).status,
            200,
            "others are served meanwhile"
        );
    }
}

#[test]
fn the_nth_matching_request_is_struck() {
    let sim = Sim::start(Options::default());
    sim.fail(
        On::path("cmdb_ci").method("GET"),
        When::Nth(2),
        Fault::TooBusy,
    );
    let get = |path: &str| azure(&sim).get(&format!("/api/now/table/{path}")).status;
    assert_eq!(
        [
            get("cmdb_ci"),
            get("sys_user"),
            get("cmdb_ci"),
            get("cmdb_ci")
        ],
        [200, 200, 429, 200]
    );
}

#[test]
fn a_create_repeated_without_looking_is_found_out() {
    let sim = struck(Fault::TransactionCancelledAfterCommit);
    create(&sim);
    create(&sim);
    assert_eq!(
        sim.findings().iter().map(|f| f.kind).collect::<Vec<_>>(),
        [FindingKind::BlindPostRetry]
    );
    assert_eq!(sim.records("change_request").len(), 2);
    let sim = struck(Fault::TransactionCancelled);
    create(&sim);
    azure(&sim).get(&format!("{TABLE}?sysparm_query=correlation_id=k"));
    create(&sim);
    assert_eq!(sim.findings(), [], "looked first");
    let sim = struck(Fault::RateLimited { retry_after: 1 });
    create(&sim);
    create(&sim);
    assert_eq!(
        sim.findings(),
        [],
        "a call that was turned away was never made"
    );
}

#[test]
fn a_rate_rule_counts_by_hour() {
    let options = Options {
        rate_limit_per_hour: Some(2),
        clock_start: Some("2026-03-02 09:50:00".to_owned()),
        ..Options::default()
    };
    let sim = Sim::start(options);
    let get = || azure(&sim).get(TABLE);
    assert_eq!(get().header("x-ratelimit-limit"), Some("2"));
    get();
    let denied = get();
    assert_eq!(
        (denied.status, denied.header("retry-after")),
        (429, Some("600"))
    );
    sim.advance(Duration::from_secs(600));
    assert_eq!(get().status, 200);
}

#[test]
fn a_full_queue_turns_away() {
    let semaphore = Some(Semaphore {
        threads: 1,
        queue: 1,
    });
    let sim = Sim::start(Options {
        semaphore,
        ..Options::default()
    });
    sim.fail(On::any(), When::Next(1), Fault::Hang);
    let call = |seconds: u64| {
        let caller = Caller {
            patience: Duration::from_secs(seconds),
            ..azure(&sim)
        };
        String::from_utf8_lossy(&caller.raw("GET", TABLE, None).0).into_owned()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| call(4));
        while sim.requests().is_empty() {
            std::thread::yield_now();
        }
        // The one thread is taken: of two more calls one waits behind it, the other finds the queue full.
        let (first, second) = (scope.spawn(|| call(2)), scope.spawn(|| call(2)));
        let mut answers = [first.join().unwrap(), second.join().unwrap()];
        answers.sort();
        assert_eq!(answers[0], "");
        assert!(answers[1].starts_with("HTTP/1.1 429"), "{answers:?}");
    });
    assert_eq!(
        azure(&sim).get(TABLE).status,
        200,
        "who hung up holds no place"
    );
}

#[test]
fn secrets_stay_out_of_the_record() {
    let sim = Sim::start(Options::default());
    azure(&sim).get(TABLE);
    let shown = format!("{:?}", sim.requests());
    assert!(
        shown.contains("authorization") && !shown.contains("Basic "),
        "{shown}"
    );
}
