//! The number people say aloud: `CHG0030001`.

use std::fmt;
use std::str::FromStr;

/// The number of a change request: `CHG` and at least seven digits.
///
/// Seven digits is the shipped format; instances may widen it, so longer ones pass. Nothing that could end a term of
/// an encoded query does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(String);

/// A text that is no change request number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a change request number is CHG and at least 7 digits, for example CHG0030001")]
pub struct NumberError;

const PREFIX: &str = "CHG";
const DIGITS: std::ops::RangeInclusive<usize> = 7..=37;

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let digits = text.strip_prefix(PREFIX).ok_or(NumberError)?;
        let fits = DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(text.to_owned())).ok_or(NumberError)
    }
}

impl Number {
    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_prefix_and_digits_and_nothing_else() {
        for good in ["CHG0030001", "CHG00300012"] {
            assert_eq!(
                good.parse::<Number>().map(|n| n.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "CHG",
            "CHG003000",
            "chg0030001",
            "INC0030001",
            "CHG0030001 ",
            "CHG0030001\n",
            "CHG0030001^ORnumberSTARTSWITHCHG",
            "CHG0030001%5EORactive=true",
            "javascript:gs.getUserID()",
            "CHG٠٠٣٠٠٠١",
        ] {
            assert_eq!(bad.parse::<Number>(), Err(NumberError), "{bad:?}");
        }
        assert!(format!("CHG{}", "1".repeat(38)).parse::<Number>().is_err());
    }
}
