//! Tokens: five grants, one error shape, and every switch an administrator may have turned.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use servicenow_sim::{Options, Sim};

use crate::client::{Answer, anonymous};

const TOKEN: &str = "/oauth_token.do";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn fixed(options: Options) -> Sim {
    Sim::start(Options {
        clock_start: Some("2026-03-02 09:00:00".to_owned()),
        ..options
    })
}

/// Asks with the seeded application's id and secret.
fn ask(sim: &Sim, pairs: &[(&str, &str)]) -> Answer {
    let login = sim.credentials();
    let own = [
        ("client_id", login.client_id.as_str()),
        ("client_secret", login.client_secret.as_str()),
    ];
    send(sim, &own.iter().chain(pairs).copied().collect::<Vec<_>>())
}

fn send(sim: &Sim, pairs: &[(&str, &str)]) -> Answer {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let caller = anonymous(sim).with(
        "Content-Type",
        "application/x-www-form-urlencoded; charset=UTF-8",
    );
    caller.send("POST", TOKEN, Some(form.as_bytes()))
}

fn password(sim: &Sim) -> Answer {
    let login = sim.credentials();
    ask(
        sim,
        &[
            ("grant_type", "password"),
            ("username", &login.user),
            ("password", &login.password),
        ],
    )
}

fn denied(answer: &Answer, error: &str, description: &str) {
    let expected = json!({ "error": error, "error_description": description });
    assert_eq!((answer.status, answer.json()), (401, expected));
}

fn works(sim: &Sim, token: &Value) -> u16 {
    let header = format!("Bearer {}", token.as_str().unwrap());
    anonymous(sim)
        .with("Authorization", &header)
        .get("/api/now/table/change_request")
        .status
}

#[test]
fn a_password_buys_a_token_that_is_given_again_while_it_lives() {
    let sim = fixed(Options::default());
    let first = password(&sim).json();
    assert_eq!(
        (&first["token_type"], &first["scope"], &first["expires_in"]),
        (&json!("Bearer"), &json!("useraccount"), &json!(1799))
    );
    assert_eq!(works(&sim, &first["access_token"]), 200);
    sim.advance(Duration::from_secs(600));
    let again = password(&sim).json();
    assert_eq!(again["access_token"], first["access_token"]);
    assert_eq!(again["expires_in"], 1200);
    sim.advance(Duration::from_secs(1200));
    assert_eq!(works(&sim, &first["access_token"]), 401);
    assert_ne!(password(&sim).json()["access_token"], first["access_token"]);
    sim.configure(|o| o.password_grant = false);
    denied(&password(&sim), "server_error", "access_denied");
}

#[test]
fn only_a_form_body_counts() {
    let sim = fixed(Options::default());
    let login = sim.credentials();
    let body = json!({ "grant_type": "password", "client_id": login.client_id, "client_secret": login.client_secret });
    denied(
        &anonymous(&sim).post(TOKEN, &body),
        "server_error",
        "access_denied",
    );
    let target = format!("{TOKEN}?grant_type=password");
    let caller = anonymous(&sim).with("Content-Type", "application/x-www-form-urlencoded");
    denied(
        &caller.send("POST", &target, Some(b"")),
        "server_error",
        "access_denied",
    );
    assert_eq!(anonymous(&sim).get(TOKEN).status, 405);
    password(&sim);
    let seen = format!("{:?}", sim.requests());
    assert!(
        seen.contains("grant_type")
            && !seen.contains(&login.password)
            && !seen.contains(&login.client_secret)
    );
}

#[test]
fn wrong_secrets_are_denied_alike() {
    let sim = fixed(Options::default());
    let login = sim.credentials();
    let with = |client: &str, secret: &str, password: &str| {
        let pairs = [
            ("grant_type", "password"),
            ("client_id", client),
            ("client_secret", secret),
            ("username", login.user.as_str()),
            ("password", password),
        ];
        send(&sim, &pairs)
    };
    for (client, secret, password) in [
        (
            "unknown",
            login.client_secret.as_str(),
            login.password.as_str(),
        ),
        (&login.client_id, "wrong", &login.password),
        (&login.client_id, &login.client_secret, "wrong"),
    ] {
        denied(
            &with(client, secret, password),
            "server_error",
            "access_denied",
        );
    }
    denied(
        &ask(&sim, &[("grant_type", "device")]),
        "unsupported_grant_type",
        "grant type is not supported",
    );
}

#[test]
fn client_credentials_need_the_property_and_a_user() {
    let sim = fixed(Options::default());
    let grant = [("grant_type", "client_credentials")];
    denied(&ask(&sim, &grant), "server_error", "access_denied");
    sim.configure(|o| o.client_credentials = true);
    let token = ask(&sim, &grant).json();
    assert_eq!(token.get("refresh_token"), None);
    assert_eq!(works(&sim, &token["access_token"]), 200);
    sim.remove_application_user();
    denied(
        &ask(&sim, &grant),
        "unauthorized_client",
        "integration user is not configured",
    );
}

#[test]
fn a_refresh_renews_and_may_rotate() {
    let sim = fixed(Options::default());
    let first = password(&sim).json();
    let refresh = first["refresh_token"].as_str().unwrap().to_owned();
    let renew = |token: &str| {
        ask(
            &sim,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    };
    sim.expire_tokens();
    assert_eq!(works(&sim, &first["access_token"]), 401);
    let second = renew(&refresh).json();
    assert_eq!(
        second["refresh_token"],
        json!(refresh),
        "not rotated by default"
    );
    assert_eq!(works(&sim, &second["access_token"]), 200);
    sim.configure(|o| o.refresh_rotation = true);
    let third = renew(&refresh).json();
    assert_ne!(third["refresh_token"], json!(refresh));
    denied(&renew(&refresh), "server_error", "access_denied");
    sim.revoke_tokens();
    assert_eq!(works(&sim, &third["access_token"]), 401);
    denied(
        &renew(third["refresh_token"].as_str().unwrap()),
        "server_error",
        "access_denied",
    );
}

#[test]
fn a_code_works_once() {
    let sim = fixed(Options::default());
    let code = sim.authorization_code("rita.reader");
    let grant = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let token = ask(&sim, &grant).json();
    assert_eq!(works(&sim, &token["access_token"]), 200);
    assert!(token["refresh_token"].is_string());
    denied(&ask(&sim, &grant), "server_error", "access_denied");
}

/// A fresh P-256 key pair and its public half as PEM.
fn key() -> (EcdsaKeyPair, String) {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random)
        .unwrap();
    // The fixed beginning of a P-256 public key structure; the point follows.
    let mut der = vec![
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    der.extend_from_slice(pair.public_key().as_ref());
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(der)
    );
    (pair, pem)
}

fn sign(pair: &EcdsaKeyPair, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!(
        "{}.{}",
        part(&json!({ "alg": "ES256", "typ": "JWT" })),
        part(claims)
    );
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// 2026-03-02 09:00:00 UTC.
const NOW: i64 = 1_772_442_000;

#[test]
fn assertions_are_checked_to_the_last_claim() {
    let sim = fixed(Options::default());
    let (pair, pem) = key();
    let client = sim.credentials().client_id;
    let claims = |id: &str| json!({ "aud": client, "iss": client, "sub": "svc.azure", "exp": NOW + 300, "jti": id });
    let trade = |assertion: &str| {
        send(
            &sim,
            &[
                ("grant_type", JWT_BEARER),
                ("client_id", &client),
                ("assertion", assertion),
            ],
        )
    };
    denied(
        &trade(&sign(&pair, &claims("early"))),
        "server_error",
        "access_denied",
    );
    sim.trust_key(&pem);
    let good = sign(&pair, &claims("one"));
    let token = trade(&good).json();
    assert_eq!(token.get("refresh_token"), None);
    assert_eq!(works(&sim, &token["access_token"]), 200);
    denied(&trade(&good), "server_error", "access_denied");
    for (claim, value) in [
        ("aud", json!("other")),
        ("iss", json!("other")),
        ("sub", json!("unknown.user")),
        ("exp", json!(NOW - 301)),
        ("nbf", json!(NOW + 301)),
        ("jti", Value::Null),
    ] {
        let mut changed = claims("two");
        changed[claim] = value;
        denied(
            &trade(&sign(&pair, &changed)),
            "server_error",
            "access_denied",
        );
    }
    let mut late = claims("three");
    late["exp"] = json!(NOW - 299);
    assert_eq!(
        trade(&sign(&pair, &late)).status,
        200,
        "a clock five minutes off is forgiven"
    );
    let (stranger, _) = key();
    denied(
        &trade(&sign(&stranger, &claims("four"))),
        "server_error",
        "access_denied",
    );
    denied(&trade("not.a.token"), "server_error", "access_denied");
    let pairs = [
        ("grant_type", JWT_BEARER),
        ("assertion", "x"),
        ("client_id", &client),
        ("client_secret", "wrong"),
    ];
    denied(&send(&sim, &pairs), "server_error", "access_denied");
}

#[test]
fn rsa_signatures_are_understood() {
    let sim = fixed(Options::default());
    let client = sim.credentials().client_id;
    sim.trust_key(include_str!("../fixtures/rsa-public.pem"));
    let assertion = include_str!("../fixtures/rs256-assertion.txt").trim();
    let trade = |text: &str| {
        send(
            &sim,
            &[
                ("grant_type", JWT_BEARER),
                ("client_id", &client),
                ("assertion", text),
            ],
        )
    };
    let (head, _) = assertion.rsplit_once('.').unwrap();
    denied(
        &trade(&format!("{head}.AAAA")),
        "server_error",
        "access_denied",
    );
    assert_eq!(trade(assertion).status, 200);
}
