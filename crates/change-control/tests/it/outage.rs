//! An instance that does not answer: waited for, told once, and never taken for a decision.

use std::time::Duration;

use change::{Criteria, Request};
use change_control::{Ending, Error, Patience};
use servicenow_sim::{Fault, On, Rounds, When};
use tokio::time::Instant;

use crate::desk::{Desk, UNAVAILABLE, control, new_change, open};

const HOUR: Duration = Duration::from_secs(3600);
const DOWN: Fault = Fault::Gateway { status: 503 };

fn patience(timeout: Duration) -> Patience {
    Patience {
        poll: Duration::from_secs(15),
        timeout,
    }
}

async fn waiting(desk: &Desk) -> Request {
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let opened = desk.tell(open(&control, &new)).await.unwrap();
    desk.tell(control.ask_approval(opened.request))
        .await
        .unwrap()
        .into_request()
}

fn heard(desk: &Desk, what: &str) -> usize {
    desk.news().iter().filter(|news| *news == what).count()
}

#[tokio::test(start_paused = true)]
async fn an_outage_within_the_patience_is_waited_out_and_told_once() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    control!(desk, control);
    let criteria = Criteria::default();
    let outage = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        desk.sim.fail(On::any(), When::UntilCleared, DOWN);
        tokio::time::sleep(Duration::from_secs(600)).await;
        desk.sim.approve(number.as_str(), Rounds::All).unwrap();
        desk.sim.heal();
    };
    let story = async {
        tokio::join!(
            control.wait(request, None, &criteria, patience(2 * HOUR)),
            outage
        )
        .0
    };
    let ending = desk.tell(story).await.unwrap();
    assert!(matches!(ending, Ending::Proceed { .. }), "{ending:?}");
    assert_eq!(
        (heard(&desk, "unreachable"), heard(&desk, "reachable")),
        (1, 1),
        "{:?}",
        desk.news()
    );
}

#[tokio::test(start_paused = true)]
async fn an_outage_past_the_patience_ends_as_unavailable_when_that_is_over() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    control!(desk, control);
    let criteria = Criteria::default();
    desk.sim.fail(On::any(), When::UntilCleared, DOWN);
    let began = Instant::now();
    let error = desk
        .tell(control.wait(request, None, &criteria, patience(5 * HOUR)))
        .await
        .unwrap_err();
    let took = began.elapsed();
    assert!(matches!(*error, Error::Unavailable { .. }), "{error:?}");
    let late = Duration::from_secs(150);
    assert!(took >= UNAVAILABLE && took < UNAVAILABLE + late, "{took:?}");
    assert_eq!(heard(&desk, "unreachable"), 1, "{:?}", desk.news());
}

#[tokio::test(start_paused = true)]
async fn an_outage_at_the_deadline_is_no_time_out() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    let number = request.number.clone();
    control!(desk, control);
    let criteria = Criteria::default();
    let outage = async {
        tokio::time::sleep(Duration::from_secs(500)).await;
        desk.sim
            .reject(number.as_str(), "nina.network", "no")
            .unwrap();
        desk.sim.fail(On::any(), When::UntilCleared, DOWN);
    };
    // Ten minutes, of which the last are dark: whether it was approved or rejected is not known.
    let story = async {
        tokio::join!(
            control.wait(request, None, &criteria, patience(Duration::from_secs(600))),
            outage
        )
        .0
    };
    let error = desk.tell(story).await.unwrap_err();
    assert!(matches!(*error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_locked_out_while_waiting_is_told_at_once() {
    let desk = Desk::new();
    let request = waiting(&desk).await;
    control!(desk, control);
    let criteria = Criteria::default();
    desk.sim.set_password("svc.azure", "another");
    let began = Instant::now();
    let error = desk
        .tell(control.wait(request, None, &criteria, patience(HOUR)))
        .await
        .unwrap_err();
    assert!(matches!(*error, Error::Refused { .. }), "{error:?}");
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_down_at_the_start_is_waited_for_before_anything_is_created() {
    let desk = Desk::new();
    desk.sim.fail(On::any(), When::UntilCleared, DOWN);
    control!(desk, control);
    let new = |_| new_change(&desk.sim);
    let heal = async {
        tokio::time::sleep(Duration::from_secs(300)).await;
        desk.sim.heal();
    };
    let story = async { tokio::join!(open(&control, &new), heal).0 };
    desk.tell(story).await.unwrap();
    assert_eq!(desk.open_changes().len(), 1);
    assert_eq!(desk.count("POST", "change"), 1);
    assert_eq!(heard(&desk, "unreachable"), 1, "{:?}", desk.news());
    assert_eq!(desk.sim.findings(), []);
}
