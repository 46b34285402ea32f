//! The wait: cheap, attentive, and by the rule of the house.

use std::time::Duration;

use change::{Approval, Criteria, Number, ProceedWhen, Request, State, StopReason, WaitReason};
use change_control::{Ending, News, Patience};
use servicenow_sim::Rounds;
use tokio::time::Instant;

use crate::desk::{Desk, UNAVAILABLE, control, correlation, new_change, open};

const HOUR: Duration = Duration::from_secs(3600);

fn patience(timeout: Duration) -> Patience {
    Patience {
        poll: Duration::from_secs(15),
        timeout,
    }
}

/// A change that waits for its approvers, opened by this stage.
async fn waiting(desk: &Desk) -> Request {
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    desk.tell(control.ask_approval(opened.request))
        .await
        .unwrap()
        .into_request()
}

#[tokio::test(start_paused = true)]
async fn two_hours_without_news_are_few_readings_of_three_columns_and_one_line() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    desk.sim.forget_requests();
    let before = desk.news().len();
    control!(desk, control);
    let criteria = Criteria::default();
    let began = Instant::now();
    let ending = desk
        .tell(control.wait(request, None, &criteria, patience(2 * HOUR)))
        .await
        .unwrap();
    let took = began.elapsed();
    assert!(
        matches!(
            ending,
            Ending::TimedOut {
                reason: WaitReason::Approval,
                ..
            }
        ),
        "{ending:?}"
    );
    assert!(
        took >= 2 * HOUR && took < 2 * HOUR + Duration::from_secs(60),
        "{took:?}"
    );
    let requests = desk.sim.requests();
    // Pauses from 15 s to 60 s: about 125, where every 15 s would be 480.
    assert!(
        (90..=140).contains(&requests.len()),
        "{} readings",
        requests.len()
    );
    for request in &requests {
        let fields = request
            .query
            .iter()
            .find(|(name, _)| name == "sysparm_fields");
        let columns = fields.map_or(99, |(_, names)| names.split(',').count());
        assert!(columns <= 4, "{request:?}");
    }
    assert_eq!(
        desk.news()[before..].len(),
        1,
        "{:?}",
        &desk.news()[before..]
    );
    assert_eq!(desk.column(&number, "state"), "-4");
}

#[tokio::test(start_paused = true)]
async fn approvals_are_followed_round_by_round() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    let mut listener = |news: News<'_>| {
        desk.hear(&news);
        if let News::Waiting { request, .. } = news
            && request.approval == Approval::Requested
        {
            desk.sim
                .approve(request.number.as_str(), Rounds::Current)
                .unwrap();
        }
    };
    let control = change_control::Control::new(&desk.instance, UNAVAILABLE, &mut listener);
    let criteria = Criteria::default();
    let ending = desk
        .tell(control.wait(request, None, &criteria, patience(HOUR)))
        .await
        .unwrap();
    let Ending::Proceed { request, overrides } = ending else {
        panic!("{ending:?}")
    };
    assert_eq!((request.state, overrides.len()), (State::Scheduled, 0));
    let rounds: Vec<String> = desk
        .news()
        .into_iter()
        .filter(|n| n.starts_with("waiting"))
        .collect();
    assert_eq!(rounds.len(), 2, "{rounds:?}");
    assert!(
        rounds[0].contains("in Assess") && rounds[1].contains("in Authorize"),
        "{rounds:?}"
    );
    assert_eq!(desk.column(&number, "approval"), "approved");
}

#[tokio::test(start_paused = true)]
async fn a_decision_late_in_a_long_wait_is_seen_within_a_minute() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    control!(desk, control);
    let criteria = Criteria::default();
    let reject = async {
        tokio::time::sleep(HOUR).await;
        desk.sim
            .reject(number.as_str(), "nina.network", "no")
            .unwrap();
        Instant::now()
    };
    let story = async {
        tokio::join!(
            control.wait(request, None, &criteria, patience(2 * HOUR)),
            async { (reject.await, ()) }
        )
    };
    let (ending, (rejected, ())) = desk.tell(story).await;
    let ending = ending.unwrap();
    assert!(
        matches!(
            ending,
            Ending::Stop {
                reason: StopReason::Rejected,
                ..
            }
        ),
        "{ending:?}"
    );
    assert!(
        rejected.elapsed() < Duration::from_secs(75),
        "{:?}",
        rejected.elapsed()
    );
}

async fn scheduled_in(desk: &Desk, start: &str, end: &str) -> Request {
    let request = waiting(desk).await;
    let number = request.number.clone();
    desk.sim
        .reschedule(number.as_str(), "nina.network", start, end)
        .unwrap();
    desk.sim.approve(number.as_str(), Rounds::All).unwrap();
    desk.tell(desk.read(&number)).await
}

#[tokio::test(start_paused = true)]
async fn the_opening_of_a_window_is_met_on_time() {
    let desk = Desk::new();
    let request = scheduled_in(&desk, "2026-03-02 10:30:00", "2026-03-02 12:00:00").await;
    control!(desk, control);
    let criteria = Criteria::default();
    let ending = desk
        .tell(control.wait(request, None, &criteria, patience(4 * HOUR)))
        .await
        .unwrap();
    assert!(matches!(ending, Ending::Proceed { .. }), "{ending:?}");
    let now = desk.sim.now();
    assert!(
        ("2026-03-02 10:30:00".."2026-03-02 10:30:20").contains(&now.as_str()),
        "{now}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_moved_while_waiting_counts_as_it_stands() {
    let desk = Desk::new();
    let request = scheduled_in(&desk, "2026-03-02 10:30:00", "2026-03-02 12:00:00").await;
    let number = request.number.clone();
    control!(desk, control);
    let criteria = Criteria::default();
    let id = request.sys_id.clone();
    let earlier = async {
        tokio::time::sleep(Duration::from_secs(600)).await;
        desk.sim.set(
            "change_request",
            id.as_str(),
            "start_date",
            "2026-03-02 09:00:00",
        );
    };
    let story = async {
        tokio::join!(
            control.wait(request, None, &criteria, patience(4 * HOUR)),
            earlier
        )
        .0
    };
    let ending = desk.tell(story).await.unwrap();
    assert!(matches!(ending, Ending::Proceed { .. }), "{ending:?}");
    assert!(
        desk.sim.now().as_str() < "2026-03-02 09:20:00",
        "{}",
        desk.sim.now()
    );
    assert_eq!(desk.column(&number, "state"), "-2");
}

#[tokio::test(start_paused = true)]
async fn a_window_that_closes_before_the_approval_stops_the_stage() {
    let desk = Desk::new();
    let request = scheduled_in(&desk, "2026-03-02 07:00:00", "2026-03-02 08:00:00").await;
    control!(desk, control);
    let criteria = Criteria::default();
    let ending = desk
        .tell(control.wait(request, None, &criteria, patience(HOUR)))
        .await
        .unwrap();
    assert!(
        matches!(
            ending,
            Ending::Stop {
                reason: StopReason::WindowOver(_),
                ..
            }
        ),
        "{ending:?}"
    );
}

async fn cancelled_while(desk: &Desk, request: Request, kept: Option<Number>) -> Ending {
    let key = correlation();
    let number = request.number.clone();
    control!(desk, control);
    let criteria = Criteria::default();
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(100)).await;
        desk.sim
            .cancel(number.as_str(), "nina.network", "twice")
            .unwrap();
        if let Some(kept) = &kept {
            tokio::time::sleep(Duration::from_secs(200)).await;
            desk.sim.approve(kept.as_str(), Rounds::All).unwrap();
        }
    };
    let story = async {
        tokio::join!(
            control.wait(request, Some(&key), &criteria, patience(HOUR)),
            cancel
        )
        .0
    };
    desk.tell(story).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_cancelled_for_another_of_the_stage_hands_the_wait_over() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let kept = desk.plant(&correlation().key(1), "2026-03-01 08:00:00", "-5");
    desk.sim
        .move_as(kept.as_str(), "nina.network", &[("state", "-4")])
        .unwrap();
    let ending = cancelled_while(&desk, request, Some(kept.clone())).await;
    let Ending::Proceed { request, .. } = ending else {
        panic!("{ending:?}")
    };
    assert_eq!(request.number, kept);
    assert!(
        desk.news().contains(&format!("adopted {kept}")),
        "{:?}",
        desk.news()
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_cancelled_for_good_stops_the_stage() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    // Of another stage: none of ours.
    desk.plant(
        "azdo:d4f5a6b7-2222-4333-8444-555566667777:run:4711:Test",
        "2026-03-01 08:00:00",
        "-5",
    );
    let ending = cancelled_while(&desk, request, None).await;
    assert!(
        matches!(
            ending,
            Ending::Stop {
                reason: StopReason::Canceled,
                ..
            }
        ),
        "{ending:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_hold_is_waited_out_and_told_with_its_reason() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    desk.sim
        .hold(number.as_str(), "nina.network", "freeze")
        .unwrap();
    let request_held = desk.tell(desk.read(&number)).await;
    control!(desk, control);
    let criteria = Criteria {
        proceed_when: ProceedWhen::Created,
        ..Criteria::default()
    };
    let release = async {
        tokio::time::sleep(Duration::from_secs(300)).await;
        desk.sim.release(number.as_str(), "nina.network").unwrap();
    };
    let story = async {
        tokio::join!(
            control.wait(request_held, None, &criteria, patience(HOUR)),
            release
        )
        .0
    };
    let ending = desk.tell(story).await.unwrap();
    assert!(matches!(ending, Ending::Proceed { .. }), "{ending:?}");
    assert!(
        desk.news().iter().any(|n| n.contains(r#"Hold("freeze")"#)),
        "{:?}",
        desk.news()
    );
}
