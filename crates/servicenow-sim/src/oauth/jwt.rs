//! Checks a signed assertion: signature by a registered key, audience, issuer, times, an id.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::Value;

use super::pem::{Family, PublicKey};

/// Clock difference the endpoint forgives, in seconds.
const SKEW: i64 = 300;

/// What a good assertion says.
pub(super) struct Claims {
    pub(super) subject: String,
    pub(super) id: String,
}

pub(super) fn verify(
    text: &str,
    client: &str,
    keys: &[PublicKey],
    now: Timestamp,
) -> Option<Claims> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let algorithm = json(header)?.get("alg")?.as_str()?.to_owned();
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !keys
        .iter()
        .any(|key| is_signed(key, &algorithm, signed.as_bytes(), &signature))
    {
        return None;
    }
    read(&json(payload)?, client, now.as_second())
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn is_signed(key: &PublicKey, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    let check: Option<&'static dyn VerificationAlgorithm> = match (key.family, algorithm) {
        (Family::Rsa, "RS256") => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        (Family::Rsa, "RS384") => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        (Family::Rsa, "RS512") => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        (Family::P256, "ES256") => Some(&signature::ECDSA_P256_SHA256_FIXED),
        (Family::P384, "ES384") => Some(&signature::ECDSA_P384_SHA384_FIXED),
        _ => None,
    };
    check.is_some_and(|check| {
        UnparsedPublicKey::new(check, &key.bytes)
            .verify(message, signature)
            .is_ok()
    })
}

fn read(claims: &Value, client: &str, now: i64) -> Option<Claims> {
    let text = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_str)
            .filter(|t| !t.is_empty())
    };
    let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
    let audience = match claims.get("aud")? {
        Value::String(one) => one == client,
        Value::Array(all) => all.iter().any(|a| a == client),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    let alive = moment("exp")? + SKEW > now;
    let begun = moment("nbf").is_none_or(|from| from - SKEW <= now);
    if !audience || text("iss")? != client || !alive || !begun {
        return None;
    }
    Some(Claims {
        subject: text("sub")?.to_owned(),
        id: text("jti")?.to_owned(),
    })
}
