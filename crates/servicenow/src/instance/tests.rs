use super::*;

fn instance(base: &str) -> Instance {
    let http = outbound::Client::new(outbound::Settings::default()).unwrap();
    let password = Secret::new("s3cret-word");
    let auth = Auth::Basic {
        user: "svc".to_owned(),
        password,
    };
    Instance::new(base.parse().unwrap(), auth, http)
}

const ID: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn a_base_with_or_without_slash_or_prefix_leads_to_the_same_places() {
    for (base, table) in [
        (
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/api/now/v2/table/change_request",
        ),
        (
            "http://127.0.0.1:8080/",
            "http://127.0.0.1:8080/api/now/v2/table/change_request",
        ),
        (
            "http://127.0.0.1:8080/snow",
            "http://127.0.0.1:8080/snow/api/now/v2/table/change_request",
        ),
        (
            "http://127.0.0.1:8080/snow/?x=1#y",
            "http://127.0.0.1:8080/snow/api/now/v2/table/change_request",
        ),
    ] {
        assert_eq!(
            instance(base).paths().table("change_request").as_str(),
            table
        );
    }
    let paths = instance("http://127.0.0.1/").paths().clone();
    assert_eq!(
        paths.change(&[ID, "nextstates"]).as_str(),
        format!("http://127.0.0.1/api/sn_chg_rest/v1/change/{ID}/nextstates")
    );
    assert_eq!(paths.at(&["a/b?c"]).as_str(), "http://127.0.0.1/a%2Fb%3Fc");
}

#[test]
fn a_person_opens_the_form_inside_the_frame() {
    let address = instance("http://127.0.0.1/snow").address_of(&ID.parse().unwrap());
    assert_eq!(
        address.as_str(),
        format!("http://127.0.0.1/snow/nav_to.do?uri=change_request.do%3Fsys_id%3D{ID}")
    );
}

#[test]
fn a_notice_is_handed_out_once_even_when_given_twice() {
    let instance = instance("http://127.0.0.1/");
    assert!(instance.has_change_api());
    instance.remember_no_change_api();
    instance.clone().remember_no_change_api();
    assert_eq!(instance.notices().len(), 1);
    instance.remember_no_change_api();
    assert_eq!(instance.notices(), Vec::<String>::new());
    assert!(!instance.clone().has_change_api());
}

#[test]
fn debug_text_holds_no_secret() {
    let shown = format!("{:?}", instance("http://user:pass-word@127.0.0.1/"));
    assert!(
        !shown.contains("s3cret-word") && !shown.contains("pass-word"),
        "{shown}"
    );
}
