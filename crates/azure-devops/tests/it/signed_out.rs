//! Every way in which the service says that a credential is not accepted, and how it is sent in the first place.

use std::sync::{Arc, Mutex};

use azure_devops::{Auth, Error};
use outbound::Class;
use redact::Secret;
use serde_json::json;

use crate::canned::{Canned, Server, run};

fn unauthorized() -> Canned {
    let error = json!({
        "$id": "1", "innerException": null,
        "message": "TF400813: The user '' is not authorized to access this resource.",
        "typeName": "Ns.UnauthorizedRequestException, Assembly",
        "typeKey": "UnauthorizedRequestException", "errorCode": 0, "eventId": 3000,
    });
    Canned::json(401, &error).with("ActivityId", "c0ffee00-1111-4222-8333-444455556666")
}

#[tokio::test]
async fn every_form_of_being_signed_out_is_recognised_and_not_repeated() {
    let elsewhere = "https://app.vssps.visualstudio.example/_signin?realm=127.0.0.1";
    for answers in [
        vec![Canned::html(203)],
        vec![Canned::html(200)],
        vec![Canned::text(203, "application/json", "{}")],
        vec![Canned::html(302).with("location", elsewhere)],
        vec![Canned::empty(302)],
        // A redirect within the same origin is followed, and ends at the page.
        vec![
            Canned::html(302).with("location", "/_signin"),
            Canned::html(200),
        ],
        vec![
            Canned::html(302).with("location", "/_signin"),
            Canned::html(203),
        ],
        vec![unauthorized()],
        vec![Canned::html(401)],
    ] {
        let sent = answers.len();
        let server = Server::answering(answers.clone());
        let error = server.job().runs("P").get(&run()).await.unwrap_err();
        assert!(
            matches!(*error, Error::SignedOut { .. }),
            "{answers:?}: {error:?}"
        );
        assert_eq!(error.class(), Class::Unauthorized);
        assert_eq!(server.requests().len(), sent, "{answers:?}");
    }
}

#[tokio::test]
async fn a_post_is_signed_out_too() {
    let server = Server::answering(vec![Canned::html(302).with("location", "/_signin")]);
    let organization = server.job();
    let items = organization.work_items("P");
    let error = items.get_many(&[1], |_| {}).await.unwrap_err();
    assert!(
        matches!(
            *error,
            Error::SignedOut {
                status: Some(302),
                ..
            }
        ),
        "{error:?}"
    );
    assert_eq!(
        server.lines(),
        ["POST /fabrikam/P/_apis/wit/workitemsbatch?api-version=7.1"]
    );
}

#[tokio::test]
async fn the_refusal_is_told_with_its_words_and_its_activity() {
    let server = Server::answering(vec![unauthorized()]);
    let error = server.job().runs("P").get(&run()).await.unwrap_err();
    let text = redact::chain(&error);
    assert!(
        text.starts_with(
            "could not read run 4711: the organization did not accept the credentials"
        ),
        "{text}"
    );
    assert!(text.contains("TF400813"), "{text}");
    assert!(
        text.contains("(activity c0ffee00-1111-4222-8333-444455556666)"),
        "{text}"
    );
}

fn completed() -> Canned {
    Canned::json(200, &json!({"id": 4711, "status": "completed"}))
}

#[tokio::test]
async fn a_jobs_token_is_sent_as_bearer_and_401_is_preferred_to_a_page() {
    let server = Server::answering(vec![completed()]);
    server
        .job()
        .runs("Fabrikam Fiber")
        .get(&run())
        .await
        .unwrap();
    assert_eq!(
        server.lines(),
        ["GET /fabrikam/Fabrikam%20Fiber/_apis/build/builds/4711?api-version=7.1"]
    );
    let request = server.requests().remove(0).to_lowercase();
    assert!(
        request.contains("authorization: bearer token-of-the-job\r\n"),
        "{request}"
    );
    assert!(
        request.contains("x-tfs-fedauthredirect: suppress\r\n"),
        "{request}"
    );
    assert!(
        request.contains("accept: application/json\r\n"),
        "{request}"
    );
}

#[tokio::test]
async fn an_access_token_of_a_person_is_sent_as_basic_without_a_name_and_announced_first() {
    let server = Server::answering(vec![completed(), completed()]);
    let told: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
    let (record, seen) = (Arc::clone(&told), server.clone());
    let organization = server
        .organization(Auth::Pat(Secret::new("pat")))
        .on_new_secret(Arc::new(move |secret: &Secret| {
            let before = seen.requests().len();
            record
                .lock()
                .unwrap()
                .push((secret.expose().to_owned(), before));
        }));
    for _ in 0..2 {
        organization.runs("P").get(&run()).await.unwrap();
    }
    // base64 of ":pat".
    let blob = "OnBhdA==";
    assert_eq!(*told.lock().unwrap(), [(blob.to_owned(), 0)]);
    for request in server.requests() {
        assert!(request.contains(&format!("Basic {blob}\r\n")), "{request}");
    }
}
