use std::collections::HashSet;

use change::{Number, State};
use outbound::Class;
use servicenow::{Error, QueryError, Refusal};
use servicenow_sim::{Options, Sim};

use crate::harness::{
    KEY, assert_clean, calls, id, instance, number, parameter, seeded, sim, user,
};

#[tokio::test]
async fn all_changes_of_a_key_are_found_across_pages_oldest_first() {
    let sim = sim();
    let mut expected = HashSet::new();
    for second in 0..45 {
        let columns = serde_json::json!({
            "correlation_id": KEY,
            "sys_created_on": format!("2026-03-01 10:00:{:02}", 59 - second),
        });
        expected.insert(sim.seed("change_request", columns));
    }
    sim.seed(
        "change_request",
        serde_json::json!({"correlation_id": "another"}),
    );

    let found = instance(&sim)
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    let ids: HashSet<String> = found.iter().map(|c| c.sys_id.to_string()).collect();
    assert_eq!((found.len(), ids), (45, expected));
    let created: Vec<String> = found
        .iter()
        .map(|c| crate::harness::column(&sim, &c.sys_id, "sys_created_on"))
        .collect();
    assert!(created.is_sorted(), "{created:?}");
    assert_eq!(calls(&sim).len(), 3);
    assert_clean(&sim);
}

#[tokio::test]
async fn a_key_that_nobody_bears_takes_one_call() {
    let sim = sim();
    let found = instance(&sim)
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    assert_eq!(found, []);
    assert_eq!(calls(&sim).len(), 1);
    assert_clean(&sim);
}

#[tokio::test]
async fn rows_hidden_in_the_middle_do_not_end_the_walk() {
    let sim = sim();
    let ids: Vec<String> = (0..45)
        .map(|_| sim.seed("change_request", serde_json::json!({"correlation_id": KEY})))
        .collect();
    for hidden in &ids[..25] {
        sim.hide("change_request", hidden);
    }
    let found = instance(&sim)
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    assert_eq!(found.len(), 20);
}

#[tokio::test]
async fn a_key_that_this_account_may_not_read_is_a_missing_right() {
    let sim = Sim::start(Options {
        hidden_columns: vec!["change_request.correlation_id".to_owned()],
        ..Options::default()
    });
    seeded(&sim);
    let error = instance(&sim)
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::QueryRights), "{error:?}");
}

#[tokio::test]
async fn a_number_finds_one_none_or_complains_of_two() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let by_number = async |text: &str| {
        let number: Number = text.parse().unwrap();
        instance.change_requests().by_number(&number).await
    };
    let found = by_number(&number(&sim, &change)).await.unwrap().unwrap();
    assert_eq!(found.sys_id, change);
    assert_eq!(by_number("CHG9999999").await.unwrap(), None);
    for _ in 0..2 {
        sim.seed(
            "change_request",
            serde_json::json!({"number": "CHG0777777"}),
        );
    }
    let error = by_number("CHG0777777").await.unwrap_err();
    assert!(
        matches!(*error, Error::NotOne { count: 2, .. }),
        "{error:?}"
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn a_users_query_matches_none_one_or_many_of_two_rows() {
    let sim = sim();
    for category in ["Network", "Software", "Software", "Software"] {
        sim.seed("change_request", serde_json::json!({"category": category}));
    }
    let instance = instance(&sim);
    let count = async |query: &str| {
        let found = instance.change_requests().by_query(query).await;
        found.unwrap().len()
    };
    assert_eq!(count("category=Telecom").await, 0);
    assert_eq!(count("category=Network^state=-5").await, 1);
    assert_eq!(count("category=Software").await, 2);
    let request = sim.requests().pop().unwrap();
    assert_eq!(parameter(&request, "sysparm_limit").as_deref(), Some("2"));
    assert_eq!(
        parameter(&request, "sysparm_query").as_deref(),
        Some("category=Software")
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn a_users_query_over_an_unknown_column_is_refused_by_name() {
    let sim = sim();
    seeded(&sim);
    let error = instance(&sim)
        .change_requests()
        .by_query("u_release=7^state=-5")
        .await
        .unwrap_err();
    assert!(
        matches!(&*error, Error::UnknownColumn { column } if column == "u_release"),
        "{error:?}"
    );
    assert_eq!(error.class(), Class::Refused);
}

#[tokio::test]
async fn hostile_keys_and_queries_are_never_sent() {
    let sim = sim();
    let instance = instance(&sim);
    for text in [
        "CHG1^ORnumberSTARTSWITHCHG",
        "x^NQactive=true",
        "javascript:gs.getUserID()",
        "a\nb",
    ] {
        let error = instance
            .change_requests()
            .by_correlation(text)
            .await
            .unwrap_err();
        assert!(matches!(*error, Error::Query { .. }), "{text}: {error:?}");
    }
    for text in ["", "number=javascript:x", "a=1\nb", "^^^", "RLQUERYx"] {
        let error = instance.change_requests().by_query(text).await.unwrap_err();
        assert!(matches!(*error, Error::Query { .. }), "{text}: {error:?}");
    }
    let error = instance
        .change_requests()
        .by_query("number=CHG1^^")
        .await
        .unwrap_err();
    assert!(matches!(
        *error,
        Error::Query {
            source: QueryError::Term(_),
            ..
        }
    ));
    assert_eq!(calls(&sim), Vec::<String>::new());
}

#[tokio::test]
async fn an_encoded_caret_is_never_asked_for() {
    let sim = sim();
    let refused = instance(&sim)
        .change_requests()
        .by_correlation("x%5EORactive=true")
        .await
        .unwrap_err();
    assert!(
        matches!(
            *refused,
            Error::Query {
                source: QueryError::Separator(_),
                ..
            }
        ),
        "{refused:?}"
    );
    assert_eq!(calls(&sim), Vec::<String>::new());
}

#[tokio::test]
async fn reading_and_polling_one_change() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let changes = instance.change_requests();
    let read = changes.get(&change).await.unwrap();
    assert_eq!(
        (read.sys_id.clone(), read.state),
        (change.clone(), State::New)
    );
    assert_eq!(read.state_label, "New");

    sim.forget_requests();
    sim.set("change_request", change.as_str(), "on_hold", "true");
    let poll = changes.poll(&change).await.unwrap();
    assert_eq!((poll.state, poll.on_hold), (State::New, true));
    assert_eq!(poll.approval, change::Approval::NotRequested);
    let request = sim.requests().pop().unwrap();
    assert_eq!(
        request.query,
        [(
            "sysparm_fields".to_owned(),
            "state,approval,on_hold".to_owned()
        )]
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn missing_and_hidden_are_one_answer() {
    let sim = sim();
    let change = seeded(&sim);
    sim.hide("change_request", change.as_str());
    let instance = instance(&sim);
    for key in [change, id(&"f".repeat(32))] {
        let error = instance.change_requests().get(&key).await.unwrap_err();
        assert_eq!(error.class(), Class::NotFound);
        assert!(error.to_string().contains("access rule"), "{error}");
    }
    // Without the right to read, lists are empty rather than refused.
    sim.add_user("nobody", &sim.credentials().password, &[]);
    let nobody = user(&sim, "nobody");
    let found = nobody.change_requests().by_correlation(KEY).await;
    assert_eq!(found.unwrap(), []);
}

#[tokio::test]
async fn the_instances_clock_counts_not_ours() {
    let sim = Sim::start(Options {
        clock_start: Some("2026-03-01 13:00:00".to_owned()),
        ..Options::default()
    });
    let instance = instance(&sim);
    assert_eq!(instance.now(), "2026-03-01T00:00:00Z".parse().unwrap());
    instance
        .change_requests()
        .by_correlation(KEY)
        .await
        .unwrap();
    assert_eq!(instance.now(), "2026-03-01T13:00:00Z".parse().unwrap());
    // A refusal tells the time as well.
    sim.advance(std::time::Duration::from_secs(3600));
    let missing = instance.change_requests().get(&id(&"f".repeat(32))).await;
    assert!(missing.is_err());
    assert_eq!(instance.now(), "2026-03-01T14:00:00Z".parse().unwrap());
}
