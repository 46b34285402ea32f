//! Reads a template as Tera's lexer does, refuses what these templates do not need, and puts checks into it.
//!
//! After the start of every loop's body goes `{{ __round() }}`, after every assignment `{{ __check(value=x) }}`:
//! both print nothing and fail when the rendering has to stop. Without them nothing would run between the rounds
//! of an empty loop.

use super::TemplateFault;
use super::error::unknown;
use super::functions::{FILTERS, FUNCTIONS, TESTS};
use crate::problem::shown;

/// Tags that may start a `{% ... %}`; `raw` is dealt with before.
const TAGS: [&str; 10] = [
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "set_global",
    "break",
    "continue",
];
/// Joined pieces in one tag: each may hold the largest fact.
const MOST_JOINS: usize = 64;
/// Tags of one template; the longest text has room for some thousands.
const MOST_TAGS: usize = 2_000;
/// `elif`s of one template: Tera nests each in the one before, without a bound of its own.
const MOST_ELIFS: usize = 50;

/// A template with checks in it.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) text: String,
    /// Where checks were put in: the offset in `text`, and their length.
    inserted: Vec<(usize, usize)>,
    /// The names that loops and assignments give to values.
    locals: Vec<String>,
}

impl Guarded {
    /// Whether the template itself gives this name to a value.
    pub(super) fn is_local(&self, name: &str) -> bool {
        name == "loop" || self.locals.iter().any(|local| local == name)
    }

    /// The offset in the text as it was written.
    pub(super) fn original_offset(&self, offset: usize) -> usize {
        let added: usize = self
            .inserted
            .iter()
            .take_while(|(at, _)| *at < offset)
            .map(|(at, length)| (*length).min(offset - at))
            .sum();
        offset - added
    }
}

type Refusal = (usize, TemplateFault);

/// Puts the checks in.
///
/// # Errors
///
/// What is refused, and the byte offset where it stands.
pub(super) fn prepare(text: &str) -> Result<Guarded, Refusal> {
    let mut guarded = Guarded {
        text: String::with_capacity(text.len() + 64),
        inserted: Vec::new(),
        locals: Vec::new(),
    };
    let mut at = 0;
    let (mut tags, mut elifs) = (0, 0);
    while let Some(start) = next_start(&text[at..]).map(|found| at + found) {
        tags += 1;
        if tags > MOST_TAGS {
            return Err((start, TemplateFault::TooLargeValue));
        }
        let (end, check) = match text.as_bytes()[start + 1] {
            b'#' => (comment_end(text, start)?, None),
            b'%' => match raw_end(text, start) {
                Some(end) => (end, None),
                None => {
                    elifs += usize::from(
                        text[body(text, start)..]
                            .trim_ascii_start()
                            .starts_with("elif"),
                    );
                    if elifs > MOST_ELIFS {
                        return Err((
                            start,
                            not_available(
                                &format!("more than {MOST_ELIFS} `elif`"),
                                "split the template",
                            ),
                        ));
                    }
                    block(text, start, &mut guarded.locals)?
                }
            },
            _ => {
                let tag = Tag::read(text, start, "}}")?;
                tag.allow()?;
                (tag.end, None)
            }
        };
        guarded.text.push_str(&text[at..end]);
        if let Some(check) = check {
            guarded.inserted.push((guarded.text.len(), check.len()));
            guarded.text.push_str(&check);
        }
        at = end;
    }
    guarded.text.push_str(&text[at..]);
    Ok(guarded)
}

fn next_start(text: &str) -> Option<usize> {
    text.as_bytes()
        .windows(2)
        .position(|pair| matches!(pair, b"{{" | b"{%" | b"{#"))
}

/// Where the body of a tag begins, after `{%` or `{%-`.
fn body(text: &str, start: usize) -> usize {
    let dash = text.as_bytes().get(start + 2) == Some(&b'-');
    start + 2 + usize::from(dash)
}

fn comment_end(text: &str, start: usize) -> Result<usize, Refusal> {
    let body = body(text, start);
    let length = text[body..].find("#}");
    length
        .map(|length| body + length + 2)
        .ok_or_else(|| unclosed(start, "#}"))
}

fn unclosed(start: usize, end: &str) -> Refusal {
    (
        start,
        TemplateFault::Syntax(format!("what opens here is not closed by `{end}`")),
    )
}

/// The end of `{% raw %}...{% endraw %}`, where one stands at `start` and is closed.
fn raw_end(text: &str, start: usize) -> Option<usize> {
    let mut at = bare_tag(text, body(text, start), "raw")?;
    loop {
        at += text[at..].find("{%")? + 2;
        if let Some(end) = bare_tag(text, at, "endraw") {
            return Some(end);
        }
    }
}

/// The end of a tag that consists of `word` alone, whose body may begin with a dash.
fn bare_tag(text: &str, at: usize, word: &str) -> Option<usize> {
    let rest = &text[at..];
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let rest = rest
        .trim_ascii_start()
        .strip_prefix(word)?
        .trim_ascii_start();
    let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
    Some(text.len() - rest.len())
}

/// A `{% ... %}`: its end, and the check to put behind it.
fn block(
    text: &str,
    start: usize,
    locals: &mut Vec<String>,
) -> Result<(usize, Option<String>), Refusal> {
    let tag = Tag::read(text, start, "%}")?;
    let Some((word, word_at)) = tag.words.first().map(|word| (word.text, word.at)) else {
        return Err((start, TemplateFault::Syntax("an empty tag".to_owned())));
    };
    if !TAGS.contains(&word) {
        return Err((word_at, refused_tag(word)));
    }
    tag.allow()?;
    let named = tag
        .words
        .iter()
        .skip(1)
        .take_while(|word| word.text != "in");
    let names = match word {
        "for" => 2,
        "set" | "set_global" => 1,
        _ => 0,
    };
    locals.extend(named.take(names).map(|word| word.text.to_owned()));
    let dash = if tag.trims { "-" } else { "" };
    let check = match word {
        "for" => Some(format!("{{{{ __round() {dash}}}}}")),
        "set" | "set_global" => {
            let Some(name) = tag.words.get(1).filter(|name| name.after.starts_with('=')) else {
                return Err((
                    word_at,
                    not_available(
                        "a `set` around a block",
                        "assign a value: {% set name = value %}",
                    ),
                ));
            };
            Some(format!("{{{{ __check(value={}) {dash}}}}}", name.text))
        }
        _ => None,
    };
    Ok((tag.end, check))
}

fn refused_tag(word: &str) -> TemplateFault {
    let instead = match word {
        "include" | "extends" | "import" | "block" | "macro" | "component" => {
            "templates stand alone: write the text here, or choose another template by name"
        }
        "filter" => "apply the filter to a value: {{ value | upper }}",
        _ => {
            "the tags are if, elif, else, endif, for, endfor, break, continue, set, set_global and raw"
        }
    };
    not_available(&format!("the tag `{}`", shown(word)), instead)
}

fn not_available(what: &str, instead: &str) -> TemplateFault {
    TemplateFault::NotAvailable {
        what: what.to_owned(),
        instead: instead.to_owned(),
    }
}

/// The words of one `{{ ... }}` or `{% ... %}`.
struct Tag<'t> {
    words: Vec<Word<'t>>,
    joins: usize,
    start: usize,
    end: usize,
    /// Whether the tag ends in a dash, which removes the white space behind it.
    trims: bool,
}

struct Word<'t> {
    text: &'t str,
    at: usize,
    /// What stands before, without white space: one character, or `\0`.
    before: char,
    /// What follows, without white space.
    after: &'t str,
}

impl<'t> Tag<'t> {
    /// Reads to the first `close` at the start of a token, as Tera does: also one inside of brackets counts.
    fn read(text: &'t str, start: usize, close: &str) -> Result<Self, Refusal> {
        let bytes = text.as_bytes();
        let mut tag = Self {
            words: Vec::new(),
            joins: 0,
            start,
            end: 0,
            trims: false,
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
            if !byte.is_ascii_whitespace() {
                before = char::from(byte);
            }
            at += length;
        }
        Err(unclosed(start, close))
    }

    /// Refuses what these templates do not need.
    fn allow(&self) -> Result<(), Refusal> {
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
