//! What a test may do from outside, and that it happens.

use serde_json::json;
use servicenow_sim::{ExtraTable, HandleError, Options, Rounds, Sim};

use crate::client::{anonymous, azure, basic};

#[test]
fn people_come_change_and_go() {
    let sim = Sim::start(Options::default());
    sim.add_user("eve", "pw", &["itil"]);
    let eve = |password: &str| {
        let caller = anonymous(&sim).with("Authorization", &basic("eve", password));
        caller.get("/api/now/table/change_request").status
    };
    assert_eq!((eve("pw"), eve("")), (200, 401));
    sim.set_password("eve", "new");
    assert_eq!((eve("pw"), eve("new")), (401, 200));
    sim.add_api_key("key-of-eve", "eve");
    let keyed = anonymous(&sim).with("x-sn-apikey", "key-of-eve");
    keyed.get("/api/now/table/change_request");
    assert_eq!(sim.requests().last().unwrap().user.as_deref(), Some("eve"));
    let group = sim.id_of("sys_user_group", "name", "Empty Group");
    sim.join("eve", &group);
    let id = sim.seed(
        "change_request",
        json!({ "type": "normal", "assignment_group": group }),
    );
    let number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    sim.move_as(&number, "eve", &[("state", "-4")]).unwrap();
    sim.approve_as(&number, "eve").unwrap();
    assert_eq!(sim.change(&number)["state"], "-3");
}

#[test]
fn what_cannot_be_done_says_why() {
    let sim = Sim::start(Options::default());
    let id = sim.seed("change_request", json!({ "type": "normal" }));
    let number = sim.record("change_request", &id)["number"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(matches!(
        sim.approve("CHG0", Rounds::All),
        Err(HandleError::NoChange(_))
    ));
    assert!(matches!(
        sim.approve(&number, Rounds::All),
        Err(HandleError::NothingWaits(_))
    ));
    assert!(matches!(
        sim.cancel(&number, "stranger", ""),
        Err(HandleError::NoUser(_))
    ));
    let refused = sim
        .move_as(&number, "svc.azure", &[("state", "-4")])
        .unwrap_err();
    let expected = "the instance refused: Data Policy Exception: The following fields are mandatory: Assignment group";
    assert_eq!(refused.to_string(), expected);
    sim.reschedule(
        &number,
        "svc.azure",
        "2026-03-02 09:00:00",
        "2026-03-02 10:00:00",
    )
    .unwrap();
    assert_eq!(sim.change(&number)["end_date"], "2026-03-02 10:00:00");
    assert_eq!(sim.record_opt("change_request", "nothing"), None);
    assert!(sim.remove("change_request", &id));
    assert!(!sim.remove("change_request", &id));
}

#[test]
fn a_table_of_the_customers_own() {
    let columns = vec![
        "u_run|Run|text:20|".to_owned(),
        "u_change||ref:change_request|".to_owned(),
    ];
    let table = ExtraTable {
        name: "u_deployment".to_owned(),
        columns,
    };
    let sim = Sim::start(Options {
        extra_tables: vec![table],
        ..Options::default()
    });
    let change = sim.seed("change_request", json!({}));
    let body = json!({ "u_run": "42", "u_change": change });
    let answer = azure(&sim).post(
        "/api/now/table/u_deployment?sysparm_fields=u_run,u_change.number",
        &body,
    );
    assert_eq!(
        (answer.status, answer.result()),
        (
            201,
            json!({ "u_run": "42", "u_change.number": "CHG0030001" })
        )
    );
    assert_eq!(sim.records("u_deployment").len(), 1);
}

#[test]
fn names_that_are_there_twice_are_there_to_be_met() {
    let sim = Sim::start(Options::default());
    assert_eq!(sim.find("sys_user_group", "name", "Database").len(), 2);
    assert_eq!(sim.find("cmdb_ci", "name", "shared-cache").len(), 2);
}

#[test]
fn dropping_it_frees_the_port() {
    let sim = Sim::start(Options::default());
    let address: std::net::SocketAddr = sim.url().trim_start_matches("http://").parse().unwrap();
    drop(sim);
    assert!(std::net::TcpStream::connect(address).is_err());
    assert!(Sim::listen(address, Options::default()).is_ok());
}
