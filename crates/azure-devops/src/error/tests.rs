use super::*;

#[test]
fn answers_are_sorted_by_status_and_type_key() {
    for (status, key, expected) in [
        (Some(302), None, Meaning::SignedOut),
        (Some(307), None, Meaning::SignedOut),
        (Some(401), None, Meaning::SignedOut),
        (
            Some(401),
            Some("UnauthorizedRequestException"),
            Meaning::SignedOut,
        ),
        (
            Some(500),
            Some("UnauthorizedRequestException"),
            Meaning::SignedOut,
        ),
        (Some(403), Some("Anything"), Meaning::Refused),
        (Some(500), Some("AccessCheckException"), Meaning::Refused),
        (
            Some(404),
            Some("WorkItemUnauthorizedAccessException"),
            Meaning::NotFound,
        ),
        (Some(410), None, Meaning::NotFound),
        (
            Some(400),
            Some("VssVersionNotSpecifiedException"),
            Meaning::Rejected(400),
        ),
        (Some(409), None, Meaning::Rejected(409)),
        (Some(408), None, Meaning::Failed),
        (Some(429), None, Meaning::Failed),
        (
            Some(500),
            Some("OrchestrationSessionNotFoundException"),
            Meaning::Failed,
        ),
        (Some(503), None, Meaning::Failed),
        (None, None, Meaning::Failed),
    ] {
        assert_eq!(Meaning::of(status, key), expected, "{status:?} {key:?}");
    }
}

fn operation() -> Operation {
    Operation::new(Scope::Work, "read run", 7)
}

fn saying() -> Box<Saying> {
    Box::new(Saying {
        message: Some("TF1: no.".to_owned()),
        type_key: Some("XException".to_owned()),
        activity: Some("ab-12".to_owned()),
    })
}

#[test]
fn errors_say_what_was_asked_what_is_missing_and_where_it_was_logged() {
    let (operation, saying) = (operation(), saying());
    let refused = Error::Refused {
        operation: operation.clone(),
        saying: saying.clone(),
    };
    assert_eq!(
        refused.to_string(),
        "could not read run 7: this identity lacks the right to view work items (scope vso.work, \"Work Items: Read\"): \
         it says: TF1: no. [XException] (activity ab-12)"
    );
    let absent = Error::NotFound {
        operation: operation.clone(),
        saying: Box::default(),
    };
    assert_eq!(
        absent.to_string(),
        "could not read run 7: it does not exist (any more), or this identity may not see it"
    );
    let broken = Error::Shape {
        operation,
        problem: "the answer lacks a usable value[3].id".to_owned(),
        saying,
        source: None,
    };
    assert!(broken.to_string().contains("value[3].id"), "{broken}");
    assert!(broken.to_string().ends_with("(activity ab-12)"), "{broken}");
}

#[test]
fn each_error_has_its_class() {
    let rejected = |status| Error::Rejected {
        operation: operation(),
        status,
        saying: saying(),
    };
    assert_eq!(rejected(400).class(), Class::Refused);
    assert_eq!(rejected(409).class(), Class::Conflict);
    assert_eq!(rejected(412).class(), Class::Conflict);
    let endless = Error::Endless {
        operation: operation(),
    };
    assert_eq!(endless.class(), Class::Broken);
    assert_eq!(endless.saying(), None);
    let token = rejected(400).of_token();
    assert_eq!(token.class(), Class::Unauthorized);
    assert_eq!(token.saying(), Some(&*saying()));
    assert!(matches!(endless.of_token(), Error::Endless { .. }));
}
