//! What lists for people to pick from are read from: pages, languages, rights, addresses.

use std::collections::BTreeSet;

use serde_json::json;
use servicenow_sim::{Options, Sim};

use crate::client::{as_user, azure};

const CHOICES: &str = "/api/now/table/sys_choice?sysparm_query=name=change_request^element=risk";

#[test]
fn each_language_pack_has_a_row_of_its_own_for_each_choice() {
    let sim = Sim::start(Options {
        languages: vec!["de".to_owned(), "fr".to_owned()],
        restrict_sys_choice: false,
        ..Options::default()
    });
    let count = |query: &str| azure(&sim).get(query).result().as_array().unwrap().len();
    assert_eq!(count(CHOICES), 12);
    assert_eq!(count(&format!("{CHOICES}^language=en")), 4);
    let german = azure(&sim).get(&format!("{CHOICES}^language=de^value=2"));
    assert_eq!(german.result()[0]["label"], "High [de]");
    // A session here is English: labels and display input never come from another language's rows.
    let id = sim.seed("change_request", json!({ "risk": "2" }));
    let row = format!(
        "/api/now/table/change_request/{id}?sysparm_display_value=true&sysparm_fields=risk"
    );
    assert_eq!(azure(&sim).get(&row).result(), json!({ "risk": "High" }));
}

#[test]
fn version_1_tells_a_reader_without_rows_and_version_2_does_not() {
    let sim = Sim::start(Options::default());
    sim.seed("change_request", json!({}));
    let nobody = as_user(&sim, "nobody");
    let list = nobody.get("/api/now/table/change_request");
    assert_eq!((list.status, list.result()), (200, json!([])));
    let (status, message, detail) = nobody.get("/api/now/v1/table/change_request").refusal();
    assert_eq!((status, message.as_str()), (404, "No Record found"));
    assert_eq!(
        detail,
        "Record doesn't exist or ACL restricts the record retrieval"
    );
    let reader = as_user(&sim, "rita.reader").get("/api/now/v1/table/change_request");
    assert_eq!(reader.result().as_array().unwrap().len(), 1);
}

#[test]
fn an_address_with_an_empty_step_leads_nowhere() {
    let sim = Sim::start(Options::default());
    for path in ["//api/now/table/change_request", "/api//now/table/task"] {
        let (status, message, _) = azure(&sim).get(path).refusal();
        assert_eq!(
            (status, message.as_str()),
            (400, "Requested URI does not represent any resource"),
            "{path}"
        );
    }
}

#[test]
fn pages_in_a_total_order_show_every_row_once() {
    let sim = Sim::start(Options::default());
    for _ in 0..25 {
        sim.seed("cmdb_ci_service", json!({ "name": "Twin" }));
    }
    let page = |order: &str, offset: usize| {
        let rows = azure(&sim).get(&format!(
            "/api/now/table/cmdb_ci_service?sysparm_query=name=Twin{order}&sysparm_fields=sys_id&sysparm_limit=10\
             &sysparm_offset={offset}"
        ));
        rows.result()
    };
    let seen = |order: &str| -> BTreeSet<String> {
        let pages = [0, 10, 20].map(|offset| page(order, offset));
        let rows = pages.iter().flat_map(|page| page.as_array().unwrap());
        rows.map(|row| row["sys_id"].to_string()).collect()
    };
    assert_eq!(seen("^ORDERBYname^ORDERBYsys_id").len(), 25);
    // Rows that tie come in another order with each request: some twice, so others never.
    assert!(seen("^ORDERBYname").len() < 25);
}

#[test]
fn a_filter_on_what_is_not_retired_keeps_what_has_no_status() {
    let sim = Sim::start(Options::default());
    for (name, status) in [("In use", "1"), ("Gone", "6"), ("Unsaid", "")] {
        sim.seed(
            "cmdb_ci_service",
            json!({ "name": name, "operational_status": status, "environment": "test" }),
        );
    }
    let rows = azure(&sim).get(
        "/api/now/table/cmdb_ci_service?sysparm_query=environment=test^operational_status!=6^ORDERBYname\
         &sysparm_fields=name",
    );
    assert_eq!(
        rows.result(),
        json!([{ "name": "In use" }, { "name": "Unsaid" }])
    );
}
