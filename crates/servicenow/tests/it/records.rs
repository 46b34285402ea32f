//! A table that only this customer has.

use servicenow::{Error, Fields, QueryError, Refusal};
use servicenow_sim::{Fault, On, Sim, When};

use crate::harness::{assert_clean, instance, seeded, sim, user};

const TABLE: &str = "u_deployment";

fn with_table() -> Sim {
    let sim = sim();
    sim.add_table(
        TABLE,
        &[
            ("u_run", "text:40"),
            ("u_stage", "text:40"),
            ("u_note", "text:200"),
            ("u_change", "ref:change_request"),
            ("u_locked", "text:40"),
            ("u_ring", "int"),
        ],
    );
    sim
}

#[tokio::test]
async fn a_record_is_created_and_found_by_what_it_holds() {
    let sim = with_table();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let records = instance.records(TABLE).unwrap();
    for (run, note) in [("7", "a^b"), ("8", "a^b"), ("7", "line\nbreak")] {
        let fields = Fields::new()
            .set("u_run", run)
            .set("u_note", note)
            .set("u_change", change.as_str())
            .set("u_ring", "2");
        let made = records.create(&fields).await.unwrap();
        assert_eq!(made.dropped, []);
        assert_eq!(made.value("u_run"), Some(run));
        assert_eq!(
            made.value("u_stage"),
            None,
            "it was neither asked for nor written"
        );
    }
    let find = async |columns: &[(&str, &str)]| records.find(columns).await.unwrap().len();
    assert_eq!(find(&[("u_run", "7")]).await, 2);
    // What no query can hold is compared afterwards.
    assert_eq!(find(&[("u_run", "7"), ("u_note", "a^b")]).await, 1);
    assert_eq!(find(&[("u_run", "7"), ("u_note", "line\nbreak")]).await, 1);
    assert_eq!(find(&[("u_run", "7"), ("u_stage", "")]).await, 2);
    assert_eq!(
        find(&[("u_change", change.as_str()), ("u_ring", "2")]).await,
        3
    );
    assert_eq!(find(&[("u_run", "9")]).await, 0);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_column_that_is_not_there_is_named_before_its_rows_are_taken_for_ours() {
    let sim = with_table();
    for run in 0..3 {
        sim.seed(TABLE, serde_json::json!({ "u_run": run.to_string() }));
    }
    let instance = instance(&sim);
    let records = instance.records(TABLE).unwrap();
    for columns in [
        vec![("u_gone", "1")],
        vec![("u_run", "1"), ("u_gone", "1")],
        vec![("u_run", "1"), ("u_gone", "a^b")],
    ] {
        let error = records.find(&columns).await.unwrap_err();
        assert!(
            matches!(&*error, Error::UnknownColumn { column } if column == "u_gone"),
            "{columns:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn what_was_not_stored_as_asked_is_named() {
    let sim = with_table();
    sim.configure(|o| {
        o.write_protected.push("u_deployment.u_locked".to_owned());
        o.rewritten
            .insert("u_deployment.u_ring".to_owned(), "1".to_owned());
    });
    let fields = Fields::new()
        .set("u_run", "7")
        .set("u_gone", "x")
        .set("u_locked", "y")
        .set("u_ring", "2");
    let instance = instance(&sim);
    let made = instance
        .records(TABLE)
        .unwrap()
        .create(&fields)
        .await
        .unwrap();
    let told: Vec<_> = made
        .dropped
        .iter()
        .map(|d| (d.column.as_str(), d.stored.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("u_gone", None),
            ("u_locked", Some("")),
            ("u_ring", Some("1"))
        ]
    );
    assert_eq!(sim.records(TABLE).len(), 1);
}

#[tokio::test]
async fn names_that_are_none_and_questions_without_a_term_are_refused_unsent() {
    let sim = with_table();
    let instance = instance(&sim);
    for table in ["", "U_X", "u_x/../sys_user", "u_x?a", "u.x", "1u"] {
        let error = instance.records(table).unwrap_err();
        assert!(
            matches!(
                &*error,
                Error::Query {
                    source: QueryError::Table(_),
                    ..
                }
            ),
            "{table:?}: {error:?}"
        );
    }
    let records = instance.records(TABLE).unwrap();
    for columns in [
        vec![],
        vec![("u_note", "a^b")],
        vec![("u_note", "javascript:gs.getUserID()")],
        vec![("u_run^ORu_ring", "1")],
    ] {
        let error = records.find(&columns).await.unwrap_err();
        assert!(
            matches!(*error, Error::Query { .. }),
            "{columns:?}: {error:?}"
        );
    }
    let hostile = Fields::new().set("u_run,sys_id", "7");
    assert!(records.create(&hostile).await.is_err());
    assert_eq!(sim.request_count(), 0);
}

#[tokio::test]
async fn a_create_without_a_clear_answer_is_left_to_a_look() {
    for (fault, there) in [
        (Fault::ResetAfterCommit, 1),
        (Fault::Gateway { status: 503 }, 0),
    ] {
        let sim = with_table();
        let instance = instance(&sim);
        let records = instance.records(TABLE).unwrap();
        let posts = On::path(TABLE).method("POST");
        sim.fail(posts, When::Next(1), fault.clone());
        let fields = Fields::new().set("u_run", "7");
        let error = records.create(&fields).await.unwrap_err();
        assert!(error.may_have_happened(), "{fault:?}: {error:?}");
        assert_eq!(sim.records(TABLE).len(), there, "{fault:?}");
        let found = records.find(&[("u_run", "7")]).await.unwrap();
        assert_eq!(found.len(), there, "{fault:?}");
        assert_clean(&sim);
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_and_a_right_that_is_missing_are_told_apart() {
    let sim = with_table();
    let fields = Fields::new().set("u_run", "7");
    let nobody_has = instance(&sim);
    let error = nobody_has.records("u_gone").unwrap().create(&fields).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error.refusal(), Some(Refusal::InvalidTable { table }) if table == "u_gone"),
        "{error:?}"
    );
    let reader = user(&sim, "rita.reader");
    let error = reader
        .records(TABLE)
        .unwrap()
        .create(&fields)
        .await
        .unwrap_err();
    assert!(
        matches!(error.refusal(), Some(Refusal::Acl { .. })),
        "{error:?}"
    );
}
