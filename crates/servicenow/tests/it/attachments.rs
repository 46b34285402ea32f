use outbound::Class;
use servicenow::{Error, Page, Refusal};
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
async fn where_their_table_is_closed_their_own_api_lists_them() {
    let sim = sim();
    let (change, other) = (seeded(&sim), seeded(&sim));
    let instance = instance(&sim);
    for (record, name) in [(&change, "a.xml"), (&other, "b.xml")] {
        let bytes = b"<x/>".to_vec();
        let files = instance.attachments();
        let uploaded = files.upload("change_request", record, name, "application/xml", bytes);
        uploaded.await.unwrap();
    }
    let closed = |status, path: &str| {
        let body = r#"{"error":{"message":"Invalid table sys_attachment","detail":null},"status":"failure"}"#;
        let body = body.to_owned();
        sim.fail(
            On::path(path),
            When::UntilCleared,
            Fault::Answer { status, body },
        );
    };
    for status in [400, 403] {
        sim.heal();
        closed(status, "/table/sys_attachment");
        let listed = instance
            .attachments()
            .of("change_request", &change)
            .await
            .unwrap();
        let names: Vec<&str> = listed.iter().map(|file| file.file_name.as_str()).collect();
        assert_eq!(names, ["a.xml"], "{status}");
        assert!(listed[0].hash.is_some());
    }
    closed(403, "/api/now/attachment");
    let error = instance.attachments().of("change_request", &change).await;
    assert!(error.unwrap_err().refusal().is_some());
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

#[tokio::test]
async fn a_file_is_read_back_byte_by_byte_even_where_it_is_a_page_itself() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let files = instance.attachments();
    let page = b"<html><title>Log in</title>password</html>".to_vec();
    let binary: Vec<u8> = (0..=255).collect();
    for (name, kind, bytes) in [
        ("report.html", "text/html", page),
        ("all.bin", "application/octet-stream", binary),
        ("empty.txt", "text/plain", Vec::new()),
        ("data.json", "application/json", b"{\"error\":{}}".to_vec()),
    ] {
        let stored = files
            .upload("change_request", &change, name, kind, bytes.clone())
            .await
            .unwrap();
        assert_eq!(
            files.download(&stored.sys_id).await.unwrap(),
            bytes,
            "{name}"
        );
    }
    assert_clean(&sim);
}

#[tokio::test]
async fn a_page_instead_of_a_file_is_no_file() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let files = instance.attachments();
    let upload = files.upload("change_request", &change, "a", "text/plain", b"x".to_vec());
    let stored = upload.await.unwrap();
    sim.fail(
        On::path("/file").method("GET"),
        When::Next(1),
        Fault::LoginPage,
    );
    let error = files.download(&stored.sys_id).await.unwrap_err();
    assert!(
        matches!(
            &*error,
            Error::NotApi {
                page: Page::Login,
                may_have_happened: false,
                ..
            }
        ),
        "{error:?}"
    );
    let nothing = files.download(&change).await.unwrap_err();
    assert_eq!(nothing.class(), Class::NotFound);
}

#[tokio::test]
async fn a_file_is_read_up_to_the_bound_of_the_way_out() {
    let sim = sim();
    let change = seeded(&sim);
    let instance = instance(&sim);
    let files = instance.attachments();
    let bytes = vec![0; (256 << 10) + 1];
    let upload = files.upload("change_request", &change, "a", "text/plain", bytes);
    let stored = upload.await.unwrap();
    let error = files.download(&stored.sys_id).await.unwrap_err();
    assert_eq!(error.class(), Class::Broken, "{error:?}");
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_refused_before_anything_is_sent() {
    let sim = sim();
    let change = seeded(&sim);
    for name in ["../a", "a\\b", "a\nb", ""] {
        let error = instance(&sim)
            .attachments()
            .upload("change_request", &change, name, "text/plain", b"x".to_vec())
            .await
            .unwrap_err();
        assert!(
            matches!(&*error, Error::NotWritable { column, .. } if column == "file_name"),
            "{error:?}"
        );
    }
    assert_eq!(sim.request_count(), 0);
}

#[tokio::test]
async fn a_file_that_is_too_large_or_comes_too_late_is_refused_with_the_reason() {
    let sim = sim();
    sim.configure(|o| {
        o.attachment_limit = 3;
        o.attach_to_closed = false;
    });
    let open = seeded(&sim);
    let closed = seeded(&sim);
    sim.set("change_request", closed.as_str(), "state", "3");
    let instance = instance(&sim);
    let upload = async |change, bytes: &[u8]| {
        let files = instance.attachments();
        let upload = files.upload("change_request", change, "a", "text/plain", bytes.to_vec());
        upload.await.unwrap_err()
    };
    let large = upload(&open, b"1234").await;
    let told = large.refusal().map(ToString::to_string).unwrap_or_default();
    assert!(told.contains("Max allowed: 3 bytes"), "{large:?}");
    let late = upload(&closed, b"1").await;
    assert!(
        matches!(late.refusal(), Some(Refusal::Acl { .. })),
        "{late:?}"
    );
    assert!(!late.may_have_happened());
}
