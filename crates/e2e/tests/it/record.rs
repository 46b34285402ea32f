//! A deployment is recorded: the ordinary story, from every start and with every outcome.

use change::State;
use testkit::agent::TaskResult;

use crate::office::Office;
use crate::world::output;

#[test]
fn the_change_of_the_stage_is_closed_with_what_was_deployed() {
    let office = Office::new();
    let number = office.gated();
    let finished = office.recorded(&office.record());
    assert_eq!(office.column(&number, "state"), "3");
    assert_eq!(office.column(&number, "close_code"), "successful");
    let notes = office.column(&number, "close_notes");
    assert!(notes.contains("Run: 20260105.3"), "{notes}");
    assert_eq!(office.column(&number, "work_start"), "2026-01-05 09:10:00");
    assert!(!office.column(&number, "work_end").is_empty());
    assert_eq!(
        office.notes(&number).len(),
        1,
        "{:?}",
        office.notes(&number)
    );
    let files = office.files(&number);
    assert_eq!(files.len(), 2, "{files:?}");
    assert_eq!(output(&finished, "changeNumber"), number);
    assert_eq!(output(&finished, "changeState"), "Closed");
    office.is_content();
}

#[test]
fn every_status_of_the_job_closes_the_change_with_the_truth() {
    for (status, code) in [
        ("Succeeded", "successful"),
        ("SucceededWithIssues", "successful_issues"),
        ("Failed", "unsuccessful"),
        ("Canceled", "unsuccessful"),
    ] {
        let office = Office::new();
        let number = office.gated();
        let step = office.record().variable("Agent.JobStatus", status);
        office.recorded(&step);
        assert_eq!(office.column(&number, "close_code"), code, "{status}");
        office.is_content();
    }
}

#[test]
fn a_change_that_is_not_approved_is_left_as_it_is() {
    for state in [State::New, State::Assess] {
        let office = Office::new();
        let number = office.change_in("normal", state);
        let finished = office.run(&office.record());
        assert_eq!(finished.result, TaskResult::Failed, "{finished:?}");
        assert_eq!(office.column(&number, "state"), state.value().to_string());
        assert_eq!(office.notes(&number).len(), 1);
        office.is_content();
    }
}
