use std::sync::{Arc, Mutex};

use outbound::Class;
use redact::Secret;
use servicenow::{Auth, Error, Grant, Instance};
use servicenow_sim::{Fault, On, Options, Sim, When};

use crate::harness::{KEY, calls, instance, signed_in};

const TOKEN: &str = "POST /oauth_token.do";
const KEY_PEM: &str = include_str!("../../fixtures/test-rsa-pkcs8.pem");
const PUBLIC_PEM: &str = include_str!("../../fixtures/test-rsa-public.pem");

fn sim() -> Sim {
    Sim::start(Options {
        client_credentials: true,
        ..Options::default()
    })
}

fn client_credentials(sim: &Sim) -> Grant {
    let credentials = sim.credentials();
    Grant::ClientCredentials {
        client_id: credentials.client_id,
        client_secret: Secret::new(credentials.client_secret),
    }
}

fn password(sim: &Sim) -> Grant {
    let credentials = sim.credentials();
    Grant::Password {
        client_id: credentials.client_id,
        client_secret: Secret::new(credentials.client_secret),
        user: credentials.user,
        password: Secret::new(credentials.password),
    }
}

fn jwt(sim: &Sim) -> Grant {
    let credentials = sim.credentials();
    Grant::JwtBearer {
        client_id: credentials.client_id,
        client_secret: Secret::new(credentials.client_secret),
        key_pem: Secret::new(KEY_PEM),
        key_id: None,
        subject: credentials.user,
    }
}

async fn works(instance: &Instance) {
    let found = instance.change_requests().by_correlation(KEY).await;
    assert_eq!(found.unwrap(), []);
}

async fn refused(instance: &Instance) -> Box<Error> {
    let found = instance.change_requests().by_correlation(KEY).await;
    let error = found.unwrap_err();
    assert_eq!(error.class(), Class::Unauthorized, "{error:?}");
    error
}

fn tokens_fetched(sim: &Sim) -> usize {
    calls(sim).iter().filter(|call| *call == TOKEN).count()
}

/// Secrets an instance announced, in order.
type Told = Arc<Mutex<Vec<String>>>;

fn listening(instance: Instance) -> (Instance, Told) {
    let told = Told::default();
    let hear = Arc::clone(&told);
    let instance = instance.on_new_secret(Arc::new(move |secret: &Secret| {
        hear.lock().unwrap().push(secret.expose().to_owned());
    }));
    (instance, told)
}

#[tokio::test]
async fn basic_announces_its_blob_once_and_before_its_first_use() {
    let sim = sim();
    let (instance, told) = listening(instance(&sim));
    works(&instance).await;
    works(&instance.clone()).await;
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with('=') || told[0].len().is_multiple_of(4));
    let user = sim.requests()[0].user.clone();
    assert_eq!(user.as_deref(), Some("svc.azure"));
}

#[tokio::test]
async fn wrong_basic_credentials_are_tried_once() {
    let sim = sim();
    let auth = Auth::Basic {
        user: "svc.azure".to_owned(),
        password: Secret::new("wrong-pass-word"),
    };
    let error = refused(&signed_in(&sim, auth)).await;
    assert_eq!(calls(&sim).len(), 1);
    assert!(!format!("{error:?} {}", redact::chain(&error)).contains("wrong-pass-word"));
}

#[tokio::test]
async fn a_bearer_token_and_an_api_key_sign_in() {
    let sim = sim();
    let token = sim.token_for("svc.azure");
    works(&signed_in(&sim, Auth::Bearer(Secret::new(token)))).await;
    let key = sim.credentials().api_key;
    works(&signed_in(&sim, Auth::ApiKey(Secret::new(key)))).await;
    let users: Vec<_> = sim.requests().iter().map(|r| r.user.clone()).collect();
    assert_eq!(users, vec![Some("svc.azure".to_owned()); 2]);
    // Nothing to renew: one try.
    sim.forget_requests();
    refused(&signed_in(&sim, Auth::Bearer(Secret::new("stale")))).await;
    refused(&signed_in(&sim, Auth::Certificate)).await;
    assert_eq!(calls(&sim).len(), 2);
}

#[tokio::test]
async fn every_grant_obtains_a_token_once_and_announces_it() {
    let sim = sim();
    sim.trust_key(PUBLIC_PEM);
    for (grant, announced) in [
        (client_credentials(&sim), 1),
        (password(&sim), 2),
        (jwt(&sim), 2),
    ] {
        sim.forget_requests();
        let (instance, told) = listening(signed_in(&sim, Auth::OAuth(grant.clone())));
        // The stand-in checks an assertion's times: by our wall clock here.
        let instance = instance.with_clock(Arc::new({
            let now: jiff::Timestamp = format!("{}Z", sim.now().replace(' ', "T")).parse().unwrap();
            move || now
        }));
        works(&instance).await;
        works(&instance).await;
        assert_eq!(tokens_fetched(&sim), 1, "{grant:?}");
        assert_eq!(calls(&sim).len(), 3, "{grant:?}");
        let told = told.lock().unwrap().clone();
        assert_eq!(told.len(), announced, "{grant:?}: {}", told.len());
        let form = sim.requests()[0].clone();
        let header = form
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        assert_eq!(
            header.map(|(_, value)| value.as_str()),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(form.query, []);
        for request in sim.requests() {
            let text = serde_json::to_string(&request).unwrap();
            assert!(
                told.iter().all(|secret| !text.contains(secret.as_str())),
                "{text}"
            );
        }
    }
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_and_its_successor_used_from_then_on() {
    let sim = Sim::start(Options {
        refresh_rotation: true,
        ..Options::default()
    });
    // The first refresh token comes from the password grant, as from an administrator's consent.
    let (first, told) = listening(signed_in(&sim, Auth::OAuth(password(&sim))));
    works(&first).await;
    let refresh_token = told.lock().unwrap()[1].clone();

    let credentials = sim.credentials();
    let grant = Grant::RefreshToken {
        client_id: credentials.client_id,
        client_secret: Secret::new(credentials.client_secret),
        refresh_token: Secret::new(refresh_token),
    };
    let (instance, told) = listening(signed_in(&sim, Auth::OAuth(grant)));
    works(&instance).await;
    sim.expire_tokens();
    works(&instance).await;
    sim.expire_tokens();
    works(&instance).await;
    let told = told.lock().unwrap();
    assert!(told.len() >= 4, "{}", told.len());
}

#[tokio::test]
async fn a_token_that_ends_mid_way_is_fetched_anew_once() {
    let sim = sim();
    let instance = signed_in(&sim, Auth::OAuth(client_credentials(&sim)));
    works(&instance).await;
    sim.revoke_tokens();
    works(&instance).await;
    assert_eq!(tokens_fetched(&sim), 2);
    assert_eq!(calls(&sim).len(), 5);

    // An account that is locked out: one renewal, then the answer.
    sim.forget_requests();
    sim.fail(On::path("/table/"), When::UntilCleared, Fault::Unauthorized);
    refused(&instance).await;
    assert_eq!(tokens_fetched(&sim), 1);
    assert_eq!(calls(&sim).len(), 3);
}

#[tokio::test]
async fn a_write_refused_for_its_token_is_sent_again_with_the_new_one() {
    let sim = sim();
    let instance = signed_in(&sim, Auth::OAuth(client_credentials(&sim)));
    works(&instance).await;
    sim.revoke_tokens();
    let new = crate::harness::new_change(&sim);
    instance.change_requests().create(&new).await.unwrap();
    assert_eq!(sim.find("change_request", "correlation_id", KEY).len(), 1);
}

#[tokio::test]
async fn callers_at_the_same_time_share_one_token() {
    let sim = sim();
    let instance = signed_in(&sim, Auth::OAuth(client_credentials(&sim)));
    tokio::join!(works(&instance), works(&instance), works(&instance));
    assert_eq!(tokens_fetched(&sim), 1);
}

#[tokio::test]
async fn a_refusal_of_the_token_service_is_told_in_its_words_and_not_repeated() {
    // The grant is off by default on an instance.
    let sim = Sim::start(Options::default());
    let instance = signed_in(&sim, Auth::OAuth(client_credentials(&sim)));
    let error = refused(&instance).await;
    match &*error {
        Error::Token {
            error,
            description,
            status,
        } => {
            assert_eq!((error.as_str(), *status), ("server_error", 401));
            assert_eq!(description.as_deref(), Some("access_denied"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(calls(&sim), [TOKEN]);
}

#[tokio::test]
async fn an_outage_of_the_token_service_is_an_outage() {
    let sim = sim();
    sim.fail(
        On::path("oauth_token"),
        When::UntilCleared,
        Fault::Gateway { status: 503 },
    );
    let instance = signed_in(&sim, Auth::OAuth(client_credentials(&sim)));
    let found = instance.change_requests().by_correlation(KEY).await;
    let error = found.unwrap_err();
    assert!(
        matches!(error.class(), Class::Transient { .. }),
        "{error:?}"
    );
    assert!(!error.may_have_happened());
    sim.heal();
    sim.fail(On::path("oauth_token"), When::Next(1), Fault::Hibernating);
    let found = instance.change_requests().by_correlation(KEY).await;
    assert!(
        matches!(&found, Err(error) if matches!(**error, Error::NotApi { .. })),
        "{found:?}"
    );
    works(&instance).await;
}

#[tokio::test]
async fn an_assertion_signed_by_a_clock_an_hour_off_is_signed_again_by_the_instances() {
    let sim = sim();
    sim.trust_key(PUBLIC_PEM);
    let now: jiff::Timestamp = format!("{}Z", sim.now().replace(' ', "T")).parse().unwrap();
    let late = now - jiff::SignedDuration::from_hours(1);
    let instance = signed_in(&sim, Auth::OAuth(jwt(&sim))).with_clock(Arc::new(move || late));
    works(&instance).await;
    assert_eq!(tokens_fetched(&sim), 2);
}

#[tokio::test]
async fn without_any_clock_the_instances_answer_tells_the_time_for_the_assertion() {
    let sim = sim();
    sim.trust_key(PUBLIC_PEM);
    let base = sim.url().parse().unwrap();
    let instance = Instance::new(base, Auth::OAuth(jwt(&sim)), crate::harness::http());
    works(&instance).await;
    assert_eq!(tokens_fetched(&sim), 2);
}

#[tokio::test]
async fn an_assertion_whose_outcome_is_unclear_is_signed_anew() {
    let sim = sim();
    sim.trust_key(PUBLIC_PEM);
    sim.fail(
        On::path("oauth_token"),
        When::Next(1),
        Fault::ResetAfterCommit,
    );
    let now: jiff::Timestamp = format!("{}Z", sim.now().replace(' ', "T")).parse().unwrap();
    let instance = signed_in(&sim, Auth::OAuth(jwt(&sim))).with_clock(Arc::new(move || now));
    works(&instance).await;
    assert_eq!(tokens_fetched(&sim), 2);
}
