use proptest::prelude::*;

use super::*;

fn said(content_type: &str, body: &str) -> Option<(Option<String>, Option<String>)> {
    let saying = Saying::parse(content_type, body.as_bytes())?;
    Some((saying.message, saying.type_key))
}

fn words(message: &str) -> Option<(Option<String>, Option<String>)> {
    Some((Some(message.to_owned()), None))
}

#[test]
fn every_shape_of_an_error_is_read() {
    let json = "application/json; charset=utf-8";
    let object = include_str!("../../../fixtures/error.json");
    assert_eq!(
        said(json, object),
        Some((
            Some(
                "TF401232: Work item 99 does not exist, or you do not have permissions to read it."
                    .to_owned()
            ),
            Some("WorkItemUnauthorizedAccessException".to_owned())
        ))
    );
    let list = include_str!("../../../fixtures/error_list.json");
    assert_eq!(
        said(json, list),
        words("The requested resource does not support http method 'PUT'.")
    );
    assert_eq!(
        said(
            "text/plain; charset=utf-8",
            " The service\r\nis unavailable. "
        ),
        words("The service is unavailable.")
    );
    let page = "<!DOCTYPE html><title>Azure DevOps Services | Sign In</title>";
    for content_type in ["text/html; charset=utf-8", "text/plain", ""] {
        assert_eq!(said(content_type, page), None, "{content_type}");
    }
    let oauth = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}"#;
    assert_eq!(
        said(json, oauth),
        words("invalid_client: AADSTS7000215: Invalid client secret provided.")
    );
}

#[test]
fn odd_errors_say_what_they_can() {
    for (body, expected) in [
        ("", None),
        ("null", None),
        ("[]", None),
        ("\"text\"", None),
        ("{}", None),
        (r#"{"message":null,"typeKey":7}"#, None),
        (r#"{"message":{"x":1},"value":[]}"#, None),
        (r#"{"message":" "}"#, None),
        (r#"{"typeKey":"X"}"#, Some((None, Some("X".to_owned())))),
        (
            r###"{"message":"a","typeKey":"##vso[x]"}"###,
            Some((Some("a".to_owned()), Some("vsox".to_owned()))),
        ),
    ] {
        assert_eq!(said("application/json", body), expected, "{body}");
    }
}

#[test]
fn words_are_one_line_and_bounded() {
    let long = "é\n".repeat(10_000);
    let message = line(&long).unwrap();
    assert_eq!(message.chars().count(), KEPT + 3);
    assert!(!message.contains('\n'));
    assert_eq!(line("a\u{1b}[31m\tb"), Some("a [31m b".to_owned()));
    assert_eq!(line(" \r\n"), None);
    assert_eq!(key(&"a".repeat(5000)).unwrap().len(), 100);
}

#[test]
fn a_header_stands_in_for_a_body_that_is_none() {
    assert_eq!(
        unescaped("TF400813%3A+no+%26+never%0A"),
        "TF400813: no & never\n"
    );
    assert_eq!(unescaped("a&b=c%ff"), "a&b=c\u{fffd}");
}

#[test]
fn what_was_said_ends_a_sentence() {
    let some = |text: &str| Some(text.to_owned());
    for (message, type_key, activity, expected) in [
        (None, None, None, ""),
        (some("No."), None, None, ": it says: No."),
        (
            some("No."),
            some("XException"),
            None,
            ": it says: No. [XException]",
        ),
        (
            None,
            some("XException"),
            some("1-2"),
            ": it says: XException (activity 1-2)",
        ),
        (None, None, some("1-2"), " (activity 1-2)"),
    ] {
        let saying = Saying {
            message,
            type_key,
            activity,
        };
        assert_eq!(saying.to_string(), expected);
    }
}

#[test]
fn the_activity_is_an_id() {
    let activity =
        |name: &str, value: &'static str| activity(|asked| (asked == name).then_some(value));
    assert_eq!(activity("activityid", "9f-1"), Some("9f-1".to_owned()));
    assert_eq!(activity("x-vss-e2eid", "e2"), Some("e2".to_owned()));
    assert_eq!(
        activity("activityid", "##vso[a]\u{7}"),
        Some("vsoa".to_owned())
    );
    assert_eq!(activity("other", "x"), None);
}

proptest! {
    #[test]
    fn no_body_is_too_odd(content_type in "[ -~]{0,20}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Some(saying) = Saying::parse(&content_type, &body) {
            let text = saying.to_string();
            prop_assert!(text.chars().count() < 500);
            prop_assert!(!text.contains(char::is_control));
        }
    }

    #[test]
    fn no_json_is_too_odd(message in "\\PC{0,20}", key in "\\PC{0,20}", wrapped in any::<bool>()) {
        let inner = serde_json::json!({"Message": message, "message": message, "typeKey": key});
        let body = if wrapped { serde_json::json!({"count": 1, "value": inner}) } else { inner };
        let _ = Saying::parse("application/json", body.to_string().as_bytes());
    }
}
