//! One tag: read token by token as Tera's lexer does, and held against what these templates may use.

use super::{Refusal, TAGS, body, not_available, unclosed};
use crate::template::TemplateFault;
use crate::template::error::unknown;
use crate::template::functions::{FILTERS, FUNCTIONS, TESTS};

/// Joined pieces in one tag: each may hold the largest fact.
const MOST_JOINS: usize = 64;

/// The words of one `{{ ... }}` or `{% ... %}`.
pub(super) struct Tag<'t> {
    pub(super) words: Vec<Word<'t>>,
    joins: usize,
    start: usize,
    pub(super) end: usize,
    /// Whether the tag ends in a dash, which removes the white space behind it.
    pub(super) trims: bool,
    /// Whether it only names facts and compares them with texts.
    pub(super) quick: bool,
}

pub(super) struct Word<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    /// What stands before, without white space: one character, or `\0`.
    before: char,
    /// What follows, without white space.
    pub(super) after: &'t str,
}

impl<'t> Tag<'t> {
    /// Reads to the first `close` at the start of a token, as Tera does: also one inside of brackets counts.
    pub(super) fn read(text: &'t str, start: usize, close: &str) -> Result<Self, Refusal> {
        let bytes = text.as_bytes();
        let mut tag = Self {
            words: Vec::new(),
            joins: 0,
            start,
            end: 0,
            trims: false,
            quick: true,
        };
        let mut at = body(text, start);
        let mut before = '\0';
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            let dashed = rest
                .strip_prefix(b"-")
                .is_some_and(|rest| rest.starts_with(close.as_bytes()));
            if dashed || rest.starts_with(close.as_bytes()) {
                tag.end = at + close.len() + usize::from(dashed);
                tag.trims = dashed;
                return Ok(tag);
            }
            let length =
                token_length(rest).ok_or_else(|| unclosed(at, &char::from(byte).to_string()))?;
            if byte.is_ascii_alphabetic() || byte == b'_' {
                let after = text[at + length..].trim_ascii_start();
                tag.words.push(Word {
                    text: &text[at..at + length],
                    at,
                    before,
                    after,
                });
            }
            tag.joins += usize::from(byte == b'~');
            tag.quick &= is_quick(&rest[..length]);
            if !byte.is_ascii_whitespace() {
                before = char::from(byte);
            }
            at += length;
        }
        Err(unclosed(start, close))
    }

    /// Refuses what these templates do not need.
    pub(super) fn allow(&self) -> Result<(), Refusal> {
        if self.joins > MOST_JOINS {
            return Err((
                self.start,
                not_available(
                    &format!("more than {MOST_JOINS} `~` in one tag"),
                    "split it",
                ),
            ));
        }
        for (index, word) in self.words.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| self.words.get(index));
            self.allow_word(index, word, before)
                .map_err(|fault| (word.at, fault))?;
        }
        Ok(())
    }

    fn allow_word(
        &self,
        index: usize,
        word: &Word<'_>,
        before: Option<&Word<'_>>,
    ) -> Result<(), TemplateFault> {
        let known = |kind, names: &'static [&'static str]| {
            if names.contains(&word.text) {
                return Ok(());
            }
            Err(unknown(kind, word.text, word.text, names.iter().copied()))
        };
        if word.before == '.' {
            return Ok(());
        }
        if word.text.starts_with("__") {
            return Err(not_available(
                "a name that starts with `__`",
                "choose another name",
            ));
        }
        // A tag's first word is its name, all later ones stand in its expression.
        let in_expression = index > 0 || word.before != '\0' || !self.is_block_word(word);
        if word.text == "for" && in_expression {
            return Err(not_available(
                "a list made by `for`",
                "use a loop: {% for x in list %}",
            ));
        }
        if word.before == '|' {
            return known("filter", FILTERS);
        }
        let tested = before.is_some_and(|b| b.text == "is" && word.adjoins(b))
            || (before.is_some_and(|b| b.text == "not" && word.adjoins(b))
                && index
                    .checked_sub(2)
                    .is_some_and(|i| self.words[i].text == "is"));
        if tested && word.text != "not" {
            return known("test", TESTS);
        }
        let operator = matches!(
            word.text,
            "and" | "or" | "not" | "in" | "is" | "if" | "elif" | "else"
        );
        if word.after.starts_with('(') && !operator {
            return known("function", FUNCTIONS);
        }
        Ok(())
    }

    fn is_block_word(&self, word: &Word<'_>) -> bool {
        self.words.first().is_some_and(|first| first.at == word.at) && TAGS.contains(&word.text)
    }
}

impl Word<'_> {
    /// Whether nothing but white space stands between `before` and this word.
    fn adjoins(&self, before: &Word<'_>) -> bool {
        before.after.starts_with(self.text) && before.at + before.text.len() < self.at
    }
}

/// Whether the token costs next to nothing: no filter, no call, no arithmetic, no search.
fn is_quick(token: &[u8]) -> bool {
    let word = token[0].is_ascii_alphanumeric() || matches!(token[0], b'_' | b'"' | b'\'' | b'`');
    token != b"in"
        && (word || token[0].is_ascii_whitespace() || matches!(token, b"." | b"==" | b"!="))
}

/// The length of the token that starts here; `None` for a text in quotes that does not end.
fn token_length(rest: &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    let run = |belongs: fn(&u8) -> bool| rest.iter().take_while(|byte| belongs(byte)).count();
    if matches!(first, b'"' | b'\'' | b'`') {
        return quoted_length(rest, first);
    }
    if first.is_ascii_whitespace() {
        return Some(run(u8::is_ascii_whitespace));
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        return Some(run(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'));
    }
    if first.is_ascii_digit() {
        return Some(run(u8::is_ascii_digit));
    }
    let long = [
        &b"..."[..],
        b"//",
        b"**",
        b"==",
        b"!=",
        b">=",
        b"<=",
        b"</",
        b"?.",
        b"?[",
    ];
    Some(
        long.iter()
            .find(|operator| rest.starts_with(operator))
            .map_or(1, |operator| operator.len()),
    )
}

fn quoted_length(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}
