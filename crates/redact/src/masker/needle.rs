//! One thing to look for, and how the text may have written it.

mod cut;
mod html;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Below this many characters a secret is searched as a whole value only.
const SHORTEST_IN_TEXT: usize = 4;

/// Below this many characters a line of a secret of several lines is not searched on its own.
const SHORTEST_LINE: usize = 8;

/// What to look for.
pub(super) struct Needle {
    text: Zeroizing<String>,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// Anywhere, and the `=` that may follow base64 belongs to it.
    Base64,
    /// As the whole text, or between two quotation marks.
    WholeValue,
}

/// Everything that gives the secret away.
pub(super) fn of(secret: &str) -> Vec<Needle> {
    let trimmed = secret.trim();
    if trimmed.chars().count() < SHORTEST_IN_TEXT {
        return vec![Needle::new(trimmed, Place::WholeValue)];
    }
    let mut needles = vec![Needle::new(trimmed, Place::Anywhere)];
    add_base64(&mut needles, secret);
    if trimmed != secret {
        // The outer white space belongs to the secret too: its length must not stay visible.
        needles.push(Needle::new(secret, Place::Anywhere));
        add_base64(&mut needles, trimmed);
    }
    // A key in PEM form is printed line by line. Its frame is no secret.
    let lines = trimmed
        .lines()
        .map(str::trim)
        .filter(|line| line.len() >= SHORTEST_LINE && !line.starts_with("-----"));
    needles.extend(
        lines
            .filter(|line| *line != trimmed)
            .map(|line| Needle::new(line, Place::Anywhere)),
    );
    needles
}

/// Base64 writes three bytes as four characters, so a part of an encoded text looks in one of three ways,
/// by where it began. At its ends it shares a character with its neighbours; those are left out, except
/// where nothing stands before it.
fn add_base64(needles: &mut Vec<Needle>, secret: &str) {
    for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        let whole = Zeroizing::new(engine.encode(secret));
        needles.push(Needle::new(&whole, Place::Base64));
        for before in 0..3 {
            let mut bytes = Zeroizing::new(vec![0; before]);
            bytes.extend_from_slice(secret.as_bytes());
            let coded = Zeroizing::new(engine.encode(&*bytes));
            let head = (before * 8).div_ceil(6);
            let tail = usize::from(bytes.len() % 3 != 0);
            needles.push(Needle::new(
                &coded[head..coded.len() - tail],
                Place::Anywhere,
            ));
        }
    }
}

impl Needle {
    fn new(text: &str, place: Place) -> Self {
        Self {
            text: Zeroizing::new(text.to_owned()),
            place,
        }
    }

    /// The bytes a match can begin with. Escapes can stand for any character.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        let first = self.text.as_bytes()[0];
        let mut bytes = vec![first, b'%', b'\\', b'&'];
        if first == b' ' {
            bytes.push(b'+');
        }
        bytes.sort_unstable();
        bytes.dedup();
        bytes
    }

    /// Where the match that begins at `at` ends: the farthest of all ways to write it.
    pub(super) fn match_at(&self, text: &str, at: usize) -> Option<usize> {
        if !text.is_char_boundary(at) {
            return None;
        }
        let ends = [
            plain(text, at, &self.text),
            percent(text, at, &self.text),
            json(text, at, &self.text),
            html::reference(text, at, &self.text),
        ];
        let end = ends.into_iter().flatten().max()?;
        match self.place {
            Place::Anywhere => Some(end),
            Place::Base64 => Some(padding_end(text, end)),
            Place::WholeValue => is_whole_value(text, at, end).then_some(end),
        }
    }
}

fn plain(text: &str, at: usize, needle: &str) -> Option<usize> {
    let rest = &text[at..];
    if rest.starts_with(needle) {
        return Some(at + needle.len());
    }
    let alike = rest.bytes().zip(needle.bytes()).take_while(|(a, b)| a == b);
    let alike = alike.count();
    cut::end(text, at + alike, alike)
}

/// Any percent-encoding: whichever characters it escapes, either case of digits, `+` for a space.
fn percent(text: &str, at: usize, needle: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = at;
    for (index, &wanted) in needle.as_bytes().iter().enumerate() {
        let &found = bytes.get(at)?;
        if percent_byte(bytes, at) == Some(wanted) {
            at += 3;
        } else if found == wanted || (found == b'+' && wanted == b' ') {
            at += 1;
        } else {
            return cut::end(text, at, index);
        }
    }
    Some(at)
}

fn percent_byte(bytes: &[u8], at: usize) -> Option<u8> {
    if bytes[at] != b'%' {
        return None;
    }
    let digits = bytes.get(at + 1..at + 3)?;
    Some(hex(digits)?.to_le_bytes()[0])
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, &digit| {
        Some(sum * 16 + char::from(digit).to_digit(16)?)
    })
}

/// Any escaping a JSON string may use, for every character it may use it for.
fn json(text: &str, at: usize, needle: &str) -> Option<usize> {
    let mut at = at;
    for (index, wanted) in needle.chars().enumerate() {
        match json_char(text.get(at..)?) {
            Some((found, length)) if found == wanted => at += length,
            _ => return cut::end(text, at, index),
        }
    }
    Some(at)
}

fn json_char(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if first != '\\' {
        return Some((first, first.len_utf8()));
    }
    let escape = *text.as_bytes().get(1)?;
    let single = match escape {
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'"' | b'\\' | b'/' => char::from(escape),
        b'u' => return json_unicode(text),
        _ => return None,
    };
    Some((single, 2))
}

fn json_unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let bytes = text.as_bytes();
        (bytes.get(at..at + 2)? == b"\\u").then(|| hex(bytes.get(at + 2..at + 6)?))?
    };
    let first = unit(0)?;
    if let Some(found) = char::from_u32(first) {
        return Some((found, 6));
    }
    let second = unit(6)?;
    let joined = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?])
        .next()?
        .ok()?;
    Some((joined, 12))
}

fn padding_end(text: &str, end: usize) -> usize {
    let mut end = end;
    for _ in 0..2 {
        let rest = &text[end..];
        if rest.starts_with('=') {
            end += 1;
        } else if rest
            .get(..3)
            .is_some_and(|three| three.eq_ignore_ascii_case("%3d"))
        {
            end += 3;
        }
    }
    end
}

fn is_whole_value(text: &str, at: usize, end: usize) -> bool {
    let (before, after) = (&text[..at], &text[end..]);
    (before.trim().is_empty() && after.trim().is_empty())
        || (before.ends_with('"') && after.starts_with('"'))
}
