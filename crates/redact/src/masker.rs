//! Finds known secrets in foreign text, in the encodings such text carries them in.
//!
//! Invariant: every match is covered, also where matches overlap; what is left over of one secret after
//! another was masked would be a secret's remainder.

mod needle;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::{MASK, Secret};
use needle::Needle;

/// A shared, growing set of secrets, and the text filter over it.
///
/// Clones share the set: a token fetched in one place is masked everywhere from then on.
#[derive(Clone, Default)]
pub struct Masker {
    known: Arc<RwLock<Known>>,
}

/// The set, and which needles can begin at which byte.
#[derive(Default)]
struct Known {
    secrets: Vec<Secret>,
    needles: Vec<Needle>,
    starts: Vec<Vec<usize>>,
}

impl Masker {
    /// Adds a secret. Empty and already known ones change nothing.
    pub fn add(&self, secret: &Secret) {
        if secret.expose().trim().is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if !known
            .secrets
            .iter()
            .any(|other| other.expose() == secret.expose())
        {
            known.add(secret);
        }
    }

    /// The text with `***` in place of each secret in it; borrowed where there was none.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.mask(text)
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Masker")
            .field("secrets", &known.secrets.len())
            .finish_non_exhaustive()
    }
}

impl Known {
    fn add(&mut self, secret: &Secret) {
        self.secrets.push(secret.clone());
        self.starts.resize_with(256, Vec::new);
        for needle in needle::of(secret.expose()) {
            let index = self.needles.len();
            for byte in needle.first_bytes() {
                self.starts[usize::from(byte)].push(index);
            }
            self.needles.push(needle);
        }
    }

    fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.needles.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::new();
        let mut copied = 0;
        let mut open: Option<(usize, usize)> = None;
        for at in 0..text.len() {
            let Some(end) = self.longest_at(text, at) else {
                continue;
            };
            match &mut open {
                Some((_, until)) if at <= *until => *until = end.max(*until),
                _ => {
                    close(&mut masked, text, &mut copied, open);
                    open = Some((at, end));
                }
            }
        }
        if open.is_none() {
            return Cow::Borrowed(text);
        }
        close(&mut masked, text, &mut copied, open);
        masked.push_str(&text[copied..]);
        Cow::Owned(masked)
    }

    fn longest_at(&self, text: &str, at: usize) -> Option<usize> {
        let candidates = &self.starts[usize::from(text.as_bytes()[at])];
        candidates
            .iter()
            .filter_map(|&index| self.needles[index].match_at(text, at))
            .max()
    }
}

/// Writes the text before a match and the mask for it.
fn close(masked: &mut String, text: &str, copied: &mut usize, found: Option<(usize, usize)>) {
    if let Some((from, until)) = found {
        masked.push_str(&text[*copied..from]);
        masked.push_str(MASK);
        *copied = until;
    }
}
