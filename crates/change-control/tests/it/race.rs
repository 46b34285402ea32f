//! Racing creators of one stage end with one open change. The other creator acts at the worst moments: between our
//! look and our creation, and while we look again.

use change_control::{How, News};
use servicenow_sim::{Fault, On, When};

use crate::desk::{Desk, UNAVAILABLE, control, correlation, new_change, open};

const EARLIER: &str = "2026-03-02 08:59:59";
const LATER: &str = "2026-03-02 23:00:00";

#[tokio::test(start_paused = true)]
async fn ours_is_withdrawn_where_an_older_one_appeared_between_look_and_creation() {
    let desk = Desk::new();
    control!(desk, control);
    let new = |_| {
        desk.plant(&correlation().key(1), EARLIER, "-5");
        new_change(&desk.sim)
    };
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Adopted);
    assert_eq!(desk.open_changes(), [opened.request.number.as_str()]);
    let ours = desk
        .news()
        .iter()
        .find_map(|n| n.strip_prefix("created ").map(str::to_owned))
        .unwrap();
    assert_ne!(ours, opened.request.number.as_str());
    let withdrew = format!("withdrew {ours} for {}", opened.request.number);
    assert!(desk.news().contains(&withdrew), "{:?}", desk.news());
    // At once: the key was looked up before and after the creation, and not waited for.
    let looks = desk.sim.requests().into_iter().filter(|request| {
        let mut query = request.query.iter();
        query.any(|(_, value)| value.contains("correlation_id="))
    });
    assert_eq!(looks.count(), 2, "{:?}", desk.news());
    let id = desk.sim.change(&ours)["sys_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        desk.notes(&id)[0].contains(opened.request.number.as_str()),
        "{:?}",
        desk.notes(&id)
    );
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn ours_yields_to_a_younger_one_whose_creator_was_content() {
    let desk = Desk::new();
    control!(desk, control);
    let new = |_| {
        desk.plant(&correlation().key(1), LATER, "-5");
        new_change(&desk.sim)
    };
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Adopted);
    assert_eq!(desk.open_changes(), [opened.request.number.as_str()]);
    assert_eq!(
        desk.column(&opened.request.number, "short_description"),
        "Another creator's"
    );
    assert_eq!(desk.sim.findings(), []);
}

#[tokio::test(start_paused = true)]
async fn ours_stays_where_a_younger_one_is_withdrawn_in_time() {
    let desk = Desk::new();
    control!(desk, control);
    let new = |_| {
        desk.plant(&correlation().key(1), LATER, "-5");
        new_change(&desk.sim)
    };
    let withdraw = async {
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        let rows = desk
            .sim
            .find("change_request", "short_description", "Another creator's");
        desk.sim.set(
            "change_request",
            rows[0]["sys_id"].as_str().unwrap(),
            "state",
            "4",
        );
    };
    let story = async { tokio::join!(open(&control, &new), withdraw).0 };
    let opened = desk.tell(story).await.unwrap();
    assert_eq!(opened.how, How::Created);
    assert_eq!(desk.open_changes(), [opened.request.number.as_str()]);
    assert!(
        !desk.news().iter().any(|n| n.starts_with("withdrew")),
        "{:?}",
        desk.news()
    );
}

#[tokio::test(start_paused = true)]
async fn two_creators_at_once_end_with_one_open_change_and_agree_on_it() {
    for _ in 0..3 {
        let desk = Desk::new();
        let mut first = |news: News<'_>| desk.hear(&news);
        let mut second = |news: News<'_>| desk.hear(&news);
        let one = change_control::Control::new(&desk.instance, UNAVAILABLE, &mut first);
        let two = change_control::Control::new(&desk.instance, UNAVAILABLE, &mut second);
        let new = |_| new_change(&desk.sim);
        let story = async { tokio::join!(open(&one, &new), open(&two, &new)) };
        let (a, b) = desk.tell(story).await;
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(a.request.number, b.request.number, "{:?}", desk.news());
        assert_eq!(
            desk.open_changes(),
            [a.request.number.as_str()],
            "{:?}",
            desk.news()
        );
        assert_eq!(desk.sim.findings(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn leftovers_of_creators_that_died_are_cleared_by_who_finds_them() {
    let desk = Desk::new();
    let oldest = desk.plant(&correlation().key(1), EARLIER, "-5");
    let left = desk.plant(&correlation().key(1), LATER, "-5");
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(
        (opened.how, &opened.request.number),
        (How::Adopted, &oldest)
    );
    assert_eq!(desk.open_changes(), [oldest.as_str()]);
    assert!(
        desk.news()
            .contains(&format!("withdrew {left} for {oldest}")),
        "{:?}",
        desk.news()
    );
    assert_eq!(desk.count("POST", "change"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_withdrawal_that_is_refused_is_told_and_keeps_nobody_waiting() {
    let desk = Desk::new();
    let body = r#"{"error":{"message":"Operation Failed","detail":"ACL Exception Update Failed due to security constraints"},"status":"failure"}"#;
    for method in ["PATCH", "PUT"] {
        let refused = Fault::Answer {
            status: 403,
            body: body.to_owned(),
        };
        desk.sim.fail(
            On::path("change").method(method),
            When::UntilCleared,
            refused,
        );
    }
    control!(desk, control);
    let new = |_| {
        desk.plant(&correlation().key(1), EARLIER, "-5");
        new_change(&desk.sim)
    };
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    assert_eq!(opened.how, How::Adopted);
    assert_eq!(desk.open_changes().len(), 2);
    assert!(
        desk.news()
            .iter()
            .any(|n| n.starts_with("could not withdraw")),
        "{:?}",
        desk.news()
    );
}
