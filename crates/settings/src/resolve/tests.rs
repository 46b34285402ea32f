use super::*;

const FILE: &str = "\
version: 1
defaults:
  assignmentGroup: Platform
  risk: Low
  timeoutMinutes: 60
  additionalFields: { u_a: d, u_b: d, u_c: d }
  environments:
    production: { impact: \"1\", risk: Moderate }
    dev: { impact: \"3\" }
services:
  pay:
    risk: High
    requestApproval: false
    additionalFields: { u_b: s, u_c: s }
    evidence: [tests, commits]
    description: { template: long }
    environments:
      Production:
        impact: 2
        additionalFields: { u_c: e }
      QA: { risk: Moderate }
  web-*: { category: web }
  web-shop-*: { category: shop }
  \"*-api\": { category: api }
  \"??\": { category: two }
templates:
  long: \"Run {{ run.number }}\"
";

fn settings() -> Settings {
    Settings::parse("servicenow.yml", FILE).unwrap_or_else(|problems| panic!("{problems}"))
}

fn resolved(service: &str, environment: Option<&str>) -> Resolved {
    settings()
        .resolve(service, environment)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn levels_beat_each_other_in_order_and_every_value_knows_its_place() {
    let production = resolved("pay", Some("production"));
    assert_eq!(production.notices(), [] as [String; 0]);
    let table: Vec<(&str, String)> = production
        .iter()
        .map(|(key, value, origin)| (key, format!("{value:?} {origin}")))
        .collect();
    assert_eq!(
        table,
        [
            ("additionalFields", "Fields({\"u_a\": \"d\", \"u_b\": \"s\", \"u_c\": \"e\"}) services.pay.environments.Production.additionalFields (servicenow.yml:20:9)"),
            ("assignmentGroup", "Text(\"Platform\") defaults.assignmentGroup (servicenow.yml:3:20)"),
            ("description", "Text(\"Run {{ run.number }}\") services.pay.description: templates.long (servicenow.yml:27:3)"),
            ("evidence", "List([\"tests\", \"commits\"]) services.pay.evidence (servicenow.yml:15:5)"),
            ("impact", "Text(\"2\") services.pay.environments.Production.impact (servicenow.yml:19:17)"),
            ("requestApproval", "Flag(false) services.pay.requestApproval (servicenow.yml:13:22)"),
            ("risk", "Text(\"High\") services.pay.risk (servicenow.yml:12:11)"),
            ("timeoutMinutes", "Whole(60) defaults.timeoutMinutes (servicenow.yml:5:19)"),
        ]
        .map(|(key, line)| (key, line.to_owned()))
    );
    assert_eq!(production.text("risk"), Some("High"));
    assert_eq!(production.flag("requestApproval"), Some(false));
    assert_eq!(production.whole("timeoutMinutes"), Some(60));
    assert_eq!(production.list("evidence").map(<[_]>::len), Some(2));
    assert_eq!(
        production.fields("additionalFields").map(BTreeMap::len),
        Some(3)
    );
    assert_eq!(
        (
            production.text("timeoutMinutes"),
            production.flag("risk"),
            production.text("changeModel")
        ),
        (None, None, None)
    );
}

#[test]
fn environment_names_are_compared_without_regard_to_case() {
    let qa = resolved("pay", Some("qa"));
    assert_eq!(qa.text("risk"), Some("Moderate"));
    // The defaults know no qa: their production counts, and both facts are told.
    assert_eq!(qa.text("impact"), Some("1"));
    assert_eq!(
        qa.notices(),
        [
            "environment `qa` has no entry under defaults: the values of `production`, the strictest, are used (servicenow.yml:8:5)"
        ]
    );
}

#[test]
fn an_environment_without_an_entry_takes_the_strictest_and_says_so() {
    let dev = resolved("pay", Some("dev"));
    assert_eq!(dev.text("impact"), Some("2"));
    assert_eq!(
        dev.notices(),
        [
            "environment `dev` has no entry under services.pay: the values of `Production`, the strictest, are used (servicenow.yml:18:7)"
        ]
    );
    let none = resolved("pay", None);
    assert_eq!(none.text("impact"), Some("2"));
    assert_eq!(none.notices().len(), 2);
    assert!(none.notices()[1].starts_with("the run names no environment, and services.pay tells them apart: the values of `Production`"));
    let marked = "version: 1\nservices:\n  a:\n    environments:\n      production: { risk: p }\n      live: { risk: l, strictest: true }\n";
    let marked = Settings::parse("s.yml", marked)
        .unwrap()
        .resolve("a", Some("x"))
        .unwrap();
    assert_eq!(marked.text("risk"), Some("l"));
    assert_eq!(marked.iter().count(), 1);
}

#[test]
fn exact_names_beat_globs_and_the_longest_literal_part_wins() {
    for (service, category) in [
        ("web-x", "web"),
        ("web-shop-x", "shop"),
        ("my-api", "api"),
        ("ab", "two"),
    ] {
        assert_eq!(
            resolved(service, None).text("category"),
            Some(category),
            "{service}"
        );
    }
    let error = settings().resolve("web-api", None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "servicenow.yml has several entries that fit service `web-api` equally well: `web-*` at 22:3, `*-api` at 24:3; \
         add an entry with its exact name"
    );
    // An exact name needs no decision among globs.
    let exact =
        format!("{FILE}#\n").replace("services:\n", "services:\n  web-api: { category: exact }\n");
    let exact = Settings::parse("s.yml", &exact)
        .unwrap()
        .resolve("web-api", None)
        .unwrap();
    assert_eq!(exact.text("category"), Some("exact"));
}

#[test]
fn an_unknown_service_is_an_error_with_near_names_unless_the_defaults_allow_it() {
    let error = settings().resolve("payy", Some("dev")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "servicenow.yml has no entry for service `payy` (near: `pay`); add one under `services`, or set `defaults.allowUnknownServices: true`"
    );
    assert!(matches!(
        settings().resolve("Pay", None),
        Err(ResolveError::UnknownService { .. })
    ));
    let open = FILE.replace("defaults:\n", "defaults:\n  allowUnknownServices: true\n");
    let unknown = Settings::parse("servicenow.yml", &open)
        .unwrap()
        .resolve("payy", Some("dev"))
        .unwrap();
    assert_eq!(unknown.text("impact"), Some("3"));
    assert_eq!(unknown.text("category"), None);
    assert_eq!(
        unknown.notices(),
        ["service `payy` has no entry in servicenow.yml: the defaults are used"]
    );
}

#[test]
fn hostile_service_names_stay_on_one_line() {
    let error = settings()
        .resolve("a\n##vso[task.complete result=Succeeded]\u{1b}", None)
        .unwrap_err();
    assert!(
        !error.to_string().chars().any(char::is_control),
        "{error:?}"
    );
}
