use super::*;

fn paths() -> Paths {
    Paths::new("http://127.0.0.1".parse().unwrap())
}

fn parameter(request: &Request, name: &str) -> String {
    let mut pairs = request.url().query_pairs();
    let (_, value) = pairs.find(|(known, _)| known == name).unwrap();
    value.into_owned()
}

#[test]
fn a_correlation_is_asked_for_oldest_first_in_total_order() {
    let list = by_correlation("azdo:p:run:7:Prod").unwrap();
    let request = list.request(&paths(), list.page, 20);
    assert_eq!(
        parameter(&request, "sysparm_query"),
        "correlation_id=azdo:p:run:7:Prod^ORDERBYsys_created_on^ORDERBYsys_id"
    );
    assert_eq!(parameter(&request, "sysparm_limit"), "20");
    assert_eq!(parameter(&request, "sysparm_offset"), "20");
    assert_eq!(parameter(&request, "sysparm_fields"), COLUMNS.join(","));
    assert_eq!(request.url().path(), "/api/now/v2/table/change_request");
}

#[test]
fn a_hostile_key_is_not_asked_for() {
    for key in ["a^ORactive=true", "javascript:x", "a\nb", ""] {
        assert!(by_correlation(key).is_err(), "{key:?}");
    }
}

#[test]
fn a_users_query_is_asked_as_written_with_its_columns() {
    let query = UserQuery::parse("u_release=7^state!=4").unwrap();
    let request = by_query(&paths(), &query);
    assert_eq!(parameter(&request, "sysparm_query"), "u_release=7^state!=4");
    assert_eq!(
        parameter(&request, "sysparm_fields"),
        format!("{},u_release", COLUMNS.join(","))
    );
    assert_eq!(parameter(&request, "sysparm_limit"), "2");
    let known = serde_json::json!({"u_release": "7", "state": "-5"});
    assert!(all_columns_known(&query, &Row::from_json(&known).unwrap()).is_ok());
    let unknown = serde_json::json!({"state": "-5"});
    assert!(matches!(
        all_columns_known(&query, &Row::from_json(&unknown).unwrap()).map_err(|error| *error),
        Err(Error::UnknownColumn { column }) if column == "u_release"
    ));
}

#[test]
fn rows_are_ordered_by_age_then_number_then_key() {
    let row = |created: &str, number: &str, id: &str| {
        let json = serde_json::json!({"sys_created_on": created, "number": number, "sys_id": id});
        Row::from_json(&json).unwrap()
    };
    let mut rows = [
        row("2026-03-02 00:00:00", "CHG0000001", "a"),
        row("2026-03-01 00:00:00", "CHG0000003", "b"),
        row("2026-03-01 00:00:00", "CHG0000002", "d"),
        row("2026-03-01 00:00:00", "CHG0000002", "c"),
    ];
    rows.sort_by(age);
    let ids: Vec<&str> = rows.iter().map(|row| row.value("sys_id")).collect();
    assert_eq!(ids, ["c", "d", "b", "a"]);
}
