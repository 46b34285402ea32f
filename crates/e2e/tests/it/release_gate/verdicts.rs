//! Every kind of change a gate may wait for, in every place, by every criterion, over every row: it passes exactly where
//! a person who reads the row would let it pass.

use agentless::Gate;

use super::stand::{HOSTS, RELEASE, RUN, Stand, chain, column, impatient, sample, way};
use crate::connection::done;

const STATES: [&str; 7] = ["-5", "-3", "-2", "-1", "0", "4", "10"];
const APPROVALS: [&str; 4] = ["not requested", "requested", "approved", "rejected"];

/// What a row has to be, as the task's help says.
fn may(action: &str, criterion: &str, state: &str, approval: &str, held: bool) -> bool {
    let over = ["0", "3", "4"].contains(&state) || approval == "rejected";
    let found = !over || ["number", "query"].contains(&action);
    let fits = match criterion {
        "approved" => approval == "approved" && ["-2", "-1"].contains(&state),
        "implement" => approval == "approved" && state == "-1",
        "state" => state == "10",
        "custom" => approval == "approved",
        _ => unreachable!(),
    };
    found && !held && approval != "rejected" && fits
}

#[test]
fn a_gate_passes_where_a_person_would_let_it_pass() {
    let stand = Stand::new();
    stand.plant("somebody else's", "-2", "approved");
    for host in HOSTS {
        let key = if ["gates", "release"].contains(&host) {
            RELEASE
        } else {
            RUN
        };
        let id = stand.plant(key, "-5", "not requested");
        let number = column(&stand.sim.record("change_request", &id), "number").to_owned();
        for action in ["stage", "open", "number", "query"] {
            for criterion in ["approved", "implement", "state", "custom"] {
                if !is_asked(host, action, criterion) {
                    continue;
                }
                let job = stand
                    .job(host)
                    .input("changeAction", action)
                    .input("changeNumber", &number)
                    .input("changeQuery", &format!("correlation_id={key}"))
                    .input("requestApproval", "false")
                    .input("proceedWhen", criterion)
                    .input("desiredState", "10");
                for (state, approval, held) in rows() {
                    stand.set(&id, "state", state);
                    stand.set(&id, "approval", approval);
                    stand.set(&id, "on_hold", if held { "true" } else { "false" });
                    let over = !may(action, "state", "10", approval, false)
                        || ["0", "3", "4"].contains(&state);
                    if over && action == "open" && key == RELEASE {
                        // It would open the next one: `opening` tells that story.
                        continue;
                    }
                    let passed = asked(host, &job);
                    let told = format!("{host} {action} {criterion}: {state} {approval} {held}");
                    assert_eq!(
                        passed,
                        may(action, criterion, state, approval, held),
                        "{told}"
                    );
                }
            }
        }
        stand.sim.remove("change_request", &id);
    }
    assert_eq!(stand.changes().len(), 1, "nothing was opened");
    assert_eq!(stand.sim.findings(), []);
}

fn rows() -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    STATES.into_iter().flat_map(|state| {
        let held = (state, "approved", true);
        let rows = APPROVALS.into_iter().map(move |it| (state, it, false));
        rows.chain([held])
    })
}

/// Every action and criterion as a gate; elsewhere two of each tell whether the place matters.
fn is_asked(host: &str, action: &str, criterion: &str) -> bool {
    host == "gates"
        || ["stage", "number"].contains(&action) && ["approved", "state"].contains(&criterion)
}

/// Whether the first look passes.
fn asked(host: &str, job: &agentless::Job) -> bool {
    if ["gates", "checks"].contains(&host) {
        let mut gate = Gate::new(chain(), job, impatient()).expect("a gate");
        return sample(&mut gate).passed;
    }
    let paused = async {
        tokio::time::pause();
        agentless::run_job(chain(), job, impatient()).await
    };
    done(paused).expect("a job").0.passed
}

#[test]
fn what_is_no_action_and_no_criterion_never_passes() {
    let stand = Stand::new();
    stand.plant(RELEASE, "-2", "approved");
    for (input, value) in [
        ("changeAction", "all"),
        ("changeAction", ""),
        ("proceedWhen", "always"),
        ("proceedWhen", ""),
    ] {
        let job = stand.job("gates").input(input, value);
        match Gate::new(chain(), &job, impatient()) {
            Err(refused) => assert!(value.is_empty(), "{refused}"),
            Ok(mut gate) => {
                let sample = sample(&mut gate);
                assert!(!sample.passed, "{input}={value}: {}", way(&sample));
            }
        }
    }
    assert_eq!(stand.changes().len(), 1);
}
