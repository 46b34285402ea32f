//! `extension/examples/servicenow.yml` is what users start from, so it has to work as it says.

use serde_json::json;
use settings::template::{Limits, render};
use settings::{Category, Settings};

fn starter() -> Settings {
    Settings::parse("servicenow.yml", settings::starter())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_example_is_the_published_file_and_has_no_problem() {
    let published = include_str!("../../../../extension/examples/servicenow.yml");
    assert_eq!(settings::starter(), published);
    assert_eq!(
        starter().service_names().collect::<Vec<_>>(),
        ["payment-service", "web-*"]
    );
}

#[test]
fn the_example_resolves_as_its_comments_say() {
    let production = starter()
        .resolve("payment-service", Some("Production"))
        .unwrap();
    assert_eq!(production.text("risk"), Some("High"));
    assert_eq!(production.text("impact"), Some("1"));
    assert_eq!(
        production.text("assignmentGroup"),
        Some("Payment Engineering")
    );
    assert_eq!(production.text("changeType"), Some("normal"));
    assert_eq!(production.whole("timeoutMinutes"), Some(240));
    assert!(production.notices().is_empty());

    assert_eq!(production.text("targetState"), Some("review"));
    assert_eq!(production.flag("closeChangeTasks"), Some(true));
    assert_eq!(production.text("whenMissing"), Some("fail"));
    assert_eq!(production.text("recordWhenUnavailable"), Some("fail"));

    let unknown = starter()
        .resolve("payment-service", Some("preview"))
        .unwrap();
    assert_eq!(unknown.text("risk"), Some("High"));
    assert_eq!(unknown.notices().len(), 1);

    let web = starter().resolve("web-shop", Some("dev")).unwrap();
    assert_eq!(web.text("standardChangeTemplate"), Some("Web deployment"));
    assert!(
        web.origin("standardChangeTemplate")
            .unwrap()
            .to_string()
            .starts_with("services.web-*.standardChangeTemplate (servicenow.yml:")
    );

    assert!(starter().resolve("unknown", None).is_err());
    assert_eq!(starter().maps().bug_priority(2), Some(1));
    assert_eq!(
        starter()
            .maps()
            .incident_move(Category::Completed, "Done")
            .map(|to| to.state),
        Some(7)
    );
}

#[test]
fn the_texts_of_the_example_render_over_the_facts_of_a_run() {
    let facts = json!({
        "repository": "payment-service", "environment": "production",
        "run": {"number": "20260801.3", "url": "http://127.0.0.1/run/3"},
    });
    let production = starter()
        .resolve("payment-service", Some("production"))
        .unwrap();
    let text = |key: &str| {
        render(
            key,
            production.text(key).unwrap(),
            &facts,
            &Limits::default(),
        )
        .unwrap()
    };
    assert_eq!(
        text("shortDescription"),
        "Deploy payment-service 20260801.3 to production"
    );
    assert_eq!(text("closeNotes"), "Run 20260801.3: http://127.0.0.1/run/3");
}
