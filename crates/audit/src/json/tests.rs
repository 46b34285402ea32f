use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::PeriodRow;
use crate::rules::rule_ids;
use crate::rules::tests::{at, bent, hold_back, note, person};
use crate::trail::{Built, Check, Ended, FailedJob, Gap, RunTrail};

fn schema() -> Value {
    let text = include_str!("../../../../extension/audit.schema.json");
    serde_json::from_str(text).expect("the schema is JSON")
}

/// A trail in which every list holds something.
fn full() -> Trail {
    bent(|c, r, h| {
        c.change.conflicts.push("CHG0030002".to_owned());
        c.change.planned_end = Some(at("10:15:00"));
        c.gaps.push(Gap {
            what: "x".to_owned(),
            source: "y".to_owned(),
            why: "z".to_owned(),
        });
        r.run.stage.failed_jobs.push(FailedJob {
            name: "Deploy".to_owned(),
            result: Ended::Failed,
            finished: None,
            errors: vec!["exit code 1".to_owned()],
        });
        r.run.checks.push(Check {
            name: "Approval".to_owned(),
            by: Some(person("Ana", "ana")),
            answer: "approved".to_owned(),
            comment: None,
            at: None,
        });
        r.run.built.push(Built {
            id: "1".to_owned(),
            number: "n".to_owned(),
            page: None,
            source_version: None,
            requested_for: None,
        });
        c.notes.kept.push(note(
            &crate::claims::line(&crate::claims::Claim {
                name: "junit.xml".to_owned(),
                size: 1234,
                sha256: "0a".repeat(32),
            }),
            "10:21:00",
        ));
        h.environment = Some("production".to_owned());
    })
}

fn empty() -> Trail {
    bent(|c, r, _| {
        *r = RunTrail::default();
        c.approvals.clear();
        c.files.clear();
        c.change.requested_by = None;
        c.change.page = None;
        c.change.actual_start = None;
    })
}

fn period() -> Period {
    let mut period = Period::new(at("00:00:00"), at("23:00:00"), None, at("23:00:00"));
    period.add(PeriodRow::of(&full()));
    period.add(PeriodRow::of(&bent(hold)));
    period.add(PeriodRow::unreadable("CHG0030009", None, "no right"));
    period
}

fn hold(c: &mut crate::trail::ChangeTrail, r: &mut RunTrail, _: &mut crate::Hints) {
    hold_back(c, r);
}

fn reports() -> Vec<Value> {
    let texts = [
        json(&full()),
        json(&empty()),
        json(&bent(hold)),
        json(&bent(|_, _, _| {})),
        period_json(&period()),
    ];
    texts
        .iter()
        .map(|text| serde_json::from_str(text).expect("a report is JSON"))
        .collect()
}

#[test]
fn reports_are_of_the_published_form() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    // Against one of the two forms, so that an error names the key and not just that neither fits.
    for report in reports() {
        let form = match report["schema"].as_str() {
            Some("snowgate.audit") => "changeReport",
            _ => "periodReport",
        };
        let mut one = schema.clone();
        let root = one.as_object_mut().expect("the schema is an object");
        root.remove("oneOf");
        root.insert("$ref".to_owned(), format!("#/$defs/{form}").into());
        let of_form = jsonschema::draft202012::new(&one).expect("the schema is a schema");
        let errors: Vec<String> = of_form
            .iter_errors(&report)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        assert!(validator.is_valid(&report));
    }
    let mut strange = reports().remove(0);
    strange["approvals"][0]["extra"] = true.into();
    assert!(!validator.is_valid(&strange));
}

#[test]
fn the_keys_that_readers_rely_on_are_there() {
    for report in &reports()[..4] {
        for key in [
            "findings",
            "change",
            "approvals",
            "runs",
            "commits",
            "workItems",
            "deployment",
        ] {
            assert!(report.get(key).is_some(), "{key}");
        }
    }
}

#[test]
fn the_schema_is_closed_described_and_holds_no_key_that_nobody_writes() {
    let mut written = BTreeSet::new();
    reports()
        .iter()
        .for_each(|report| keys(report, &mut written));
    let schema = schema();
    for (name, form) in schema["$defs"].as_object().expect("there are definitions") {
        let Some(properties) = form["properties"].as_object() else {
            continue;
        };
        assert_eq!(form["additionalProperties"], false, "{name}");
        for (key, property) in properties {
            assert!(
                property["description"]
                    .as_str()
                    .is_some_and(|d| d.ends_with('.')),
                "{name}.{key}"
            );
            assert!(written.contains(key), "{name}.{key}");
        }
    }
    let rule = &schema["$defs"]["ruling"]["properties"]["rule"]["description"];
    for id in rule_ids() {
        assert!(rule.as_str().is_some_and(|text| text.contains(id)), "{id}");
    }
}

fn keys(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            all.insert(key.clone());
            keys(value, all);
        }),
        Value::Array(items) => items.iter().for_each(|item| keys(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
