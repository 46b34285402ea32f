//! Answers that the stand-in is too honest to give: rows nobody asked for, a success that does nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use change::{State, SysId};
use outbound::Class;
use redact::Secret;
use serde_json::{Value, json};
use servicenow::{Auth, Error, Fields, Instance, NewChange, Refusal};

use crate::harness::{KEY, http, id};

const ID: &str = "0123456789abcdef0123456789abcdef";

/// Request lines as they came.
type Seen = Arc<Mutex<Vec<String>>>;

/// An instance that gives these answers, in this order, whatever it is asked.
fn answering(answers: Vec<(u16, Value)>) -> (Instance, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let request = whole_request(&mut stream);
            let line = request.lines().next().unwrap_or_default();
            record.lock().unwrap().push(line.to_owned());
            let body = body.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    let auth = Auth::Bearer(Secret::new("token-of-the-test"));
    (Instance::new(base.parse().unwrap(), auth, http()), seen)
}

/// Reads head and body: closing a connection with bytes unread resets it.
fn whole_request(stream: &mut std::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut chunk).unwrap() {
            0 => return text,
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}

fn row(correlation: &str, state: &str) -> Value {
    json!({
        "sys_id": ID, "number": "CHG0030001", "state": state, "approval": "not requested",
        "type": "normal", "on_hold": "false", "correlation_id": correlation,
        "correlation_display": "d", "short_description": "s",
    })
}

fn methods(seen: &Seen) -> Vec<String> {
    let seen = seen.lock().unwrap();
    let method = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
    seen.iter().map(method).collect()
}

fn change() -> SysId {
    id(ID)
}

fn new_change() -> NewChange {
    NewChange {
        correlation: KEY.to_owned(),
        correlation_display: "d".to_owned(),
        ..NewChange::default()
    }
}

fn aborted(rule: &str) -> Value {
    let text = format!(
        "Change Request record could not be updated. Operation against file 'change_request' was aborted by Business \
         Rule '{rule}^{ID}'. Business Rule Stack:{rule}"
    );
    json!({"error": {"message": text, "detail": ""}, "status": "failure"})
}

#[tokio::test]
async fn rows_with_another_key_stop_everything() {
    let rows = json!({"result": [row(KEY, "-5"), row("somebody else's", "-5")]});
    let (instance, _) = answering(vec![(200, rows)]);
    let error = instance
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::Broken);
    match *error {
        Error::KeyMismatch { column, found, .. } => {
            assert_eq!(
                (column.as_str(), found.as_str()),
                ("correlation_id", "somebody else's")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_that_differs_in_case_only_is_another_stages_and_no_alarm() {
    let mut other = row(&KEY.to_uppercase(), "-5");
    other["sys_id"] = json!("f".repeat(32));
    let rows = json!({"result": [other, row(KEY, "-4")]});
    let (instance, _) = answering(vec![(200, rows)]);
    let found = instance
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    let ids: Vec<&SysId> = found.iter().map(|change| &change.sys_id).collect();
    assert_eq!(ids, [&change()]);
}

#[tokio::test]
async fn another_record_than_the_one_asked_for_is_not_taken() {
    let mut stranger = row(KEY, "-5");
    stranger["sys_id"] = json!("f".repeat(32));
    let (instance, _) = answering(vec![(200, json!({"result": stranger}))]);
    let error = instance.change_requests().get(&change()).await.unwrap_err();
    assert!(
        matches!(
            &*error,
            Error::KeyMismatch { column, .. } if column == "sys_id"
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_success_that_leaves_the_state_is_found_out_after_looking_again() {
    let stays = || (200, json!({"result": row(KEY, "-5")}));
    let (instance, seen) = answering(vec![stays(), stays(), stays(), stays()]);
    let error = instance
        .change_requests()
        .move_to(&change(), State::Assess, &Fields::new())
        .await
        .unwrap_err();
    match *error {
        Error::StateKept { asked, found, .. } => {
            assert_eq!((asked, found), (State::Assess, State::New));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(methods(&seen), ["PATCH", "GET", "GET", "GET"]);
}

#[tokio::test]
async fn a_refused_move_to_where_it_already_is_is_no_failure() {
    let answers = vec![
        (403, aborted("Closed is closed")),
        (200, json!({"result": row(KEY, "3")})),
    ];
    let (instance, _) = answering(answers);
    let moved = instance
        .change_requests()
        .move_to(&change(), State::Closed, &Fields::new())
        .await
        .unwrap();
    assert!(moved.already);
    assert_eq!(moved.request.state, State::Closed);
}

#[tokio::test]
async fn a_second_try_refused_because_the_first_took_effect_late_is_a_move() {
    let answers = vec![
        (504, json!({})),
        (200, json!({"result": row(KEY, "-5")})),
        (403, aborted("Check")),
        (200, json!({"result": row(KEY, "-4")})),
    ];
    let (instance, seen) = answering(answers);
    let moved = instance
        .change_requests()
        .move_to(&change(), State::Assess, &Fields::new())
        .await
        .unwrap();
    assert_eq!((moved.request.state, moved.already), (State::Assess, false));
    assert_eq!(methods(&seen), ["PATCH", "GET", "PATCH", "GET"]);
}

#[tokio::test]
async fn a_rules_refusal_is_one_whatever_its_status() {
    for status in [400, 403, 500] {
        let (instance, seen) = answering(vec![(status, aborted("Freeze")), (404, json!({}))]);
        let error = instance
            .change_requests()
            .update(&change(), &Fields::new().set("risk", "2"))
            .await
            .unwrap_err();
        assert_eq!(error.class(), Class::Refused, "{status}: {error:?}");
        assert!(!error.may_have_happened());
        let rule = Refusal::BusinessRule {
            rule: "Freeze".to_owned(),
        };
        assert_eq!(error.refusal(), Some(&rule));
        assert_eq!(methods(&seen), ["PATCH"]);
    }
}

#[tokio::test]
async fn a_change_that_did_not_take_its_key_is_named() {
    let (instance, _) = answering(vec![(201, json!({"result": row("", "-5")}))]);
    let error = instance
        .change_requests()
        .create(&new_change())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("CHG0030001"), "{error}");
    assert_eq!(error.class(), Class::Refused);
    // It did happen: looking for it by the key it lacks would lead to a second one.
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn a_template_that_leaves_the_key_out_gets_it_at_once() {
    let mut opened = row("", "-5");
    opened["__meta"] = json!({"ignoredFields": ["correlation_id"]});
    let answers = vec![
        (200, json!({"result": [opened]})),
        (200, json!({"result": row(KEY, "-5")})),
    ];
    let (instance, seen) = answering(answers);
    let new = NewChange {
        template: Some(id(&"7".repeat(32))),
        ..new_change()
    };
    let written = instance.change_requests().create(&new).await.unwrap();
    assert_eq!(written.request.correlation, KEY);
    assert_eq!(written.dropped, []);
    assert_eq!(methods(&seen), ["POST", "PATCH"]);
}

#[tokio::test]
async fn a_change_whose_key_cannot_be_written_is_named() {
    let answers = vec![
        (200, json!({"result": row("", "-5")})),
        (403, aborted("No keys here")),
    ];
    let (instance, _) = answering(answers);
    let new = NewChange {
        template: Some(id(&"7".repeat(32))),
        ..new_change()
    };
    let error = instance.change_requests().create(&new).await.unwrap_err();
    let chain = redact::chain(&error);
    assert!(
        chain.contains("CHG0030001") && chain.contains("No keys here"),
        "{chain}"
    );
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn an_answer_without_a_number_is_read_again() {
    let answers = vec![
        (200, json!({"result": [{"sys_id": ID}]})),
        (200, json!({"result": row(KEY, "-5")})),
    ];
    let (instance, seen) = answering(answers);
    let new = NewChange {
        template: Some(id(&"7".repeat(32))),
        ..new_change()
    };
    let written = instance.change_requests().create(&new).await.unwrap();
    assert_eq!(written.request.number.as_str(), "CHG0030001");
    assert_eq!(methods(&seen), ["POST", "GET"]);
}

#[tokio::test]
async fn an_empty_or_odd_result_of_a_write_may_have_happened() {
    for result in [
        json!({"result": []}),
        json!({}),
        json!({"result": {"sys_id": ID}}),
    ] {
        let (instance, _) = answering(vec![(201, result.clone())]);
        let error = instance
            .change_requests()
            .create(&new_change())
            .await
            .unwrap_err();
        assert!(matches!(*error, Error::Shape { .. }), "{result}: {error:?}");
        assert!(error.may_have_happened(), "{result}: {error:?}");
    }
}

#[tokio::test]
async fn a_name_that_widened_is_not_resolved() {
    let stranger = json!({"sys_id": ID, "name": "Other group", "active": "true"});
    let (instance, _) = answering(vec![(200, json!({"result": [stranger]}))]);
    let error = instance.references().group("Network").await.unwrap_err();
    assert!(
        matches!(&*error, Error::KeyMismatch { column, .. } if column == "name"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_api_that_is_absent_with_404_is_absent_too() {
    let body = json!({
        "error": {"message": "Requested URI does not represent any resource", "detail": null},
        "status": "failure",
    });
    let (instance, _) = answering(vec![(404, body)]);
    assert_eq!(
        instance
            .change_requests()
            .next_states(&change())
            .await
            .unwrap(),
        None
    );
    assert_eq!(instance.notices().len(), 1);
}

#[tokio::test]
async fn foreign_text_in_an_error_is_cut() {
    let long = "##vso[task.complete result=Succeeded]".repeat(500);
    let body = json!({"error": {"message": long, "detail": null}, "status": "failure"});
    let (instance, _) = answering(vec![(400, body)]);
    let error = instance.change_requests().get(&change()).await.unwrap_err();
    assert!(redact::chain(&error).len() < 600);
}
