//! An agentless job: it asks once a minute until the change is decided.

use std::time::Duration;

use agentless::{Failure, Outcome, Sample, Settings, run_job};
use servicenow_sim::{Fault, On, Rounds, When};
use tokio::time::{Instant, sleep};

use super::stand::{HOSTS, RELEASE, RUN, Stand, chain, column, way};
use crate::connection::done;

/// Runs the job while something happens to its change at a time; gives what it came to and how long it took.
fn ran(stand: &Stand, host: &str, after: u64, act: impl Fn(&Stand, &str)) -> (Sample, u64) {
    let key = if host == "release" { RELEASE } else { RUN };
    let id = stand.plant(key, "-5", "not requested");
    let number = column(&stand.sim.record("change_request", &id), "number").to_owned();
    let move_on = [("state", "-4")];
    stand.sim.move_as(&number, "admin", &move_on).unwrap();
    let job = stand.job(host);
    done(async {
        tokio::time::pause();
        let began = Instant::now();
        let acting = async {
            sleep(Duration::from_secs(after)).await;
            act(stand, &number);
        };
        let timed = async {
            let ran = run_job(chain(), &job, Settings::default()).await;
            (ran.expect("a job").0, began.elapsed().as_secs())
        };
        tokio::join!(timed, acting).0
    })
}

#[test]
fn a_job_waits_for_the_last_round_of_approvals() {
    for host in ["release", "build"] {
        let stand = Stand::new();
        let (sample, seconds) = ran(&stand, host, 600, |stand, number| {
            stand.sim.approve(number, Rounds::All).unwrap();
        });
        assert!(sample.passed, "{}", sample.log);
        assert_eq!(seconds, 660 - 60, "at the first look behind it");
        assert_eq!(
            sample.requests().count(),
            12,
            "one to find it, one a minute"
        );
        assert_eq!(stand.sim.findings(), []);
    }
}

#[test]
fn one_round_is_not_all() {
    let stand = Stand::new();
    let (sample, _) = ran(&stand, "build", 90, |stand, number| {
        stand.sim.approve(number, Rounds::Current).unwrap();
    });
    assert!(!sample.passed);
    let last = &sample.sections[12].outcome;
    assert!(
        matches!(
            last,
            Outcome::Failed(Failure::StillPolling { seconds: 3600 })
        ),
        "{last:?}"
    );
    assert_eq!(sample.requests().count(), 62, "an hour, and no longer");
}

#[test]
fn a_decision_against_it_ends_a_job_at_once() {
    for host in ["release", "build"] {
        let reject = |stand: &Stand, number: &str| {
            stand
                .sim
                .reject(number, "nina.network", "not today")
                .unwrap();
        };
        let cancel = |stand: &Stand, number: &str| {
            stand
                .sim
                .cancel(number, "chris.manager", "not needed")
                .unwrap();
        };
        for act in [&reject as &dyn Fn(&Stand, &str), &cancel] {
            let stand = Stand::new();
            let (sample, seconds) = ran(&stand, host, 90, act);
            assert!(!sample.passed);
            assert_eq!(
                sample.sections[12].outcome,
                Outcome::Waiting,
                "{}",
                sample.log
            );
            assert_eq!(seconds, 120);
        }
    }
}

#[test]
fn a_held_change_is_waited_for_and_a_busy_instance_too() {
    let stand = Stand::new();
    let (sample, _) = ran(&stand, "build", 90, |stand, number| {
        stand.sim.approve(number, Rounds::All).unwrap();
        stand.sim.hold(number, "chris.manager", "wait").unwrap();
    });
    assert!(!sample.passed, "held to the end");
    let stand = Stand::new();
    let (sample, seconds) = ran(&stand, "build", 90, |stand, number| {
        stand.sim.approve(number, Rounds::All).unwrap();
        let gone = Fault::Gateway { status: 503 };
        stand.sim.fail(On::any(), When::Next(2), gone);
    });
    assert!(sample.passed, "{}", sample.log);
    assert_eq!(seconds, 240);
    // Nobody can say what a refusal will become: the job ends.
    let stand = Stand::new();
    let (sample, seconds) = ran(&stand, "build", 90, |stand, _| {
        stand
            .sim
            .fail(On::any(), When::Next(1), Fault::Unauthorized);
    });
    assert!(!sample.passed);
    assert_eq!(seconds, 120);
}

#[test]
fn gates_and_checks_look_once() {
    for host in HOSTS {
        let stand = Stand::new();
        let job = stand.job(host);
        stand.plant(RELEASE, "-4", "requested");
        stand.plant(RUN, "-4", "requested");
        let looks = done(async {
            tokio::time::pause();
            let mut gate = agentless::Gate::new(chain(), &job, Settings::default()).unwrap();
            let sample = gate.sample().await;
            assert!(!sample.passed, "{}", way(&sample));
            sample.sections[12].requests.len()
        });
        let once = ["gates", "checks"].contains(&host);
        assert_eq!(looks, if once { 1 } else { 61 }, "{host}");
    }
}
