use super::*;
use crate::problem::Problem;
use proptest::prelude::*;

fn good(text: &str) -> Node {
    let mut problems = Collector::new("f.yml");
    let node = read(text, &mut problems);
    problems
        .or(node)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn faults(text: &str) -> Vec<Problem> {
    let mut problems = Collector::new("f.yml");
    let node = read(text, &mut problems);
    problems.or(node).expect_err("a fault").as_slice().to_vec()
}

fn fault(text: &str) -> String {
    faults(text)
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The tree as JSON by the core schema, for comparison and for the agreement with the JSON Schema.
pub(crate) fn json(node: &Node) -> serde_json::Value {
    use serde_json::Value;
    match (&node.content, node.scalar()) {
        (Content::Sequence(items), _) => items.iter().map(json).collect(),
        (Content::Mapping(entries), _) => Value::Object(
            entries
                .iter()
                .map(|e| (e.key.clone(), json(&e.node)))
                .collect(),
        ),
        (_, Some((Scalar::Null, _))) => Value::Null,
        (_, Some((Scalar::Flag(flag), _))) => flag.into(),
        (_, Some((Scalar::Whole(whole), _))) => whole.into(),
        (_, Some((Scalar::Decimal, text))) => text.parse::<f64>().unwrap_or(0.5).into(),
        (Content::Scalar { text, .. }, _) => text.as_str().into(),
    }
}

#[test]
fn scalars_mean_what_the_core_schema_says() {
    for (text, expected) in [
        ("", Scalar::Null),
        ("~", Scalar::Null),
        ("NULL", Scalar::Null),
        ("true", Scalar::Flag(true)),
        ("False", Scalar::Flag(false)),
        ("yes", Scalar::Text),
        ("no", Scalar::Text),
        ("12", Scalar::Whole(12)),
        ("-5", Scalar::Whole(-5)),
        ("+5", Scalar::Whole(5)),
        ("0x1F", Scalar::Whole(31)),
        ("0o17", Scalar::Whole(15)),
        ("0x", Scalar::Text),
        ("1.5", Scalar::Decimal),
        ("-.5e3", Scalar::Decimal),
        (".inf", Scalar::Decimal),
        ("99999999999999999999", Scalar::Decimal),
        ("inf", Scalar::Text),
        ("nan", Scalar::Text),
        ("1.2.3", Scalar::Text),
        ("12:30", Scalar::Text),
        ("--5", Scalar::Text),
    ] {
        assert_eq!(by_core_schema(text), expected, "{text}");
    }
    let quoted = good("\"5\"");
    assert_eq!(quoted.scalar(), Some((Scalar::Text, "5")));
}

#[test]
fn nodes_know_their_place() {
    let node = good("a: 1\nb:\n  - x\n  - größe: y\nempty:\n");
    let Content::Mapping(entries) = &node.content else {
        panic!("a map")
    };
    let places: Vec<(&str, Position, Position)> = entries
        .iter()
        .map(|e| (e.key.as_str(), e.key_at, e.node.at))
        .collect();
    let at = |line, column| Position { line, column };
    assert_eq!(
        places,
        [
            ("a", at(1, 1), at(1, 4)),
            ("b", at(2, 1), at(3, 3)),
            ("empty", at(5, 1), at(5, 1))
        ]
    );
    assert_eq!(
        json(&node),
        serde_json::json!({"a": 1, "b": ["x", {"größe": "y"}], "empty": null})
    );
}

#[test]
fn json_is_read_too() {
    let text = "{\n\t\"a\": \"x\\u00e9\\/\\n\",\n\t\"b\": [1, true, null]}";
    assert_eq!(
        json(&good(text)),
        serde_json::json!({"a": "xé/\n", "b": [1, true, null]})
    );
}

#[test]
fn a_byte_order_mark_and_carriage_returns_are_no_fault() {
    assert_eq!(
        json(&good("\u{feff}a: 1\r\nb: 2\r\n")),
        serde_json::json!({"a": 1, "b": 2})
    );
}

#[test]
fn faults_of_the_text_are_reported_where_they_are() {
    for (text, place, words) in [
        ("a: 1\n\tb: 2\n", "f.yml:2:1", "a tab indents this line"),
        (
            "a:\n  \tb: 2\n  \tc: 3\n",
            "f.yml:2:3",
            "a tab indents this line",
        ),
        (
            "a: 1\nb: \"open\nc: 2\n",
            "f.yml:2:4",
            "close the quote that opens here",
        ),
        ("a: 'open\n", "f.yml:1:4", "close the quote that opens here"),
        ("a: \"\\d\"\n", "f.yml:1:4", "write a backslash twice"),
        (
            "a: @x\n",
            "f.yml:1:4",
            "starts with this character in quotes",
        ),
        (
            "a: b: c\n",
            "f.yml:1:5",
            "put text that holds `: ` in quotes",
        ),
        ("a: [1, 2\n", "f.yml:2:1", "check indentation, brackets"),
        ("a: *nowhere\n", "f.yml:1:4", "define the anchor"),
        (
            "a: 1\n---\nb: 2\n",
            "f.yml:2:1",
            "a second document starts here",
        ),
        ("a: !secret x\n", "f.yml:1:4", "a YAML tag"),
        ("[a]: 1\n", "f.yml:1:1", "a list as a key"),
        ("a: &x [*x]\n", "f.yml:1:8", "inside what it repeats"),
    ] {
        let fault = fault(text);
        assert!(fault.starts_with(place), "{text:?}: {fault}");
        assert!(fault.contains(words), "{text:?}: {fault}");
    }
}

#[test]
fn duplicate_keys_are_reported_all_of_them_with_the_first_place() {
    let found = faults("a: 1\nb: {x: 1, x: 2}\na: 2\na: 3\n");
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "f.yml:2:11: `x` is written twice in this map, first at 2:5; keep one of them",
            "f.yml:3:1: `a` is written twice in this map, first at 1:1; keep one of them",
            "f.yml:4:1: `a` is written twice in this map, first at 1:1; keep one of them",
        ]
    );
}

#[test]
fn aliases_repeat_what_they_name() {
    let node = good("a: &x {risk: high}\nb: *x\n");
    assert_eq!(
        json(&node),
        serde_json::json!({"a": {"risk": "high"}, "b": {"risk": "high"}})
    );
}

#[test]
fn a_billion_laughs_are_refused_at_once() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let row = vec![format!("*a{before}"); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{row}]\n"));
    }
    assert!(
        fault(&text).contains("aliases repeat more than"),
        "{}",
        fault(&text)
    );
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(100_000),
        vec!["*a"; 100].join(", ")
    );
    assert!(fault(&long).contains("aliases repeat more than"));
}

#[test]
fn depth_and_size_are_bounded() {
    assert!(fault(&"[".repeat(100_000)).contains("nothing here is nested that deep"));
    assert!(fault(&"{a: ".repeat(100_000)).contains("nothing here is nested that deep"));
    assert!(fault(&"[".repeat(40)).contains("levels of maps and lists"));
    assert!(fault(&"- ".repeat(100_000)).contains("levels of maps and lists"));
    assert!(fault(&"? ".repeat(100_000)).contains("levels of maps and lists"));
    assert!(fault(&" ".repeat(LARGEST + 1)).contains("more than 1048576"));
}

#[test]
fn nothing_is_nothing() {
    let mut problems = Collector::new("f.yml");
    assert!(read("# only a comment\n", &mut problems).is_none());
    assert!(problems.is_empty());
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        read(&text, &mut Collector::new("f.yml"));
    }

    #[test]
    fn text_that_looks_like_yaml_never_panics(text in "[a-c:&*!#|>'\"\\[\\]{},?%@~ \n\t-]{0,80}") {
        read(&text, &mut Collector::new("f.yml"));
    }

    #[test]
    fn every_json_text_is_read_as_json_reads_it(map in proptest::collection::btree_map("[a-z]{1,8}", "[ -~äß\n]{0,20}", 0..6)) {
        let expected = serde_json::to_value(&map).unwrap();
        prop_assert_eq!(json(&good(&serde_json::to_string_pretty(&expected).unwrap())), expected);
    }
}
