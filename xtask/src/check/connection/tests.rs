use serde_json::Value;

use super::{Connection, bindings, faults, problems, schemes, template};
use crate::workspace::Workspace;

const GATE: &str = "tasks/ServiceNowChangeGate/task.json";

fn workspace() -> Workspace {
    Workspace::find().unwrap()
}

fn tracked() -> Connection {
    Connection::read(&workspace()).unwrap()
}

/// The faults of the tracked type after one change to its text.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = tracked().properties.to_string();
    assert!(text.contains(from), "{from}");
    let connection = Connection {
        properties: serde_json::from_str(&text.replacen(from, to, 1)).unwrap(),
    };
    faults(&connection, &workspace().read(schemes::READER).unwrap())
}

/// The faults of the gate's bindings after one change to its text.
fn rebound(from: &str, to: &str) -> Vec<String> {
    let text = workspace().read(GATE).unwrap();
    assert!(text.contains(from), "{from}");
    let task: Value = serde_json::from_str(&text.replacen(from, to, 1)).unwrap();
    bindings::faults(&tracked(), &task)
}

fn named(faults: &[String], words: &str, change: &str) {
    assert!(
        faults.iter().any(|fault| fault.contains(words)),
        "{change}: no {words:?} in {faults:?}"
    );
}

#[test]
fn what_is_tracked_is_right() {
    assert_eq!(problems(&workspace()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_change_to_the_type_is_named() {
    let cases = [
        // The form.
        (r#""isVisible":"true""#, r#""isVisible":"false""#, "hidden"),
        (r#""required":true"#, r#""required":false"#, "url.required"),
        (
            r#""name":"SnowgateServiceNow""#,
            r#""name":"Snow gate""#,
            "letters and digits",
        ),
        // Verify.
        (
            r#""name":"TestConnection""#,
            r#""name":"Test""#,
            "Verify needs",
        ),
        ("/api/now/v1/table", "/api/now/table", "missing role"),
        (
            "change_request?sysparm_fields",
            "change_request?sysparm_query=x&sysparm_fields",
            "missing role",
        ),
        // Lists.
        (r#""name":"Risks""#, r#""name":"States""#, "two of it"),
        (
            "{{{endpoint.url}}}/api/now/table/chg_model",
            "{{endpoint.url}}/api/now/table/chg_model",
            "begin with",
        ),
        (
            "%5EORDERBYname%5EORDERBYsys_id",
            "^ORDERBYname%5EORDERBYsys_id",
            "percent-encoded",
        ),
        (
            "%5EORDERBYname%5EORDERBYsys_id",
            "%5EORDERBYname",
            "total order",
        ),
        (
            "&sysparm_limit=1000",
            "&sysparm_limit=5000",
            "sysparm_limit",
        ),
        ("&sysparm_fields=sys_id,name", "", "sysparm_fields"),
        ("%5Elanguage%3Den", "", "listed twice"),
        ("%5Einactive!%3Dtrue", "", "retired"),
        ("operational_status!%3D6%5E", "", "retired"),
        ("add offset 1000", "add offset 999", "apart"),
        (
            "isEqualNumber result.count 1000",
            "isEqualNumber result.count 100",
            "end early",
        ),
        (
            r#"{\"offset\": \"0\"}"#,
            r#"{\"skip\": \"0\"}"#,
            "endpointUrl uses",
        ),
        (
            r#"{\"table\": \"task\"}"#,
            r#"{\"table\": \"task\""#,
            "no template of a JSON object",
        ),
        ("{{offset}}", "{{offset", "not closed"),
        (
            r#""callbackRequiredTemplate""#,
            r#""callbackRequired""#,
            "no key of a data source",
        ),
        (
            r#""resultSelector":"jsonpath:$"#,
            r#""resultSelector":"$"#,
            "no jsonpath",
        ),
        // Schemes.
        ("auth-scheme-none", "auth-scheme-cert", "\"cert\""),
        ("auth-scheme-none", "auth-scheme-basic", "two of it"),
        (
            r#""isConfidential":true"#,
            r#""isConfidential":false"#,
            "no confidential field",
        ),
        (
            r#""isRequired":true"#,
            r#""isRequired":false"#,
            "and required",
        ),
        (
            r#""id":"jwtSubject""#,
            r#""id":"jwtUser""#,
            "read by no program",
        ),
        (
            r#""value":"jwtBearer""#,
            r#""value":"bearer""#,
            "no program knows",
        ),
        (
            r#""defaultValue":"clientCredentials""#,
            r#""defaultValue":"none""#,
            "possible values",
        ),
        (
            r#""patternMismatchErrorMessage""#,
            r#""message""#,
            "mismatch",
        ),
        (
            r#""inputMode":"combo""#,
            r#""inputMode":"select""#,
            "\"select\"",
        ),
        ("x-sn-apikey", "Authorization", "its headers"),
        (
            r#""target":"RefreshToken""#,
            r#""target":"Refresh""#,
            "its bindings",
        ),
        (
            r#""dataSourceName":"RefreshToken""#,
            r#""dataSourceName":"Refresh""#,
            "\"Refresh\"",
        ),
    ];
    for (from, to, words) in cases {
        named(&changed(from, to), words, from);
    }
}

#[test]
fn a_change_to_a_binding_is_named() {
    let cases = [
        (
            "{{{ #jsonEscape label}}}",
            "{{{label}}}",
            "text of the instance",
        ),
        (
            "{{{ #jsonEscape name}}}",
            "{{ #jsonEscape name}}",
            "for HTML",
        ),
        (
            "{{{ #jsonEscape name}}}",
            "{{{ #jsonEscape title}}}",
            "not asked for",
        ),
        ("{{{sys_id}}}\\\" }", "{{{sys_id}}}\\\"", "not an object"),
        (
            r#"\"DisplayValue\": \"{{{ #jsonEscape name}}}\", \"Value\": \"{{{sys_id}}}\""#,
            r#"\"Value\": \"{{{sys_id}}}\", \"DisplayValue\": \"{{{ #jsonEscape name}}}\""#,
            "end with Value",
        ),
        (
            "\"dataSourceName\": \"Risks\"",
            "\"dataSourceName\": \"TestConnection\"",
            "fills no list",
        ),
        (
            "\"dataSourceName\": \"Risks\"",
            "\"parameters\": {}, \"dataSourceName\": \"Risks\"",
            "parameters",
        ),
    ];
    for (from, to, words) in cases {
        named(&rebound(from, to), words, from);
    }
}

#[test]
fn a_data_source_that_nothing_uses_is_named() {
    let unused = bindings::unused(&tracked(), std::iter::empty());
    named(&unused, "Risks", "no task");
    assert!(
        !unused
            .iter()
            .any(|it| it.contains("Token") || it.contains("TestConnection")),
        "{unused:?}"
    );
}

#[test]
fn a_template_comes_apart() {
    let (plain, tags) = template("a{{b}}c{{{ d e}}}f").unwrap();
    assert_eq!(
        (plain.as_str(), tags),
        ("acf", vec!["b".to_owned(), "d e".to_owned()])
    );
    assert_eq!(template("{{open"), None);
    assert_eq!(template("{{{open}}"), None);
}
