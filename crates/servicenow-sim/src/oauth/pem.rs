//! Public keys as PEM (`BEGIN PUBLIC KEY`), taken apart as far as the signature library needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Rsa,
    P256,
    P384,
}

/// A key that may sign assertions.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    pub(super) family: Family,
    /// The inside of the key's bit string: an RSA key structure or a curve point.
    pub(super) bytes: Vec<u8>,
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

impl PublicKey {
    /// Reads the first public key of a PEM text.
    pub(crate) fn from_pem(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN PUBLIC KEY-----")?;
        let (body, _) = rest.split_once("-----END PUBLIC KEY-----")?;
        let packed: String = body.split_whitespace().collect();
        Self::from_der(&STANDARD.decode(packed).ok()?)
    }

    /// `SEQUENCE { SEQUENCE { algorithm, parameters }, BIT STRING }`.
    fn from_der(der: &[u8]) -> Option<Self> {
        let (_, outer, _) = element(der)?;
        let (_, algorithm, rest) = element(outer)?;
        let (tag, bits, _) = element(rest)?;
        let (0x03, Some((0, bytes))) = (tag, bits.split_first().map(|(unused, b)| (*unused, b)))
        else {
            return None;
        };
        let (_, name, parameters) = element(algorithm)?;
        let curve = element(parameters).map(|(_, inside, _)| inside);
        let family = if name == RSA {
            Family::Rsa
        } else if curve == Some(P256) {
            Family::P256
        } else if curve == Some(P384) {
            Family::P384
        } else {
            return None;
        };
        Some(Self {
            family,
            bytes: bytes.to_vec(),
        })
    }
}

/// Tag, content and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(*first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count)?;
        let length = digits.iter().try_fold(0usize, |sum, d| {
            sum.checked_mul(256)?.checked_add(usize::from(*d))
        })?;
        (length, rest)
    };
    let (inside, after) = rest.split_at_checked(length)?;
    Some((*tag, inside, after))
}
