use super::*;

fn paths() -> Paths {
    Paths::new("http://127.0.0.1".parse().unwrap())
}

fn new() -> NewChange {
    NewChange {
        kind: Some(Type::Emergency),
        model: "9".repeat(32).parse().ok(),
        fields: Fields::new()
            .set("short_description", "Deploy")
            .set("correlation_id", "somebody else's"),
        correlation: "azdo:p:run:7:Prod".to_owned(),
        correlation_display: "shop, run 7".to_owned(),
        ..NewChange::default()
    }
}

#[test]
fn one_insert_carries_everything_and_the_key_is_ours() {
    let request = insert(&paths(), &new().columns());
    assert_eq!(request.method(), "POST");
    assert_eq!(request.url().path(), "/api/now/v2/table/change_request");
    assert_eq!(
        request.body_json().unwrap(),
        &serde_json::json!({
            "type": "emergency",
            "chg_model": "9".repeat(32),
            "short_description": "Deploy",
            "correlation_id": "azdo:p:run:7:Prod",
            "correlation_display": "shop, run 7",
        })
    );
    assert_eq!(request.effect_kind(), outbound::Effect::Create);
    let query = request.url().query().unwrap();
    assert!(
        query.contains("correlation_display") && query.contains("chg_model"),
        "{query}"
    );
}

#[test]
fn a_template_is_addressed_by_its_key() {
    let template: SysId = "7".repeat(32).parse().unwrap();
    let request = by_template(&paths(), &template, &new().columns());
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.url().as_str(),
        format!("http://127.0.0.1/api/sn_chg_rest/v1/change/standard/{template}")
    );
    assert_eq!(
        request.body_json().unwrap()["correlation_id"],
        "azdo:p:run:7:Prod"
    );
}
