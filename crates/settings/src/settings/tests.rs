use super::*;
use proptest::prelude::*;

fn lines(text: &str) -> Vec<String> {
    let problems = Settings::parse("s.yml", text).expect_err("problems");
    problems
        .as_slice()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn only(text: &str) -> String {
    let lines = lines(text);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines.into_iter().next().unwrap_or_default()
}

fn service(value: &str) -> String {
    format!("version: 1\nservices:\n  pay:\n    {value}\n")
}

#[test]
fn all_problems_are_reported_together_in_the_order_of_the_file() {
    let text = "\
version: 1
defaults:
  changeType: norml
  timeoutMinuts: 5
  allowUnknownServices: \"yes\"
services:
  pay:
    riks: High
    cmdbCi: x
    dryRun: true
    requestApproval: 1
    requestApproval: true
    pollSeconds: 1
    evidence: [tests, tests, photos]
    description: { template: deplyo }
    additionalFields: { sys_id: x }
    environments:
      dev: {}
templates:
  deploy: \"{{ run.number\"
mapz: {}
";
    assert_eq!(
        lines(text),
        [
            "s.yml:3:15: `changeType` is `norml`; did you mean `normal`? It takes `standard`, `normal` or `emergency`",
            "s.yml:4:3: unknown key `timeoutMinuts` in `defaults`; did you mean `timeoutMinutes`?",
            "s.yml:5:25: `allowUnknownServices` is `yes`; write true or false, without quotes",
            "s.yml:8:5: unknown key `riks` in `pay`; did you mean `risk`?",
            "s.yml:9:5: unknown key `cmdbCi` in `pay`; it is called `configurationItem` here",
            "s.yml:10:5: unknown key `dryRun` in `pay`; this task input is not read from the file: it is for one run, \
             and a file that says so would let every stage pass without a change: set the task's input",
            "s.yml:11:22: `requestApproval` is `1`; write true or false, without quotes",
            "s.yml:12:5: `requestApproval` is written twice in this map, first at 11:5; keep one of them",
            "s.yml:13:18: `pollSeconds` is `1`; write a whole number from 2 to 86400, without quotes",
            "s.yml:14:23: `tests` is listed twice; keep one of them",
            "s.yml:14:30: `evidence` is `photos`; write `workItems`, `commits`, `tests`, `artifacts` or `none`",
            "s.yml:15:5: there is no template `deplyo`; did you mean `deploy`?",
            "s.yml:16:25: column `sys_id` cannot be set here; columns that start with `sys_` are the platform's own \
             and are ignored or harmful when written",
            "s.yml:18:7: none of the environments of `pay` is the strictest; add `strictest: true` to one of them: \
             an environment without an entry takes its values",
            "s.yml:20:3: template `deploy`, line 1 column 1: what opens here is not closed by `}}`; check the braces \
             and quotes; text that holds `{{` or `{%` belongs between {% raw %} and {% endraw %}",
            "s.yml:21:1: unknown key `mapz`; did you mean `maps`?",
        ]
    );
}

#[test]
fn the_version_comes_first() {
    assert_eq!(
        only(""),
        "s.yml:1:1: the file is empty; start with `version: 1`"
    );
    assert_eq!(
        only("# nothing\n"),
        "s.yml:1:1: the file is empty; start with `version: 1`"
    );
    assert_eq!(
        only("- a\n"),
        "s.yml:1:1: the file is a list, not a map; start with `version: 1`"
    );
    assert_eq!(
        only("version: 2\nnonsense: 1\n"),
        "s.yml:1:10: version 2 of this format is not known here, only 1; use a newer release of the tasks"
    );
    assert_eq!(
        only("version: 0\n"),
        "s.yml:1:10: version 0 of this format is not known here, only 1; write `version: 1`"
    );
    assert_eq!(
        only("version: \"1\"\n"),
        "s.yml:1:10: `version` is `1`; write 1, without quotes"
    );
    let missing = lines("services: {}\nnonsense: 1\n");
    assert_eq!(
        missing[0],
        "s.yml:1:1: `version` is missing; add it: version of this format"
    );
    assert_eq!(missing.len(), 2);
    assert!(Settings::parse("s.yml", "version: 1").is_ok());
}

#[test]
fn wrong_values_say_what_is_wanted() {
    for (value, expected) in [
        (
            "risk:",
            "s.yml:4:5: `risk` has no value; write one line of text, at most 255 characters",
        ),
        (
            "risk: [High]",
            "s.yml:4:11: `risk` is a list; write one line of text, at most 255 characters",
        ),
        (
            "risk: true",
            "s.yml:4:11: `risk` is `true`; write one line of text, at most 255 characters",
        ),
        (
            "risk: \" \"",
            "s.yml:4:11: `risk` is ` `; write one line of text, at most 255 characters",
        ),
        (
            "plannedEnd: 2h",
            "s.yml:4:17: `plannedEnd` is `2h`; write a duration from now such as `PT2H` or `P1DT30M`",
        ),
        (
            "proceedWhen: done",
            "s.yml:4:18: `proceedWhen` is `done`; write `approved`, `scheduled`, `implement`, `created` or `state:` with a state's label or value",
        ),
        (
            "timeoutMinutes: 1.5",
            "s.yml:4:21: `timeoutMinutes` is `1.5`; write a whole number from 1 to 525600, without quotes",
        ),
        (
            "evidence: []",
            "s.yml:4:15: `evidence` lists nothing; list at least one of `workItems`, `commits`, `tests`, `artifacts` or `none`",
        ),
        (
            "evidence: tests",
            "s.yml:4:15: `evidence` is `tests`; write a list: `[a, b]`, or one `- item` per line",
        ),
        (
            "evidenceFiles: [1, [2]]",
            "s.yml:4:24: `evidenceFiles` is a list; write one line of text, at most 1000 characters",
        ),
        (
            "deploymentTable: u-x",
            "s.yml:4:22: `deploymentTable` is `u-x`; write a name of lower-case letters, digits and `_` that starts with a letter",
        ),
        (
            "additionalFields: x",
            "s.yml:4:23: `additionalFields` is `x`, not a map of columns; write one `column: value` per line",
        ),
        (
            "deploymentFields: { u_a: \"{{ x\" }",
            "s.yml:4:30: template `u_a`, line 1 column 1: what opens here is not closed by `}}`; check the braces and quotes; text that holds `{{` or `{%` belongs between {% raw %} and {% endraw %}",
        ),
        (
            "description: { templat: x }",
            "s.yml:4:20: unknown key `templat` in `description`; did you mean `template`?",
        ),
        (
            "<<: { risk: 1 }",
            "s.yml:4:5: unknown key `<<` in `pay`; YAML 1.2 has no merge keys: use `defaults`, or repeat a whole map by an alias (*name)",
        ),
        (
            "environment: { dev: {} }",
            "s.yml:4:5: unknown key `environment` in `pay`; it is called `environments` here",
        ),
        (
            "description: \"{% include 'x' %}\"",
            "s.yml:4:18: template `description`, line 1 column 4: the tag `include` cannot be used in these templates; templates stand alone: write the text here, or choose another template by name",
        ),
    ] {
        let lines = lines(&service(value));
        assert_eq!(lines[0], expected, "{value}");
    }
    assert_eq!(
        only("version: 1\nservices: [a]\n"),
        "s.yml:2:11: `services` is a list; write a map: one `key: value` per line, indented below it"
    );
    assert_eq!(
        only("version: 1\ntemplates: { 1a: x }\n"),
        "s.yml:2:14: `1a` cannot be a name in `templates`; write a name of letters, digits, `_` and `-` that starts with a letter"
    );
}

#[test]
fn hostile_names_stay_on_one_line() {
    for text in [
        "version: 1\n\"a\\n##vso[task.complete]\": 1\n",
        "version: 1\nservices: { \"a\\e[31m\\nb\": { \"x\\ny\": 1, environments: { \"q\\nr\": 1, \"Q\\nR\": {} } } }\n",
        "version: 1\ntemplates: { \"a\\rb\": \"{{ x\" }\n",
        "version: 1\nservices: { \"a\\rb\": 1 }\n",
    ] {
        for line in lines(text) {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert!(line.len() < 600, "{line}");
        }
    }
}

#[test]
fn environments_have_one_strictest() {
    let block = |environments: &str| service(&format!("environments: {environments}"));
    for good in [
        "{ Production: {}, dev: {} }",
        "{ prod: {}, dev: {} }",
        "{ live: { strictest: true }, production: {} }",
        "{}",
        "",
    ] {
        Settings::parse("s.yml", &block(good))
            .unwrap_or_else(|problems| panic!("{good}: {problems}"));
    }
    assert_eq!(
        only(&block("{ production: {}, PROD: {} }")),
        "s.yml:4:37: `pay` has both a production and a prod; add `strictest: true` to the one whose values an environment without an entry takes"
    );
    assert_eq!(
        only(&block("{ a: { strictest: true }, b: { strictest: true } }")),
        "s.yml:4:45: a second environment of `pay` is marked as the strictest; keep one `strictest: true`; the other is at 4:21"
    );
    assert_eq!(
        only(&block("{ prod: {}, qa: {}, QA: {} }")),
        "s.yml:4:39: environments `qa` and `QA` differ by case only; keep one of them; the other is at 4:31"
    );
}

#[test]
fn empty_sections_are_allowed_where_every_line_may_be_commented_out() {
    let settings = Settings::parse(
        "s.yml",
        "version: 1\ndefaults:\nservices:\n  pay:\ntemplates:\nmaps:\n",
    )
    .unwrap();
    assert_eq!(settings.service_names().collect::<Vec<_>>(), ["pay"]);
}

#[test]
fn a_template_reference_without_any_templates_says_where_to_add_one() {
    assert_eq!(
        only(&service("workNote: { template: deploy }")),
        "s.yml:4:5: there is no template `deploy`; add it under `templates`"
    );
    assert_eq!(
        only(&format!(
            "{}templates: {{ zzz: x }}\n",
            service("workNote: { template: deploy }")
        )),
        "s.yml:4:5: there is no template `deploy`; add it under `templates`, or use `zzz`"
    );
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = Settings::parse("s.yml", &text);
        let _ = Settings::parse("s.yml", &format!("version: 1\n{text}"));
        let _ = Settings::parse("s.yml", &format!("version: 1\nservices:\n  a: {text}"));
    }

    #[test]
    fn files_of_known_words_never_panic(lines in proptest::collection::vec(
        "( {0,6})(version|defaults|services|templates|maps|environments|risk|strictest|description|evidence|additionalFields|incidentState|Resolved|state|bugPriority|prod|\\*|-|\\?)(: |:|\n)(1|true|\\[\\]|\\{\\}|x|~|&a|\\*a|\"\\{\\{|\\|)?", 0..12)) {
        let text = format!("version: 1\n{}", lines.join("\n"));
        if let Ok(settings) = Settings::parse("s.yml", &text) {
            let _ = settings.resolve("x", Some("dev"));
        }
    }
}
