//! Signed assertions for the JWT bearer grant: audience and issuer are the client id, good for five minutes and one use
//! ("Create a JWT API endpoint for external clients").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use redact::Secret;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde_json::json;

use crate::error::Error;

/// How long an assertion is good, in seconds.
const LIFE: i64 = 300;

/// What an assertion says.
pub(super) struct Claims<'a> {
    pub(super) client_id: &'a str,
    pub(super) subject: &'a str,
    pub(super) now: Timestamp,
}

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

/// A fresh assertion.
pub(super) fn sign(
    claims: &Claims<'_>,
    key_pem: &Secret,
    key_id: Option<&str>,
) -> Result<Secret, Box<Error>> {
    let random = SystemRandom::new();
    let failed = |problem| Box::new(Error::SigningKey { problem });
    let key = Key::read(key_pem, &random)?;
    let mut id = [0u8; 16];
    random
        .fill(&mut id)
        .map_err(|_| failed("the system gives no random numbers"))?;

    let mut header = json!({"alg": key.algorithm(), "typ": "JWT"});
    if let Some(key_id) = key_id {
        header["kid"] = key_id.into();
    }
    let issued = claims.now.as_second();
    let body = json!({
        "iss": claims.client_id,
        "aud": claims.client_id,
        "sub": claims.subject,
        "iat": issued,
        "exp": issued + LIFE,
        "jti": URL_SAFE_NO_PAD.encode(id),
    });
    let coded = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", coded(header), coded(body));
    let signature = key
        .sign(message.as_bytes(), &random)
        .ok_or_else(|| failed("signing failed"))?;
    Ok(Secret::new(format!(
        "{message}.{}",
        URL_SAFE_NO_PAD.encode(signature)
    )))
}

impl Key {
    fn read(pem: &Secret, random: &SystemRandom) -> Result<Self, Box<Error>> {
        let failed = |problem| Box::new(Error::SigningKey { problem });
        let der = PrivateKeyDer::from_pem_slice(pem.expose().as_bytes())
            .map_err(|_| failed("it is no PEM text with an unencrypted private key"))?;
        let found = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .ok()
                .map(Self::Rsa),
            PrivateKeyDer::Sec1(der) => Self::from_sec1(der.secret_sec1_der(), random),
            PrivateKeyDer::Pkcs8(der) => Self::from_pkcs8(der.secret_pkcs8_der(), random),
            _ => None,
        };
        found
            .ok_or_else(|| failed("it is neither RSA (2048 bits or more) nor EC on P-256 or P-384"))
    }

    fn from_pkcs8(der: &[u8], random: &SystemRandom) -> Option<Self> {
        let ec = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, der, random).ok();
        RsaKeyPair::from_pkcs8(der)
            .ok()
            .map(Self::Rsa)
            .or_else(|| ec(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::P256))
            .or_else(|| ec(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Self::P384))
    }

    /// `-----BEGIN EC PRIVATE KEY-----`: the inside of a PKCS #8 envelope (RFC 5915, RFC 5208), so it gets one.
    fn from_sec1(inner: &[u8], random: &SystemRandom) -> Option<Self> {
        const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
        const VERSION_0: &[u8] = &[0x02, 0x01, 0x00];
        [P256, P384].into_iter().find_map(|curve| {
            let algorithm = tagged(0x30, &[EC_PUBLIC_KEY, curve]);
            let key = tagged(0x04, &[inner]);
            let envelope = tagged(0x30, &[VERSION_0, &algorithm, &key]);
            Self::from_pkcs8(&envelope, random)
        })
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
        }
    }

    fn sign(&self, message: &[u8], random: &SystemRandom) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Self::P256(key) | Self::P384(key) => {
                Some(key.sign(random, message).ok()?.as_ref().to_vec())
            }
        }
    }
}

/// A DER element with a content of less than 64 KiB, which every key is.
fn tagged(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut element = vec![tag];
    match u16::try_from(content.len()).map(u16::to_be_bytes) {
        Ok([0, low]) if low < 0x80 => element.push(low),
        Ok([0, low]) => element.extend([0x81, low]),
        Ok([high, low]) => element.extend([0x82, high, low]),
        Err(_) => return Vec::new(),
    }
    element.extend(content);
    element
}

#[cfg(test)]
mod tests;
