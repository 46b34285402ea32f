//! A text that must not be shown.

use std::fmt;

use zeroize::Zeroizing;

use crate::MASK;

/// A password, token or key: prints as `***`, wiped from memory when dropped.
///
/// `Default` is the empty secret, which stands for "none given".
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over. Hand in the owned `String` where there is one, so that no copy stays behind.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for writing a request or announcing a mask; for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_formatting_shows_the_text() {
        let secret = Secret::new("hunter2");
        let shown = format!(
            "{secret} {secret:?} {secret:#?} {secret:>20} {:?}",
            Some(&secret)
        );
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn the_default_is_empty_and_prints_alike() {
        assert!(Secret::default().is_empty());
        // An empty secret must not be told apart from a set one by looking at a dump.
        assert_eq!(Secret::default().to_string(), Secret::new("x").to_string());
    }
}
