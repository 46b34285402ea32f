//! Limits on files, and files that are there already.

use serde_json::json;
use servicenow_sim::{FindingKind, Options, Sim};

use crate::client::{Answer, Caller, as_user, azure};

fn attach(caller: &Caller<'_>, table: &str, id: &str, name: &str, bytes: &[u8]) -> Answer {
    let target =
        format!("/api/now/attachment/file?table_name={table}&table_sys_id={id}&file_name={name}");
    caller.send("POST", &target, Some(bytes))
}

#[test]
fn files_have_a_limit_and_a_table_may_have_a_smaller_one() {
    let sim = Sim::start(Options {
        attachment_limit: 100,
        ..Options::default()
    });
    sim.configure(|o| {
        o.attachment_limits.insert("change_task".to_owned(), 10);
    });
    let change = sim.seed("change_request", json!({}));
    let task = sim.seed("change_task", json!({ "change_request": change }));
    let caller = azure(&sim);
    let bytes = [b'x'; 101];
    let (status, message, detail) =
        attach(&caller, "change_request", &change, "a", &bytes).refusal();
    assert_eq!(
        (status, message.as_str()),
        (400, "Exception while reading request")
    );
    assert_eq!(
        detail,
        "Rejected large REST payload with content-length = 101 bytes. Max allowed: 100 bytes."
    );
    assert_eq!(
        attach(&caller, "change_request", &change, "a", &bytes[1..]).status,
        201
    );
    assert_eq!(
        attach(&caller, "change_task", &task, "a", &bytes[..11]).status,
        400
    );
    assert_eq!(
        attach(&caller, "change_task", &task, "a", &bytes[..10]).status,
        201
    );
    assert_eq!(sim.records("sys_attachment").len(), 2);
}

#[test]
fn ten_megabytes_are_the_most_in_any_case() {
    let sim = Sim::start(Options::default());
    let change = sim.seed("change_request", json!({}));
    let most = 10 << 20;
    let bytes = vec![0; most + 1];
    assert_eq!(
        attach(&azure(&sim), "change_request", &change, "a", &bytes).status,
        400
    );
    let whole = attach(&azure(&sim), "change_request", &change, "a", &bytes[1..]);
    assert_eq!(whole.result()["size_bytes"], most.to_string());
}

#[test]
fn closed_changes_take_files_unless_an_access_rule_says_no() {
    let sim = Sim::start(Options::default());
    let closed = sim.seed("change_request", json!({ "state": "3" }));
    let open = sim.seed("change_request", json!({ "state": "0" }));
    let caller = azure(&sim);
    assert_eq!(
        attach(&caller, "change_request", &closed, "a", b"1").status,
        201
    );
    sim.configure(|o| o.attach_to_closed = false);
    let (status, _, detail) = attach(&caller, "change_request", &closed, "b", b"1").refusal();
    assert_eq!(status, 403);
    assert!(
        detail.starts_with("ACL Exception Insert Failed"),
        "{detail}"
    );
    assert_eq!(
        attach(&caller, "change_request", &open, "b", b"1").status,
        201
    );
    let admin = as_user(&sim, "admin");
    assert_eq!(
        attach(&admin, "change_request", &closed, "b", b"1").status,
        201
    );
}

#[test]
fn the_same_file_under_the_same_name_is_found() {
    let sim = Sim::start(Options::default());
    let change = sim.seed("change_request", json!({}));
    let other = sim.seed("change_request", json!({}));
    let caller = azure(&sim);
    for (id, name, bytes) in [
        (&change, "a", b"1"),
        (&change, "a", b"2"),
        (&change, "b", b"1"),
        (&other, "a", b"1"),
    ] {
        assert_eq!(
            attach(&caller, "change_request", id, name, bytes).status,
            201
        );
    }
    assert_eq!(sim.findings(), []);
    // It is stored all the same: nothing on an instance makes names or contents unique.
    assert_eq!(
        attach(&caller, "change_request", &change, "a", b"1").status,
        201
    );
    assert_eq!(sim.records("sys_attachment").len(), 5);
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert_eq!(kinds, [FindingKind::DuplicateAttachment]);
}
