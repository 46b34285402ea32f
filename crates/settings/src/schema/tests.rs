use std::sync::LazyLock;

use super::*;
use crate::Settings;
use crate::problem::Collector;
use crate::yaml;
use proptest::prelude::*;

fn validator() -> &'static jsonschema::Validator {
    static VALIDATOR: LazyLock<jsonschema::Validator> =
        LazyLock::new(|| jsonschema::draft202012::new(&schema()).expect("the schema is a schema"));
    &VALIDATOR
}

/// What a validator of the schema says to the file.
fn by_schema(validator: &jsonschema::Validator, text: &str) -> bool {
    let node = yaml::read(text, &mut Collector::new("s.yml"));
    node.is_some_and(|node| validator.is_valid(&yaml::tests::json(&node)))
}

#[test]
fn the_schema_is_valid_and_says_what_every_key_means() {
    assert!(jsonschema::meta::is_valid(&schema()));
    for key in crate::value_keys() {
        let described = schema()["$defs"][key.name()]["description"]
            .as_str()
            .map(str::to_owned);
        assert!(
            described.is_some_and(|text| text.starts_with(key.doc())),
            "{}",
            key.name()
        );
    }
}

#[test]
fn the_published_schema_is_up_to_date() {
    let published = include_str!("../../../../extension/servicenow.schema.json");
    assert!(
        published == schema_text(),
        "write it anew: cargo run -p settings --example schema > extension/servicenow.schema.json"
    );
}

/// Each value goes below a service, where the reader and the schema have to say the same about it.
#[test]
fn reader_and_schema_agree_on_good_and_bad_values() {
    let validator = validator();
    let long = format!("risk: {}", "x".repeat(256));
    for (good, value) in [
        (true, "risk: High"),
        (true, "risk: 2"),
        (true, "risk: 1.5"),
        (true, "risk: 'on'"),
        (true, "risk: no"),
        (false, "risk: true"),
        (false, "risk:"),
        (false, "risk: ''"),
        (false, "risk: []"),
        (false, "risk: {}"),
        (false, "risk: |\n      a\n      b"),
        (false, long.as_str()),
        (false, "riks: High"),
        (true, "changeType: normal"),
        (false, "changeType: Normal"),
        (false, "changeType: 1"),
        (true, "requestApproval: True"),
        (false, "requestApproval: 'true'"),
        (false, "requestApproval: yes"),
        (true, "timeoutMinutes: 5"),
        (true, "timeoutMinutes: 0x10"),
        (false, "timeoutMinutes: 0"),
        (false, "timeoutMinutes: '5'"),
        (false, "timeoutMinutes: 5.5"),
        (false, "pollSeconds: 1"),
        (true, "plannedEnd: PT2H"),
        (false, "plannedEnd: 2026-01-01"),
        (false, "plannedEnd: 5"),
        (true, "proceedWhen: state:Work in Progress"),
        (true, "proceedWhen: state:-2"),
        (false, "proceedWhen: state"),
        (true, "evidence: [tests, commits]"),
        (true, "evidence: [none]"),
        (false, "evidence: []"),
        (false, "evidence: [tests, tests]"),
        (false, "evidence: tests"),
        (false, "evidence: [photos]"),
        (true, "evidenceFiles: ['**/*.xml', a.sarif]"),
        (false, "evidenceFiles: ['']"),
        (true, "description: |\n      Deploy\n      it"),
        (true, "description: 5"),
        (true, "description: { template: deploy }"),
        (false, "description: { template: 1x }"),
        (false, "description: { template: deploy, more: 1 }"),
        (false, "description: {}"),
        (false, "description: [a]"),
        (false, "description: \"\\e[31m\""),
        (
            true,
            "additionalFields: { u_a: 1, u_b: x, u_c: true, u_d: ~, u_e: 1.5 }",
        ),
        (true, "additionalFields: {}"),
        (false, "additionalFields: ~"),
        (false, "additionalFields: { u_a: [] }"),
        (false, "additionalFields: { sys_id: x }"),
        (false, "additionalFields: { approval: approved }"),
        (false, "additionalFields: { U: x }"),
        (true, "deploymentFields: { state: 3 }"),
        (false, "deploymentFields: { sys_id: 3 }"),
        (true, "deploymentTable: u_deployments"),
        (false, "deploymentTable: U"),
        (true, "environments: { prod: { risk: 1 }, dev: ~ }"),
        (true, "environments: ~"),
        (true, "environments: { a: { strictest: true } }"),
        (false, "environments: { prod: { environments: {} } }"),
        (false, "environments: { prod: { strictest: 1 } }"),
        (false, "environments: { '': {} }"),
        (false, "environments: [prod]"),
        (false, "strictest: true"),
        (false, "allowUnknownServices: true"),
        (false, "dryRun: true"),
    ] {
        let text =
            format!("version: 1\ntemplates: {{ deploy: x }}\nservices:\n  pay:\n    {value}\n");
        assert_eq!(by_schema(validator, &text), good, "schema: {value}");
        let read = Settings::parse("s.yml", &text);
        assert_eq!(read.is_ok(), good, "reader: {value}: {read:?}");
    }
}

#[test]
fn reader_and_schema_agree_on_good_and_bad_files() {
    let validator = validator();
    for (good, text) in [
        (true, crate::starter()),
        (true, "version: 1"),
        (
            true,
            "version: 1\ndefaults: ~\nservices: ~\ntemplates: ~\nmaps: ~\n",
        ),
        (
            true,
            "version: 1\ndefaults: { allowUnknownServices: true, risk: 1, environments: { prod: ~ } }\n",
        ),
        (true, "version: 1\nservices: { \"web-*\": ~ }\n"),
        (true, "version: 1\ntemplates: { a: \"\", b-1: 5 }\n"),
        (
            true,
            "version: 1\nmaps: { bugPriority: { 1: 4 }, incidentWeight: { 4: { impact: 1, urgency: 3 } } }\n",
        ),
        (
            true,
            "version: 1\nmaps: { incidentState: { InProgress: { state: 2 }, Removed: { state: Canceled } } }\n",
        ),
        (
            true,
            "version: 1\nmaps: { incidentStateByName: { Blocked: { state: On Hold, holdReason: 1 } } }\n",
        ),
        (false, "services: {}"),
        (false, "version: 2"),
        (false, "version: '1'"),
        (false, "version: 1.0"),
        (false, "version:"),
        (false, "[]"),
        (false, "5"),
        (false, "version: 1\nservice: {}\n"),
        (false, "version: 1\nservices: { '': {} }\n"),
        (false, "version: 1\nservices: { a: x }\n"),
        (false, "version: 1\ntemplates: { 1a: x }\n"),
        (false, "version: 1\ntemplates: { a: true }\n"),
        (false, "version: 1\nmaps: { bugPriority: { 0: 1 } }\n"),
        (false, "version: 1\nmaps: { bugPriority: { 1: 5 } }\n"),
        (
            false,
            "version: 1\nmaps: { incidentWeight: { 1: { impact: 1 } } }\n",
        ),
        (false, "version: 1\nmaps: { incidentWeight: { 1: ~ } }\n"),
        (
            false,
            "version: 1\nmaps: { incidentState: { Done: { state: 2 } } }\n",
        ),
        (
            false,
            "version: 1\nmaps: { incidentState: { InProgress: { state: 2.5 } } }\n",
        ),
        (
            false,
            "version: 1\nmaps: { incidentState: { InProgress: { closeCode: x } } }\n",
        ),
    ] {
        // JSON knows no difference between 1 and 1.0; the reader keeps to whole numbers.
        if text != "version: 1.0" {
            assert_eq!(by_schema(validator, text), good, "schema: {text}");
        }
        let read = Settings::parse("s.yml", text);
        assert_eq!(read.is_ok(), good, "reader: {text}: {read:?}");
    }
}

fn scalar() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "1",
        "0",
        "-3",
        "2.5",
        "true",
        "no",
        "~",
        "x",
        "normal",
        "fail",
        "'1'",
        "''",
        "' '",
        "PT1H",
        "[]",
        "[tests]",
        "{}",
        "{ template: t }",
        "{ u_a: 1 }",
        "{ sys_a: 1 }",
        "\"a\\nb\"",
        "approved",
        "state:x",
        "u_t",
    ])
}

fn key() -> impl Strategy<Value = &'static str> {
    let names: Vec<&'static str> = crate::value_keys()
        .iter()
        .map(Key::name)
        .chain(["environments", "strictest", "dryRun", "nonsense"])
        .collect();
    prop::sample::select(names)
}

proptest! {
    #[test]
    fn reader_and_schema_agree_on_any_key_with_any_value(key in key(), value in scalar()) {
        let text = format!("version: 1\ntemplates: {{ t: x }}\nservices:\n  pay:\n    {key}: {value}\n");
        let read = Settings::parse("s.yml", &text);
        prop_assert_eq!(by_schema(validator(), &text), read.is_ok(), "{}: {:?}", text, read.err().map(|p| p.to_string()));
    }
}
