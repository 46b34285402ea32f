use super::*;
use proptest::prelude::*;

#[test]
fn terms_join_and_sorting_comes_last() {
    let query = Query::new()
        .order_by("sys_created_on")
        .and_then(|q| q.eq("correlation_id", "azdo:p:run:1:Prod"))
        .and_then(|q| q.in_list("element", &["risk", "impact"]))
        .and_then(|q| q.starts_with("group.name", "Net"))
        .and_then(|q| q.order_by_desc("sys_id"))
        .unwrap();
    assert_eq!(
        query.to_string(),
        "correlation_id=azdo:p:run:1:Prod^elementINrisk,impact^group.nameSTARTSWITHNet\
         ^ORDERBYsys_created_on^ORDERBYDESCsys_id"
    );
    assert_eq!(
        Query::new().order_by("sys_id").unwrap().to_string(),
        "ORDERBYsys_id"
    );
}

#[test]
fn values_that_could_leave_their_term_are_refused() {
    let refused = |value: &str| Query::new().eq("name", value).unwrap_err();
    let name = || "name".to_owned();
    for value in [
        "CHG1^ORnumberSTARTSWITHCHG",
        "a^NQactive=true",
        "x^ORDERBYsys_id",
        "a^^b",
        "CHG1%5EORactive=true",
        "a%5eNQb=1",
    ] {
        assert_eq!(refused(value), QueryError::Separator(name()), "{value}");
    }
    for value in ["a\nb", "a\rb", "a\0b", "a\u{85}b"] {
        assert_eq!(refused(value), QueryError::Control(name()), "{value:?}");
    }
    for value in [
        "javascript:gs.getUserID()",
        "  JavaScript:gs.beginningOfLastMonth()",
    ] {
        assert_eq!(refused(value), QueryError::Script(name()), "{value}");
    }
    for value in ["", "  "] {
        assert_eq!(refused(value), QueryError::Empty(name()), "{value:?}");
    }
    assert_eq!(
        Query::new().in_list("name", &["a", "b,c"]).unwrap_err(),
        QueryError::Comma(name())
    );
    assert_eq!(
        Query::new().in_list("name", &[]).unwrap_err(),
        QueryError::Empty(name())
    );
    // A percent sign is a character like any other: it is encoded once, and decoded once over there.
    assert!(Query::new().eq("name", "100%5Fno %41 %").is_ok());
}

#[test]
fn columns_are_small_letters_digits_underscores_and_dots() {
    for column in ["", "Number", "1a", "a b", "number=1^OR", "a-b", ".a"] {
        let error = Query::new().eq(column, "x").unwrap_err();
        assert_eq!(error, QueryError::Column(column.to_owned()));
        assert!(Query::new().order_by(column).is_err(), "{column:?}");
    }
    assert!(Query::new().eq("assignment_group.name", "x").is_ok());
}

#[test]
fn a_users_query_gives_its_columns() {
    let query = UserQuery::parse(
        "u_release=7^ORu_release=8^state!=4^assignment_group.nameSTARTSWITHNet^NQactive=true^ORDERBYDESCnumber^EQ",
    )
    .unwrap();
    assert_eq!(
        query.columns(),
        [
            "u_release",
            "state",
            "assignment_group.name",
            "active",
            "number"
        ]
    );
    assert!(query.text().ends_with("^EQ"));
}

#[test]
fn a_users_query_that_would_widen_is_refused() {
    for text in ["", "  ", "ORDERBYnumber", "EQ"] {
        assert_eq!(UserQuery::parse(text), Err(QueryError::NoQuery), "{text:?}");
    }
    for text in [
        "^^^",
        "number=CHG1^^",
        "number",
        "number~CHG1",
        "numberFOO1",
        "=1",
        "RLQUERYchange_task.change_request,>0^ENDRLQUERY",
        "123TEXTQUERY321=shop",
        "ORDERBY",
        "ORDERBYa b^number=1",
    ] {
        assert!(
            matches!(UserQuery::parse(text), Err(QueryError::Term(_))),
            "{text:?}"
        );
    }
    for text in [
        "opened_at>javascript:gs.now()",
        "a=JAVASCRIPT:x",
        "number=1\n^state=2",
        "number=1%5EORactive=true",
        "number=1%5eORactive=true",
    ] {
        assert_eq!(UserQuery::parse(text), Err(QueryError::Hostile), "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_value_adds_a_term_and_none_survives_changed(value in "(?s).{0,60}") {
        if let Ok(query) = Query::new().eq("name", &value).and_then(|q| q.order_by("sys_id")) {
            let text = query.to_string();
            let terms: Vec<&str> = text.split('^').collect();
            let term = format!("name={value}");
            prop_assert_eq!(terms, vec![term.as_str(), "ORDERBYsys_id"]);
            // Encoded once by the URL, decoded once by the instance: the same text.
            let mut url = url::Url::parse("http://127.0.0.1/").unwrap();
            url.query_pairs_mut().append_pair("sysparm_query", &text);
            let back: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(back, vec![("sysparm_query".to_owned(), text)]);
        }
    }

    #[test]
    fn hostile_endings_never_pass(head in "[a-zA-Z0-9 ]{0,20}", tail in "(\\^OR|\\^NQ|\\^|\n|\r).{0,20}") {
        let value = format!("{head}{tail}");
        prop_assert!(Query::new().eq("number", &value).is_err());
        prop_assert!(Query::new().in_list("number", &[&value]).is_err());
        prop_assert!(Query::new().starts_with("number", &value).is_err());
    }

    #[test]
    fn reading_a_users_query_never_panics(text in "(?s).{0,80}") {
        let _ = UserQuery::parse(&text);
    }
}
