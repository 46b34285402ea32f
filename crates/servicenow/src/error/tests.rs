use super::*;
use std::error::Error as _;

fn refusal(message: &str, detail: &str) -> Option<Refusal> {
    let body =
        serde_json::json!({"error": {"message": message, "detail": detail}, "status": "failure"});
    Envelope::of(&body).as_ref().and_then(Refusal::recognise)
}

#[test]
fn the_catalogue_of_refusals_is_told_apart() {
    let rule = "Change Model: Check State Transition";
    let abort = format!(
        "Operation against file 'change_request' was aborted by Business Rule \
         '{rule}^0123456789abcdef0123456789abcdef'. Business Rule Stack:{rule}"
    );
    let by_rule = Some(Refusal::BusinessRule {
        rule: rule.to_owned(),
    });
    assert_eq!(refusal("Operation Failed", &abort), by_rule);
    // The Change Management API puts the same words into the message.
    let message = format!("Change Request record could not be updated. {abort}");
    assert_eq!(refusal(&message, ""), by_rule);
    assert_eq!(
        refusal(
            "",
            "x was aborted by Business Rule 'Don't panic^0123'. More"
        ),
        Some(Refusal::BusinessRule {
            rule: "Don't panic".to_owned()
        })
    );
    assert_eq!(
        refusal("", "x was aborted by Business Rule 'Plain'. More"),
        Some(Refusal::BusinessRule {
            rule: "Plain".to_owned()
        })
    );
    assert_eq!(
        refusal(
            "Operation Failed",
            "Data Policy Exception: The following fields are mandatory: Close code, Close notes"
        ),
        Some(Refusal::Mandatory {
            fields: vec!["Close code".to_owned(), "Close notes".to_owned()]
        })
    );
    assert_eq!(
        refusal(
            "Operation Failed",
            "ACL Exception Insert Failed due to security constraints"
        ),
        Some(Refusal::Acl {
            action: "insert".to_owned()
        })
    );
    assert_eq!(
        refusal("Insufficient rights to query records", "Field(s) present"),
        Some(Refusal::QueryRights)
    );
    assert_eq!(
        refusal("Failed API level ACL Validation", ""),
        Some(Refusal::ApiClosed)
    );
    assert_eq!(
        refusal("Requested URI does not represent any resource", ""),
        Some(Refusal::NoSuchApi)
    );
    assert_eq!(
        refusal("Invalid table chg_model", ""),
        Some(Refusal::InvalidTable {
            table: "chg_model".to_owned()
        })
    );
    assert_eq!(refusal("Something else", "entirely"), None);
}

#[test]
fn foreign_text_is_cut() {
    let long = "é".repeat(2000);
    let other = Refusal::other(
        Some(Envelope {
            message: long.clone(),
            detail: long.clone(),
        }),
        Some(400),
    );
    assert!(other.to_string().chars().count() < 360, "{other}");
    let rule = refusal("", &format!("aborted by Business Rule '{long}^1'"));
    assert!(rule.unwrap().to_string().chars().count() < 400);
}

#[test]
fn an_envelope_is_found_beside_a_partial_result_and_as_an_oauth_error() {
    let partial = serde_json::json!({"result": [{}], "error": {"message": "Transaction cancelled", "detail": null}});
    assert_eq!(
        Envelope::of(&partial).unwrap().text(),
        "Transaction cancelled"
    );
    let status = serde_json::json!({"result": [{}], "status": "failure"});
    assert_eq!(Envelope::of(&status).unwrap().text(), "no reason");
    let oauth = serde_json::json!({"error": "server_error", "error_description": "access_denied"});
    assert_eq!(
        Envelope::of(&oauth).unwrap().text(),
        "server_error: access_denied"
    );
    assert_eq!(Envelope::of(&serde_json::json!({"result": []})), None);
}

#[test]
fn an_errors_text_does_not_repeat_its_cause() {
    let error = Error::Refused {
        operation: Operation::new("move change request", "abc to Implement"),
        refusal: Refusal::BusinessRule {
            rule: "Check".to_owned(),
        },
    };
    assert_eq!(
        redact::chain(&error),
        "could not move change request abc to Implement: refused by the instance's business rule \"Check\""
    );
    assert!(error.source().is_some());
}
