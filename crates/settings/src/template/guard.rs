//! Reads a template as Tera's lexer does, refuses what these templates do not need, and puts checks into it.
//!
//! After the start of every loop's body goes `{{ __round() }}`, after every assignment `{{ __check(value=x) }}`:
//! both print nothing and fail when the rendering has to stop. Without them nothing would run between the rounds
//! of an empty loop.

mod tag;

use super::TemplateFault;
use crate::problem::shown;
use tag::Tag;

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
    /// Whether it only writes and compares facts, so that its length bounds its time.
    pub(super) quick: bool,
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
        quick: true,
    };
    let mut at = 0;
    let mut counts = Counts::default();
    while let Some(start) = next_start(&text[at..]).map(|found| at + found) {
        let (end, check) = match text.as_bytes()[start + 1] {
            b'#' => (comment_end(text, start)?, None),
            b'%' => match raw_end(text, start) {
                Some(end) => (end, None),
                None => block(text, start, &mut guarded, &mut counts)?,
            },
            _ => {
                let tag = Tag::read(text, start, "}}")?;
                tag.allow()?;
                guarded.quick &= tag.quick;
                (tag.end, None)
            }
        };
        counts.tag(start)?;
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

#[derive(Default)]
struct Counts {
    tags: usize,
    elifs: usize,
}

impl Counts {
    fn tag(&mut self, start: usize) -> Result<(), Refusal> {
        self.tags += 1;
        if self.tags <= MOST_TAGS {
            return Ok(());
        }
        Err((
            start,
            not_available(
                &format!("more than {MOST_TAGS} tags"),
                "shorten the template",
            ),
        ))
    }

    fn elif(&mut self, start: usize) -> Result<(), Refusal> {
        self.elifs += 1;
        if self.elifs <= MOST_ELIFS {
            return Ok(());
        }
        Err((
            start,
            not_available(
                &format!("more than {MOST_ELIFS} `elif`"),
                "split the template",
            ),
        ))
    }
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
    guarded: &mut Guarded,
    counts: &mut Counts,
) -> Result<(usize, Option<String>), Refusal> {
    let tag = Tag::read(text, start, "%}")?;
    let Some((word, word_at)) = tag.words.first().map(|word| (word.text, word.at)) else {
        return Err((start, TemplateFault::Syntax("an empty tag".to_owned())));
    };
    if word == "raw" {
        return Err(unclosed(start, "{% endraw %}"));
    }
    if !TAGS.contains(&word) {
        return Err((word_at, refused_tag(word)));
    }
    tag.allow()?;
    guarded.quick &= tag.quick && matches!(word, "if" | "elif" | "else" | "endif");
    if word == "elif" {
        counts.elif(start)?;
    }
    let check = match word {
        "for" => {
            let named = tag
                .words
                .iter()
                .skip(1)
                .take_while(|word| word.text != "in");
            guarded
                .locals
                .extend(named.map(|word| word.text.to_owned()));
            Some(call("__round()", &tag))
        }
        "set" | "set_global" => {
            let Some(name) = tag.words.get(1).filter(|name| name.after.starts_with('=')) else {
                let instead = "assign a value: {% set name = value %}";
                return Err((word_at, not_available("a `set` around a block", instead)));
            };
            guarded.locals.push(name.text.to_owned());
            Some(call(&format!("__check(value={})", name.text), &tag))
        }
        _ => None,
    };
    Ok((tag.end, check))
}

/// A tag to put behind `tag`, which removes white space where that one did.
fn call(function: &str, tag: &Tag<'_>) -> String {
    let dash = if tag.trims { "-" } else { "" };
    format!("{{{{ {function} {dash}}}}}")
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
