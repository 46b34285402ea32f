//! What may not be done is not done, and told: ends by other hands, holds and rules.

use change::State;
use servicenow_sim::{Fault, On, When};
use testkit::agent::{Finished, TaskResult};
use testkit::wait::until;

use crate::office::Office;
use crate::world::{BOUND, output};

/// The one issue with that code.
pub(crate) fn told(finished: &Finished, result: TaskResult, code: &str) -> String {
    assert_eq!(finished.result, result, "{finished:?}");
    let issues: Vec<_> = finished.log.issues_with(code).collect();
    assert_eq!(issues.len(), 1, "{code}: {finished:?}");
    issues[0].text.clone()
}

#[test]
fn a_change_that_was_closed_by_hand_is_compared_with_the_truth() {
    for (status, differs) in [
        ("Succeeded", false),
        ("SucceededWithIssues", false),
        ("Failed", true),
    ] {
        let office = Office::new();
        let number = office.change_in("normal", State::Closed);
        let step = office.record().variable("Agent.JobStatus", status);
        for _ in 0..2 {
            let finished = office.run(&step);
            if differs {
                let said = told(
                    &finished,
                    TaskResult::SucceededWithIssues,
                    "outcome-differs",
                );
                assert!(said.contains("closed as 'successful'"), "{said}");
            } else {
                assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
            }
            assert_eq!(office.column(&number, "close_code"), "successful");
            assert_eq!(office.column(&number, "close_notes"), "Closed by hand");
            assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
        }
        office.is_content();
    }
}

/// Runs a record whose question for the next states is answered only after somebody did something to the change.
fn meanwhile(office: &Office, act: impl FnOnce()) -> Finished {
    let sim = &office.world.sim;
    let fault = Fault::SlowDrip { pause_ms: 700 };
    sim.fail(On::path("/table/change_task"), When::Next(1), fault);
    let running = office.record().start().unwrap();
    until("the step to ask for the tasks", BOUND, || {
        let asked = sim
            .requests()
            .iter()
            .any(|request| request.path.contains("change_task"));
        asked.then_some(())
    });
    act();
    running.wait(BOUND)
}

#[test]
fn a_change_that_is_cancelled_while_the_step_looks_is_left() {
    let office = Office::new();
    let number = office.gated();
    let finished = meanwhile(&office, || {
        office
            .world
            .sim
            .cancel(&number, "nina.network", "Rolled back")
            .unwrap();
    });
    let said = told(&finished, TaskResult::Failed, "not-closed");
    assert!(said.contains(&format!("{number} was cancelled")), "{said}");
    assert_eq!(office.column(&number, "state"), "4");
    assert_eq!(output(&finished, "changeState"), "Canceled");
    let ours = office
        .notes(&number)
        .into_iter()
        .filter(|note| note.contains("[snowgate "));
    assert_eq!(ours.count(), 1, "{finished:?}");
}

#[test]
fn a_change_that_is_held_while_the_step_looks_is_left() {
    let office = Office::new();
    let number = office.gated();
    let finished = meanwhile(&office, || {
        office
            .world
            .sim
            .hold(&number, "nina.network", "Call the bank first")
            .unwrap();
    });
    let said = told(&finished, TaskResult::Failed, "not-closed");
    assert!(said.contains("on hold (Call the bank first)"), "{said}");
    assert_eq!(office.column(&number, "state"), "-1");

    office.world.sim.release(&number, "nina.network").unwrap();
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    let notes = office.notes(&number);
    let ours = notes
        .iter()
        .filter(|note| note.contains("[snowgate "))
        .count();
    assert_eq!(ours, 1, "{notes:?}");
    // The report of the first attempt says that the change is open, and is not taken for the last one.
    let page = office.file(
        &number,
        &format!("snowgate-audit-{number}-4711-Production.html"),
    );
    assert!(
        !page.contains("still in Implement"),
        "the report is the first one's"
    );
}

#[test]
fn a_change_that_somebody_closes_meanwhile_is_fine() {
    let office = Office::new();
    let number = office.gated();
    let sim = &office.world.sim;
    let finished = meanwhile(&office, || {
        sim.move_as(&number, "admin", &[("state", "0")]).unwrap();
        let by_hand = [
            ("state", "3"),
            ("close_code", "successful"),
            ("close_notes", "By hand"),
        ];
        sim.move_as(&number, "admin", &by_hand).unwrap();
    });
    assert_eq!(finished.result, TaskResult::Succeeded, "{finished:?}");
    assert_eq!(office.column(&number, "close_notes"), "By hand");
    assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
}

#[test]
fn a_policy_or_a_rule_that_keeps_it_open_is_named_and_a_rerun_closes_it() {
    let office = Office::new();
    let number = office.gated();
    let demand = "review_comments";
    for rule in [false, true] {
        office.world.sim.configure(|options| {
            if rule {
                options.close_refused_by = Some("No closing on Fridays".to_owned());
                options.close_demands.clear();
            } else {
                options.close_demands = vec![demand.to_owned()];
            }
        });
        let finished = office.run(&office.record());
        let said = told(&finished, TaskResult::Failed, "not-closed");
        let named = if rule {
            "No closing on Fridays"
        } else {
            "review_comments"
        };
        assert!(said.contains(named), "{said}");
        assert_eq!(office.column(&number, "state"), "0");
        assert_eq!(office.notes(&number).len(), 1, "{finished:?}");
    }
    office
        .world
        .sim
        .configure(|options| options.close_refused_by = None);
    office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.notes(&number).len(), 1);
    office.is_content();
}

#[test]
fn columns_that_come_back_different_are_named() {
    let office = Office::new();
    office.world.sim.configure(|options| {
        options
            .write_protected
            .push("change_request.work_end".to_owned());
        let rewritten = (
            "change_request.close_notes".to_owned(),
            "Standard text".to_owned(),
        );
        options.rewritten.extend([rewritten]);
    });
    let number = office.gated();
    let finished = office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    let warned: String = finished
        .log
        .issues_with("column-dropped")
        .map(|issue| issue.text.clone())
        .collect();
    assert!(
        warned.contains("close_notes") && warned.contains("work_end"),
        "{warned}"
    );
}
