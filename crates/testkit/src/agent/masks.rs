//! The secrets the agent replaces in its log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A growing set of values, each replaced as it is, in Base64 and in escaped form.
#[derive(Debug, Clone, Default)]
pub(super) struct Masks(Vec<String>);

impl Masks {
    pub(super) fn add(&mut self, secret: &str) {
        for form in [
            secret.to_owned(),
            secret.trim().to_owned(),
            STANDARD.encode(secret),
            escaped(secret),
        ] {
            if !form.is_empty() && !self.0.contains(&form) {
                self.0.push(form);
            }
        }
        // Longer ones first: a secret may hold another one.
        self.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    pub(super) fn mask(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |masked, form| masked.replace(form, "***"))
    }
}

fn escaped(secret: &str) -> String {
    secret.replace('\r', "%0D").replace('\n', "%0A")
}
