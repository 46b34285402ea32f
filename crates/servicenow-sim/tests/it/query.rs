//! Encoded queries over the wire: what they select, and what they let through.

use proptest::prelude::*;
use serde_json::json;
use servicenow_sim::{FindingKind, Options, Sim};

use crate::client::azure;

const TABLE: &str = "/api/now/table/change_request";

fn ask(sim: &Sim, query: &str) -> usize {
    let encoded: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let answer = azure(sim).get(&format!(
        "{TABLE}?sysparm_fields=number&sysparm_query={encoded}"
    ));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.result().as_array().unwrap().len()
}

fn world() -> Sim {
    let sim = Sim::start(Options::default());
    let group = sim.id_of("sys_user_group", "name", "Network");
    for (text, risk, start) in [
        ("alpha one", "2", "2026-01-01 00:00:00"),
        ("alpha two", "3", "2026-02-01 00:00:00"),
        ("beta^ORx", "4", ""),
    ] {
        let columns = json!({ "short_description": text, "risk": risk, "start_date": start, "assignment_group": group });
        sim.seed("change_request", columns);
    }
    sim
}

#[test]
fn operators_select() {
    let sim = world();
    for (query, count) in [
        ("risk=2", 1),
        ("risk!=2", 2),
        ("risk<3", 1),
        ("risk>=3", 2),
        ("riskIN2,4", 2),
        ("riskNOT IN2,4", 1),
        ("short_descriptionLIKEalpha", 2),
        ("short_descriptionNOT LIKEalpha", 1),
        ("short_descriptionSTARTSWITHalpha", 2),
        ("short_descriptionENDSWITHtwo", 1),
        ("start_dateISEMPTY", 1),
        ("start_dateISNOTEMPTY", 2),
        ("start_date>2026-01-15 00:00:00", 1),
        (
            "start_dateBETWEEN2026-01-01 00:00:00@2026-01-31 00:00:00",
            1,
        ),
        ("riskANYTHING", 3),
        ("impactSAMEASurgency", 3),
        ("assignment_group.name=Network", 3),
        ("assignment_group.name=Other", 0),
        ("risk=2^ORrisk=3", 2),
        ("short_descriptionLIKEalpha^risk=2^ORrisk=4", 1),
        ("risk=2^NQrisk=4", 2),
        ("risk=2^EQ", 1),
        ("short_description=ALPHA ONE", 0),
        ("state=NOT_A_NUMBER", 0),
        ("state==1", 0),
        ("", 3),
    ] {
        assert_eq!(ask(&sim, query), count, "{query}");
    }
    assert_eq!(sim.findings(), []);
}

#[test]
fn unknown_columns_widen_until_the_property_says_otherwise() {
    let sim = world();
    for query in [
        "no_such_field=x",
        "no_such_field=x^ORalso_none=y",
        "assignment_group.nothing=x",
        "^^^",
    ] {
        assert_eq!(ask(&sim, query), 3, "{query}");
    }
    assert_eq!(ask(&sim, "no_such_field=x^risk=2"), 1);
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    assert!(kinds.contains(&FindingKind::UnknownQueryField));
    sim.configure(|o| o.invalid_query_returns_no_rows = true);
    assert_eq!(ask(&sim, "no_such_field=x"), 0);
    assert_eq!(ask(&sim, "risk=2"), 1);
}

#[test]
fn injections_work_as_on_an_instance_and_are_reported() {
    let sim = world();
    assert_eq!(ask(&sim, "number=CHG1^ORnumberSTARTSWITHCHG"), 3);
    assert_eq!(ask(&sim, "number=CHG1^NQactive=true"), 3);
    assert_eq!(
        sim.findings(),
        [],
        "the instance cannot know that these were not meant"
    );
    assert_eq!(ask(&sim, "short_description=beta^^ORx"), 1);
    assert_eq!(ask(&sim, "number=javascript:gs.getUserID()"), 0);
    assert_eq!(
        ask(&sim, "start_date>javascript:gs.beginningOfLastMonth()"),
        0
    );
    assert_eq!(ask(&sim, "short_description=a%5Eb"), 0);
    assert_eq!(ask(&sim, "short_description=a\nb"), 0);
    assert_eq!(ask(&sim, "opened_atRELATIVEGT@hour@ago@1"), 0);
    let kinds: Vec<FindingKind> = sim.findings().iter().map(|f| f.kind).collect();
    let expected = [
        FindingKind::CaretInQuery,
        FindingKind::JavascriptPrefix,
        FindingKind::JavascriptPrefix,
        FindingKind::EncodedInQuery,
        FindingKind::EncodedInQuery,
        FindingKind::UnsupportedQuery,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn order_is_by_number_where_values_are_numbers() {
    let sim = Sim::start(Options::default());
    for state in ["-5", "3", "10", "-1"] {
        sim.seed("change_request", json!({ "state": state }));
    }
    let ordered = |query: &str| {
        let rows = azure(&sim)
            .get(&format!(
                "{TABLE}?sysparm_fields=state&sysparm_query={query}"
            ))
            .result();
        rows.as_array()
            .unwrap()
            .iter()
            .map(|r| r["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ordered("ORDERBYstate"), ["-5", "-1", "3", "10"]);
    assert_eq!(ordered("state!=3^ORDERBYDESCstate"), ["10", "-1", "-5"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a caller sends, the instance answers; it never breaks.
    #[test]
    fn any_query_is_answered(query in ".{0,60}") {
        let sim = world();
        ask(&sim, &query);
    }

    /// A value with its carets doubled finds the record that holds it and no other.
    #[test]
    fn doubled_carets_are_a_literal(text in "[a-z^,@% ]{1,20}") {
        let sim = world();
        sim.seed("change_request", json!({ "short_description": text }));
        let wanted = text.replace('^', "^^");
        let equal = sim.find("change_request", "short_description", &text).len();
        prop_assert_eq!(ask(&sim, &format!("short_description={wanted}")), equal);
    }

    /// Terms joined by carets select what all of them select.
    #[test]
    fn a_conjunction_is_no_wider_than_its_parts(a in 0usize..4, b in 0usize..4) {
        let terms = ["risk>=3", "short_descriptionLIKEalpha", "start_dateISNOTEMPTY", "risk!=3"];
        let sim = world();
        let both = ask(&sim, &format!("{}^{}", terms[a], terms[b]));
        prop_assert!(both <= ask(&sim, terms[a]).min(ask(&sim, terms[b])));
        let either = ask(&sim, &format!("{}^OR{}", terms[a], terms[b]));
        prop_assert!(either >= ask(&sim, terms[a]).max(ask(&sim, terms[b])));
    }
}
