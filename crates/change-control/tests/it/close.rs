//! To the end: by steps that the instance offers, with one note, from wherever the change stands.

use change::{Number, Outcome, Request, State};
use change_control::{Closing, Earlier, Left, Recorded, Tasks};
use jiff::Timestamp;
use serde_json::json;
use servicenow_sim::{Fault, On, Options, Rounds, When};

use crate::desk::{Desk, control};

const EARLIER: &str = "2026-03-01 08:00:00";
const MARKER: &str = "[snowgate azdo:p:run:1:Production successful]";
const FINISHED: &str = "2026-03-02T08:50:00Z";

/// A change of a type, walked to a state by those who may.
fn change_in(desk: &Desk, kind: &str, state: State) -> Number {
    let sim = &desk.sim;
    let group = sim.id_of("sys_user_group", "name", "Network");
    let mut columns =
        json!({ "type": kind, "short_description": "Deploy shop", "assignment_group": group });
    if kind == "standard" {
        let row = &sim.records("std_change_producer_version")[0];
        columns["std_change_producer_version"] = row["sys_id"].clone();
    }
    let id = sim.seed("change_request", columns);
    let number: Number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let go = |to: &str, more: &[(&str, &str)]| {
        let changes = [&[("state", to)], more].concat();
        sim.move_as(number.as_str(), "admin", &changes).unwrap();
    };
    if state == State::New {
        return number;
    }
    match kind {
        "standard" => go("-2", &[]),
        "emergency" => go("-3", &[]),
        _ => go("-4", &[]),
    }
    if matches!(state, State::Assess | State::Authorize) {
        return number;
    }
    if kind != "standard" {
        sim.approve(number.as_str(), Rounds::All).unwrap();
    }
    for (past, to) in [(State::Implement, "-1"), (State::Review, "0")] {
        if change::is_past(state, past) {
            go(to, &[]);
        }
    }
    if state == State::Closed {
        go(
            "3",
            &[("close_code", "successful"), ("close_notes", "By hand")],
        );
    }
    number
}

/// Instances on which the account may and may not read journals.
fn desks() -> [Desk; 2] {
    let readers = |role: &str| Options {
        journal_readers: vec![role.to_owned()],
        ..Options::default()
    };
    [
        Desk::with(readers("itil")),
        Desk::with(readers("change_manager")),
    ]
}

/// Another attempt after one that came to its end.
fn again<'a>(closing: &Closing<'a>) -> Closing<'a> {
    Closing {
        earlier: Earlier::Finished,
        ..*closing
    }
}

fn note(request: &Request, left: Option<&Left>) -> String {
    let left = left.map(|left| format!(" {left:?}")).unwrap_or_default();
    format!("Deployed, {}{left} {MARKER}", request.number)
}

fn closing<'a>() -> Closing<'a> {
    Closing {
        goal: Some(State::Closed),
        close_code: Some("successful"),
        close_notes: "Run 1 [snowgate azdo:p:run:1:Production successful]",
        started: None,
        finished: FINISHED.parse::<Timestamp>().ok(),
        tasks: Tasks::Close {
            outcome: Outcome::Successful,
            notes: "Deployed by run 1",
        },
        note: &note,
        marker: MARKER,
        earlier: Earlier::Nothing,
    }
}

async fn record(desk: &Desk, number: &Number, closing: &Closing<'_>) -> Recorded {
    control!(desk, control);
    let request = desk.tell(desk.read(number)).await;
    desk.tell(control.record(request, closing)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_type_is_walked_to_its_end_from_every_state_that_allows_it() {
    let cases = [
        ("normal", State::Scheduled),
        ("normal", State::Implement),
        ("normal", State::Review),
        ("standard", State::New),
        ("standard", State::Scheduled),
        ("standard", State::Implement),
        ("emergency", State::Scheduled),
        ("emergency", State::Review),
    ];
    for (kind, state) in cases {
        let desk = Desk::new();
        let number = change_in(&desk, kind, state);
        let recorded = record(&desk, &number, &closing()).await;
        assert!(
            recorded.left.is_none(),
            "{kind} {state}: {:?}",
            recorded.left
        );
        assert!(recorded.noted);
        assert_eq!(desk.column(&number, "state"), "3", "{kind} {state}");
        assert_eq!(desk.column(&number, "close_code"), "successful");
        assert!(desk.column(&number, "close_notes").contains(MARKER));
        assert_eq!(desk.column(&number, "work_end"), "2026-03-02 08:50:00");
        let notes = desk.notes(&recorded.request.sys_id);
        assert_eq!(
            notes.iter().filter(|note| note.contains(MARKER)).count(),
            1,
            "{notes:?}"
        );
        assert_eq!(desk.sim.findings(), [], "{kind} {state}");

        // Once more: nothing is new.
        let again = record(&desk, &number, &closing()).await;
        assert!(again.left.is_none() && !again.noted);
        assert_eq!(desk.notes(&recorded.request.sys_id), notes);
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_walked_is_left_as_it_is_and_noted_once() {
    let cases = [
        ("normal", State::New),
        ("normal", State::Assess),
        ("emergency", State::Authorize),
    ];
    for (kind, state) in cases {
        for desk in desks() {
            let number = change_in(&desk, kind, state);
            for asked in [closing(), again(&closing())] {
                let recorded = record(&desk, &number, &asked).await;
                assert!(
                    matches!(recorded.left, Some(Left::Unapproved)),
                    "{recorded:?}"
                );
                assert_eq!(desk.column(&number, "state"), state.value().to_string());
                let notes = desk.notes(&recorded.request.sys_id);
                assert_eq!(notes.len(), 1, "{notes:?}");
                assert!(notes[0].contains("Unapproved"), "{notes:?}");
            }
            assert_eq!(desk.count("PATCH", "change_request"), 1, "only the note");
            assert_eq!(desk.sim.findings(), []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn hold_and_cancellation_are_respected() {
    let [_, desk] = desks();
    let held = change_in(&desk, "normal", State::Scheduled);
    desk.sim.hold(held.as_str(), "admin", "audit week").unwrap();
    let recorded = record(&desk, &held, &closing()).await;
    assert!(
        matches!(&recorded.left, Some(Left::OnHold(why)) if why == "audit week"),
        "{recorded:?}"
    );
    assert_eq!(desk.column(&held, "state"), "-2");

    // Released, the walk goes on, and what was noted stays noted once.
    desk.sim.release(held.as_str(), "admin").unwrap();
    let recorded = record(&desk, &held, &again(&closing())).await;
    assert!(recorded.left.is_none(), "{recorded:?}");
    assert_eq!(desk.column(&held, "state"), "3");
    assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1);

    let canceled = change_in(&desk, "normal", State::Scheduled);
    desk.sim
        .cancel(canceled.as_str(), "admin", "not now")
        .unwrap();
    let recorded = record(&desk, &canceled, &closing()).await;
    assert!(
        matches!(recorded.left, Some(Left::Canceled)),
        "{recorded:?}"
    );
    assert_eq!(desk.column(&canceled, "state"), "4");
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn the_goal_may_be_short_of_the_end() {
    for (goal, state, code) in [
        (Some(State::Review), "0", "successful"),
        (Some(State::Implement), "-1", ""),
        (None, "-2", ""),
    ] {
        for desk in desks() {
            let number = change_in(&desk, "normal", State::Scheduled);
            let asked = Closing { goal, ..closing() };
            for asked in [asked, again(&asked)] {
                let recorded = record(&desk, &number, &asked).await;
                assert!(recorded.left.is_none(), "{recorded:?}");
                assert_eq!(desk.column(&number, "state"), state, "{goal:?}");
                assert_eq!(desk.column(&number, "close_code"), code, "{goal:?}");
                assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1, "{goal:?}");
            }
            assert_eq!(desk.sim.findings(), []);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_killed_before_its_note_leaves_it_to_the_next() {
    for desk in desks() {
        let number = change_in(&desk, "normal", State::Implement);
        let killed = Closing {
            earlier: Earlier::Began,
            ..closing()
        };
        let recorded = record(&desk, &number, &killed).await;
        assert!(recorded.left.is_none() && recorded.noted, "{recorded:?}");
        assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1);

        // Where no step carries it, the actual end shows whether it was written.
        let number = change_in(&desk, "normal", State::Implement);
        let stays = Closing {
            goal: Some(State::Implement),
            ..killed
        };
        for _ in 0..2 {
            let recorded = record(&desk, &number, &stays).await;
            assert!(recorded.left.is_none(), "{recorded:?}");
            assert_eq!(desk.column(&number, "work_end"), "2026-03-02 08:50:00");
            assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1);
        }
        assert_eq!(desk.sim.findings(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn open_change_tasks_are_closed_or_left_by_choice() {
    let desk = Desk::new();
    let number = change_in(&desk, "normal", State::Implement);
    let id = desk.sim.change(number.as_str())["sys_id"].clone();
    let task = desk.sim.seed(
        "change_task",
        json!({ "change_request": id, "parent": id, "short_description": "Tell the shops", "state": "1" }),
    );
    let leaving = Closing {
        tasks: Tasks::Leave,
        ..closing()
    };
    let recorded = record(&desk, &number, &leaving).await;
    assert!(
        matches!(&recorded.left, Some(Left::OpenTasks(tasks)) if tasks.len() == 1),
        "{recorded:?}"
    );
    assert_eq!(desk.column(&number, "state"), "-1", "left as it is");

    let recorded = record(&desk, &number, &again(&closing())).await;
    assert!(recorded.left.is_none(), "{recorded:?}");
    assert_eq!(desk.column(&number, "state"), "3");
    let task = desk.sim.record("change_task", &task);
    assert_eq!(task["state"], "3");
    assert_eq!(task["close_code"], "successful");
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn change_tasks_that_may_not_be_read_hold_up_nothing_by_themselves() {
    let desk = Desk::new();
    let body =
        r#"{"error":{"message":"Invalid table change_task","detail":null},"status":"failure"}"#;
    let closed = Fault::Answer {
        status: 400,
        body: body.to_owned(),
    };
    desk.sim
        .fail(On::path("/change_task"), When::UntilCleared, closed);
    let number = change_in(&desk, "normal", State::Implement);
    let recorded = record(&desk, &number, &closing()).await;
    assert!(recorded.left.is_none(), "{recorded:?}");
    assert_eq!(desk.column(&number, "state"), "3");
    assert!(desk.news().contains(&"tasks unread".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn without_a_close_code_it_stays_in_review() {
    let desk = Desk::new();
    let number = change_in(&desk, "normal", State::Implement);
    let codeless = Closing {
        close_code: None,
        ..closing()
    };
    let recorded = record(&desk, &number, &codeless).await;
    assert!(
        matches!(recorded.left, Some(Left::NoCloseCode)),
        "{recorded:?}"
    );
    assert_eq!(desk.column(&number, "state"), "0");
    assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn an_instance_without_the_change_api_is_walked_by_the_shipped_model() {
    let desk = Desk::with(Options {
        change_api: false,
        ..Options::default()
    });
    let number = change_in(&desk, "normal", State::Scheduled);
    let recorded = record(&desk, &number, &closing()).await;
    assert!(recorded.left.is_none(), "{recorded:?}");
    assert_eq!(desk.column(&number, "state"), "3");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_any_write_leaves_one_note_and_one_end() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::Truncated,
    ] {
        for nth in 1..=3 {
            let desk = Desk::new();
            let number = change_in(&desk, "normal", State::Scheduled);
            desk.sim.fail(
                On::path("change_request").method("PATCH"),
                When::Nth(nth),
                fault.clone(),
            );
            let recorded = record(&desk, &number, &closing()).await;
            assert!(recorded.left.is_none(), "{nth}: {recorded:?}");
            assert_eq!(desk.column(&number, "state"), "3", "{nth}");
            assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1, "{nth}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_down_is_waited_for_on_the_way() {
    let desk = Desk::new();
    let number = change_in(&desk, "normal", State::Scheduled);
    desk.sim.fail(
        On::path("change_request").method("PATCH"),
        When::Next(6),
        Fault::Gateway { status: 503 },
    );
    let recorded = record(&desk, &number, &closing()).await;
    assert!(recorded.left.is_none(), "{recorded:?}");
    assert_eq!(desk.notes(&recorded.request.sys_id).len(), 1);
    assert!(
        desk.news()
            .iter()
            .any(|news| news.starts_with("unreachable")),
        "{:?}",
        desk.news()
    );
}

#[tokio::test(start_paused = true)]
async fn the_latest_change_of_a_stage_is_found_however_it_stands() {
    let desk = Desk::new();
    let correlation = crate::desk::correlation();
    control!(desk, control);
    assert!(
        desk.tell(control.latest(&correlation))
            .await
            .unwrap()
            .is_none()
    );
    let first = desk.plant(&correlation.key(1), EARLIER, "3");
    let found = desk
        .tell(control.latest(&correlation))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.number, first);
    // One of two was withdrawn in favour of the other.
    let kept = desk.plant(&correlation.key(2), EARLIER, "0");
    desk.plant(&correlation.key(2), "2026-03-01 09:00:00", "4");
    let found = desk
        .tell(control.latest(&correlation))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.number, kept);
}
