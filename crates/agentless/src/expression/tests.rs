use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::json_path::PathError;

fn answer() -> Answer {
    let content = json!({
        "status": "successful",
        "result": [{ "number": "CHG0030001", "state": -1, "on": true, "empty": null }, { "number": "" }],
        "names": ["a", "B"],
        "it's": 1,
    });
    let headers = vec![("Location".to_owned(), "/there".to_owned())];
    Answer::new(202, headers, content.to_string())
}

fn ask(text: &str) -> Result<Value, EvaluateError> {
    let expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut variables = Names::default();
    variables.set("Known", "yes");
    variables.set("system.hosttype", "gates");
    variables.set("count", "10");
    let mut inputs = Names::default();
    inputs.set("changeAction", "open");
    inputs.set("empty", "");
    let answer = answer();
    expression.evaluate(Scope {
        variables: &variables,
        inputs: &inputs,
        answer: Some(&answer),
    })
}

#[track_caller]
fn holds(rows: &[&str]) {
    for row in rows {
        assert_eq!(ask(row), Ok(Value::Boolean(true)), "{row}");
    }
}

#[track_caller]
fn fails(rows: &[&str]) {
    for row in rows {
        assert_eq!(ask(row), Ok(Value::Boolean(false)), "{row}");
    }
}

#[track_caller]
fn gives(rows: &[(&str, Value)]) {
    for (row, value) in rows {
        assert_eq!(ask(row).as_ref(), Ok(value), "{row}");
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn literals() {
    gives(&[
        ("TRUE", Value::Boolean(true)),
        ("false", Value::Boolean(false)),
        ("Null", Value::Null),
        (" 12 ", Value::Number(12.0)),
        ("-.5", Value::Number(-0.5)),
        ("'It''s'", text("It's")),
        ("''", text("")),
        ("1.2.3", Value::Version(Version::parse("1.2.3").unwrap())),
    ]);
}

#[test]
fn equality_goes_by_the_left_one() {
    holds(&[
        "eq('a', 'A')",
        "eq('Straße', 'STRAßE')",
        "eq(1, '1')",
        "eq('1', 1)",
        "eq('-1', root['result'][0]['state'])",
        "eq(1, ' 1.0 ')",
        "eq(1000, '1,000')",
        "eq(true, 'no')",
        "eq('True', true)",
        "eq(true, root['result'][0]['on'])",
        "eq(null, '')",
        "eq('', null)",
        "eq(0, null)",
        "eq(0, '')",
        "eq(1.2.3, '1.2.3')",
        "ne(1.2.3, '1.2.3.0')",
        "ne(1, 'one')",
        "ne(1, '0x1')",
        "ne('1', 1.5)",
        "in('B', 'A', 'b')",
        "notIn('D', 'A', 'B')",
    ]);
    fails(&[
        "eq(null, 'x')",
        "eq(null, 0)",
        "eq(null, false)",
        "eq(root['names'], root['names'])",
        "eq('x', root['names'])",
        "in('B')",
        "eq('ss', 'ß')",
    ]);
}

#[test]
fn order_goes_by_the_left_one() {
    holds(&[
        "gt(5, '4')",
        "gt('b', 'A')",
        "gt('9', 10)",
        "le(10, variables['count'])",
        "lt(1.2, 1.3)",
        "lt(1.2.3, '1.10.0')",
        "lt(1.2.3, 1.2.3.0)",
        "ge(null, 0)",
        "gt(true, '')",
    ]);
    for (row, left, right) in [
        ("gt(1, 'x')", "a number", "text"),
        ("lt(root['names'], 1)", "a list", "a number"),
        ("le('a', root)", "text", "an object"),
        ("ge(1.2.3, 'x')", "a version", "text"),
    ] {
        let error = ask(row).unwrap_err();
        assert!(
            matches!(error, EvaluateError::Order { left: l, right: r, .. } if (l, r) == (left, right)),
            "{row}: {error}"
        );
    }
}

#[test]
fn truth_is_not_what_a_text_says() {
    holds(&[
        "and('false', 1, root, root['names'])",
        "or('', 0, 'x')",
        "xor(true, '')",
        "not('')",
        "not(null)",
        "and(1.2.3, true)",
    ]);
    fails(&[
        "or('', 0, null, false)",
        "xor(1, 'x')",
        "and(true, root['none'])",
        "not('false')",
    ]);
}

#[test]
fn and_and_or_ask_no_further_than_they_need() {
    fails(&["and(false, gt(1, 'x'))"]);
    holds(&["or(true, gt(1, 'x'))"]);
    assert!(ask("and(true, gt(1, 'x'))").is_err());
}

#[test]
fn texts() {
    holds(&[
        "contains('ABCDE', 'bcd')",
        "contains('x', null)",
        "startsWith('ABC', 'ab')",
        "endsWith('ABC', 'BC')",
        "containsValue(root['names'], 'b')",
        "containsValue(root['result'][0], 'chg0030001')",
        "isUrl('https://x.example/a')",
        "isNullOrEmpty('')",
        "isNullOrEmpty(variables['none'])",
        "isNullOrEmpty(jsonpath('$.nothing')[0])",
        "isNullOrEmpty(jsonpath('$.result[0].empty')[0])",
    ]);
    fails(&[
        "containsValue('b', 'b')",
        "isUrl('ftp://x')",
        "isUrl('/a')",
        "isNullOrEmpty('x')",
        "isNullOrEmpty(0)",
    ]);
    gives(&[
        ("format('{0} {{{1}}} {0}', 'a', 2)", text("a {2} a")),
        ("lower('Ab')", text("ab")),
        ("UPPER('Ab')", text("AB")),
        ("trim('  a ')", text("a")),
        ("join('-', root['names'])", text("a-B")),
        ("join('-', 'a')", text("a")),
        (
            "split('a,b;c', ',;')",
            Value::List(vec![json!("a"), json!("b"), json!("c")]),
        ),
        ("split('a,b', ',')[1]", text("b")),
        ("split('a', '')", Value::List(vec![json!("a")])),
        ("length('aé😀')", Value::Number(4.0)),
        ("length(root['names'])", Value::Number(2.0)),
        ("coalesce(null, '', 'x', 'y')", text("x")),
        ("coalesce(null, 0, 'y')", Value::Number(0.0)),
        ("coalesce(null, '')", text("")),
        (
            "intersect(root['names'], split('b,c', ','))",
            Value::List(vec![json!("B")]),
        ),
        ("intersect(null, root['names'])", Value::List(vec![])),
    ]);
    for row in [
        "format('{0}')",
        "format('{', 1)",
        "format('}', 1)",
        "format('{x}', 1)",
        "format('{0:d}', 1)",
        "contains(root, 'x')",
        "isNullOrEmpty(root['names'])",
        "intersect('a', root['names'])",
        "count('abc')",
        "lower(root)",
    ] {
        assert!(ask(row).is_err(), "{row}");
    }
}

#[test]
fn looks_at_what_there_is() {
    gives(&[
        ("root['status']", text("successful")),
        ("root.status", text("successful")),
        ("root['it''s']", Value::Number(1.0)),
        ("root['result'][0]['number']", text("CHG0030001")),
        ("root.result[1].number", text("")),
        ("root['Status']", Value::Null),
        ("root['result'][2]['number']", Value::Null),
        ("root['result'][-1]", Value::Null),
        ("root['result'][0.5]", Value::Null),
        ("root['status']['more']", Value::Null),
        ("root['names']['1']", text("B")),
        ("variables['KNOWN']", text("yes")),
        ("variables.known", text("yes")),
        ("variables['System.HostType']", text("gates")),
        ("variables['none']", Value::Null),
        ("taskInputs['ChangeAction']", text("open")),
        ("response['statuscode']", text("Accepted")),
        ("response.StatusCode", text("Accepted")),
        ("response['headers']['location']", text("/there")),
        ("response['headers'].LOCATION", text("/there")),
        ("response['headers']['none']", Value::Null),
        ("count(root['result'])", Value::Number(2.0)),
        ("count(root['none'])", Value::Number(0.0)),
        ("count(root)", Value::Number(4.0)),
        ("jsonpath('$.result[*].number')[0]", text("CHG0030001")),
        (
            "count(jsonpath('$.result[?(@.state == -1)]'))",
            Value::Number(1.0),
        ),
        ("jsonpath(format('$.{0}', 'status'))[0]", text("successful")),
        ("jsonpath('$.none')[0]", Value::Null),
    ]);
    holds(&["contains(response['content'], 'CHG0030001')"]);
    assert_eq!(ask("eq(variables, 1)"), Err(EvaluateError::Whole));
}

#[test]
fn before_an_answer_everything_of_it_is_null() {
    let names = Names::default();
    let scope = Scope {
        variables: &names,
        inputs: &names,
        answer: None,
    };
    for text in [
        "root",
        "root['a']",
        "response['statuscode']",
        "response['headers']['a']",
        "jsonpath('$.a')[0]",
    ] {
        let expression = Expression::parse(text).unwrap();
        assert!(expression.uses().answer, "{text}");
        assert_eq!(expression.evaluate(scope), Ok(Value::Null), "{text}");
    }
    assert!(
        !Expression::parse("eq(variables['a'], taskInputs['b'])")
            .unwrap()
            .uses()
            .answer
    );
}

#[test]
fn names_are_noted() {
    let expression = Expression::parse("and(variables.a, taskInputs['b'], variables['C'][0])");
    let uses = expression.unwrap().uses().clone();
    assert_eq!(uses.variables, ["a", "C"]);
    assert_eq!(uses.inputs, ["b"]);
}

#[test]
fn refuses() {
    use ExpressionError as E;
    let expected = |expected, at| E::Expected { expected, at };
    let rows = [
        ("", E::Empty),
        ("  ", E::Empty),
        (
            "foo(1)",
            E::Function {
                name: "foo".to_owned(),
            },
        ),
        (
            "succeeded()",
            E::Function {
                name: "succeeded".to_owned(),
            },
        ),
        (
            "dependencies",
            E::Name {
                name: "dependencies".to_owned(),
            },
        ),
        (
            "eq(1)",
            E::Arguments {
                name: "eq",
                count: 1,
            },
        ),
        (
            "not(1, 2)",
            E::Arguments {
                name: "not",
                count: 2,
            },
        ),
        (
            "eq()",
            E::Arguments {
                name: "eq",
                count: 0,
            },
        ),
        ("response", E::Response),
        ("response['status']", E::Response),
        ("response[variables['a']]", E::Response),
        ("'abc", E::Unclosed { what: "'", at: 0 }),
        ("eq('a' x, 1)", expected("`,` or `)`", 7)),
        ("eq('a', 'it's')", E::Unclosed { what: "'", at: 13 }),
        ("1 2", expected("the end", 2)),
        ("eq(1, 2", expected("`,` or `)`", 7)),
        ("eq(1, 2))", expected("the end", 8)),
        ("eq(1,)", expected("a value", 5)),
        ("root[1", expected("`]`", 6)),
        ("root.", expected("a property's name", 5)),
        (
            "root.*",
            E::Character {
                character: '*',
                at: 5,
            },
        ),
        (
            "root['a'] == 1",
            E::Character {
                character: '=',
                at: 10,
            },
        ),
        (
            "$(a)",
            E::Character {
                character: '$',
                at: 0,
            },
        ),
        (
            "1.2.3.4.5",
            E::Number {
                text: "1.2.3.4.5".to_owned(),
                at: 0,
            },
        ),
        (
            "1e5",
            E::Number {
                text: "1e5".to_owned(),
                at: 0,
            },
        ),
        (
            "-",
            E::Number {
                text: "-".to_owned(),
                at: 0,
            },
        ),
        (
            "-1.2.3",
            E::Number {
                text: "-1.2.3".to_owned(),
                at: 0,
            },
        ),
    ];
    for (row, error) in rows {
        assert_eq!(Expression::parse(row).err(), Some(error), "{row}");
    }
    let path = Expression::parse("jsonpath('$[')").err();
    assert!(
        matches!(path, Some(E::Path(PathError::Syntax { .. }))),
        "{path:?}"
    );
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth: usize| format!("{}1{}", "not(".repeat(depth), ")".repeat(depth));
    assert!(Expression::parse(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(
        Expression::parse(&nested(MAX_DEPTH)).err(),
        Some(ExpressionError::TooDeep)
    );
    let indexed = |times: usize| format!("root{}", "[0]".repeat(times));
    assert!(Expression::parse(&indexed(MAX_DEPTH - 1)).is_ok());
    assert_eq!(
        Expression::parse(&indexed(5_000)).err(),
        Some(ExpressionError::TooDeep)
    );
    let inside = format!("{}0{}", "root[".repeat(5_000 / 6), "]".repeat(5_000 / 6));
    assert_eq!(
        Expression::parse(&inside).err(),
        Some(ExpressionError::TooDeep)
    );
    let long = format!("'{}'", "x".repeat(MAX_LENGTH));
    assert_eq!(
        Expression::parse(&long).err(),
        Some(ExpressionError::TooLong {
            length: MAX_LENGTH + 2
        })
    );
}

/// Pieces that mean something, in any order: more goes deep this way than with plain noise.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "eq(",
            "and(",
            "jsonpath(",
            "not(",
            "format(",
            ")",
            "[",
            "]",
            ",",
            ".",
            "'",
            "''",
            "root",
            "response",
            "variables",
            "taskInputs",
            "'$.a[?(@.b)]'",
            "1",
            "1.2.3",
            "-",
            "null",
            "{0}",
            " ",
            "é",
        ])
        .prop_map(str::to_owned),
        ".{0,3}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn noise_never_panics(text in noise()) {
        if let Ok(expression) = Expression::parse(&text) {
            let names = Names::default();
            let answer = answer();
            let scope = Scope { variables: &names, inputs: &names, answer: Some(&answer) };
            drop(expression.evaluate(scope));
        }
    }

    #[test]
    fn any_text_survives_its_quotes(wanted in ".{0,200}") {
        let quoted = format!("'{}'", wanted.replace('\'', "''"));
        prop_assert_eq!(ask(&quoted), Ok(Value::Text(wanted)));
    }

    #[test]
    fn a_text_equals_itself_in_any_case(one in "[a-zA-Z0-9 ]{0,20}") {
        let row = format!("eq('{}', '{}')", one, one.to_uppercase());
        prop_assert_eq!(ask(&row), Ok(Value::Boolean(true)));
    }
}
