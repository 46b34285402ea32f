use super::*;
use crate::Auth;

const KEY: &str = include_str!("../../../fixtures/test-rsa-pkcs8.pem");

fn instance(grant: Grant) -> Instance {
    let http = outbound::Client::new(outbound::Settings::default()).unwrap();
    let base = "http://127.0.0.1/snow".parse().unwrap();
    Instance::new(base, Auth::OAuth(grant), http)
}

fn form(grant: &Grant, rotated: Option<&Secret>) -> (Request, Vec<(String, String)>) {
    let request = request(&instance(grant.clone()), grant, rotated).unwrap();
    let pairs = request
        .body_form()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    (request, pairs)
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

fn grants() -> [(Grant, &'static [(&'static str, &'static str)]); 4] {
    let (client_id, client_secret) = ("client-1".to_owned(), secret("s3cret-a"));
    [
        (
            Grant::ClientCredentials {
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
            },
            &[("grant_type", "client_credentials")],
        ),
        (
            Grant::Password {
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                user: "svc".to_owned(),
                password: secret("s3cret-b"),
            },
            &[
                ("grant_type", "password"),
                ("username", "svc"),
                ("password", "***"),
            ],
        ),
        (
            Grant::RefreshToken {
                client_id: client_id.clone(),
                client_secret: client_secret.clone(),
                refresh_token: secret("s3cret-c"),
            },
            &[("grant_type", "refresh_token"), ("refresh_token", "***")],
        ),
        (
            Grant::JwtBearer {
                client_id,
                client_secret,
                key_pem: secret(KEY),
                key_id: None,
                subject: "svc".to_owned(),
            },
            &[
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                ("assertion", "***"),
            ],
        ),
    ]
}

#[test]
fn every_grant_is_a_form_with_its_secrets_hidden_and_nothing_in_the_address() {
    for (grant, expected) in grants() {
        let (request, pairs) = form(&grant, None);
        assert_eq!(request.method(), "POST");
        assert_eq!(
            request.url().as_str(),
            "http://127.0.0.1/snow/oauth_token.do"
        );
        let mut wanted: Vec<(&str, &str)> = expected.to_vec();
        wanted.insert(1, ("client_id", "client-1"));
        wanted.insert(2, ("client_secret", "***"));
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, wanted);
        assert!(!format!("{request:?} {grant:?}").contains("s3cret"));
    }
}

#[test]
fn only_an_assertion_is_good_for_a_single_sending() {
    let effects: Vec<Effect> = grants()
        .iter()
        .map(|(grant, _)| form(grant, None).0.effect_kind())
        .collect();
    assert_eq!(
        effects,
        [Effect::Read, Effect::Read, Effect::Read, Effect::Create]
    );
}

#[test]
fn a_signed_assertion_is_announced_before_it_is_sent() {
    let [.., (grant, _)] = grants();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let hear = std::sync::Arc::clone(&told);
    let instance = instance(grant.clone()).on_new_secret(std::sync::Arc::new(move |secret| {
        hear.lock().unwrap().push(secret.expose().to_owned());
    }));
    request(&instance, &grant, None).unwrap();
    assert_eq!(told.lock().unwrap().len(), 1);
    assert_eq!(told.lock().unwrap()[0].split('.').count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_a_minute_before_its_end_or_at_half_of_a_short_life() {
    let from_now = |seconds| renew_at(seconds) - Instant::now();
    assert_eq!(from_now(1800), Duration::from_secs(1740));
    assert_eq!(from_now(120), Duration::from_secs(60));
    assert_eq!(from_now(30), Duration::from_secs(15));
    assert_eq!(from_now(0), Duration::ZERO);
    assert!(from_now(u64::MAX) <= Duration::from_secs(365 * 24 * 3600));
}

#[test]
fn the_services_answer_is_read_with_seconds_as_number_or_text() {
    let read = |text: &str| serde_json::from_str::<Granted>(text).unwrap();
    let granted = read(include_str!("../../../fixtures/token.json"));
    assert_eq!(granted.expires_in, Some(1799));
    assert!(granted.refresh_token.is_some());
    assert_eq!(
        read(r#"{"access_token":"a","expires_in":"1799"}"#).expires_in,
        Some(1799)
    );
    assert_eq!(read(r#"{"access_token":"a"}"#).expires_in, None);
    assert_eq!(
        read(r#"{"access_token":"a","expires_in":"soon"}"#).expires_in,
        None
    );
}

#[test]
fn the_services_errors_are_not_the_apis_envelope() {
    let body = br#"{"error_description":"access_denied","error":"server_error"}"#;
    let error = token_error(body, 401).unwrap();
    assert_eq!(error.class(), Class::Unauthorized);
    assert!(!error.may_have_happened());
    assert!(error.to_string().contains("server_error"), "{error}");
    assert!(error.to_string().contains("access_denied"), "{error}");
}
