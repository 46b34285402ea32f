use change::State;
use outbound::Class;
use servicenow::Error;
use servicenow_sim::{Fault, On, Options, Sim, When};

use crate::harness::{assert_clean, calls, id, instance, sim, sim_without_change_api};

fn open_choices() -> Sim {
    Sim::start(Options {
        restrict_sys_choice: false,
        ..Options::default()
    })
}

#[tokio::test]
async fn names_become_keys_and_keys_pass_without_a_call() {
    let sim = sim();
    let instance = instance(&sim);
    let references = instance.references();
    let key = |table: &str, name: &str| id(&sim.id_of(table, "name", name));
    assert_eq!(
        references.group("Network").await.unwrap(),
        key("sys_user_group", "Network")
    );
    assert_eq!(
        references.configuration_item("checkout-web").await.unwrap(),
        key("cmdb_ci", "checkout-web")
    );
    assert_eq!(
        references
            .change_model(" Application Release ")
            .await
            .unwrap(),
        key("chg_model", "Application Release")
    );
    let template = references
        .standard_template("Deploy web shop")
        .await
        .unwrap();
    assert_eq!(
        template.sys_id,
        key("std_change_record_producer", "Deploy web shop")
    );
    assert_eq!(template.name, "Deploy web shop");

    sim.forget_requests();
    let hex = "0123456789abcdef0123456789abcdef";
    assert_eq!(references.group(hex).await.unwrap(), id(hex));
    assert_eq!(
        references.standard_template(hex).await.unwrap().sys_id,
        id(hex)
    );
    assert_eq!(calls(&sim), Vec::<String>::new());
    assert_clean(&sim);
}

#[tokio::test]
async fn columns_take_labels_and_names_and_others_pass_as_they_are() {
    let sim = open_choices();
    let instance = instance(&sim);
    let references = instance.references();
    let payments = sim.id_of("cmdb_ci_service", "name", "Payments");
    let nina = sim.id_of("sys_user", "name", "Nina Network");
    for (column, text, stored) in [
        ("urgency", "High", "1"),
        ("urgency", "2", "2"),
        ("business_service", "Payments", payments.as_str()),
        ("assigned_to", "Nina Network", nina.as_str()),
        ("assigned_to", nina.as_str(), nina.as_str()),
        ("assigned_to", "", ""),
        ("justification", "High", "High"),
        ("u_ring", "Payments", "Payments"),
    ] {
        assert_eq!(
            references.column(column, text).await.unwrap(),
            stored,
            "{column} {text}"
        );
    }
    let unknown = references.column("business_service", "Paymentz").await;
    assert!(
        matches!(&unknown, Err(error) if matches!(**error, Error::NotFound { .. })),
        "{unknown:?}"
    );
    let unknown = references.column("urgency", "now").await;
    assert!(
        matches!(&unknown, Err(error) if matches!(**error, Error::NoChoice { .. })),
        "{unknown:?}"
    );
    assert_clean(&sim);
}

#[tokio::test]
async fn a_name_borne_twice_lists_the_keys_and_one_borne_by_none_its_neighbours() {
    let sim = sim();
    let instance = instance(&sim);
    let references = instance.references();
    let found = references.configuration_item("shared-cache").await;
    match found.map_err(|error| *error) {
        Err(Error::Ambiguous { count, sys_ids, .. }) => {
            let mut found: Vec<String> = sys_ids.iter().map(ToString::to_string).collect();
            let mut there: Vec<String> = sim
                .find("cmdb_ci", "name", "shared-cache")
                .iter()
                .map(|row| row["sys_id"].as_str().unwrap().to_owned())
                .collect();
            found.sort();
            there.sort();
            assert_eq!((count, found), (2, there));
        }
        other => panic!("{other:?}"),
    }
    let error = references
        .configuration_item("checkout-wbe")
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::NotFound);
    assert!(error.to_string().contains("checkout-web"), "{error}");
    assert_clean(&sim);
}

#[tokio::test]
async fn hostile_names_are_never_sent() {
    let sim = sim();
    let instance = instance(&sim);
    for name in ["Network^ORnameSTARTSWITHa", "javascript:gs.x()", "a\nb", ""] {
        let error = instance.references().group(name).await.unwrap_err();
        assert!(matches!(*error, Error::Query { .. }), "{name:?}: {error:?}");
    }
    assert_eq!(calls(&sim), Vec::<String>::new());
}

#[tokio::test]
async fn a_retired_template_is_not_found() {
    for sim in [sim(), sim_without_change_api()] {
        let error = instance(&sim)
            .references()
            .standard_template("Retired template")
            .await
            .unwrap_err();
        assert_eq!(error.class(), Class::NotFound, "{error:?}");
    }
}

#[tokio::test]
async fn a_template_whose_table_shows_nothing_is_found_in_the_change_apis_list_or_by_its_version() {
    let sim = sim();
    let template = sim.id_of("std_change_record_producer", "name", "Deploy web shop");
    sim.fail(
        On::path("/table/std_change_record_producer"),
        When::Next(1),
        Fault::Gateway { status: 403 },
    );
    let instance = instance(&sim);
    let found = instance
        .references()
        .standard_template("deploy web shop")
        .await;
    assert_eq!(found.unwrap().sys_id, id(&template));
    let paths = calls(&sim);
    assert!(paths[1].ends_with("/change/standard/template"), "{paths:?}");

    let sim = sim_without_change_api();
    let version = sim.id_of("std_change_producer_version", "name", "Deploy web shop");
    let template = sim.id_of("std_change_record_producer", "name", "Deploy web shop");
    sim.remove("std_change_record_producer", &template);
    let instance = crate::harness::instance(&sim);
    let found = instance
        .references()
        .standard_template("Deploy web shop")
        .await;
    assert_eq!(found.unwrap().sys_id, id(&version));
}

#[tokio::test]
async fn labels_and_values_of_the_instances_choices_become_values_with_one_call() {
    let sim = open_choices();
    sim.seed(
        "sys_choice",
        serde_json::json!({
            "name": "change_request", "element": "risk", "value": "7", "label": "Reckless", "sequence": "9",
        }),
    );
    let instance = instance(&sim);
    let references = instance.references();
    for (column, asked, value) in [
        ("risk", "moderate", "3"),
        ("risk", "RECKLESS", "7"),
        ("risk", "7", "7"),
        ("impact", "High", "1"),
        ("state", "Implement", "-1"),
    ] {
        let found = references.choice(column, asked).await.unwrap();
        assert_eq!(found, value, "{column} {asked}");
    }
    let error = references.choice("risk", "extreme").await.unwrap_err();
    match &*error {
        Error::NoChoice { choices, .. } => {
            assert!(choices.contains(&"Reckless (7)".to_owned()), "{choices:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(calls(&sim).len(), 1);
    assert_eq!(instance.notices(), Vec::<String>::new());
    assert_clean(&sim);
}

#[tokio::test]
async fn where_choices_may_not_be_asked_for_the_shipped_ones_stand_in_with_a_notice() {
    let sim = sim();
    let instance = instance(&sim);
    let references = instance.references();
    assert_eq!(references.choice("risk", "Very High").await.unwrap(), "1");
    assert_eq!(references.choice("risk", "9").await.unwrap(), "9");
    assert_eq!(
        references.choice("category", "Databases").await.unwrap(),
        "Databases"
    );
    assert!(
        matches!(references.choice("risk", "extreme").await, Err(error) if matches!(*error, Error::NoChoice { .. }))
    );
    assert_eq!(calls(&sim).len(), 1);
    let notices = instance.notices();
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("sys_choice"), "{notices:?}");
    // A column nobody documents: passed on, and said.
    assert_eq!(references.choice("u_ring", "two").await.unwrap(), "two");
    assert!(instance.notices()[0].contains("u_ring"));
}

#[tokio::test]
async fn states_by_label_value_and_model() {
    let sim = sim();
    let instance = instance(&sim);
    let references = instance.references();
    assert_eq!(
        references.state("scheduled").await.unwrap(),
        State::Scheduled
    );
    assert_eq!(references.state("-1").await.unwrap(), State::Implement);
    assert_eq!(references.state("17").await.unwrap(), State::Other(17));
    assert_eq!(calls(&sim), Vec::<String>::new());
    assert_eq!(
        references.state("peer review").await.unwrap(),
        State::Other(10)
    );
    let error = references.state("limbo").await.unwrap_err();
    match &*error {
        Error::NoChoice { choices, .. } => {
            assert!(
                choices.contains(&"Peer Review (10)".to_owned()),
                "{choices:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}
