use outbound::Class;
use servicenow_sim::{Fault, On, When};

use crate::harness::{assert_clean, instance, seeded, sim};

#[tokio::test]
async fn a_file_is_attached_as_it_is_and_found_again() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let bytes: Vec<u8> = (0..=255).cycle().take(3000).collect();
    let name = "results & coverage ü.xml";
    let stored = instance
        .attachments()
        .upload(
            "change_request",
            &change,
            name,
            "application/xml",
            bytes.clone(),
        )
        .await
        .unwrap();
    assert_eq!((stored.file_name.as_str(), stored.size), (name, Some(3000)));
    assert_eq!(sim.attachment_opt(stored.sys_id.as_str()), Some(bytes));

    let listed = instance
        .attachments()
        .of("change_request", &change)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].sys_id, stored.sys_id);
    assert_clean(&sim);
}

#[tokio::test]
async fn an_upload_without_a_clear_answer_is_not_repeated() {
    let sim = sim();
    let change = seeded(&sim);
    sim.fail(
        On::path("/attachment/file"),
        When::Next(1),
        Fault::ResetAfterCommit,
    );
    let instance = instance(&sim);
    let error = instance
        .attachments()
        .upload(
            "change_request",
            &change,
            "a.txt",
            "text/plain",
            b"x".to_vec(),
        )
        .await
        .unwrap_err();
    assert!(error.may_have_happened(), "{error:?}");
    assert!(matches!(error.class(), Class::Transient { .. }));
    let there = instance
        .attachments()
        .of("change_request", &change)
        .await
        .unwrap();
    assert_eq!(there.len(), 1);
}

#[tokio::test]
async fn a_record_that_is_not_there_takes_no_file() {
    let sim = sim();
    let nobody = crate::harness::id(&"f".repeat(32));
    let error = instance(&sim)
        .attachments()
        .upload(
            "change_request",
            &nobody,
            "a.txt",
            "text/plain",
            b"x".to_vec(),
        )
        .await
        .unwrap_err();
    assert_eq!(error.class(), Class::NotFound, "{error:?}");
}
