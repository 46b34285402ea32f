use std::time::Instant;

use super::*;
use crate::problem::Position;
use proptest::prelude::*;
use serde_json::{Value, json};

fn facts() -> Value {
    json!({
        "run": {"number": "20260801.3", "url": "https://127.0.0.1/run/3", "id": 3},
        "environment": "production",
        "repository": "payment-service",
        "commits": [{"id": "abc", "author": "Ann"}, {"id": "def", "author": "Bo <b>"}],
        "html": "<b>&\"'",
        "braces": "{{ run.number }}",
        "long": "x".repeat(60_000),
    })
}

fn rendered(text: &str) -> Result<String, TemplateError> {
    render("t", text, &facts(), &Limits::default())
}

fn good(text: &str) -> String {
    rendered(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn bad(text: &str) -> TemplateError {
    match rendered(text) {
        Ok(text) => panic!(
            "rendered {} bytes: {}",
            text.len(),
            crate::problem::shown(&text)
        ),
        Err(error) => error,
    }
}

/// What Tera itself makes of a text, without any guard.
fn unguarded(text: &str) -> Result<String, tera::Error> {
    Tera::one_off(text, &Context::from_serialize(&facts()).unwrap(), false)
}

#[test]
fn texts_are_rendered_as_tera_renders_them() {
    for (text, expected) in [
        ("no tag at all", "no tag at all"),
        (
            "Deploy {{ repository }} {{ run.number }}",
            "Deploy payment-service 20260801.3",
        ),
        ("{{ html }}{{ html | safe }}", "<b>&\"'<b>&\"'"),
        ("{{ braces }}", "{{ run.number }}"),
        ("{% raw %}{{ x }}{% for %}{% endraw %}", "{{ x }}{% for %}"),
        ("a{# {{ nothing }} #}b", "ab"),
        (
            "{% if environment == \"production\" %}P{% elif run.id > 5 %}Q{% else %}R{% endif %}",
            "P",
        ),
        ("{% if release is defined %}r{% else %}-{% endif %}", "-"),
        (
            "{% if release is not defined and not false %}-{% endif %}",
            "-",
        ),
        ("{{ release | default(value=\"none\") }}", "none"),
        (
            "{% for c in commits %}{{ loop.index }} {{ c.author }}\n{% endfor %}",
            "1 Ann\n2 Bo <b>\n",
        ),
        (
            "{% for c in commits -%}   \n  {{ c.id }}  {%- endfor %}!",
            "abcdef!",
        ),
        (
            "{% for i in range(end=5) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "012",
        ),
        ("{% for c in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% set n = run.id + 1 -%}  {{ n }}", "4"),
        (
            "{% set a = 1 %}{% for i in range(end=3) %}{% set_global a = a * 2 %}{% endfor %}{{ a }}",
            "8",
        ),
        (
            "{{ commits | length }} {{ repository | upper | replace(from=\"-\", to=\" \") }}",
            "2 PAYMENT SERVICE",
        ),
        (
            "{{ [1, 2, 3] | join(sep=\", \") }} {{ \"a-b\" | split(pat=\"-\") | last }}",
            "1, 2, 3 b",
        ),
        ("{{ \"a\nb\n\" | indent(width=2) }}|", "a\n  b\n|"),
        ("{{ \"}}\" ~ '%}' ~ `#}` }}", "}}%}#}"),
        ("{{ {\"a\": [1, 2] } | get(key=\"a\") | last }}", "2"),
        ("{{ 'it\\'s' }}", "it's"),
        ("{{ run.id if run.id else 0 }}", "3"),
        ("größe {{ run.id }} ü", "größe 3 ü"),
    ] {
        assert_eq!(good(text), expected, "{text}");
        assert_eq!(
            unguarded(text).unwrap_or_else(|e| panic!("{text}: {e}")),
            expected,
            "tera: {text}"
        );
        check("t", text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn unknown_names_come_with_the_nearest_known_one_and_their_place() {
    for (text, expected, mend) in [
        (
            "{{ repositry }}",
            "template `t`, line 1 column 4: unknown name `repositry`",
            "did you mean `repository`?",
        ),
        (
            "a\nbc {{ run.numbr }}",
            "template `t`, line 2 column 11: unknown field `numbr`",
            "did you mean `number`?",
        ),
        (
            "{{ run.numbr | upper }}",
            "template `t`, line 1 column 4: unknown field `run.numbr`",
            "did you mean `number`?",
        ),
        (
            "{{ enviroment | upper }}",
            "template `t`, line 1 column 4: unknown name `enviroment`",
            "did you mean `environment`?",
        ),
        (
            "{% for c in commits %}{{ c.autor }}{% endfor %}",
            "template `t`, line 1 column 28: unknown field `autor`",
            "did you mean `author`?",
        ),
        (
            "{% set a = rpository | upper %}",
            "template `t`, line 1 column 12: unknown name `rpository`",
            "did you mean `repository`?",
        ),
        (
            "{{ repository | uper }}",
            "template `t`, line 1 column 17: unknown filter `uper`",
            "did you mean `upper`?",
        ),
        (
            "{{ rnge(end=3) }}",
            "template `t`, line 1 column 4: unknown function `rnge`",
            "did you mean `range`?",
        ),
        (
            "{% if run is strin %}{% endif %}",
            "template `t`, line 1 column 14: unknown test `strin`",
            "did you mean `string`?",
        ),
        (
            "{% if run is not odder %}{% endif %}",
            "template `t`, line 1 column 18: unknown test `odder`",
            "did you mean `odd`?",
        ),
        (
            "{{ run.zzzzzz }}",
            "template `t`, line 1 column 8: unknown field `zzzzzz`",
            "known there: `id`, `number` or `url`",
        ),
    ] {
        let error = bad(text);
        assert_eq!(error.to_string(), expected, "{text}");
        assert_eq!(error.mend(), mend, "{text}");
    }
}

#[test]
fn syntax_errors_have_a_place_and_do_not_repeat_the_template() {
    for (text, line, column) in [
        ("ok\n  {{ run.number", 2, 3),
        ("{{ run.number }", 1, 1),
        ("{{ \"open }}", 1, 4),
        ("{% if x %}", 1, 9),
        (
            "{% for c in commits %}\n{{ c.id }} {{ + }}{% endfor %}",
            2,
            15,
        ),
        ("{# open", 1, 1),
        ("a {% raw %} {{ x }}", 1, 3),
        ("{%  %}", 1, 1),
        ("{% set x = %}", 1, 12),
    ] {
        let error = check("t", text).expect_err(text);
        assert_eq!(error.at, Some(Position { line, column }), "{text}: {error}");
        assert!(
            matches!(error.fault, TemplateFault::Syntax(_)),
            "{text}: {error:?}"
        );
    }
    let secret = format!("{{{{ run.number }}}} {} {{{{ +", "confidential ".repeat(50));
    let error = check("t", &secret).expect_err("a syntax error");
    assert!(!error.to_string().contains("confidential"), "{error}");
    assert!(error.to_string().len() < 250);
}

#[test]
fn what_reaches_outside_is_not_available() {
    for text in [
        "{% include \"/etc/passwd\" %}",
        "{% include 'x' %}",
        "{% extends \"base\" %}",
        "{% import \"m\" as m %}",
        "{% block a %}{% endblock %}",
        "{% macro m() %}{% endmacro %}",
        "{% component A() %}{{ <A/> }}{{ <A/> }}{% endcomponent %}",
        "{% filter upper %}x{% endfilter %}",
        "{% set x %}x{% endset %}",
        "{{ [x for x in range(end=100)] }}",
        "{{ __tera_context }}",
        "{{ __round() }}",
        "{% set __check = 1 %}",
        "{%- include 'x' -%}",
    ] {
        let error = bad(text);
        assert!(
            matches!(error.fault, TemplateFault::NotAvailable { .. }),
            "{text}: {error:?}"
        );
        assert!(check("t", text).is_err(), "{text}");
    }
    for text in [
        "{{ get_env(name=\"PATH\") }}",
        "{{ env(name='PATH') }}",
        "{{ now() }}",
        "{{ get_random(start=0, end=9) }}",
        "{{ read_file(path='/etc/passwd') }}",
        "{{ html | escape }}",
        "{{ html | escape_html }}",
        "{% if get_env(name='X') %}{% endif %}",
        "{{ <Foo/> }}",
    ] {
        let error = bad(text);
        assert!(
            matches!(
                error.fault,
                TemplateFault::Unknown { .. }
                    | TemplateFault::Rendering(_)
                    | TemplateFault::Syntax(_)
            ),
            "{text}: {error:?}"
        );
    }
}

/// Renders and asserts that it failed for the given reason, and soon.
fn contained(text: &str, expected: &TemplateFault) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test is about how long it takes"
    )]
    let (error, took) = {
        let started = Instant::now();
        (bad(text), started.elapsed())
    };
    assert_eq!(&error.fault, expected, "{}", crate::problem::shown(text));
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn loops_end() {
    let nested = |depth: usize, body: &str| {
        let start: String = (0..depth)
            .map(|n| format!("{{% for x{n} in range(end=1000) %}}"))
            .collect();
        format!("{start}{body}{}", "{% endfor %}".repeat(depth))
    };
    contained(&nested(8, ""), &TemplateFault::TooManyRounds(10_000));
    contained(
        &nested(3, "{% if 1 == 2 %}x{% endif %}"),
        &TemplateFault::TooManyRounds(10_000),
    );
    contained(
        &nested(2, "0123456789"),
        &TemplateFault::TooMuchText(65_536),
    );
    contained(
        &nested(1, "{{ long }}"),
        &TemplateFault::TooMuchText(65_536),
    );
    for text in [
        "{{ range(end=100000000) }}",
        "{{ range(start=0-9223372036854775807, end=9223372036854775807) }}",
        "{{ range(end=1, step_by=0) }}",
    ] {
        assert!(
            matches!(bad(text).fault, TemplateFault::Rendering(_)),
            "{text}"
        );
    }
}

#[test]
fn a_slow_rendering_is_given_up_and_its_thread_ends() {
    let body = "{% if long | upper == long | lower %}x{% endif %}".repeat(50);
    let text = format!("{{% for x in range(end=9000) %}}{body}{{% endfor %}}");
    let time = Duration::from_millis(50);
    let error = render(
        "t",
        &text,
        &facts(),
        &Limits {
            time,
            ..Limits::default()
        },
    )
    .expect_err("too slow");
    assert_eq!(error.fault, TemplateFault::TooSlow(time));
    // The thread notices at its next round: it lets go of the brake long before its work would be done.
    let brake = Arc::new(Brake::new(Limits::default()));
    let guarded = guard("t", &text).unwrap().unwrap();
    let context = Context::from_serialize(&facts()).unwrap();
    assert!(on_a_thread(&guarded, context, &brake, time).is_err());
    for _ in 0..1_000 {
        if Arc::strong_count(&brake) == 1 {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the thread still runs");
}

#[test]
fn values_do_not_grow_without_bound() {
    let doubling = "{% set x = long %}".to_owned() + &"{% set x = x ~ x %}".repeat(60);
    contained(&doubling, &TemplateFault::TooLargeValue);
    let in_a_loop =
        "{% set x = long %}{% for i in range(end=100) %}{% set_global x = x ~ x %}{% endfor %}";
    contained(in_a_loop, &TemplateFault::TooLargeValue);
    let lists = "{% set x = [1] %}".to_owned() + &"{% set x = [...x, ...x] %}".repeat(60);
    contained(&lists, &TemplateFault::TooLargeValue);
    let shared = "{% set x = [1] %}".to_owned() + &"{% set x = [x, x] %}".repeat(31);
    contained(&shared, &TemplateFault::TooLargeValue);
    let deep =
        "{% set x = [1] %}{% for i in range(end=9000) %}{% set_global x = [x] %}{% endfor %}";
    contained(deep, &TemplateFault::TooLargeValue);
    let maps = "{% set x = {\"a\": 1} %}{% for i in range(end=9000) %}{% set_global x = {\"a\": x} %}{% endfor %}";
    contained(maps, &TemplateFault::TooLargeValue);
    contained(
        "{{ long | replace(from=\"x\", to=long) }}",
        &TemplateFault::TooLargeValue,
    );
    contained(
        "{{ long | replace(from=\"\", to=long) }}",
        &TemplateFault::TooLargeValue,
    );
    contained(
        "{{ range(end=9000) | join(sep=long) }}",
        &TemplateFault::TooLargeValue,
    );
    contained(
        "{{ long | indent(width=100000000, first=true) }}",
        &TemplateFault::TooLargeValue,
    );
    contained(
        "{{ long | split(pat=\"x\") | length }}",
        &TemplateFault::TooLargeValue,
    );
    let joins = format!("{{{{ {} }}}}", vec!["long"; 200].join(" ~ "));
    assert!(matches!(
        bad(&joins).fault,
        TemplateFault::NotAvailable { .. }
    ));
}

#[test]
fn deep_and_long_templates_do_not_exhaust_the_stack() {
    for text in [
        format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(1_990)),
        format!("{}{}", "{% if 1 %}".repeat(900), "{% endif %}".repeat(900)),
        format!("{{{{ run{} }}}}", ".a".repeat(30_000)),
        format!("{{{{ run{} }}}}", "?.a".repeat(20_000)),
        format!("{{{{ commits{} }}}}", "[0]".repeat(20_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(15_000)),
        format!("{{{{ {}1 }}}}", "- ".repeat(30_000)),
        format!("{{{{ 1{} }}}}", "+1".repeat(30_000)),
        format!("{{{{ 1{} }}}}", "|abs".repeat(15_000)),
        format!("{{{{ {}1{} }}}}", "(".repeat(30_000), ")".repeat(30_000)),
        format!("{{{{ {}1{} }}}}", "[".repeat(30_000), "]".repeat(30_000)),
        format!(
            "{{{{ {}1{} }}}}",
            "{\"a\":".repeat(8_000),
            "}".repeat(8_000)
        ),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(5_000)),
        format!("{{{{ 1{} }}}}", " == 1".repeat(12_000)),
        "{{ 1 }}".repeat(9_000),
    ] {
        let error = bad(&text);
        assert!(error.to_string().len() < 300, "{error}");
        let _ = check("t", &text);
    }
    assert_eq!(bad(&"x".repeat(LONGEST + 1)).fault, TemplateFault::TooLong);
}

#[test]
fn only_what_writes_and_compares_facts_is_rendered_without_a_thread() {
    for (quick, text) in [
        (
            true,
            "{{ run.number }} {# x #} {% raw %}{% for %}{% endraw %}",
        ),
        (
            true,
            "{% if run.id == 3 and environment != 'dev' %}a{% elif x is defined %}b{% else %}c{% endif %}",
        ),
        (false, "{{ long | upper }}"),
        (false, "{{ long ~ long }}"),
        (false, "{{ range(end=3) }}"),
        (false, "{% for c in commits %}{% endfor %}"),
        (false, "{% set a = long %}"),
        (false, "{% if 'x' in long %}{% endif %}"),
        (false, "{{ 2 ** 3 }}"),
        (false, "{{ [1, 2] }}"),
    ] {
        assert_eq!(guard("t", text).unwrap().unwrap().quick, quick, "{text}");
    }
}

#[test]
fn facts_are_an_object_of_bounded_size() {
    let render = |facts: Value| {
        render("t", "{{ a }}", &facts, &Limits::default()).map_err(|error| error.fault)
    };
    assert_eq!(render(json!("x")), Err(TemplateFault::Facts));
    assert_eq!(
        render(json!({"a": "x".repeat(LARGEST_FACTS + 1)})),
        Err(TemplateFault::Facts)
    );
    assert_eq!(render(json!({"a": null})), Ok(String::new()));
}

#[test]
fn the_author_may_end_the_run_with_a_message() {
    let error = bad("{% if run.id > 2 %}{{ throw(message=\"only two runs\") }}{% endif %}");
    assert_eq!(
        error.fault,
        TemplateFault::Rendering("only two runs".to_owned())
    );
}

#[test]
fn the_lists_of_names_are_those_of_tera() {
    for filter in functions::FILTERS {
        let text = format!("{{% if false %}}{{{{ 1 | {filter} }}}}{{% endif %}}");
        assert!(unguarded(&text).is_ok(), "{filter}");
    }
    for test in functions::TESTS {
        let text = format!("{{% if false and 1 is {test} %}}{{% endif %}}");
        assert!(unguarded(&text).is_ok(), "{test}");
    }
    for function in functions::FUNCTIONS {
        assert!(
            unguarded(&format!(
                "{{% if false %}}{{{{ {function}() }}}}{{% endif %}}"
            ))
            .is_ok(),
            "{function}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Where the guard lets a template through, the checks in it change nothing that it prints.
    #[test]
    fn the_guard_changes_no_text(parts in proptest::collection::vec(prop_oneof![
        Just("{{ run.id }}"), Just("{{ 'a}}b' -}}"), Just("{%- if run.id > 2 -%}"), Just("{% if 0 %}"), Just("{% else %}"),
        Just("{% endif -%}"), Just("{% for c in commits %}"), Just("{% for c in commits -%}"), Just("{%- endfor %}"),
        Just("{% set a = \"-%}\" -%}"), Just("{% set a = 2 %}"), Just("{{ a }}"), Just(" x "), Just("\n"), Just("{#- c -#}"),
        Just("{# {% #}"), Just("{% raw -%} {{ {%- endraw %}"), Just("{% raw %}"), Just("{"), Just("}}"), Just("ü"), Just("{% break %}"),
        Just("{{ `\\'` }}"), Just("{{ {\"a\": 1} }}"),
    ], 0..10)) {
        let text = parts.concat();
        if let Ok(guarded) = rendered(&text) {
            prop_assert_eq!(guarded, unguarded(&text).unwrap_or_else(|e| panic!("{text}: {e}")), "{}", text);
        } else if unguarded(&text).is_ok() {
            prop_assert!(false, "refused what Tera renders: {}: {}", text, bad(&text));
        }
    }

    #[test]
    fn arbitrary_templates_never_panic(text in any::<String>(), tag in "[{%#}a-z_ .|~'\"`\\[\\]()=<>/\\\\0-9-]{0,60}") {
        let _ = check("t", &text);
        let _ = check("t", &format!("{text}{{{{{tag}}}}}"));
        let _ = rendered(&format!("{{%{tag}%}}{text}"));
        let _ = rendered(&format!("{{{{{tag}"));
    }
}
