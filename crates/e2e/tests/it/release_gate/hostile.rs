//! Inputs that try to be more than a value. For each, what holds it is said beside it.

use agentless::{Order, Settings};
use serde_json::Value;

use super::stand::{RELEASE, Stand, column, sample, under, way};

const VALUES: [&str; 24] = [
    "\"",
    "'",
    "\\",
    "\\\", \\\"approval\\\": \\\"approved",
    "\", \"approval\": \"approved",
    "\"}, {\"approval\": \"approved\"}",
    "\n",
    "x\r\nX-Injected: 1",
    "^ORnumberISNOTEMPTY",
    "x^NQnumberISNOTEMPTY",
    "CHG0^^ORactive=true",
    "&sysparm_limit=1",
    "x&sysparm_offset=1",
    "x&sysparm_query=active=true",
    "#",
    "x#&",
    "%5EORnumberISNOTEMPTY",
    "{{",
    "{{#if changeType}}x{{/if}}",
    "$(system.teamProjectId)",
    "'), eq('a','a",
    "')), and(eq('a','a'), eq('b','b",
    "javascript:gs.getUserID()",
    "Äß漢字😀\u{202e}",
];

/// Columns that an opener writes.
const WRITTEN: [&str; 10] = [
    "correlation_id",
    "correlation_display",
    "type",
    "short_description",
    "description",
    "chg_model",
    "assignment_group",
    "cmdb_ci",
    "risk",
    "category",
];

fn both_orders() -> [Settings; 2] {
    [Order::MacrosFirst, Order::MustacheFirst].map(|order| Settings {
        order,
        ..Settings::default()
    })
}

fn values() -> Vec<String> {
    let long = "x'\"^&".repeat(2_000);
    let short = VALUES.into_iter().map(str::to_owned);
    short.chain([long]).collect()
}

#[test]
fn no_value_makes_a_gate_pass() {
    let stand = Stand::new();
    // Two changes that a query could be widened to, both as good as can be; the stage's own is not.
    let good = stand.plant("another stage's", "-2", "approved");
    stand.plant("a third one's", "-2", "approved");
    let number = column(&stand.sim.record("change_request", &good), "number").to_owned();
    stand.plant(RELEASE, "-4", "requested");
    for (input, action) in [
        ("changeNumber", "number"),
        ("changeNumber", "stage"),
        ("changeQuery", "query"),
        ("changeQuery", "stage"),
        ("desiredState", "stage"),
        ("changeAction", "stage"),
        ("proceedWhen", "stage"),
        ("changeType", "open"),
        ("requestApproval", "open"),
        ("category", "open"),
    ] {
        for value in values() {
            // As it is, and behind a number or a state that is right as far as it goes.
            let begun = match input {
                "changeNumber" => format!("{number}{value}"),
                "desiredState" => format!("-2{value}"),
                _ => format!("active=true{value}"),
            };
            let criterion = if input == "desiredState" {
                "state"
            } else {
                "approved"
            };
            for (value, settings) in [value, begun].into_iter().zip(both_orders()) {
                let job = stand
                    .job("gates")
                    .input("changeAction", action)
                    .input("proceedWhen", criterion)
                    .input("desiredState", "-3")
                    .input(input, &value);
                let sample = sample(&mut under(&job, settings));
                assert!(!sample.passed, "{input} {value:?}\n{}", sample.log);
            }
        }
    }
    assert_eq!(stand.changes().len(), 3);
}

#[test]
fn no_value_smuggles_a_column_into_what_is_opened() {
    for value in values() {
        for input in [
            "changeModel",
            "assignmentGroup",
            "configurationItem",
            "risk",
            "category",
        ] {
            for settings in both_orders() {
                let stand = Stand::new();
                let job = stand
                    .job("gates")
                    .input("changeAction", "open")
                    .input(input, &value);
                let sample = sample(&mut under(&job, settings));
                assert!(!sample.passed, "{input} {value:?}");
                assert!(stand.changes().len() <= 1);
                for request in sample.requests() {
                    let Some(body) = &request.body else { continue };
                    // Quotes and `<>&` are escaped; a backslash or a line break leaves no JSON, which the instance
                    // refuses whole.
                    let Ok(Value::Object(body)) = serde_json::from_str(body) else {
                        assert_eq!(request.status, Some(400), "{input} {value:?}");
                        continue;
                    };
                    if request.method == "PATCH" {
                        assert_eq!(body.keys().collect::<Vec<_>>(), ["state"]);
                        continue;
                    }
                    for column in body.keys() {
                        assert!(WRITTEN.contains(&column.as_str()), "{column}: {value:?}");
                    }
                    assert_eq!(body["correlation_id"], RELEASE);
                    assert_eq!(body["type"], "normal");
                }
            }
        }
    }
}

#[test]
fn a_backslash_before_the_next_column_ends_in_no_json() {
    for pair in [
        ("changeModel", "assignmentGroup"),
        ("assignmentGroup", "configurationItem"),
        ("configurationItem", "risk"),
        ("risk", "category"),
    ] {
        for second in [", ", ": 1, ", "\\", "x", ",\\", " : {", "//"] {
            let stand = Stand::new();
            let job = stand
                .job("gates")
                .input("changeAction", "open")
                .input(pair.0, "\\")
                .input(pair.1, second);
            let way = way(&sample(&mut under(&job, Settings::default())));
            assert_eq!(stand.changes().len(), 0, "{pair:?} {second} {way}");
        }
    }
}

#[test]
fn a_second_parameter_behind_a_query_changes_no_count() {
    let stand = Stand::new();
    let first = stand.plant("one", "-2", "approved");
    stand.plant("two", "-2", "approved");
    let only = column(&stand.sim.record("change_request", &first), "number").to_owned();
    for (query, passes) in [
        (format!("number={only}"), true),
        // The limit before it comes first; the offset leaves one row of two, and the count says so.
        ("active=true&sysparm_limit=1".to_owned(), false),
        ("active=true&sysparm_offset=1".to_owned(), false),
        ("active=true&sysparm_no_count=true".to_owned(), false),
        (format!("number={only}&sysparm_no_count=true"), false),
        (format!("active=true&number={only}"), false),
        (format!("active=true#^number={only}"), false),
        (format!("number={only}&sysparm_fields=number"), true),
        (format!("number={only}^ORDERBYnumber^EQ"), true),
    ] {
        let job = stand
            .job("gates")
            .input("changeAction", "query")
            .input("changeQuery", &query);
        let sample = sample(&mut under(&job, Settings::default()));
        assert_eq!(sample.passed, passes, "{query}\n{}", sample.log);
    }
}

#[test]
fn what_an_author_writes_raw_is_the_authors() {
    // Wrong wherever a variable in it is somebody else's: a query and an expression are programs, and say so in their
    // help. Even then a change that is held or rejected does not pass.
    let stand = Stand::new();
    let id = stand.plant("another stage's", "-2", "approved");
    let asked = |criteria: &str| {
        let job = stand
            .job("gates")
            .variable("service", "x^NQcorrelation_id=another stage's")
            .input("changeAction", "query")
            .input("changeQuery", "cmdb_ci.name=$(service)")
            .input("proceedWhen", "custom")
            .input("successCriteria", criteria);
        sample(&mut under(&job, Settings::default())).passed
    };
    let always = "eq(1, 1))), or(or(eq(1, 1), and(eq(1, 1), eq(1, 1)";
    assert!(asked("eq(1, 1)"));
    stand.set(&id, "on_hold", "true");
    for criteria in [
        "eq(1, 1)",
        "eq(1, 1)), or(eq(1, 1), eq(1, 1)",
        always,
        "eq(1, 1)) or (",
        "$(",
        "'",
    ] {
        assert!(!asked(criteria), "{criteria}");
    }
}

#[test]
fn under_the_order_that_no_definition_shows_an_input_can_name_itself() {
    // Wrong, if Mustache came before macros: a value that names its own input is put in once more, unescaped. A definition
    // of Microsoft's works only the other way round.
    let value = "$(category)\", \"short_description\": \"smuggled";
    for (settings, smuggled) in both_orders().into_iter().zip([false, true]) {
        let stand = Stand::new();
        let job = stand
            .job("gates")
            .input("changeAction", "open")
            .input("category", value);
        sample(&mut under(&job, settings));
        let texts: Vec<String> = stand
            .changes()
            .iter()
            .map(|row| column(row, "short_description").to_owned())
            .collect();
        assert_eq!(
            texts.iter().any(|text| text.contains("smuggled")),
            smuggled,
            "{texts:?}"
        );
    }
}
