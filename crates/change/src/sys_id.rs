//! The key of a record.

use std::fmt;
use std::str::FromStr;

/// The key of one record of an instance: 32 letters or digits.
///
/// In practice lower-case hex; the vendor's own client accepts any letter or digit, and so do we.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SysId(String);

/// A text that is no record key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a sys_id is 32 letters or digits")]
pub struct SysIdError;

impl FromStr for SysId {
    type Err = SysIdError;

    fn from_str(text: &str) -> Result<Self, SysIdError> {
        let fits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned())).ok_or(SysIdError)
    }
}

impl SysId {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SysId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_32_letters_or_digits() {
        assert!("0123456789abcdef0123456789abcdef".parse::<SysId>().is_ok());
        for bad in [
            "",
            "0123456789abcdef",
            "0123456789abcdef0123456789abcde^",
            "é123456789abcdef0123456789abcde",
        ] {
            assert_eq!(bad.parse::<SysId>(), Err(SysIdError), "{bad:?}");
        }
    }
}
