use super::*;
use crate::fixture::{addresses, at, place, query_of, read_list};

#[test]
fn work_items_are_asked_for_by_a_post_that_only_reads() {
    let addresses = addresses();
    let request = batch(&place(&addresses), &HashSet::from([300, 297]));
    assert_eq!(request.method(), "POST");
    assert_eq!(request.effect_kind(), Effect::Read);
    assert_eq!(
        request.url().path(),
        "/fabrikam/Fabrikam%20Fiber/_apis/wit/workitemsbatch"
    );
    let version = ("api-version".to_owned(), "7.1".to_owned());
    assert_eq!(query_of(request.url()), [version]);
    let body = request.body_json().unwrap();
    assert_eq!(body["ids"], json!([297, 300]));
    assert_eq!(body["errorPolicy"], "omit");
    assert_eq!(body["fields"].as_array().unwrap().len(), 6);
}

#[test]
fn work_items_are_read_and_gaps_passed_over() {
    let items = read_list(include_str!("../../fixtures/work_items.json"), decode);
    let [story, bare] = &items[..] else {
        panic!("{items:?}");
    };
    assert_eq!(
        (story.id, story.kind.as_str(), story.state.as_str()),
        (297, "User Story", "Active")
    );
    assert_eq!(story.title, "Blue shoes <img src=x onerror=alert(1)>");
    assert_eq!(story.changed, at("2026-11-24T10:00:00.997Z"));
    let assigned = story.assigned_to.as_ref().unwrap();
    assert_eq!(assigned.unique_name.as_deref(), Some("pat@shop.example"));
    assert_eq!(
        story.page.as_str(),
        "https://dev.azure.com/fabrikam/Fabrikam%20Fiber/_workitems/edit/297"
    );
    // Identities were one text once.
    let assigned = bare.assigned_to.as_ref().unwrap();
    assert_eq!(
        (assigned.name.as_str(), bare.kind.as_str()),
        ("Kim Roe", "")
    );
}
