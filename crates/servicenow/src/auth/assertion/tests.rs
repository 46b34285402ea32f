use super::*;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, EcdsaSigningAlgorithm, KeyPair,
    RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value as Json;

const RSA_PKCS8: &str = include_str!("../../../fixtures/test-rsa-pkcs8.pem");
const RSA_PKCS1: &str = include_str!("../../../fixtures/test-rsa-pkcs1.pem");

fn claims() -> Claims<'static> {
    Claims {
        client_id: "client-1",
        subject: "svc.azure",
        now: Timestamp::from_second(1_800_000_000).unwrap(),
    }
}

fn signed(pem: &str) -> String {
    let secret = sign(&claims(), &Secret::new(pem), Some("kid-7")).unwrap();
    secret.expose().to_owned()
}

/// Header and claims, after the signature was found to fit.
fn verified(
    jwt: &str,
    algorithm: &'static dyn VerificationAlgorithm,
    public: &[u8],
) -> (Json, Json) {
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(algorithm, public)
        .verify(message.as_bytes(), &signature)
        .expect("the signature fits");
    let (header, body) = message.split_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    (part(header), part(body))
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// The private key inside the PKCS #8 envelope: the element that fills the rest.
fn inner(pkcs8: &[u8]) -> &[u8] {
    let mut at = (0..pkcs8.len())
        .filter(|i| pkcs8[*i] == 0x04)
        .filter_map(|i| {
            let start = match *pkcs8.get(i + 1)? {
                0x81 => i + 3,
                _ => i + 2,
            };
            let length = usize::from(*pkcs8.get(start - 1)?);
            (start + length == pkcs8.len()).then_some(start)
        });
    &pkcs8[at.next().unwrap()..]
}

#[test]
fn an_rsa_key_in_either_form_signs_rs256_and_says_what_the_instance_checks() {
    let der = PrivateKeyDer::from_pem_slice(RSA_PKCS1.as_bytes()).unwrap();
    let PrivateKeyDer::Pkcs1(der) = &der else {
        panic!("not PKCS #1");
    };
    let pair = RsaKeyPair::from_der(der.secret_pkcs1_der()).unwrap();
    for text in [RSA_PKCS8, RSA_PKCS1] {
        let (header, body) = verified(
            &signed(text),
            &RSA_PKCS1_2048_8192_SHA256,
            pair.public_key().as_ref(),
        );
        assert_eq!(
            header,
            json!({"alg": "RS256", "typ": "JWT", "kid": "kid-7"})
        );
        assert_eq!(body["iss"], "client-1");
        assert_eq!(body["aud"], "client-1");
        assert_eq!(body["sub"], "svc.azure");
        assert_eq!(body["iat"], 1_800_000_000);
        assert_eq!(body["exp"], 1_800_000_300);
    }
}

#[test]
fn an_ec_key_in_either_form_signs_by_its_curve() {
    let random = SystemRandom::new();
    let curves: [(
        &'static EcdsaSigningAlgorithm,
        &'static dyn VerificationAlgorithm,
        &str,
    ); 2] = [
        (
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &ECDSA_P256_SHA256_FIXED,
            "ES256",
        ),
        (
            &ECDSA_P384_SHA384_FIXED_SIGNING,
            &ECDSA_P384_SHA384_FIXED,
            "ES384",
        ),
    ];
    for (signing, verifying, name) in curves {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).unwrap();
        for text in [
            pem("PRIVATE KEY", pkcs8.as_ref()),
            pem("EC PRIVATE KEY", inner(pkcs8.as_ref())),
        ] {
            let (header, _) = verified(&signed(&text), verifying, pair.public_key().as_ref());
            assert_eq!(header["alg"], name);
        }
    }
}

#[test]
fn every_assertion_has_an_id_of_its_own() {
    let id = |jwt: String| {
        let body = jwt.split('.').nth(1).unwrap().to_owned();
        let body: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
        body["jti"].as_str().unwrap().to_owned()
    };
    assert_ne!(id(signed(RSA_PKCS8)), id(signed(RSA_PKCS8)));
}

#[test]
fn without_a_key_id_none_is_named() {
    let jwt = sign(&claims(), &Secret::new(RSA_PKCS8), None).unwrap();
    let header = jwt.expose().split('.').next().unwrap();
    let header: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert!(header.get("kid").is_none());
}

#[test]
fn a_key_that_cannot_sign_is_refused_without_being_shown() {
    for text in [
        "",
        "not a key, but s3cret",
        &pem("PRIVATE KEY", b"s3cret"),
        &pem("EC PRIVATE KEY", b"s3cret"),
        &pem("RSA PRIVATE KEY", b"s3cret"),
        &pem("PUBLIC KEY", b"s3cret"),
    ] {
        let error = sign(&claims(), &Secret::new(text), None).unwrap_err();
        assert!(matches!(*error, Error::SigningKey { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}
