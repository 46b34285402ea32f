//! Open or adopt: one change per stage, whatever goes wrong on the way.

use change::State;
use change_control::{Error, How, Opening, Order};
use servicenow_sim::{Fault, On, When};

use crate::desk::{Desk, control, correlation, new_change, open};

const EARLIER: &str = "2026-03-01 08:00:00";

#[tokio::test(start_paused = true)]
async fn the_first_attempt_creates_and_every_further_one_adopts() {
    let desk = Desk::new();
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let first = desk.tell(open(&control, &new)).await.unwrap();
    let again = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!((first.how, again.how), (How::Created, How::Adopted));
    assert_eq!(first.request.sys_id, again.request.sys_id);
    assert_eq!(first.request.correlation, correlation().key(1));
    assert_eq!(desk.open_changes().len(), 1);
    assert_eq!(desk.count("POST", "change"), 1);
    let number = &first.request.number;
    let expected = [
        format!("opening {}", correlation().key(1)),
        format!("created {number}"),
        format!("adopted {number}"),
    ];
    assert_eq!(desk.news(), expected);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn changes_that_are_over_are_left_and_the_next_generation_follows() {
    let desk = Desk::new();
    let (one, two) = (correlation().key(1), correlation().key(2));
    let canceled = desk.plant(&one, EARLIER, "4");
    let closed = desk.plant(&two, EARLIER, "3");
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Created);
    assert_eq!(opened.request.correlation, correlation().key(3));
    let news = desk.news();
    assert_eq!(
        news[..2],
        [
            format!("superseded {canceled}"),
            format!("superseded {closed}")
        ]
    );
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_new_one_on_request_leaves_the_open_one_and_says_so() {
    let desk = Desk::new();
    let left = desk.plant(&correlation().key(1), EARLIER, "-5");
    control!(desk, control);
    let (key, new) = (correlation(), |_: jiff::Timestamp| new_change(&desk.sim));
    let order = Order::Create(Opening {
        correlation: &key,
        new: &new,
    });
    let opened = desk.tell(control.open(&order)).await.unwrap();
    assert_eq!(opened.request.correlation, key.key(2));
    assert!(
        desk.news().contains(&format!("left open {left}")),
        "{:?}",
        desk.news()
    );
    assert_eq!(desk.open_changes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_stage_whose_key_only_begins_alike_is_never_touched() {
    let desk = Desk::new();
    desk.plant(&format!("{}2", correlation().key(1)), EARLIER, "-5");
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Created);
    assert_eq!(desk.open_changes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_creation_that_happened_is_found_and_not_repeated() {
    for fault in [
        Fault::ResetAfterCommit,
        Fault::CutBody,
        Fault::Truncated,
        Fault::GatewayAfterCommit { status: 504 },
        Fault::TransactionCancelledAfterCommit,
    ] {
        let desk = Desk::new();
        desk.sim.fail(
            On::path("change").method("POST"),
            When::Next(1),
            fault.clone(),
        );
        control!(desk, control);
        let new = |_| new_change(&desk.sim);
        let opened = desk.tell(open(&control, &new)).await.unwrap();
        assert_eq!(opened.how, How::Created, "{fault:?}");
        assert_eq!(desk.count("POST", "change"), 1, "{fault:?}");
        assert_eq!(
            desk.open_changes(),
            [opened.request.number.as_str()],
            "{fault:?}"
        );
        assert!(desk.news().contains(&"unclear".to_owned()), "{fault:?}");
        assert_eq!(desk.sim.findings(), [], "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unclear_creation_that_did_not_happen_is_repeated_after_looks() {
    let desk = Desk::new();
    desk.sim.fail(
        On::path("change").method("POST"),
        When::Next(2),
        Fault::Reset,
    );
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Created);
    assert_eq!(desk.count("POST", "change"), 3);
    assert_eq!(desk.open_changes().len(), 1);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_never_gets_clear_is_given_up() {
    let desk = Desk::new();
    let gone = Fault::Gateway { status: 502 };
    desk.sim
        .fail(On::path("change").method("POST"), When::UntilCleared, gone);
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let error = desk.tell(open(&control, &new)).await.unwrap_err();
    assert!(
        matches!(*error, Error::Unclear { tries: 4, .. }),
        "{error:?}"
    );
    assert_eq!(desk.open_changes().len(), 0);
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_another_gate_opens_during_an_outage_is_adopted() {
    let desk = Desk::new();
    desk.sim.fail(
        On::path("change").method("POST"),
        When::UntilCleared,
        Fault::TooBusy,
    );
    let theirs = std::cell::OnceCell::new();
    let mut listener = |news: change_control::News<'_>| {
        desk.hear(&news);
        if matches!(news, change_control::News::Unreachable { .. }) {
            theirs
                .set(desk.plant(&correlation().key(1), EARLIER, "-5"))
                .unwrap();
        }
    };
    let control =
        change_control::Control::new(&desk.instance, crate::desk::UNAVAILABLE, &mut listener);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Adopted);
    assert_eq!(Some(&opened.request.number), theirs.get());
    assert_eq!(desk.open_changes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_creation_is_told_at_once() {
    let desk = Desk::new();
    let body = r#"{"error":{"message":"Operation Failed","detail":"ACL Exception Insert Failed due to security constraints"},"status":"failure"}"#;
    let refused = Fault::Answer {
        status: 403,
        body: body.to_owned(),
    };
    desk.sim.fail(
        On::path("change").method("POST"),
        When::UntilCleared,
        refused,
    );
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let error = desk.tell(open(&control, &new)).await.unwrap_err();
    assert!(matches!(*error, Error::Refused { .. }), "{error:?}");
    assert!(
        redact::chain(&error).contains("may not insert"),
        "{}",
        redact::chain(&error)
    );
}

#[tokio::test(start_paused = true)]
async fn a_named_change_is_found_by_number_or_query_and_only_one() {
    let desk = Desk::new();
    let one = desk.plant("theirs", EARLIER, "-5");
    desk.plant("others", EARLIER, "-5");
    control!(desk, control);
    let found = desk.tell(control.open(&Order::Number(&one))).await.unwrap();
    assert_eq!((found.how, &found.request.number), (How::Named, &one));
    assert_eq!(found.request.state, State::New);
    let found = desk
        .tell(control.open(&Order::Query("correlation_id=theirs")))
        .await
        .unwrap();
    assert_eq!(found.request.number, one);

    let missing = "CHG9999999".parse().unwrap();
    let error = desk
        .tell(control.open(&Order::Number(&missing)))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::NoSuchNumber(_)), "{error:?}");
    let error = desk
        .tell(control.open(&Order::Query("correlation_id=nobodys")))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::QueryMatchesNone), "{error:?}");
    let error = desk
        .tell(control.open(&Order::Query("state=-5")))
        .await
        .unwrap_err();
    assert!(
        matches!(*error, Error::QueryMatchesMany { .. }),
        "{error:?}"
    );
    let error = desk
        .tell(control.open(&Order::Query("nosuch=1")))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::BadQuery { .. }), "{error:?}");
    assert_eq!(desk.count("POST", ""), 0);
}
