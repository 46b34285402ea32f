//! One request goes wrong, under every reading of the platform: the gate never passes for it, never opens a second
//! change, and goes on as soon as it can.

use agentless::{AfterFalse, Lasting, Order, Precedence, Refusal, Settings};
use servicenow_sim::{Fault, On, Options, When};

use super::coverage::at_once;
use super::stand::{RELEASE, RUN, Stand, column, gate, sample, under, way};

fn refusal(status: u16) -> Fault {
    let body = r#"{"error":{"message":"no","detail":null},"status":"failure"}"#.to_owned();
    Fault::Answer { status, body }
}

fn faults() -> Vec<Fault> {
    vec![
        Fault::LoginPage,
        Fault::Hibernating,
        Fault::PartialResult,
        Fault::Truncated,
        Fault::CutBody,
        Fault::Reset,
        Fault::ResetAfterCommit,
        Fault::GatewayAfterCommit { status: 502 },
        Fault::TransactionCancelledAfterCommit,
        Fault::TransactionCancelled,
        Fault::TooBusy,
        Fault::RateLimited { retry_after: 60 },
        Fault::Unauthorized,
        refusal(403),
        refusal(404),
        refusal(200),
        Fault::Answer {
            status: 200,
            body: r#"{"result":[]}"#.to_owned(),
        },
        Fault::Redirect {
            location: "http://127.0.0.1/login.do".to_owned(),
        },
    ]
}

/// How the stage stands when the deployment begins.
const BEGINNINGS: [&[(&str, &str, &str)]; 4] = [
    &[],
    &[("", "-5", "rejected")],
    &[("", "3", "approved"), (":g2", "-4", "requested")],
    &[("", "-4", "requested")],
];

/// The readings that decide what follows a request that went wrong; the others take turns.
fn readings(turn: usize) -> Vec<Settings> {
    let mut all = Vec::new();
    for after_false in [AfterFalse::End, AfterFalse::GoOn] {
        for outputs_of_false in [Lasting::Kept, Lasting::Dropped] {
            for refusal in [Refusal::Expression, Refusal::Fails] {
                let odd = (turn + all.len()) % 2 == 1;
                all.push(Settings {
                    after_false,
                    outputs_of_false,
                    refusal,
                    order: if odd {
                        Order::MustacheFirst
                    } else {
                        Order::MacrosFirst
                    },
                    precedence: if odd {
                        Precedence::Variables
                    } else {
                        Precedence::Inputs
                    },
                    between_samples: if odd { Lasting::Dropped } else { Lasting::Kept },
                    ..Settings::default()
                });
            }
        }
    }
    all
}

#[test]
fn no_single_fault_opens_a_second_change_or_lets_one_pass() {
    let mut cases = Vec::new();
    for (turn, fault) in faults().into_iter().enumerate() {
        for (begins, beginning) in BEGINNINGS.iter().enumerate() {
            let requests = if beginning.is_empty() || begins == 1 {
                8
            } else {
                3
            };
            for nth in 1..=requests {
                let settings = readings(turn + begins + nth);
                // All readings for the faults that say least; for the others two that take turns.
                let keen = turn < 3 || matches!(fault, Fault::ResetAfterCommit);
                let some = settings.into_iter().enumerate();
                let some = some.filter(|(at, _)| keen || at % 4 == (turn + nth) % 4);
                cases.extend(some.map(|(_, it)| (fault.clone(), *beginning, nth, it)));
            }
        }
    }
    at_once(&cases, |(fault, beginning, nth, settings)| {
        one_fault(fault, beginning, u32::try_from(*nth).unwrap(), settings);
    });
}

fn one_fault(fault: &Fault, beginning: &[(&str, &str, &str)], nth: u32, settings: &Settings) {
    let stand = Stand::new();
    for (generation, state, approval) in beginning {
        stand.plant(&format!("{RELEASE}{generation}"), state, approval);
    }
    let told = format!("{fault:?} as answer {nth} to {beginning:?} under {settings:?}");
    let mut gate = under(&stand.opener(), settings.clone());
    stand.sim.fail(On::any(), When::Nth(nth), fault.clone());
    for _ in 0..3 {
        let sample = sample(&mut gate);
        assert!(!sample.passed, "{told}\n{}", sample.log);
        assert!(stand.open_ones().len() <= 1, "{told}\n{}", sample.log);
    }
    stand.sim.heal();
    let open = stand.open_ones();
    assert_eq!(open.len(), 1, "{told}");
    let id = column(&open[0], "sys_id");
    // In the place where agents look for it: the first that nothing had, or that had it open already.
    let over = over_in(beginning);
    let place = if over == 0 {
        RELEASE.to_owned()
    } else {
        format!("{RELEASE}:g{}", over + 1)
    };
    assert_eq!(column(&open[0], "correlation_id"), place, "{told}");
    let state = column(&open[0], "state");
    assert_eq!(state, "-4", "sent to its approvers: {told}");
    stand.set(id, "state", "-2");
    stand.set(id, "approval", "approved");
    let last = sample(&mut gate);
    assert!(last.passed, "{told}\n{}", last.log);
    assert_eq!(
        stand.changes().len(),
        beginning.len().max(over + 1),
        "{told}"
    );
}

/// How many changes a beginning has that are over.
fn over_in(beginning: &[(&str, &str, &str)]) -> usize {
    let over = |row: &&(&str, &str, &str)| row.1 == "3" || row.2 == "rejected";
    beginning.iter().filter(over).count()
}

#[test]
fn a_gate_that_waits_is_told_nothing_by_a_bad_answer() {
    for (turn, fault) in faults().into_iter().enumerate() {
        for nth in 1..=2 {
            for settings in readings(turn).into_iter().skip(turn % 4).step_by(4) {
                for action in ["stage", "number", "query"] {
                    let stand = Stand::new();
                    let id = stand.plant(RELEASE, "-2", "requested");
                    let number = column(&stand.changes()[0], "number").to_owned();
                    let job = stand
                        .job("gates")
                        .input("changeAction", action)
                        .input("changeNumber", &number)
                        .input("changeQuery", "active=true");
                    let mut gate = under(&job, settings.clone());
                    stand.sim.fail(On::any(), When::Nth(nth), fault.clone());
                    let told = format!("{fault:?} as answer {nth}: {action}");
                    assert!(!sample(&mut gate).passed, "{told}");
                    assert!(!sample(&mut gate).passed, "{told}");
                    stand.set(&id, "approval", "approved");
                    assert!(sample(&mut gate).passed, "{told}");
                }
            }
        }
    }
}

#[test]
fn an_answer_that_never_comes_is_waited_for_no_longer_than_the_server_does() {
    for (nth, fault) in [
        (3, Fault::HangAfterCommit),
        (3, Fault::Hang),
        (1, Fault::Hang),
    ] {
        let stand = Stand::new();
        let settings = Settings {
            answer_within: std::time::Duration::from_millis(300),
            ..Settings::default()
        };
        let mut gate = under(&stand.opener(), settings);
        stand.sim.fail(On::any(), When::Nth(nth), fault);
        let way_of = way(&sample(&mut gate));
        assert!(way_of.contains('F'), "{way_of}");
        stand.sim.heal();
        sample(&mut gate);
        assert_eq!(stand.changes().len(), 1);
    }
}

#[test]
fn variables_that_are_lost_between_samples_cost_a_second_chance_after_a_rejection() {
    // Wrong, and only there: what a gate has seen is all that tells a rejection from a fresh start.
    for (lasting, keys) in [(Lasting::Kept, 1), (Lasting::Dropped, 3)] {
        let stand = Stand::new();
        let settings = Settings {
            between_samples: lasting,
            ..Settings::default()
        };
        let mut gate = under(&stand.opener(), settings);
        for _ in 0..5 {
            let sample = sample(&mut gate);
            assert!(!sample.passed);
            assert!(stand.open_ones().len() <= 1);
            for row in stand.open_ones() {
                let number = column(&row, "number");
                stand.sim.reject(number, "nina.network", "no").unwrap();
            }
        }
        assert_eq!(stand.changes().len(), keys, "{lasting:?}");
        assert_eq!(stand.sim.findings(), []);
    }
}

#[test]
fn a_change_that_the_account_cannot_see_is_not_opened_again() {
    // Created, and hidden by a rule before it is read back: the count knows of it all the same.
    for lasting in [Lasting::Kept, Lasting::Dropped] {
        let stand = Stand::new();
        let settings = Settings {
            between_samples: lasting,
            ..Settings::default()
        };
        let hidden = stand.plant(RELEASE, "-2", "approved");
        stand.sim.hide("change_request", &hidden);
        let mut gate = under(&stand.opener(), settings);
        for _ in 0..3 {
            assert_eq!(way(&sample(&mut gate)), "W------------");
        }
        assert_eq!(stand.changes().len(), 1);
    }
    // Kept out of the very query: then only the gate's memory holds it back.
    let stand = Stand::new();
    let mut gate = gate(&stand.opener());
    sample(&mut gate);
    stand.set(
        column(&stand.changes()[0], "sys_id"),
        "correlation_id",
        "moved",
    );
    for _ in 0..3 {
        assert!(!sample(&mut gate).passed);
    }
    assert_eq!(stand.changes().len(), 1);
}

#[test]
fn a_second_change_that_does_not_show_is_a_second_one_all_the_same() {
    let hide = |stand: &Stand, id: &str| stand.sim.hide("change_request", id);
    // The first half of a list, beside an error and with status 200.
    let cut = |stand: &Stand, _: &str| {
        stand
            .sim
            .fail(On::any(), When::Next(1), Fault::PartialResult);
    };
    let whole = |_: &Stand, _: &str| {};
    for (host, key) in [("gates", RELEASE), ("checks", RUN)] {
        for action in ["stage", "open", "query"] {
            for spoil in [&hide as &dyn Fn(&Stand, &str), &cut, &whole] {
                let stand = Stand::new();
                stand.plant(key, "-2", "approved");
                let second = stand.plant(key, "-2", "approved");
                spoil(&stand, &second);
                let job = stand
                    .job(host)
                    .input("changeAction", action)
                    .input("changeQuery", "active=true");
                let sample = sample(&mut gate(&job));
                assert!(!sample.passed, "{host} {action}: {}", sample.log);
            }
        }
    }
}

#[test]
fn variables_of_a_pipeline_that_have_the_gates_names_open_and_move_nothing() {
    for (host, action, taken) in [
        ("gates", "stage", "0"),
        ("gates", "number", "1"),
        ("checks", "open", "0"),
        ("checks", "open", "1"),
    ] {
        for settings in Settings::every().step_by(5) {
            let stand = Stand::new();
            let key = if host == "gates" { RELEASE } else { RUN };
            let id = stand.plant(key, "-5", "not requested");
            let number = column(&stand.changes()[0], "number").to_owned();
            let job = stand
                .job(host)
                .input("changeAction", action)
                .input("changeNumber", &number)
                .input(
                    "requestApproval",
                    if host == "gates" { "true" } else { "false" },
                )
                .variable("snowgateState", "-5")
                .variable("snowgateApproval", "not requested")
                .variable("snowgateType", "normal")
                .variable("snowgateTaken1", taken)
                .variable("snowgateTaken2", "0")
                .variable("snowgateTaken3", "0");
            let mut gate = under(&job, settings);
            sample(&mut gate);
            stand.set(&id, "state", "4");
            sample(&mut gate);
            let asked = stand.asked();
            assert!(
                !asked.contains("POST") && !asked.contains("PATCH"),
                "{host} {action} {asked}"
            );
        }
    }
}

#[test]
fn a_created_change_that_cannot_be_read_back_is_remembered() {
    let stand = Stand::new();
    let mut gate = gate(&stand.opener());
    stand
        .sim
        .fail(On::any().method("GET"), When::Nth(3), refusal(404));
    assert_eq!(way(&sample(&mut gate)), "PsssPPssssW--");
    stand.set(
        column(&stand.changes()[0], "sys_id"),
        "correlation_id",
        "moved",
    );
    assert_eq!(way(&sample(&mut gate)), "W------------");
    assert_eq!(stand.changes().len(), 1);
}

#[test]
fn a_column_that_the_account_may_not_read_is_never_taken_for_a_good_one() {
    for (hidden, action, criterion) in [
        ("correlation_id", "stage", "custom"),
        ("correlation_id", "open", "custom"),
        ("state", "stage", "custom"),
        ("state", "number", "custom"),
        ("state", "number", "state"),
        ("approval", "number", "state"),
        ("on_hold", "number", "approved"),
        ("number", "number", "approved"),
    ] {
        let stand = Stand::with(Options {
            hidden_columns: vec![format!("change_request.{hidden}")],
            ..Options::default()
        });
        let id = stand.plant(RELEASE, "-2", "approved");
        let number = column(&stand.sim.record("change_request", &id), "number").to_owned();
        for settings in Settings::every().step_by(3) {
            let job = stand
                .job("gates")
                .input("changeAction", action)
                .input("changeNumber", &number)
                .input("proceedWhen", criterion)
                .input("desiredState", "");
            let sample = sample(&mut under(&job, settings));
            assert!(!sample.passed, "{hidden} {action}: {}", sample.log);
        }
        assert_eq!(stand.changes().len(), 1, "{hidden} {action}");
    }
}
