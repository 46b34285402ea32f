use servicenow_sim::{Fault, On, When};

use crate::harness::{assert_clean, calls, instance, readable_journals, seeded, sim, user};

const MARKER: &str = "[azdo:run:4711:Production]";

#[tokio::test]
async fn a_note_is_one_call_and_holds_its_marker() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let added = instance
        .change_requests()
        .add_note(&change, "Deployed.", MARKER)
        .await
        .unwrap();
    assert!(added);
    assert_eq!(
        sim.journal(change.as_str(), "work_notes"),
        [format!("Deployed.\n{MARKER}")]
    );
    assert_eq!(calls(&sim).len(), 1);
    assert_clean(&sim);
}

#[tokio::test]
async fn an_unclear_note_that_was_written_is_not_written_again() {
    let sim = readable_journals();
    let change = seeded(&sim);
    sim.fail(
        On::path(change.as_str()).method("PATCH"),
        When::Next(1),
        Fault::TransactionCancelledAfterCommit,
    );
    let instance = instance(&sim);
    let changes = instance.change_requests();
    assert!(
        changes
            .add_note(&change, "Deployed.", MARKER)
            .await
            .unwrap()
    );
    assert_eq!(sim.journal(change.as_str(), "work_notes").len(), 1);
    assert_eq!(changes.has_note(&change, MARKER).await.unwrap(), Some(true));
    assert_eq!(
        changes.has_note(&change, "[other]").await.unwrap(),
        Some(false)
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn an_unclear_note_that_was_not_written_is_written_by_the_next_call() {
    let sim = readable_journals();
    let change = seeded(&sim);
    let other = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    changes
        .add_note(&other, "Something to see.", "[x]")
        .await
        .unwrap();
    sim.fail(
        On::path(change.as_str()).method("PATCH"),
        When::Next(1),
        Fault::TransactionCancelled,
    );
    let error = changes
        .add_note(&change, "Deployed.", MARKER)
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
    assert!(
        changes
            .add_note(&change, "Deployed.", MARKER)
            .await
            .unwrap()
    );
    assert_eq!(sim.journal(change.as_str(), "work_notes").len(), 1);
}

#[tokio::test]
async fn where_journals_are_hidden_an_unclear_note_is_never_written_twice() {
    let sim = sim();
    let change = seeded(&sim);
    sim.fail(
        On::path(change.as_str()).method("PATCH"),
        When::Next(1),
        Fault::ResetAfterCommit,
    );
    let instance = instance(&sim);
    let changes = instance.change_requests();
    for _ in 0..2 {
        let error = changes
            .add_note(&change, "Deployed.", MARKER)
            .await
            .unwrap_err();
        assert!(error.may_have_happened(), "{error:?}");
    }
    assert_eq!(sim.journal(change.as_str(), "work_notes").len(), 1);
    assert_eq!(changes.has_note(&change, MARKER).await.unwrap(), None);
}

#[tokio::test]
async fn notes_come_back_oldest_first_with_their_writers() {
    let sim = readable_journals();
    let change = seeded(&sim);
    let other = seeded(&sim);
    let writers = [instance(&sim), user(&sim, "chris.manager")];
    for (writer, text) in [(0, "first"), (1, "second"), (0, "third")] {
        let changes = writers[writer].change_requests();
        changes.add_note(&change, text, "").await.unwrap();
        sim.advance(std::time::Duration::from_secs(60));
    }
    writers[0]
        .change_requests()
        .add_note(&other, "elsewhere", "")
        .await
        .unwrap();
    let notes = writers[0].change_requests().notes(&change).await.unwrap();
    let notes = notes.expect("journals can be read");
    let told: Vec<(&str, &str)> = notes
        .iter()
        .map(|note| (note.by.as_str(), note.text.trim()))
        .collect();
    let me = sim.credentials().user;
    assert_eq!(
        told,
        [
            (me.as_str(), "first"),
            ("chris.manager", "second"),
            (me.as_str(), "third")
        ]
    );
    assert!(notes[0].at < notes[1].at && notes[1].at < notes[2].at);
    assert_clean(&sim);
}

#[tokio::test]
async fn unreadable_journals_are_not_empty_ones() {
    let sim = sim();
    let change = seeded(&sim);
    let changes = instance(&sim);
    let changes = changes.change_requests();
    changes.add_note(&change, "x", "").await.unwrap();
    assert_eq!(changes.notes(&change).await.unwrap(), None);
    sim.configure(|o| o.journal_readers = vec!["itil".to_owned()]);
    let empty = seeded(&sim);
    assert_eq!(changes.notes(&empty).await.unwrap(), Some(Vec::new()));
}
