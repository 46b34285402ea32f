use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn what_is_there_is_read_in_any_spelling() {
    let json = json!({
        "text": "a", "empty": "", "null": null, "number": 7, "digits": " 297 ", "signed": -5,
        "float": 1.5, "flag": true, "list": [1], "object": {"inner": "x"},
    });
    let node = Node::new(&json);
    assert_eq!(node.text("text"), Some("a".to_owned()));
    assert_eq!(node.text("number"), Some("7".to_owned()));
    for key in ["empty", "null", "flag", "list", "object", "missing"] {
        assert_eq!(node.text(key), None, "{key}");
    }
    assert_eq!(
        (node.number("number"), node.number("digits")),
        (Some(7), Some(297))
    );
    for key in ["text", "signed", "float", "null", "missing"] {
        assert_eq!(node.number(key), None, "{key}");
        assert_eq!(node.need_number(key), Err(Missing::at(key)));
    }
    assert_eq!(
        (node.signed("signed"), node.signed("digits")),
        (Some(-5), None)
    );
    assert!(node.flag("flag") && !node.flag("number") && !node.flag("missing"));
    assert_eq!(node.at("object").at("inner").0, "x");
    assert!(node.at("text").at("inner").at("deeper").is_null());
}

#[test]
fn ordinals_begin_at_one() {
    let json = json!({"zero": 0, "two": 2, "text": "3", "huge": u64::MAX});
    let node = Node::new(&json);
    let all = ["zero", "two", "text", "huge", "missing"].map(|key| node.ordinal(key));
    assert_eq!(all, [1, 2, 3, 1, 1]);
}

#[test]
fn what_is_missing_is_named_by_its_path() {
    let json = json!({"value": [{"id": 1}, null, {"inner": [{"id": 1}, {}]}]});
    let node = Node::new(&json);
    let inner = |node: Node<'_>| node.list_or_empty("inner", |node| node.need_number("id"));
    assert_eq!(
        node.list("value", inner),
        Err(Missing("value[2].inner[1].id".to_owned()))
    );
    assert_eq!(
        node.list("records", inner),
        Err(Missing("records".to_owned()))
    );
    assert_eq!(
        Node::new(&json!({"inner": 1}))
            .list_or_empty("inner", Ok)
            .unwrap_err()
            .0,
        "inner"
    );
}

fn person(json: serde_json::Value) -> Option<(Option<String>, String, Option<String>)> {
    let person = Node::new(&json).as_person()?;
    Some((person.id, person.name, person.unique_name))
}

#[test]
fn identities_of_all_ages_are_people() {
    let some = |text: &str| Some(text.to_owned());
    let zero = "00000000-0000-0000-0000-000000000000";
    for (json, expected) in [
        (
            json!({"displayName": "Pat", "id": "1-2", "uniqueName": "p@x"}),
            Some((some("1-2"), "Pat".to_owned(), some("p@x"))),
        ),
        (
            json!({"displayName": "Pat", "id": zero}),
            Some((None, "Pat".to_owned(), None)),
        ),
        (
            json!({"uniqueName": "p@x"}),
            Some((None, "p@x".to_owned(), some("p@x"))),
        ),
        (
            json!("Pat Doe <p@x>"),
            Some((None, "Pat Doe".to_owned(), some("p@x"))),
        ),
        (json!("<p@x>"), Some((None, "p@x".to_owned(), some("p@x")))),
        (
            json!("Pat > Doe"),
            Some((None, "Pat > Doe".to_owned(), None)),
        ),
        (json!("Pat <>"), Some((None, "Pat".to_owned(), None))),
        (json!("<>"), None),
        (json!("  "), None),
        (json!({}), None),
        (json!(null), None),
        (json!({"displayName": "", "id": "1"}), None),
    ] {
        assert_eq!(person(json.clone()), expected, "{json}");
    }
}

proptest! {
    #[test]
    fn no_name_is_too_odd(text in "\\PC{0,30}") {
        if let Some((_, name, unique)) = person(json!(text)) {
            prop_assert!(!name.is_empty() && unique.is_none_or(|unique| !unique.is_empty()));
        }
    }
}
