//! An application that fetches its own tokens.

use std::sync::{Arc, Mutex};

use azure_devops::{Auth, Error, Organization, ServicePrincipal};
use outbound::Class;
use redact::Secret;
use serde_json::json;

use crate::canned::{Canned, Server, run};

fn principal(authority: &Server) -> Auth {
    Auth::ServicePrincipal(ServicePrincipal {
        tenant: "contoso".to_owned(),
        client_id: "11111111-2222-4333-8444-555555555555".to_owned(),
        client_secret: Secret::new("secret of the application"),
        authority: authority.base.clone(),
    })
}

fn token(text: &str) -> Canned {
    let token = json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": text});
    Canned::json(200, &token)
}

fn completed() -> Canned {
    Canned::json(200, &json!({"id": 4711, "status": "completed"}))
}

/// The tokens a server was shown.
fn shown(server: &Server) -> Vec<String> {
    let bearer = |request: &String| {
        let (_, rest) = request.split_once("Bearer ").unwrap_or_default();
        rest.lines().next().unwrap_or_default().to_owned()
    };
    server.requests().iter().map(bearer).collect()
}

async fn get(organization: &Organization) -> Result<azure_devops::Run, Box<Error>> {
    organization.runs("P").get(&run()).await
}

#[tokio::test]
async fn a_token_is_fetched_once_announced_and_used_for_all() {
    let authority = Server::answering(vec![token("first")]);
    let server = Server::answering(vec![completed(), completed()]);
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&told);
    let organization = server
        .organization(principal(&authority))
        .on_new_secret(Arc::new(move |secret: &Secret| {
            record.lock().unwrap().push(secret.expose().to_owned());
        }));
    get(&organization).await.unwrap();
    get(&organization.clone()).await.unwrap();
    assert_eq!(shown(&server), ["first", "first"]);
    assert_eq!(*told.lock().unwrap(), ["first"]);
    assert_eq!(
        authority.lines(),
        ["POST /fabrikam/contoso/oauth2/v2.0/token"]
    );
    let request = authority.requests().remove(0);
    assert!(
        request.contains("application/x-www-form-urlencoded"),
        "{request}"
    );
    assert!(
        request.contains("client_secret=secret+of+the+application"),
        "{request}"
    );
}

#[tokio::test]
async fn a_token_that_died_early_is_fetched_anew_once() {
    for dead in [
        Canned::html(203),
        Canned::json(401, &json!({})),
        Canned::empty(302),
    ] {
        let authority = Server::answering(vec![token("first"), token("second")]);
        let server = Server::answering(vec![completed(), dead, completed()]);
        let organization = server.organization(principal(&authority));
        get(&organization).await.unwrap();
        get(&organization).await.unwrap();
        assert_eq!(shown(&server), ["first", "first", "second"]);
    }
}

#[tokio::test]
async fn a_principal_that_is_not_accepted_is_no_loop() {
    let authority = Server::answering(vec![token("first"), token("second")]);
    let server = Server::answering(vec![Canned::html(203), Canned::html(203)]);
    let organization = server.organization(principal(&authority));
    let error = get(&organization).await.unwrap_err();
    assert!(matches!(*error, Error::SignedOut { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_of_the_token_service_is_told_in_its_words() {
    let refusal = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x",
        "error_codes": [7_000_215],
    });
    for status in [400, 401] {
        let authority = Server::answering(vec![Canned::json(status, &refusal)]);
        let server = Server::answering(Vec::new());
        let error = get(&server.organization(principal(&authority)))
            .await
            .unwrap_err();
        assert!(matches!(*error, Error::Token { .. }), "{error:?}");
        assert_eq!(error.class(), Class::Unauthorized);
        let text = redact::chain(&error);
        assert!(text.contains("invalid_client: AADSTS7000215"), "{text}");
        assert!(!text.contains("secret of the application"), "{text}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_token_service_that_is_down_or_odd_says_so() {
    let authority = Server::answering((0..4).map(|_| Canned::html(503)).collect());
    let server = Server::answering(Vec::new());
    let error = get(&server.organization(principal(&authority)))
        .await
        .unwrap_err();
    assert!(
        matches!(error.class(), Class::Transient { .. }),
        "{error:?}"
    );

    let authority = Server::answering(vec![Canned::json(200, &json!({"token_type": "Bearer"}))]);
    let error = get(&server.organization(principal(&authority)))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("access_token"), "{error}");
    assert_eq!(error.class(), Class::Broken);
}
